"""Shuts while nobody but the coach talks, so that a command begins in silence.

The suppressor's gains are never quite 0, and a recogniser makes words of the faintest speech.
Behind the gate is the room's own noise, and not digital silence, of which it makes words, too.
"""

import numpy as np

from skill.echo.bands import FRAME, Spectrum, spectrum
from skill.ports import Samples

TALKING = 0.7
"""From here on the suppressor's opinion opens the gate."""
HANG = 25
"""Hops for which it stays open afterwards: closures in words are shorter."""
FLOOR = 0.03
"""Gain of a shut gate, -30 dB beyond the suppressor's."""
CLOSING = 0.35
"""How much of the way to shut is gone in a hop."""
QUIETEST = 1e-9
"""Power of the noise behind the gate, at least: -90 dB of full scale."""
RISING = 1.01
"""How much louder the room's own noise can get in a hop: 4 dB a second."""


class Gate:
    """Knows the room's noise, and how long ago somebody talked."""

    def __init__(self) -> None:
        self._left_open = 0
        self._gain = 1.0
        self._noise = 1e-7
        self._random = np.random.default_rng(0)

    def learn(self, left: float) -> None:
        """Take in the power of a hop of what the filter left: its quietest moments are the room."""
        self._noise = max(QUIETEST, min(left, RISING * self._noise))

    @property
    def is_open(self) -> bool:
        """Whether somebody talks, or just did."""
        return self._left_open > 0

    @property
    def is_sure(self) -> bool:
        """Whether somebody talks now."""
        return self._left_open == HANG

    def pass_on(self, left: Spectrum, gains: Samples, talking: float) -> tuple[Spectrum, Spectrum]:
        """A frame as it is behind the gate, and as it would be if the gate were open.

        Args:
            left: complex64, shape (BINS,).
            gains: the suppressor's, within 0 and 1, shape (BINS,).
            talking: how likely it is that somebody talks.
        """
        self._left_open = HANG if talking > TALKING else max(0, self._left_open - 1)
        wanted = 1.0 if self._left_open else FLOOR
        self._gain += (1.0 if wanted > self._gain else CLOSING) * (wanted - self._gain)
        filling = spectrum(self._random.standard_normal(FRAME, np.float32) * np.sqrt(self._noise))
        return (
            _filled(left, gains * np.float32(self._gain), filling),
            _filled(left, gains, filling),
        )


def _filled(left: Spectrum, gains: Samples, filling: Spectrum) -> Spectrum:
    """The room's noise takes the place of what is taken away."""
    filled: Spectrum = left * gains + filling * np.sqrt(1 - np.square(gains))
    return filled.astype(np.complex64)
