"""Many words against the same sound at once: a tree of their beginnings, frame by frame."""

import numpy as np
import numpy.typing as npt

from skill.verification.words import Ways

Floats = npt.NDArray[np.float32]
ROOT = -1
SOUNDS = 1 << 16
"""More than there are."""
SILENCE = 0
"""The network's output for it."""
REPEAT = 0.1
"""Costs of each further frame of a sound, in nats, as in `scripts/acoustic/graph.py`."""
PAUSE = 0.7
"""Costs of the silence before and of that after a word."""
NEVER = np.float32(-1e9)


class WordTree:
    """Words by how they sound, each beginning that they share once.

    Args:
        ways: how they are said, each of one sound or more.
    """

    def __init__(self, ways: Ways) -> None:
        starts = ways.lengths.cumsum() - ways.lengths
        at = np.full(len(starts), ROOT)
        parents, sounds, count = [], [], 0
        for depth in range(ways.lengths.max()):
            going_on = np.flatnonzero(ways.lengths > depth)
            said = ways.sounds[starts[going_on] + depth]
            steps = (at[going_on] - ROOT) * SOUNDS + said
            nodes, places = np.unique(steps, return_inverse=True)
            at[going_on] = count + places
            parents.append(nodes // SOUNDS + ROOT)
            sounds.append(nodes % SOUNDS)
            count += len(nodes)
        # The last place of all is that of the silence before a word.
        self._parents, self._sounds = np.concatenate(parents), np.concatenate(sounds)
        self._ends, self._owners = at, ways.owners
        self._count = int(ways.owners.max()) + 1

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
