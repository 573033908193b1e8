"""Resampling by a ratio that is never the same: from one clock's frames to another's."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from skill.ports import Samples

TAPS = 65
ONE_CLOCK = 0.01
"""Rates that differ by less are meant to be the same, and nothing can fold over."""
PASSED = 0.92
"""Of the slower side's band: the filter is 50 dB down where it would fold over."""


def stretch(
    source: Callable[[int, int], Samples], first: float, last: float, frames: int
) -> Samples:
    """A stretch of sound as so many frames of another clock.

    A low-pass for the slower side, then Lagrange's interpolation over four points.

    Args:
        source: gives the samples from a whole frame on, so many of them.
        first: where the stretch begins, in the source's frames and fractions.
        last: where it ends.
        frames: how many to make of it.

    Returns:
        float32, shape (frames,).
    """
    per_frame = (last - first) / frames
    taps = _low_pass(round(per_frame, 2))
    margin = len(taps) // 2 + 2
    low, high = math.floor(first) - margin, math.ceil(last) + margin
    sound = np.convolve(source(low, high - low), taps, "same")
    places = first - low + per_frame * np.arange(frames)
    return _interpolated(sound, places)


@lru_cache(maxsize=8)
def _low_pass(ratio: float) -> Samples:
    """Windowed sinc with its middle in the middle: no delay. One tap where nothing can fold."""
    if ratio < 1 + ONE_CLOCK:
        return np.ones(1, np.float32)
    cutoff = PASSED / ratio
    steps = np.arange(TAPS) - TAPS // 2
    taps = np.sinc(cutoff * steps) * np.kaiser(TAPS, 5.0)
    return np.asarray(taps / taps.sum(), np.float32)


def _interpolated(sound: Samples, places: Samples) -> Samples:
    whole = np.floor(places).astype(np.int64)
    part = places - whole
    before, here, after, later = (sound[whole + step] for step in (-1, 0, 1, 2))
    total = (
        -before * part * (part - 1) * (part - 2) / 6
        + here * (part + 1) * (part - 1) * (part - 2) / 2
        - after * (part + 1) * part * (part - 2) / 2
        + later * (part + 1) * part * (part - 1) / 6
    )
    return np.asarray(total, np.float32)
