"""Whether the microphone hears the speaker at all; with headphones it does not."""

from collections import deque
from dataclasses import dataclass, field

from skill.echo.bands import hop_powers, power
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
heard; more than the second, and it is, if the filter takes anything at all. Three commands in a row
were louder than the room in 0.74 of 200 hops, of which the filter took none; of the coach, where it
was as loud as that, it took 0.1 and more in ten rooms."""
HALF, EXPLAINED = 0.5, 0.2
"""Where the filter takes half of what is heard, it was the coach; in such a share of all hops, and
the coach is heard, however faintly."""


@dataclass
class Audible:
    """Compares the room while the coach speaks with the room, and what is left with what was heard.

    Attributes:
        faintest: power below which nothing counts as noise of the room.
        possible: whether it may hear the speaker; at first, nobody knows.
        certain: whether it does.
        explained: whether the filter takes so much of what was heard that it was the coach.
        unexplained: whether what was heard lately is louder than the room, and most of it is left:
            it was not the coach, as far as the filter knows.
    """

    faintest: float
    possible: bool = True
    certain: bool = False
    explained: bool = False
    unexplained: bool = False
    _heard: float = 0.0
    _left: float = 0.0
    _noise: float = 1e-7
    _loud: deque[bool] = field(default_factory=lambda: deque(maxlen=MOST))
    _taken: deque[bool] = field(default_factory=lambda: deque(maxlen=MOST))

    def learn(self, heard: float, left: float, played: float) -> None:
        """Take in a hop.

        Args:
            heard: by the microphone: the power of its differences (`change`), of samples within 1.
            left: the same of what the filter left of it.
            played: power of what left the speaker at the same time.
        """
        self._heard = SMOOTH * self._heard + (1 - SMOOTH) * heard
        self._left = SMOOTH * self._left + (1 - SMOOTH) * left
        self._noise = max(self.faintest, min(self._heard, RISING * self._noise))
        loud = self._heard > LOUDER * self._noise
        taken = loud and self._left < HALF * self._heard
        self.unexplained = loud and not taken
        if played < SPEAKING:
            return
        self._loud.append(loud)
        self._taken.append(taken)
        if len(self._loud) >= FEWEST:
            self._judge(_share(self._loud), _share(self._taken))

    def _judge(self, loud: float, taken: float) -> None:
        self.possible = loud > HARDLY
        self.explained = taken > EXPLAINED
        loudly = loud > MOSTLY and taken > HARDLY and len(self._loud) >= MANY
        sure = self.explained or loudly
        self.certain = sure or (self.certain and self.possible)


def change(hop: Samples) -> float:
    """Power of a hop's differences: rumble comes and goes, and carries no words."""
    return power(hop[1:] - hop[:-1])


def changes(hops: Samples) -> list[float]:
    """The same of several, shape (hops, HOP)."""
    return hop_powers(hops[:, 1:] - hops[:, :-1])


def _share(which: deque[bool]) -> float:
    return which.count(True) / len(which)
