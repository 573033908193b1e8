"""How loud a voice is that is lowered for a while and raised again, frame by frame."""

from bisect import bisect_left

import numpy as np

from skill.ports import Samples

LOW_DB = -15.0
"""How far it is lowered: in a quiet room it can still be followed."""
DOWN_MS, UP_MS = 20, 50
"""How long that takes: at once would click, and the first word of an answer must not swell."""
KEPT = 64
"""So many of the latest turns are known: more than anybody asks for."""


class Lowering:
    """The gain of a speaker, which is lowered and raised from certain frames on.

    Args:
        rate: frames per second.

    Attributes:
        low: whether it is lowered.
    """

    def __init__(self, rate: int) -> None:
        self.low = False
        self._rate = rate
        self._frames = [0]
        self._gains = [1.0]

    def turn(self, frame: int, *, low: bool) -> None:
        """Lower it, or raise it again, from a frame on; frames never go back."""
        if low == self.low:
            return
        self.low = low
        gain = float(np.interp(frame, self._frames, self._gains))
        known = bisect_left(self._frames, frame)
        kept = slice(max(0, known - 2 * KEPT), known)
        length = (DOWN_MS if low else UP_MS) * self._rate // 1000
        self._frames = [*self._frames[kept], frame, frame + length]
        self._gains = [*self._gains[kept], gain, 10 ** (LOW_DB / 20) if low else 1.0]

    def shape(self, sound: Samples, start_frame: int) -> Samples:
        """Sound as loud as it is to be from a frame on; the same array where nothing changes."""
        if start_frame >= self._frames[-1] and self._gains[-1] == 1.0:
            return sound
        at = np.arange(start_frame, start_frame + len(sound))
        return np.asarray(sound * np.interp(at, self._frames, self._gains), np.float32)
