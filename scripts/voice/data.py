"""Recordings as the network wants them: phonemes with durations, and frames."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.signal import medfilt
from sound import Matrix
from text import is_held_out, number
from torch import Tensor

MOST_SILENCE = 12
"""Frames of silence that are kept at either end."""
STRIDE = 2
"""Frames that the network makes at once."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording.

    Attributes:
        name: without folder and ending.
        tokens: Piper's numbers, shape (tokens,).
        durations: frames of each, a multiple of STRIDE in all, shape (tokens,).
        pitch: natural logarithm of Hz, straight lines where there is none, shape (frames,).
        voiced: 1 or 0, shape (frames,).
        envelope: shape (frames, BANDS).
        breath: shape (frames, BREATH_BANDS).
    """

    name: str
    tokens: npt.NDArray[np.int64]
    durations: npt.NDArray[np.int64]
    pitch: Matrix
    voiced: Matrix
    envelope: Matrix
    breath: Matrix


def read(build: Path, name: str, phonemes: Sequence[str], frames: Sequence[int]) -> Recording:
    """Put one recording together; most of the silence around it goes."""
    with np.load(build / "features" / f"{name}.npz") as shard:
        pitch, envelope, breath = shard["pitch"], shard["envelope"], shard["breath"]
    durations = np.array(frames, dtype=np.int64)
    first = max(0, durations[0] - MOST_SILENCE)
    durations[0] -= first
    durations[-1] = min(durations[-1], MOST_SILENCE)
    durations[-1] -= durations.sum() % STRIDE
    if durations[-1] < 0:
        durations[0] += durations[-1]
        first -= durations[-1]
        durations[-1] = 0
    kept = slice(first, first + int(durations.sum()))
    pitch = medfilt(pitch, 3)
    sung = np.flatnonzero(pitch)
    smooth = np.interp(np.arange(len(pitch)), sung, np.log(pitch[sung]))
    return Recording(
        name,
        np.array([number(phoneme) for phoneme in phonemes]),
        durations,
        smooth[kept].astype(np.float32),
        (pitch[kept] > 0).astype(np.float32),
        envelope[kept],
        breath[kept],
    )


def load(build: Path) -> tuple[list[Recording], list[Recording]]:
    """Those that train, and those held out."""
    aligned = json.loads((build / "durations.json").read_text(encoding="utf-8"))
    read_all = [read(build, name, a["phonemes"], a["frames"]) for name, a in aligned.items()]
    return (
        [r for r in read_all if not is_held_out(r.name)],
        [r for r in read_all if is_held_out(r.name)],
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """Recordings side by side, padded with zeros.

    Attributes:
        tokens: shape (batch, tokens), 0 where there is none.
        durations: shape (batch, tokens).
        owner: token of each frame, shape (batch, frames).
        inside: 1 where there is a frame, shape (batch, frames).
        pitch, voiced: shape (batch, frames).
        envelope, breath: shape (batch, frames, bands).
    """

    tokens: Tensor
    durations: Tensor
    owner: Tensor
    inside: Tensor
    pitch: Tensor
    voiced: Tensor
    envelope: Tensor
    breath: Tensor


def collate(recordings: Sequence[Recording]) -> Batch:
    """Pad and stack."""

    def stack(arrays: Sequence[npt.NDArray[np.generic]]) -> Tensor:
        longest = max(len(array) for array in arrays)
        padded = [
            np.pad(array, [(0, longest - len(array))] + [(0, 0)] * (array.ndim - 1))
            for array in arrays
        ]
        return torch.from_numpy(np.stack(padded))

    return Batch(
        stack([r.tokens for r in recordings]),
        stack([r.durations for r in recordings]),
        stack([np.repeat(np.arange(len(r.tokens)), r.durations) for r in recordings]),
        stack([np.ones(len(r.pitch), np.float32) for r in recordings]),
        stack([r.pitch for r in recordings]),
        stack([r.voiced for r in recordings]),
        stack([r.envelope for r in recordings]),
        stack([r.breath for r in recordings]),
    )


def batches(recordings: Sequence[Recording], size: int, seed: int) -> Iterator[Batch]:
    """For ever: each pass in another order, recordings of like length together."""
    rng = np.random.default_rng(seed)
    lengths = np.array([len(r.pitch) for r in recordings])
    while True:
        order = np.argsort(lengths * rng.uniform(0.8, 1.25, len(lengths)))
        groups = np.array_split(order, len(order) // size)
        for group in rng.permutation(len(groups)):
            yield collate([recordings[index] for index in groups[group]])
