"""How fast the echo slips against what was played, and what was played, slipping along.

The clock of a loudspeaker and that of a microphone differ by some millionths, and what is known of
the difference is never exact. The path that the filter learns then turns under its hands: a slip
of a third of a sample a second (20 ppm) is a radian a second at 8 kHz. The turn of
the path's phases over a fifth of a second tells the rate; the reference, delayed a little more or
less with every hop, stops it.
"""

import numpy as np
import numpy.typing as npt

from skill.echo.bands import HOP
from skill.ports import RATE, Samples

LOOK_HOPS = 20
"""Between two looks at the path."""
PULL = 0.3
"""How much of what a look finds is believed. So, rates of 20 and 100 ppm are known to 2 ppm after
twelve seconds of speech."""
TOP_HZ = 3_000
"""Up to here phases are looked at. Higher ones tell more of a slow slip, and nothing of a quick
one, which the path does not follow there: up to 8 kHz, 100 ppm were not found in forty seconds."""
MOST = 200e-6
"""The fastest slip that is believed, in samples a sample: two sound cards differ by less."""
TAPS = 16
"""Of the delay's windowed sinc."""
ROOM = 32
"""So many samples the reference can slip either way, from 2.5 ms late: buffers, and a metre of air,
are later. It takes 100 s at 20 ppm, and ten minutes at what a clock map leaves; then the path turns
again."""
OMEGA = np.arange(TOP_HZ * HOP * 2 // RATE) * np.pi / HOP


class Drift:
    """Follows the slip of one loudspeaker's clock against the microphone's.

    Attributes:
        rate: samples by which the echo comes earlier, a sample.
    """

    def __init__(self) -> None:
        self.rate = 0.0
        self._slip = 0.0
        self._line = np.zeros(2 * ROOM + TAPS + HOP, np.float32)
        self._hops = 0
        self._before: npt.NDArray[np.complex64] | None = None

    def follow(self, played: Samples) -> Samples:
        """What was played, `ROOM` samples and the slip later, shape (HOP,)."""
        self._line = np.concatenate([self._line[HOP:], played])
        self.pass_by(1)
        if not self._line.any():
            return np.zeros(HOP, np.float32)
        whole = int(np.floor(self._slip))
        last = len(self._line) - ROOM - TAPS // 2 + whole
        near = self._line[last - HOP - TAPS // 2 + 1 : last + TAPS // 2]
        return np.convolve(near, _kernel(self._slip - whole), "valid").astype(np.float32)

    def pass_by(self, hops: int) -> None:
        """Slip on for so many hops, whatever is played."""
        self._slip = min(max(self._slip + self.rate * HOP * hops, -ROOM), ROOM)

    def look(self, path: npt.NDArray[np.complex64]) -> None:
        """See how far the path has turned.

        Args:
            path: what the filter has learnt, shape (parts, HOP + 1).
        """
        self._hops += 1
        if self._hops % LOOK_HOPS:
            return
        if self._before is not None:
            turned = (path[:, : len(OMEGA)] * self._before.conj()).sum(axis=0)
            weight = np.abs(turned) * OMEGA
            total = float((weight * OMEGA).sum())
            if total > 0:
                earlier = float((weight * np.angle(turned)).sum()) / total
                rate = self.rate + PULL * earlier / (LOOK_HOPS * HOP)
                self.rate = float(np.clip(rate, -MOST, MOST))
        self._before = path[:, : len(OMEGA)].copy()


def _kernel(part: float) -> Samples:
    """A windowed sinc that reads `part` of a sample ahead."""
    at = np.arange(TAPS) - TAPS // 2 + 1 - part
    window = np.cos(np.pi * at / (TAPS + 1)) ** 2
    kernel: Samples = (np.sinc(at) * window)[::-1].astype(np.float32)
    return kernel
