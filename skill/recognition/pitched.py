"""Any recogniser, hearing a person as if they were larger or smaller."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from skill.core.hypothesis import Hypothesis, Reading, Word
from skill.ports import Block, Pcm, Recognizer


class PitchedRecognizer:
    """Plays the microphone to a recogniser faster or slower than it is; what is heard keeps its
    true times.

    A child's mouth and throat are shorter than an adult's, so all resonances of the voice lie
    higher; playing it slower puts them where the recogniser's model expects them (vocal-tract
    length normalisation, done on the sound instead of the features, so it needs nothing of the
    engine). Between samples is a straight line: played slower, a voice would have nothing at the
    top of the spectrum, where models have always heard something, and the images that a straight
    line leaves there fill it. Of 95 commands by five synthetic voices, made 1.2 times higher, 80
    were recognised at a factor of 0.82 with straight lines, 56 with a good resampler.

    Args:
        inner: hears the changed sound.
        factor: how many times higher and faster than it is; 0.5 to 2.
    """

    def __init__(self, inner: Recognizer, factor: float) -> None:
        self._inner = inner
        self._factor = factor
        self._last: Pcm = np.zeros(0, np.int16)
        self._fed = 0
        self._given = 0
        self._origin: int | None = None

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        """Hear one block; return the hypotheses that changed, with true times."""
        if self._origin is None:
            self._origin = round(block.start_frame / self._factor)
        start = self._origin + self._given
        again = stretched(block.again, self._factor)
        played = replace(block, start_frame=start, pcm=self._play(block.pcm), again=again)
        return [self._timed(found) for found in self._inner.feed(played)]

    def flush(self) -> Hypothesis:
        """End the utterance now."""
        return self._timed(self._inner.flush())

    def recycle(self) -> None:
        """Drop what has piled up."""
        self._inner.recycle()

    def _play(self, pcm: Pcm) -> Pcm:
        """The samples that can be told so far: sample n lies at frame n * factor of the sound."""
        known = np.concatenate((self._last, pcm))
        first = self._fed - len(self._last)
        self._fed += len(pcm)
        self._last = known[-1:]
        count = int((self._fed - 1) / self._factor) + 1 - self._given
        places = (self._given + np.arange(count)) * self._factor - first
        self._given += count
        played: Pcm = np.rint(np.interp(places, np.arange(len(known)), known)).astype(np.int16)
        return played

    def _timed(self, found: Hypothesis) -> Hypothesis:
        return replace(found, readings=tuple(self._true(reading) for reading in found.readings))

    def _true(self, reading: Reading) -> Reading:
        words = (Word(w.text, self._ms(w.start_ms), self._ms(w.end_ms)) for w in reading.words)
        start, end = self._ms(reading.start_ms), self._ms(reading.end_ms)
        return replace(reading, start_ms=start, end_ms=end, words=tuple(words))

    def _ms(self, played: int) -> int:
        return round(played * self._factor)


def stretched(pcm: Pcm, factor: float) -> Pcm:
    """Samples that stand for themselves, so many times higher and faster."""
    places = np.arange(0, len(pcm), factor)
    return np.interp(places, np.arange(len(pcm)), pcm).astype(np.int16) if len(pcm) else pcm
