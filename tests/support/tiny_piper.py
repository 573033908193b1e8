"""A real Piper voice of a few kilobytes: a beep for each phoneme, its pitch the phoneme's number.

It obeys all three scales as a true voice does: the length scale makes every phoneme longer, and
the two noise scales make each run sound, and last, differently.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

RATE = 16_000
FRAMES_PER_PHONEME = 320
SILENT = 13
"""Ids up to this one are marks, blanks and punctuation (Piper's own table)."""


def write_voice(
    folder: Path,
    name: str = "tiny",
    *,
    base_hz: float = 150.0,
    symbols: int = 256,
    speakers: int = 1,
    channels: int = 1,
    **settings: Any,
) -> Path:
    """Write a voice and its settings.

    Args:
        folder: where to.
        name: of the files, without endings.
        base_hz: pitch of a phoneme numbered 0; each next one is 5 Hz higher.
        symbols: how many phoneme ids the network knows.
        speakers: if more than one, the voice has the input `sid`, and each speaks higher.
        channels: of the sound; Piper knows one only.
        **settings: change or add entries at the top of the JSON file.

    Returns:
        The .onnx file; its settings are beside it, with .json added to the name.
    """
    path = folder / f"{name}.onnx"
    model = helper.make_model(
        _graph(base_hz, symbols, speakers, channels), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))
    path.with_name(path.name + ".json").write_text(
        json.dumps(_settings(symbols, speakers) | settings), encoding="utf-8"
    )
    return path


def _settings(symbols: int, speakers: int) -> dict[str, Any]:
    return {
        "audio": {"sample_rate": RATE},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "num_symbols": symbols,
        "num_speakers": speakers,
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }


def _graph(base_hz: float, symbols: int, speakers: int, channels: int) -> onnx.GraphProto:
    numbers = np.arange(symbols, dtype=np.float32)
    pitch = np.where(numbers > SILENT, base_hz + 5 * numbers, 0).astype(np.float32)
    constants = {
        "pitch": pitch,
        "zero": np.int64(0),
        "one": np.int64(1),
        "two": np.int64(2),
        "frames": np.float32(FRAMES_PER_PHONEME),
        "start": np.float32(0),
        "unit": np.float32(1),
        "turn": np.float32(2 * np.pi / RATE),
        "half_turn": np.float32(np.pi),
        "loudness": np.float32(0.3),
        "column": np.array([-1, 1], np.int64),
        "audio": np.array([1, 1, channels, -1], np.int64),
    }
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    nodes = [
        ("Gather", ["scales", "zero"], "noise_scale"),
        ("Gather", ["scales", "one"], "length_scale"),
        ("Gather", ["scales", "two"], "noise_w_scale"),
        # Frames of each phoneme.
        ("RandomUniformLike", ["unit"], "chance"),
        ("Mul", ["noise_w_scale", "chance"], "stretch"),
        ("Add", ["unit", "stretch"], "stretched"),
        ("Mul", ["length_scale", "stretched"], "factor"),
        ("Mul", ["factor", "frames"], "frames_scaled"),
        ("Floor", ["frames_scaled"], "length"),
        ("Range", ["start", "length", "unit"], "time"),
        # A beep for each, swelling and fading.
        ("Gather", ["pitch", "input"], "pitch_row"),
        ("Mul", ["pitch_row", "register"], "pitch_spoken"),
        ("Reshape", ["pitch_spoken", "column"], "pitch_column"),
        ("Mul", ["pitch_column", "time"], "cycles"),
        ("Mul", ["cycles", "turn"], "phase"),
        ("Sin", ["phase"], "beeps"),
        ("Div", ["time", "length"], "progress"),
        ("Mul", ["progress", "half_turn"], "arc"),
        ("Sin", ["arc"], "swell"),
        ("Mul", ["beeps", "swell"], "swelling"),
        ("Mul", ["swelling", "loudness"], "clean"),
        # Noise.
        ("RandomNormalLike", ["clean"], "noise"),
        ("Mul", ["noise", "noise_scale"], "hiss"),
        ("Add", ["clean", "hiss"], "sound"),
        ("Reshape", ["sound", "audio"], "output"),
    ]
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
        constants["registers"] = 1 + np.arange(speakers, dtype=np.float32) / 4
        nodes.insert(0, ("Gather", ["registers", "sid"], "register"))
    else:
        constants["register"] = np.ones(1, np.float32)
    return helper.make_graph(
        [helper.make_node(kind, sources, [result]) for kind, sources, result in nodes],
        "tiny",
        inputs,
        [
            helper.make_tensor_value_info(
                "output", TensorProto.FLOAT, [1, 1, channels, "frames_out"]
            )
        ],
        [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()],
    )
