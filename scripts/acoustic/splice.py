"""Windows of training that jump from one recording into another where a phone begins.

People say few words in the recordings, so a network that sees half a second of the past learns
these words by heart, and what comes after "h" in "happy" is heard in "house" as well. In a window
that jumps, only the sound tells what is said next.
"""

import numpy as np
import numpy.typing as npt
from features import IGNORED
from units import BOUNDARY, CLASS_OF, CLASSES, unit

SPLICED = 0.5
"""Share of the windows that jump."""
SHORTEST, LONGEST = 8, 40
"""Frames of 30 ms between two jumps; the stretch then lasts to the end of its phone."""

Frames = npt.NDArray[np.int64]
Units = npt.NDArray[np.uint16]


def edges_of(units: Units) -> Frames:
    """The frames where another unit begins."""
    return np.flatnonzero(np.diff(units.astype(np.int32))) + 1


def straight(start: int, count: int) -> Frames:
    """`count` frames in a row."""
    return np.arange(start, start + count)


def jumping(count: int, edges: Frames, rng: np.random.Generator) -> Frames:
    """`count` frames in stretches, each from an edge to an edge."""
    stretches: list[Frames] = []
    while count > 0:
        place = int(rng.integers(len(edges) - LONGEST - 1))
        wanted = edges[place] + int(rng.integers(SHORTEST, LONGEST))
        end = edges[np.searchsorted(edges[: place + LONGEST + 1], wanted, side="left")]
        stretches.append(np.arange(edges[place], min(end, edges[place] + count)))
        count -= len(stretches[-1])
    return np.concatenate(stretches)


def units_at(units: Units, frames: Frames) -> Units:
    """The units of `frames`; after a jump into a word, with the class of what is before it now."""
    found = units[frames]
    for joint in np.flatnonzero(np.diff(frames) != 1) + 1:
        here = int(found[joint])
        if here == IGNORED or here % len(CLASSES) == BOUNDARY:
            continue
        before = int(found[joint - 1]) // len(CLASSES)
        left = CLASS_OF.get(before, BOUNDARY)
        run = joint
        while run < len(found) and found[run] == here:
            run += 1
        found[joint:run] = unit(here // len(CLASSES), left)
    return found
