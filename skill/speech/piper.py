"""A neural voice: Piper's VITS models, run by onnxruntime."""

import logging
import textwrap
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from skill.errors import VoiceError
from skill.ports import Clip, Samples
from skill.speech import level
from skill.speech import text as wording
from skill.speech.piper_model import identify, load, reason, strangers

if TYPE_CHECKING:
    from piper import PiperVoice, SynthesisConfig

# Piper warns of each phoneme that a voice lacks; without a handler Python prints that.
logging.getLogger("piper").addHandler(logging.NullHandler())

LONGEST = 300
"""Characters that the network gets at once: its memory grows with their square."""
PAUSE_MS = 200
"""Between two sentences of one line."""


class PiperSpeech:
    """A Piper voice in a file.

    The network runs in one thread, which leaves the other cores to the recogniser, and without
    its two random numbers (noise scales 0), so that a line is always the same.

    The model is tried out when it is loaded: what can be wrong with it shows before the session.
    A voice whose checksums are known was tried out when they were written, so it is only compared
    with them, and loaded when it must say its first line: a session on ready-made lines needs
    neither the 45 MB of packages nor the network.

    Of the phonemes, only those made by espeak-ng and plain characters are supported; Piper's
    other kinds need further packages, or the network.

    The identity is made of the contents of both files and the speaker. It leaves out the version
    of piper-tts, which hardly changes a voice, so that ready-made clips outlive it.

    Args:
        model: the .onnx file.
        config: its .onnx.json file; by default beside the model.
        speaker: which one, of a model with several.
        sealed: SHA-256 of both files by their names; None: unknown.

    Raises:
        VoiceError: if a file is missing or broken, or they do not belong together.
    """

    def __init__(
        self,
        model: Path,
        config: Path | None = None,
        *,
        speaker: int = 0,
        sealed: Mapping[str, str] | None = None,
    ) -> None:
        config = config or model.with_name(model.name + ".json")
        self._files = identify(model, config, sealed)
        self._speaker = speaker
        self._engine: _Engine | None = None
        self._loading = threading.Lock()
        if sealed is None:
            self._loaded()

    @property
    def identity(self) -> str:
        """Model, its settings, and speaker."""
        return f"piper {self._files.mark} speaker {self._speaker} {level.RULE} {wording.RULE}"

    @property
    def model(self) -> Path:
        """The .onnx file."""
        return self._files.model

    def render(self, text: str, pace: int) -> Clip:
        """Speak a text of any length, sentence by sentence.

        Args:
            text: one sentence or more.
            pace: percent of the voice's own speed.

        Returns:
            Mono, at the voice's rate and the common loudness.

        Raises:
            VoiceError: if there is nothing in the text that can be said, or the voice cannot be
                loaded.
        """
        return self._loaded().render(text, pace)

    def _loaded(self) -> "_Engine":
        with self._loading:
            if self._engine is None:
                self._engine = _Engine(*load(self._files), self._files.model, self._speaker)
                self._engine.try_out(self._files.config)
            return self._engine


class _Engine:
    """A voice that is loaded."""

    def __init__(
        self,
        voice: "PiperVoice",
        failures: tuple[type[Exception], ...],
        model: Path,
        speaker: int,
    ) -> None:
        self.voice = voice
        self._failures = failures
        self._model = model
        self._speaker = self._choose(speaker)

    def render(self, line: str, pace: int) -> Clip:
        config = self.voice.config
        words = wording.speakable(line, config.espeak_voice)
        rate = config.sample_rate
        pause = np.zeros(rate * PAUSE_MS // 1000, np.float32)
        parts: list[Samples] = []
        try:
            for sentence in self._sentences(words, pace):
                parts += [level.trim(sentence, rate), pause]
        except self._failures as error:
            raise VoiceError(
                f"The voice {self._model} failed at the line {line[:40]!a}: {reason(error)}.",
                "Change the line, or use another voice.",
            ) from error
        samples = level.master(np.concatenate(parts or [pause]), rate)
        if not len(samples):
            raise wording.unspeakable(line)
        return Clip(samples, rate)

    def _sentences(self, words: str, pace: int) -> Iterator[Samples]:
        # [[ ]] would be read as phonemes.
        for piece in textwrap.wrap(words.replace("[[", "[ ["), LONGEST):
            for chunk in self.voice.synthesize(piece, self._manner(pace)):
                yield np.atleast_1d(chunk.audio_float_array)

    def _manner(self, pace: int) -> "SynthesisConfig":
        from piper import SynthesisConfig  # noqa: PLC0415 - see skill.speech.piper_model.load

        return SynthesisConfig(
            speaker_id=self._speaker,
            length_scale=self.voice.config.length_scale * 100 / pace,
            noise_scale=0.0,
            noise_w_scale=0.0,
            normalize_audio=False,
        )

    def _choose(self, speaker: int) -> int | None:
        count = self.voice.config.num_speakers
        if not 0 <= speaker < max(count, 1):
            raise VoiceError(
                f"The voice {self._model} has no speaker {speaker}: its settings count {count}.",
                f"Use 0 to {max(count, 1) - 1}.",
            )
        return speaker if count > 1 else None

    def try_out(self, config: Path) -> None:
        """Say the phoneme that only the right model knows: the one with the highest number.

        Raises:
            VoiceError: if the model and the settings do not belong together.
        """
        known = self.voice.config.phoneme_id_map
        last = max(number for numbers in known.values() for number in numbers)
        try:
            self.voice.phonemize("a")
            sound = self.voice.phoneme_ids_to_audio(
                [*known["^"], last, *known["$"]], self._manner(100)
            )
        except self._failures as error:
            raise strangers(self._model, config, reason(error)) from error
        if not isinstance(sound, np.ndarray) or sound.ndim != 1 or sound.dtype != np.float32:
            raise strangers(self._model, config, "what it makes is not mono sound")
