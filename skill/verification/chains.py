"""Whole phrases against the same sound at once, with or without a pause between their words."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from skill.verification.tree import NEVER, PAUSE, REPEAT, SILENCE, Floats
from skill.verification.words import Numbers, Sounds

STEPPED, SKIPPED = 1, 2
"""How a way came to a place, unless it stayed; to skip a pause costs nothing."""
Steps = npt.NDArray[np.uint8]
NO_WORD = -1
OUTSIDE = -1
"""Before a chain."""
NOWHERE = -2


class Way(NamedTuple):
    """One way to say a phrase: its number, and the sounds of each of its words."""

    owner: int
    words: Sequence[Sounds]


class Match(NamedTuple):
    """How phrases fit a sound, and how the one that fits best lies in it.

    Attributes:
        scores: of each phrase, in nats, shape (phrases,).
        sounds: the best one's in each frame, shape (frames,).
        words: the number of its word there, `NO_WORD` in silence.
    """

    scores: Floats
    sounds: Numbers
    words: Numbers


_Place = tuple[int, int, int, int]
"""One sound of a chain, its word, and where a way comes from that steps on to it, or that skips a
pause. There are thousands, and tuples with names for what is in them take three times as long."""


class Chains:
    """Phrases as chains of sounds; a silence may follow each word.

    Args:
        ways: how the phrases are said, those of the same phrase one after the other.
    """

    def __init__(self, ways: Sequence[Way]) -> None:
        places: list[_Place] = []
        ends = []
        for way in ways:
            places += _places(way.words, len(places))
            ends.append(len(places) - 1)
        self._sounds, self._words, before, skipped = np.array(places, np.intp).T
        # One more place: the silence before each chain.
        self._start = len(places)
        self._before = np.where(before == OUTSIDE, self._start, before)
        self._skipping = np.flatnonzero(skipped != NOWHERE)
        self._skipped = skipped
        silent = self._sounds == SILENCE
        self._costs = np.where(silent, np.float32(PAUSE), np.float32(0))
        self._ends = np.array(ends, np.intp)
        self._owners = np.array([way.owner for way in ways], np.intp)

    def match(self, fits: Floats) -> Match:
        """The likeliest ways through silence, each phrase, and silence (Viterbi).

        Args:
            fits: how well each sound fits each frame, in nats, shape (frames, sounds); one frame
                or more.
        """
        emitted = fits[:, self._sounds]
        here = np.full(self._start + 1, NEVER)
        here[self._start] = fits[0, SILENCE] - np.float32(PAUSE)
        steps = np.zeros(emitted.shape, np.uint8)
        for frame in range(1, len(fits)):
            steps[frame] = self._step(here)
            here[: self._start] += emitted[frame]
            here[self._start] += fits[frame, SILENCE] - np.float32(REPEAT)
        ended = np.maximum(here[self._ends], here[self._ends - 1])
        scores = np.full(int(self._owners.max()) + 1, NEVER)
        np.maximum.at(scores, self._owners, ended)
        end = int(self._ends[ended.argmax()])
        path = self._path(steps, end if here[end] >= here[end - 1] else end - 1)
        inside, at = path < self._start, np.minimum(path, self._start - 1)
        sounds = np.where(inside, self._sounds[at], SILENCE)
        return Match(scores, sounds, np.where(inside, self._words[at], NO_WORD))

    def _step(self, here: Floats) -> Steps:
        """Go on by a frame; how the likeliest way came to each place."""
        stepped = here[self._before] - self._costs
        skipped = here[self._skipped[self._skipping]]
        stayed = here[: self._start]
        stayed -= np.float32(REPEAT)
        steps = (stepped > stayed).astype(np.uint8)
        np.maximum(stayed, stepped, out=stayed)
        better = self._skipping[skipped > stayed[self._skipping]]
        steps[better] = SKIPPED
        stayed[self._skipping] = np.maximum(stayed[self._skipping], skipped)
        return steps

    def _path(self, steps: Steps, place: int) -> Numbers:
        """The place in each frame of the way that ends at a place."""
        path = np.full(len(steps), self._start)
        for frame in range(len(steps) - 1, -1, -1):
            if place == self._start:
                break
            path[frame] = place
            step = steps[frame, place]
            if step:
                place = int((self._before if step == STEPPED else self._skipped)[place])
        return path


def _places(words: Sequence[Sounds], first: int) -> Iterator[_Place]:
    """The places of a chain whose first one has this number."""
    at = first
    for number, word in enumerate(words):
        for index, sound in enumerate(word):
            begins = index == 0
            before = OUTSIDE if begins and not number else at - 1
            yield sound, number, before, at - 2 if begins and number else NOWHERE
            at += 1
        yield SILENCE, NO_WORD, at - 1, NOWHERE
        at += 1
