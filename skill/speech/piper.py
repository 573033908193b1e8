"""A neural voice: Piper's VITS models, run by onnxruntime."""

import hashlib
import json
import logging
import math
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from skill.errors import VoiceError
from skill.ports import Clip, Samples
from skill.speech import level
from skill.speech.text import speakable, unspeakable

if TYPE_CHECKING:
    from piper import PiperConfig, PiperVoice, SynthesisConfig

# Piper warns of each phoneme that a voice lacks; without a handler Python prints that.
logging.getLogger("piper").addHandler(logging.NullHandler())

LONGEST = 300
"""Characters that the network gets at once: its memory grows with their square."""
PAUSE_MS = 200
"""Between two sentences of one line."""

_INPUTS = {"input", "input_lengths", "scales"}
_RATES = range(8000, 48001)
_IDS = range(2**31)


class PiperSpeech:
    """A Piper voice in a file.

    The network runs in one thread, which leaves the other cores to the recogniser, and without
    its two random numbers (noise scales 0), so that a line is always the same.

    The model is tried out when it is loaded: what can be wrong with it shows before the session.
    Of the phonemes, only those made by espeak-ng and plain characters are supported; Piper's
    other kinds need further packages, or the network.

    The identity is made of the contents of both files and the speaker. It leaves out the version
    of piper-tts, which hardly changes a voice, so that ready-made clips outlive it.

    Args:
        model: the .onnx file.
        config: its .onnx.json file; by default beside the model.
        speaker: which one, of a model with several.

    Raises:
        VoiceError: if a file is missing or broken, or they do not belong together.
    """

    def __init__(self, model: Path, config: Path | None = None, *, speaker: int = 0) -> None:
        config = config or model.with_name(model.name + ".json")
        self._model = model
        network = _read(model, "voice", "Download the voice again, or correct the path.")
        settings = _read(
            config, "settings of the voice", "Piper voices are two files: fetch the .json as well."
        )
        try:
            self._failures = _failures()
            self._voice = _load(network, model, _parse(settings, config), self._failures)
        except ImportError as error:
            raise VoiceError(
                f"The package piper-tts, which speaks {model}, cannot be loaded: {_reason(error)}.",
                "Install it again with: pip install --force-reinstall piper-tts",
            ) from error
        self._speaker = self._choose(speaker, config)
        self._identity = (
            f"piper {hashlib.sha256(network).hexdigest()[:16]} "
            f"{hashlib.sha256(settings).hexdigest()[:16]} speaker {speaker} {level.RULE}"
        )
        self._try_out(config)

    @property
    def identity(self) -> str:
        """Model, its settings, and speaker."""
        return self._identity

    def render(self, text: str, pace: int) -> Clip:
        """Speak a text of any length, sentence by sentence.

        Args:
            text: one sentence or more.
            pace: percent of the voice's own speed.

        Returns:
            Mono, at the voice's rate and the common loudness.

        Raises:
            VoiceError: if there is nothing in the text that can be said.
        """
        words = speakable(text)
        rate = self._voice.config.sample_rate
        pause = np.zeros(rate * PAUSE_MS // 1000, np.float32)
        parts: list[Samples] = []
        try:
            for sentence in self._sentences(words, pace):
                parts += [level.trim(sentence, rate), pause]
        except self._failures as error:
            raise VoiceError(
                f"The voice {self._model} failed at the line {text[:40]!a}: {_reason(error)}.",
                "Change the line, or use another voice.",
            ) from error
        samples = level.master(np.concatenate(parts or [pause]), rate)
        if not len(samples):
            raise unspeakable(text)
        return Clip(samples, rate)

    def _sentences(self, text: str, pace: int) -> Iterator[Samples]:
        # [[ ]] would be read as phonemes.
        for piece in textwrap.wrap(text.replace("[[", "[ ["), LONGEST):
            for chunk in self._voice.synthesize(piece, self._manner(pace)):
                yield np.atleast_1d(chunk.audio_float_array)

    def _manner(self, pace: int) -> "SynthesisConfig":
        from piper import SynthesisConfig  # noqa: PLC0415 - see _failures

        return SynthesisConfig(
            speaker_id=self._speaker,
            length_scale=self._voice.config.length_scale * 100 / pace,
            noise_scale=0.0,
            noise_w_scale=0.0,
            normalize_audio=False,
        )

    def _choose(self, speaker: int, config: Path) -> int | None:
        count = self._voice.config.num_speakers
        if not 0 <= speaker < max(count, 1):
            raise VoiceError(
                f"The voice {self._model} has no speaker {speaker}: {config} counts {count}.",
                f"Use 0 to {max(count, 1) - 1}.",
            )
        return speaker if count > 1 else None

    def _try_out(self, config: Path) -> None:
        """Say the phoneme that only the right model knows: the one with the highest number."""
        known = self._voice.config.phoneme_id_map
        last = max(number for numbers in known.values() for number in numbers)
        try:
            self._voice.phonemize("a")
            sound = self._voice.phoneme_ids_to_audio(
                [*known["^"], last, *known["$"]], self._manner(100)
            )
        except self._failures as error:
            raise _strangers(self._model, config, _reason(error)) from error
        if not isinstance(sound, np.ndarray) or sound.ndim != 1 or sound.dtype != np.float32:
            raise _strangers(self._model, config, "what it makes is not mono sound")


def _failures() -> tuple[type[Exception], ...]:
    """All that Piper and onnxruntime raise.

    Both are imported when a voice is made: that takes a quarter of a second and 45 MB.
    """
    from onnxruntime.capi import onnxruntime_pybind11_state as state  # noqa: PLC0415 - as said

    kinds = [kind for kind in vars(state).values() if isinstance(kind, type)]
    return (RuntimeError, ValueError, *(kind for kind in kinds if issubclass(kind, Exception)))


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _read(path: Path, what: str, remedy: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise VoiceError(
            f"The {what} {path} cannot be read: {error.strerror or error}.", remedy
        ) from error


def _load(
    network: bytes, model: Path, config: "PiperConfig", failures: tuple[type[Exception], ...]
) -> "PiperVoice":
    import onnxruntime  # noqa: PLC0415 - see _failures
    from piper import PiperVoice  # noqa: PLC0415 - see _failures

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            network, sess_options=options, providers=["CPUExecutionProvider"]
        )
    except failures as error:
        raise VoiceError(
            f"The voice {model} is truncated, or no ONNX model: {_reason(error)}.",
            "Download the voice again.",
        ) from error
    wanted = _INPUTS | ({"sid"} if config.num_speakers > 1 else set())
    inputs = {entry.name for entry in session.get_inputs()}
    if inputs != wanted:
        raise VoiceError(
            f"The model {model} is no Piper voice with {config.num_speakers} speaker(s): "
            f"it takes {', '.join(sorted(inputs))} instead of {', '.join(sorted(wanted))}.",
            "Use a voice made for Piper, with the .json file that came with it.",
        )
    return PiperVoice(session=session, config=config)


def _parse(settings: bytes, path: Path) -> "PiperConfig":
    from piper import PhonemeType, PiperConfig  # noqa: PLC0415 - see _failures

    try:
        config = PiperConfig.from_dict(json.loads(settings))
        rate, scale, count = config.sample_rate, config.length_scale, config.num_speakers
        _require(isinstance(rate, int) and rate in _RATES, f"the sample rate {rate!r}")
        _require(math.isfinite(scale) and scale > 0, f"the length scale {scale!r}")
        _require(isinstance(count, int) and count >= 0, f"the number of speakers, {count!r},")
        _require(isinstance(config.espeak_voice, str), "the name of the espeak voice")
        _require(
            config.phoneme_type in {PhonemeType.ESPEAK, PhonemeType.TEXT},
            f"the phoneme type {config.phoneme_type.value!r}",
        )
        _require(_is_id_map(config.phoneme_id_map), "the phoneme id map")
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else _reason(error)
        raise VoiceError(
            f"{path} does not hold the settings of a Piper voice: {why}.",
            "Fetch the .json file that belongs to the voice.",
        ) from error
    return config


def _require(is_right: bool, what: str) -> None:
    if not is_right:
        raise ValueError(f"{what} is not one that can be used")


def _is_id_map(table: Any) -> bool:
    return all(table.get(mark) for mark in "_^$") and all(
        isinstance(number, int) and number in _IDS
        for numbers in table.values()
        for number in numbers
    )


def _strangers(model: Path, config: Path, why: str) -> VoiceError:
    return VoiceError(
        f"The voice {model} does not work with the settings {config}: {why}.",
        "Fetch both files again, from the same place.",
    )
