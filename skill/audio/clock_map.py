"""When each frame went through a device: a straight line through time stamps that jitter."""

from collections import deque

import numpy as np

BIN_S = 0.5
"""Time stamps are averaged over this long before they are kept."""
KEPT_S = 120.0
JITTER_S = 0.001
"""Of such an average, at the least; what it really is, is measured. Through PortAudio on
PulseAudio, 12 ms periods, idle machine: 0.2 ms for a microphone, 0.4 ms for a speaker."""
DRIFT = 100e-6
"""How far a device's clock is expected to be off before anything is known: what the worst ones
are."""
LEAST_DRIFT = 10e-6
"""A clock changes by this much as it gets warm, however well it was known."""
OUTLIER_S, HOLE_BINS = 0.003, 3
"""An average this far from the line comes from a busy machine and is left out; so many in a row on
one side, and frames have been lost: the line begins anew."""


class ClockMap:
    """One device's frames on the machine's clock.

    The line has a prior (`DRIFT`), so that it is smooth from the first second on: with the first
    stamps it has the nominal speed, and learns the true one over minutes.

    Args:
        rate: nominal frames per second.

    Attributes:
        known: whether there is a line yet.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._slope, self._spread, self._jitter = 0.0, DRIFT, JITTER_S
        self._points: deque[tuple[float, float]] = deque(maxlen=round(KEPT_S / BIN_S))
        self.restart()

    def restart(self) -> None:
        """Forget where the line lies, as after a hole; its speed is expected to stay."""
        self._expected, self._uncertainty = self._slope, self._spread
        self._points.clear()
        self._bin: list[tuple[float, float]] = []
        self._astray: list[float] = []
        self._middle = (0.0, 0.0)
        self.known = False

    def note(self, frame: float, seconds: float) -> None:
        """A frame went through the device at this time; frames come in order."""
        self._bin.append((frame, seconds))
        first = self._bin[0][0]
        if frame - first >= BIN_S * self._rate or not self._points:
            self._close_bin()

    def seconds_at(self, frame: float) -> float:
        """When a frame went through, or will go."""
        middle_frame, middle_seconds = self._middle
        return middle_seconds + (frame - middle_frame) * (1 + self._slope) / self._rate

    def frame_at(self, seconds: float) -> float:
        """Which frame goes through at a time; a fraction, as time does not care for frames."""
        middle_frame, middle_seconds = self._middle
        return middle_frame + (seconds - middle_seconds) * self._rate / (1 + self._slope)

    @property
    def drift_ppm(self) -> float:
        """How much longer than nominal a second of this device is, in millionths."""
        return self._slope * 1e6

    def _close_bin(self) -> None:
        frames, times = zip(*self._bin, strict=True)
        point = (sum(frames) / len(frames), sum(times) / len(times))
        self._bin = []
        off = point[1] - self.seconds_at(point[0]) if self.known else 0.0
        if abs(off) <= OUTLIER_S:
            self._astray = []
        elif self._astray and off * self._astray[0] < 0:
            self._astray = [off]
        else:
            self._astray.append(off)
        if len(self._astray) >= HOLE_BINS:
            self.restart()
        elif self._astray:
            return
        self._points.append(point)
        self._fit()

    def _fit(self) -> None:
        points = np.array(self._points)
        middle = points.mean(axis=0)
        nominal = (points[:, 0] - middle[0]) / self._rate
        late = points[:, 1] - middle[1] - nominal
        # Ridge regression of what is left after nominal speed: the prior weighs like jitter.
        weight = (self._jitter / self._uncertainty) ** 2
        spread = float(nominal @ nominal) + weight
        self._slope = float(nominal @ late + weight * self._expected) / spread
        self._spread = max(LEAST_DRIFT, self._jitter / spread**0.5)
        self._jitter = max(JITTER_S, float(np.std(late - self._slope * nominal)))
        self._middle = (float(middle[0]), float(middle[1]))
        self.known = True
