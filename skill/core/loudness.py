"""Does a word stand out of what was to be heard before it?

Somebody who gives a command speaks up; a shred of music, of a noise or of somebody else's talk that
happens to resemble a word is about as loud as what went before. This needs no model of either.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEP_MS = 10
MEMORY_MS = 6_000
BEFORE_MS = 2_400
"""What a word is compared with: so much sound before it."""
ONSET_MS = 80
"""The last of that is left out: a word's start is only roughly known."""
LEAST_MS = 200
"""With less than this to compare with, everything stands out."""
QUIET_DB = 20.0
"""Ten steps of 16 bits: a room that is quieter drowns nothing."""
SHARE = 0.7
"""The level that so much of the sound before stays below. Lower, music's own accents pass; higher,
somebody who says a command a second time, at once, is compared with their own first try."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """The levels of the last seconds.

    Attributes:
        levels: dB for every 10 ms, None while the coach spoke; the newest last.
        until: when the last of them ended, in ms.
    """

    levels: tuple[float | None, ...] = ()
    until: int = 0

    def after(self, levels: Sequence[float | None], until: int) -> "Loudness":
        """With some more levels, the last of which ended at `until`."""
        return Loudness((*self.levels, *levels)[-MEMORY_MS // STEP_MS :], until)

    def standing_out(self, start_ms: int, end_ms: int) -> float:
        """How far the word from `start_ms` to `end_ms` is above what came before it.

        Returns:
            dB: the mean power of the word's louder half against the level below which `SHARE` of
            the `BEFORE_MS` before it stay; infinite in a quiet room, and where there is nothing
            to compare with.
        """
        word = sorted(self._between(start_ms, end_ms))
        before = sorted(self._between(start_ms - BEFORE_MS, start_ms - ONSET_MS))
        if not word or len(before) * STEP_MS < LEAST_MS:
            return math.inf
        room = before[int(SHARE * len(before))]
        if room < QUIET_DB:
            return math.inf
        loud = [10 ** (level / 10) for level in word[len(word) // 2 :]]
        return 10 * math.log10(sum(loud) / len(loud)) - room

    def _between(self, start_ms: int, end_ms: int) -> list[float]:
        first = len(self.levels) - (self.until - start_ms) // STEP_MS
        last = len(self.levels) - (self.until - end_ms) // STEP_MS
        return [level for level in self.levels[max(0, first) : max(0, last)] if level is not None]
