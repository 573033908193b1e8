"""Many words against the same sound at once: a tree of their beginnings, frame by frame."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Sounds = tuple[int, ...]
"""Numbers of the network's outputs, one after the other."""

SILENCE = 0
"""The network's output for it."""
REPEAT = 0.1
"""Costs of each further frame of a sound, in nats, as in `scripts/acoustic/graph.py`."""
PAUSE = 0.7
"""Costs of the silence before and of that after a word."""
NEVER = np.float32(-1e9)


class WordTree:
    """Words by how they sound.

    Args:
        words: the ways in which each may be said; the number of a word is its place here.
    """

    def __init__(self, words: Sequence[Sequence[Sounds]]) -> None:
        children: dict[tuple[int, int], int] = {}
        ends: list[int] = []
        owners: list[int] = []
        for number, ways in enumerate(words):
            for way in ways:
                node = -1
                for sound in way:
                    node = children.setdefault((node, sound), len(children))
                ends.append(node)
                owners.append(number)
        parents, sounds = (np.array(column, np.intp) for column in zip(*children, strict=True))
        self._parents = np.where(parents < 0, len(children), parents)
        self._sounds = sounds
        self._ends = np.array(ends, np.intp)
        self._owners = np.array(owners, np.intp)
        self._count = len(words)

    def scores(self, fits: Floats) -> Floats:
        """The likeliest way through silence, each word, and silence (Viterbi).

        Args:
            fits: how well each sound fits each frame, in nats, shape (frames, sounds); one frame
                or more.

        Returns:
            shape (words,), in nats.
        """
        emitted = fits[:, self._sounds]
        here = np.full(len(self._parents) + 1, NEVER)
        after = np.full(len(self._ends), NEVER)
        before = fits[0, SILENCE] - np.float32(PAUSE)
        for frame in range(1, len(fits)):
            ended = np.maximum(after - REPEAT, here[self._ends] - PAUSE)
            after = ended + fits[frame, SILENCE]
            here[-1] = before
            here[:-1] = np.maximum(here[:-1] - REPEAT, here[self._parents]) + emitted[frame]
            before += fits[frame, SILENCE] - np.float32(REPEAT)
        best = np.full(self._count, NEVER)
        np.maximum.at(best, self._owners, np.maximum(after, here[self._ends]))
        return best


def phrase_sounds(words: Sequence[Sequence[Sounds]]) -> list[Sounds]:
    """All ways to say some words after each other, without a pause."""
    return [sum(ways, ()) for ways in product(*words)]
