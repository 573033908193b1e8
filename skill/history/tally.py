"""What a session came to, counted while it goes on. Pure."""

from dataclasses import dataclass, replace
from typing import Self

from skill.core.coach import Coach, Phase

ON_THE_ROLLER = frozenset({Phase.SETTING_UP, Phase.ROLLING})
AWAKE = ON_THE_ROLLER | {Phase.PAUSED, Phase.HURT}
WHOLE = 0.9
"""A movement of which so much was done was not cut short: the person said "next" at its end."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One step, from coming to it to leaving it.

    Attributes:
        exercise, step: their ids.
        rolled_ms: how much of its movement was done, at most.
        length_ms: how long the movement was to last; 0 for a set-up.
        repeats: how often "repeat" was said.
    """

    exercise: str
    step: str
    rolled_ms: int = 0
    length_ms: int = 0
    repeats: int = 0

    @property
    def cut_short(self) -> bool:
        """Whether the movement was left before its end."""
        return self.rolled_ms < WHOLE * self.length_ms


@dataclass(frozen=True, slots=True)
class Tally:
    """A session so far.

    Attributes:
        at: when it was last counted, milliseconds.
        phase: what was going on then.
        active_ms: time spent on the roller: setting up and rolling.
        visits: steps in their order, the current one last.
        ends: how often the routine was finished.
    """

    at: int = 0
    phase: Phase = Phase.ASLEEP
    active_ms: int = 0
    visits: tuple[Visit, ...] = ()
    ends: int = 0

    @property
    def whole(self) -> bool:
        """Whether the routine was finished."""
        return self.ends > 0

    def follow(self, coach: Coach, now: int) -> Self:
        """The tally after a block."""
        passed = now - self.at if self.phase in ON_THE_ROLLER else 0
        return replace(
            self,
            at=now,
            phase=coach.phase,
            active_ms=self.active_ms + passed,
            visits=self._visits(coach, now) if coach.phase in AWAKE else self.visits,
            # Who takes sleep back after the end is at the same end.
            ends=self.ends + (coach.phase is Phase.DONE and self.phase in AWAKE),
        )

    def _visits(self, coach: Coach, now: int) -> tuple[Visit, ...]:
        exercise, step = coach.exercise.id, coach.step.id
        visits = self.visits
        if not visits or (visits[-1].exercise, visits[-1].step) != (exercise, step):
            visits = (*visits, Visit(exercise, step))
        last, length = visits[-1], coach.length()
        rolled = max(last.rolled_ms, min(coach.rolled(now), length))
        if (rolled, length) == (last.rolled_ms, last.length_ms):
            return visits
        return (*visits[:-1], replace(last, rolled_ms=rolled, length_ms=length))

    def repeated(self) -> Self:
        """The tally after "repeat"."""
        if not self.visits:
            return self
        last = self.visits[-1]
        return replace(self, visits=(*self.visits[:-1], replace(last, repeats=last.repeats + 1)))

    def taken_back(self) -> Self:
        """The tally after "undo": a step that was come to by mistake has not been visited, and an
        end has not been reached. Whatever else was taken back is counted anew with the next block.
        """
        if self.phase is Phase.DONE:
            return replace(self, ends=self.ends - 1, phase=Phase.PAUSED)
        if not self.visits[1:]:
            return self
        last = self.visits[-1]
        was_used = last.rolled_ms or last.repeats
        return self if was_used else replace(self, visits=self.visits[:-1])
