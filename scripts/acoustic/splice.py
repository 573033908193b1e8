"""Windows of training that jump from one recording into another where a phone begins, or inside it.

People say few words in the recordings, so a network that sees half a second of the past learns
these words by heart, and what comes after "h" in "happy" is heard in "house" as well. In a window
that jumps, only the sound tells what is said next. Where it jumps inside a phone, into the same
unit said by somebody else, the sounds around the joint are as people say them, as in a synthesiser
made of diphones.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from frames import IGNORED
from lexicon import SPN
from units import BOUNDARY, CLASS_OF, CLASSES, unit

SPLICED = 0.5
"""Share of the windows that jump."""
SHORTEST, LONGEST = 8, 40
"""Frames of 30 ms between two jumps; the stretch then lasts to the end of its phone."""

SPOKEN = (SPN + 1) * len(CLASSES)
"""The first unit that is speech."""
FEWEST_INSIDE = 2
"""Frames of a unit that can be jumped out of, or into."""
INSIDE = 0.5
"""Share of the jumps that are made inside a phone, where it is long enough."""

Frames = npt.NDArray[np.int64]
Units = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Joints:
    """Where windows may jump.

    Attributes:
        edges: the frames where another unit begins, in order.
        unit: the unit that begins there, or goes on, shape (edges,).
        alike: the numbers of the edges whose units can be jumped into, sorted by unit.
        of_alike: their units, for looking up.
    """

    edges: Frames
    unit: Units
    alike: Frames
    of_alike: Units

    def middle(self, number: int) -> int:
        """A frame inside the unit that begins at an edge."""
        return int(self.edges[number] + self.edges[number + 1]) // 2

    def another(self, number: int, rng: np.random.Generator) -> int | None:
        """An edge with the same unit, drawn by chance; None: no jump inside this one."""
        unit = int(self.unit[number])
        first, last = np.searchsorted(self.of_alike, [unit, unit + 1])
        inside = self.edges[number + 1] - self.edges[number] >= FEWEST_INSIDE
        return int(self.alike[rng.integers(first, last)]) if inside and last > first else None


def joints_of(units: Units) -> Joints:
    """All places of a training set, shape (frames,)."""
    edges = np.flatnonzero(np.diff(units.astype(np.int32))) + 1
    unit = units[edges]
    spoken = (unit != IGNORED) & (unit >= SPOKEN)
    long = np.append(np.diff(edges) >= FEWEST_INSIDE, False)
    last = len(edges) - LONGEST - 1  # a stretch that begins here must find its end
    alike = np.flatnonzero(spoken & long)
    alike = alike[alike < last]
    alike = alike[np.argsort(unit[alike], kind="stable")]
    return Joints(edges, unit, alike, unit[alike])


def straight(start: int, count: int) -> Frames:
    """`count` frames in a row."""
    return np.arange(start, start + count)


def jumping(count: int, joints: Joints, rng: np.random.Generator) -> Frames:
    """`count` frames in stretches, each from an edge, or from inside a unit, to such a place."""
    edges = joints.edges
    stretches: list[Frames] = []
    inside: int | None = None
    while count > 0:
        place = int(rng.integers(len(edges) - LONGEST - 1)) if inside is None else inside
        start = int(edges[place]) if inside is None else joints.middle(place)
        wanted = start + int(rng.integers(SHORTEST, LONGEST))
        last = int(np.searchsorted(edges[: place + LONGEST], wanted, side="left"))
        inside = joints.another(last, rng) if rng.random() < INSIDE else None
        end = int(edges[last]) if inside is None else joints.middle(last)
        stretches.append(np.arange(start, min(end, start + count)))
        count -= len(stretches[-1])
    return np.concatenate(stretches)


def units_at(units: Units, frames: Frames) -> Units:
    """The units of `frames`; after a jump into a word, with the class of what is before it now.

    Where the same unit goes on, the jump was inside it.
    """
    found = units[frames]
    for joint in np.flatnonzero(np.diff(frames) != 1) + 1:
        here = int(found[joint])
        if here in (IGNORED, found[joint - 1]) or here % len(CLASSES) == BOUNDARY:
            continue
        before = int(found[joint - 1]) // len(CLASSES)
        left = CLASS_OF.get(before, BOUNDARY)
        run = joint
        while run < len(found) and found[run] == here:
            run += 1
        found[joint:run] = unit(here // len(CLASSES), left)
    return found
