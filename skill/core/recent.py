"""The sound of the last seconds, as the listener needs it: 10 ms after 10 ms."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

STEP_MS = 10
MEMORY_MS = 6_000
UNHEARD = -1.0
"""`Moment.alike` where the coach talks and the microphone does not hear it: headphones are on."""


class Moment(NamedTuple):
    """10 ms of it.

    Attributes:
        level: dB against one step of 16 bits; None where nothing was heard.
        coach: whether the coach was speaking, or just had been.
        others: whether somebody else may have been talking.
        echo: dB of the coach, as the microphone heard it, that is taken out of the level.
        alike: how much what is left is of the colour of what was taken, -1 to 1; 0 where that is
            not known, `UNHEARD` where there is nothing of the coach.
    """

    level: float | None = None
    coach: bool = False
    others: bool = True
    echo: float = 0.0
    alike: float = 0.0


@dataclass(frozen=True, slots=True)
class Recent:
    """The last seconds.

    Attributes:
        moments: 10 ms each; the newest last.
        until: when the last of them ended, in ms.
    """

    moments: tuple[Moment, ...] = ()
    until: int = 0

    def after(self, moments: Sequence[Moment], until: int) -> "Recent":
        """With some more of them, the last of which ended at `until`."""
        return Recent((*self.moments, *moments)[-MEMORY_MS // STEP_MS :], until)

    def between(self, start_ms: int, end_ms: int) -> tuple[Moment, ...]:
        """What is remembered of a stretch."""
        first, last = (
            max(0, len(self.moments) - (self.until - at) // STEP_MS) for at in (start_ms, end_ms)
        )
        return self.moments[first:last]

    def likeness(self, start_ms: int, end_ms: int) -> float:
        """How much a stretch is of the coach's colour: the median; 0 if it is forgotten."""
        return median([moment.alike for moment in self.between(start_ms, end_ms)] or [0.0])

    def others_ms(self, start_ms: int) -> int:
        """For how long somebody other than the coach may have talked since then; if nothing is
        remembered at all, as long as can be.
        """
        if not self.moments:
            return MEMORY_MS
        return STEP_MS * sum(moment.others for moment in self.between(start_ms, self.until))
