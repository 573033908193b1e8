"""Sound at a converter's limit: a microphone that is turned up too far cuts off what is loud."""

import numpy as np

from skill.ports import Pcm

LIMIT = 32_700
"""Of 16-bit samples; some converters, and what resamples after them, stay a little below."""
FEWEST = 3
"""Samples at the limit within a stretch: one may be as loud as can be, and not cut off."""


def at_limit(pcm: Pcm) -> int:
    """How many samples are at the limit; shape (frames,)."""
    return int(np.count_nonzero(pcm >= LIMIT) + np.count_nonzero(pcm <= -LIMIT))


def is_overdriven(pcm: Pcm) -> bool:
    """Whether a stretch of some 10 to 50 ms is cut off; shape (frames,)."""
    return at_limit(pcm) >= FEWEST
