"""Recordings and manifests for the tests: synthetic voices of tests/recordings."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from skill.evaluation.manifest import LabelledClip
from skill.evaluation.trial import Trial
from skill.ports import RATE, Pcm

RECORDINGS = Path(__file__).parent.parent / "recordings"
TITLE = "path\ttext\tspeaker\tkind"


def recording(name: str) -> Path:
    return RECORDINGS / f"{name}.ogg"


def clip(name: str, expected: str = "") -> LabelledClip:
    text, _, speaker = Path(name).name.partition(".")
    path = recording(name)
    return LabelledClip(name, path, text=text, speaker=speaker, expected=expected)


def manifest(folder: Path, *lines: str, title: str = TITLE) -> Path:
    path = folder / "clips.tsv"
    path.write_text("\n".join((title, *lines)) + "\n", encoding="utf-8")
    return path


def sound(path: Path, pcm: Pcm) -> Path:
    soundfile.write(path, pcm, RATE)
    return path


def hiss(level: float, seconds: float, seed: int = 1) -> Pcm:
    return np.random.default_rng(seed).normal(0, level, round(seconds * RATE)).astype(np.int16)


def timeless(trials: Sequence[Trial]) -> list[Trial]:
    """Trials without what differs from run to run: how long they took."""
    return [
        replace(
            trial,
            compute_s=0.0,
            candidates=tuple(replace(one, compute_ms=0.0) for one in trial.candidates),
        )
        for trial in trials
    ]
