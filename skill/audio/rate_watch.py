"""Does a device deliver what it promised? Told now and then how many frames have come."""

from collections import deque
from enum import StrEnum

PATIENCE_S = 1.0
"""Without a frame for this long, a stream counts as dead; PulseAudio's hiccups are shorter."""
WINDOW_S = 5.0
TOLERANCE = 0.05
"""95 to 105 % of the nominal rate over the window is fine. Real clocks are 0.02 % off at most;
sound servers deliver in lumps of up to 0.1 s, 2 % of the window."""
EARLY_S, EARLY_TOLERANCE = 2.0, 0.4
"""What is further off is known sooner: a stream at half its rate, or at 44.1 for 16 kHz."""
LONGEST_GAP_S = 0.5
"""If nobody looked for longer, we were kept from it ourselves (a suspended machine, a stopped
process, every core busy), and what came meanwhile says nothing about the device."""


class Verdict(StrEnum):
    """What the frames so far say."""

    TOO_SOON = "too soon"
    PLAUSIBLE = "plausible"
    """Not far off, for as long as it was watched."""
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
        self._looks: deque[tuple[float, int]] = deque()
        self._moved: float | None = None

    def look(self, frames: int, seconds: float, patience_s: float = PATIENCE_S) -> Verdict:
        """Judge.

        Args:
            frames: how many have come since the stream began.
            seconds: on any clock that goes on steadily; never less than before.
            patience_s: without a frame for so long, it has stopped.
        """
        looks = self._looks
        if looks and seconds - looks[-1][0] > LONGEST_GAP_S:
            looks.clear()
            self._moved = seconds
        if self._moved is None or (looks and frames > looks[-1][1]):
            self._moved = seconds
        if not frames:
            looks.clear()  # the rate is counted from the first frame on
        looks.append((seconds, frames))
        while len(looks) > 1 and looks[1][0] <= seconds - WINDOW_S:
            looks.popleft()
        if seconds - self._moved >= patience_s:
            return Verdict.STOPPED
        return self._rate_verdict()

    def _rate_verdict(self) -> Verdict:
        (start, first), (end, last) = self._looks[0], self._looks[-1]
        span = end - start
        if span < EARLY_S:
            return Verdict.TOO_SOON
        off = abs((last - first) / (span * self._rate) - 1)
        if span >= WINDOW_S:
            return Verdict.GOOD if off <= TOLERANCE else Verdict.WRONG
        return Verdict.WRONG if off > EARLY_TOLERANCE else Verdict.PLAUSIBLE
