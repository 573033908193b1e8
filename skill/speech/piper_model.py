"""The two files of a Piper voice: read, checked, and made into Piper's own objects."""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skill.errors import VoiceError, install_again

if TYPE_CHECKING:
    from piper import PiperConfig, PiperVoice

_INPUTS = {"input", "input_lengths", "scales"}
_RATES = range(8000, 48001)
_IDS = range(2**31)


@dataclass(frozen=True, slots=True)
class Files:
    """The two files of a voice, by name and content.

    Attributes:
        model: the .onnx file.
        config: its .onnx.json file.
        mark: changes with the content of either.
    """

    model: Path
    config: Path
    mark: str


def identify(model: Path, config: Path, sealed: Mapping[str, str] | None) -> Files:
    """Look at a voice's files without loading them: 3 ms a megabyte.

    Args:
        model: the .onnx file.
        config: its .onnx.json file.
        sealed: file name -> SHA-256 that the file must have.

    Raises:
        VoiceError: if one cannot be read, or is not what it was when it was sealed.
    """
    marks = []
    remedies = {
        model: ("voice", "Download the voice again, or correct the path."),
        config: (
            "settings of the voice",
            "Piper voices are two files: fetch the .json as well.",
        ),
    }
    for path, (what, remedy) in remedies.items():
        digest = hashlib.sha256(_read(path, what, remedy)).hexdigest()
        if sealed is not None and sealed.get(path.name) != digest:
            raise VoiceError(
                f"The {what} {path} cannot be used: it is damaged or cut short.",
                "Copy or install the voice again.",
            )
        marks.append(digest[:16])
    return Files(model, config, " ".join(marks))


def load(files: Files) -> "tuple[PiperVoice, tuple[type[Exception], ...]]":
    """Load a voice: a quarter of a second and 45 MB for the packages, and the network.

    Returns:
        The voice, and all that Piper and onnxruntime raise when it is used.

    Raises:
        VoiceError: if a file is not what it should be, or a package is missing.
    """
    # From 1.32 on, onnxruntime tells Microsoft about the machine it runs on, unless it is told so
    # before it is loaded. Nothing leaves the room.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        failures = _failures()
        network, settings = files.model.read_bytes(), files.config.read_bytes()
        return _load(network, files.model, _parse(settings, files.config), failures), failures
    except OSError as error:
        raise VoiceError(
            f"The voice {files.model} cannot be read any more: {error.strerror or error}.",
            "Copy or install the voice again.",
        ) from error
    except ImportError as error:
        raise VoiceError(
            f"The package piper-tts, which speaks {files.model}, cannot be loaded: "
            f"{reason(error)}.",
            install_again(),
        ) from error


def _failures() -> tuple[type[Exception], ...]:
    from onnxruntime.capi import onnxruntime_pybind11_state as state  # noqa: PLC0415 - see load

    kinds = [kind for kind in vars(state).values() if isinstance(kind, type)]
    return (RuntimeError, ValueError, *(kind for kind in kinds if issubclass(kind, Exception)))


def reason(error: Exception) -> str:
    """An error's text as a part of a sentence."""
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
    import onnxruntime  # noqa: PLC0415 - see load
    from piper import PiperVoice  # noqa: PLC0415 - see load

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        # Folding constants saves a quarter of the time, and costs 40 MB with the built-in voice.
        session = onnxruntime.InferenceSession(
            network,
            sess_options=options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["ConstantFolding"],
        )
    except failures as error:
        raise VoiceError(
            f"The voice {model} is truncated, or no ONNX model: {reason(error)}.",
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
    from piper import PhonemeType, PiperConfig  # noqa: PLC0415 - see load

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
        why = f"{error} is missing" if isinstance(error, KeyError) else reason(error)
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


def strangers(model: Path, config: Path, why: str) -> VoiceError:
    """The error for two files that do not belong together."""
    return VoiceError(
        f"The voice {model} does not work with the settings {config}: {why}.",
        "Fetch both files again, from the same place.",
    )
