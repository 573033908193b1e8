"""Does a device deliver what it promised? Told now and then how many frames have come."""

from collections import deque
from enum import StrEnum

PATIENCE_S = 1.0
"""Without a frame for this long, a stream counts as dead; PulseAudio's hiccups are shorter."""
PART_S, PARTS = 1.5, 3
"""The rate is taken over so many parts of so many seconds each. All of them must be wrong, so that
one hiccup, which spoils one or two, is not taken for a wrong rate, and wrong by the same: what a
busy machine loses is not. Where seven wanted each core, a speaker was 13, 36 and 27 %
short, was mistrusted for it, and the coach was silent for minutes instead of torn."""
TOLERANCE = 0.05
"""95 to 105 % of the nominal rate is fine. Real clocks are 0.02 % off at most; what sound servers
deliver comes in lumps, on PulseAudio of 12 ms, 1 % of a part."""
LONGEST_GAP_S = 0.5
"""If nobody looked for longer, we were kept from it ourselves (a suspended machine, a stopped
process, every core busy), and what came meanwhile says nothing about the device."""


class Verdict(StrEnum):
    """What the frames so far say."""

    TOO_SOON = "too soon"
    GOOD = "good"
    STOPPED = "stopped"
    WRONG = "wrong rate"


class RateWatch:
    """Judges one stream; a new stream needs a new watch.

    Args:
        rate: frames per second that should come.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._part: tuple[float, int] | None = None
        self._off: deque[float] = deque(maxlen=PARTS)
        self._last: tuple[float, int] | None = None
        self._moved = 0.0

    def look(self, frames: int, seconds: float, patience_s: float = PATIENCE_S) -> Verdict:
        """Judge.

        Args:
            frames: how many have come since the stream began.
            seconds: on any clock that goes on steadily; never less than before.
            patience_s: without a frame for so long, it has stopped.
        """
        if self._last is None or seconds - self._last[0] > LONGEST_GAP_S:
            self._begin_anew(seconds)
        elif frames > self._last[1]:
            self._moved = seconds
        self._last = (seconds, frames)
        if seconds - self._moved >= patience_s:
            return Verdict.STOPPED
        self._measure(frames, seconds)
        return self._rate_verdict()

    def _begin_anew(self, seconds: float) -> None:
        self._moved, self._part = seconds, None
        self._off.clear()

    def _measure(self, frames: int, seconds: float) -> None:
        if self._part is None:
            # Counted from the first frame on: how long a device takes to start is no rate.
            self._part = (seconds, frames) if frames else None
            return
        start, first = self._part
        if seconds - start >= PART_S:
            self._off.append((frames - first) / ((seconds - start) * self._rate) - 1)
            self._part = (seconds, frames)

    def _rate_verdict(self) -> Verdict:
        if len(self._off) < PARTS:
            return Verdict.TOO_SOON
        least, most = min(self._off), max(self._off)
        if (least > TOLERANCE or most < -TOLERANCE) and most - least <= TOLERANCE:
            return Verdict.WRONG
        mean = sum(self._off) / PARTS
        return Verdict.GOOD if abs(mean) <= TOLERANCE else Verdict.TOO_SOON
