"""Whether the microphone hears the speaker at all; with headphones it does not."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from skill.ports import Samples

SPEAKING = 1e-4
"""Power of a hop in which the coach says something: -40 dB of full scale."""
LOUDER = 4.0
"""Times the room's noise, 6 dB: speech that is fainter than that cannot be understood."""
SMOOTH = 0.7
"""How much of the power is the same after a hop; noise alone is louder now and then."""
RISING = 1.01
"""How much louder the room's noise can get in a hop: 4 dB a second."""
FEWEST, MANY, MOST = 80, 200, 300
"""Hops of the coach's speech that are looked at: before it is thought to be unheard, as an echo may
come 300 ms late; before it is known to be heard, as two commands may come in the first seconds; and
at most."""
HARDLY, MOSTLY = 0.05, 0.6
"""Shares of these that are louder than the room: less than the first, and nothing of the coach is
heard; more than the second, and it is, for no command is so long."""


@dataclass
class Audible:
    """Compares the room while the coach speaks with the room.

    Attributes:
        faintest: power below which nothing counts as noise of the room.
        possible: whether it may hear the speaker; at first, nobody knows.
        certain: whether it does.
    """

    faintest: float
    possible: bool = True
    certain: bool = False
    _power: float = 0.0
    _noise: float = 1e-7
    _loud: deque[bool] = field(default_factory=lambda: deque(maxlen=MOST))

    def learn(self, heard: Samples, played: Samples) -> None:
        """Take in a hop.

        Args:
            heard: by the microphone, float32 within 1, shape (HOP,).
            played: what left the speaker at the same time, shape (HOP,).
        """
        # Rumble comes and goes, and carries no words: differences leave it out.
        power = float(np.mean(np.square(np.diff(heard))))
        self._power = SMOOTH * self._power + (1 - SMOOTH) * power
        self._noise = max(self.faintest, min(self._power, RISING * self._noise))
        if float(np.mean(np.square(played))) < SPEAKING:
            return
        self._loud.append(self._power > LOUDER * self._noise)
        if len(self._loud) < FEWEST:
            return
        share = sum(self._loud) / len(self._loud)
        self.possible = share > HARDLY
        mostly = share > MOSTLY and len(self._loud) >= MANY
        self.certain = mostly or (self.certain and self.possible)
