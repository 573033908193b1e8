"""How high a voice is: all that can be told of a speaker whom nobody has described.

The corpora name speakers and say nothing more of them. Men speak at some 85 to 155 Hz, women at 165
to 255 (Titze, "Principles of Voice Production", 1994), children higher; so the groups are an
estimate, by ear of a machine, and are named by what was measured.
"""

import numpy as np
from sound import RATE, Wave

LOWEST, HIGHEST = 70, 400
"""Hertz."""
FRAME, HOP = RATE // 25, RATE // 50
VOICED = 0.6
"""Least normalised autocorrelation of a voiced frame."""
FEWEST = 6
"""Voiced frames without which nothing is said."""
LOW, HIGH = 160.0, 255.0


def pitch(wave: Wave) -> float | None:
    """Median pitch in hertz, by autocorrelation; None if hardly anything is voiced."""
    starts = range(0, len(wave) - 2 * FRAME, HOP)
    found = [hertz for start in starts if (hertz := _frame(wave[start : start + 2 * FRAME]))]
    return float(np.median(found)) if len(found) >= FEWEST else None


def _frame(wave: Wave) -> float | None:
    lags = np.arange(RATE // HIGHEST, RATE // LOWEST)
    head = wave[:FRAME] - wave[:FRAME].mean()
    power = float(head @ head)
    if power < FRAME * 100.0**2:
        return None
    shifted = np.lib.stride_tricks.sliding_window_view(wave, FRAME)[lags]
    sizes = np.sqrt(power * np.square(shifted, dtype=np.float64).sum(1)) + 1.0
    fits = shifted @ head / sizes
    if fits.max() < VOICED:
        return None
    # The first peak nearly as high as the highest: twice the period fits as well as the period.
    best = int(np.flatnonzero(fits > 0.9 * fits.max())[0])
    while best + 1 < len(fits) and fits[best + 1] > fits[best]:
        best += 1
    return RATE / float(lags[best])


def group(wave: Wave) -> str:
    """Low, high or very high voice; empty if that cannot be told."""
    hertz = pitch(wave)
    if hertz is None:
        return ""
    if hertz < LOW:
        return "low voice"
    return "high voice" if hertz <= HIGH else "very high voice"
