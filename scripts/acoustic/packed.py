"""Reading what `pack` wrote."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf
from frames import SHIFT
from sound import RATE

SPEECH = ("sentences", "single", "read", "transcribed", "synthetic")
DEV = "dev"
NOISE = ("noise", "music", "clatter")
GROUPS = (*SPEECH, DEV, *NOISE)
"""What the files hold."""
ROOMS = "rooms.npz"
LONGEST_ROOM = int(0.6 * RATE)
"""Samples of an impulse response."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Recordings one after the other; places are in frames of 10 ms.

    Attributes:
        groups: number of the first recording of each group, and that after its last.
        first, frames: where each recording is.
        unit: of each frame.
        words: first frame, frame after the last, whether it is a phrase: of each word, in order,
            shape (words, 3).
        words_of: the first word of each recording, and at the end the number of all.
    """

    groups: dict[str, tuple[int, int]]
    first: Ints
    frames: Ints
    unit: npt.NDArray[np.uint16]
    words: Ints
    words_of: Ints


@dataclass(frozen=True, slots=True)
class Sounds:
    """`corpus`, its samples (int16), and rooms, shape (rooms, LONGEST_ROOM)."""

    corpus: Corpus
    audio: npt.NDArray[np.int16]
    rooms: npt.NDArray[np.float32]


def decoded(file: Path) -> npt.NDArray[np.int16]:
    """Samples of one file."""
    samples, _ = sf.read(file, dtype="int16")
    return np.asarray(samples)


def load(folder: Path, groups: Sequence[str]) -> Sounds:
    """Read some groups of a pack, in this order.

    Raises:
        FileNotFoundError: if there is no such pack.
    """
    rooms = np.load(folder / "0" / ROOMS)["rooms"]
    files = [file for group in groups for file in sorted(folder.glob(f"*/{group}-*.ogg"))]
    with ThreadPoolExecutor() as pool:
        waves = list(pool.map(decoded, files))
    bounds: dict[str, tuple[int, int]] = {}
    parts: list[tuple[npt.NDArray[np.generic], ...]] = []
    place = known = 0
    for file, wave in zip(files, waves, strict=True):
        index = np.load(file.with_suffix(".npz"))
        group = file.stem.rsplit("-", 1)[0]
        count, length = len(index["first"]), len(index["unit"])
        bounds[group] = (bounds.get(group, (known,))[0], known + count)
        parts.append(
            (
                np.pad(wave, (0, SHIFT))[: length * SHIFT],
                index["first"] + place,
                index["frames"],
                index["unit"],
                index["words"] + np.array([place, place, 0]),
                index["words_of"] + known,
            )
        )
        place += length
        known += count
    audio, first, frames, unit, words, of = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    words_of = np.searchsorted(of, np.arange(known + 1))
    corpus = Corpus(bounds, first, frames, unit, words.astype(np.int64), words_of)
    return Sounds(corpus, audio, rooms)
