"""Watches live sessions and keeps what they came to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from skill.core.coach import Coach, Phase
from skill.core.messages import Effect, Event, Heard
from skill.core.vocabulary import Command
from skill.errors import StorageError
from skill.history.records import Past, Record, past
from skill.history.store import Store
from skill.history.tally import AWAKE, Tally
from skill.ports import RATE, Block

LEAST_MS = 60_000
"""A shorter one is no session: somebody tried something."""
SET_ANEW = timedelta(minutes=30)
"""Much more than microphones and clocks differ by within a session."""
GAP_MS = 15 * 60_000
"""Whoever wakes the coach sooner than this goes on with the same session."""


@dataclass
class Keeper:
    """An observer that keeps every session of a minute or more, while it goes on.

    Args:
        store: where it is kept.
        clock: the wall clock of the person, with its offset from UTC.
        routine: the routine's id.
        tell: gets a sentence as soon as something cannot be kept or read, once until it can be
            again. A session goes on all the same.
        suspended: for how many seconds the machine has slept, or the process was stopped, so far:
            the microphone's time stands still meanwhile.
    """

    store: Store
    clock: Callable[[], datetime]
    routine: str
    tell: Callable[[str], None] = lambda _trouble: None
    suspended: Callable[[], float] = lambda: 0.0
    _troubles: dict[str, str] = field(default_factory=dict)
    _tally: Tally = field(default_factory=Tally)
    _started: datetime | None = None
    _awake: float | None = None
    _began: float = 0.0
    _now: float = 0.0
    _id: int | None = None
    _kept: tuple[int, Phase] | None = None
    _past: Past | None = None
    _past_on: date | None = None

    @property
    def trouble(self) -> str | None:
        """Why something cannot be kept or read now, or None."""
        return next(iter(self._troubles.values()), None)

    def message(self, at: int, message: Event | Effect) -> None:
        """Count what was repeated, and leave out what was taken back."""
        if not isinstance(message, Heard):
            return
        if message.command is Command.REPEAT:
            self._tally = self._tally.repeated()
        elif message.command in {Command.UNDO, Command.WRONG}:
            self._tally = self._tally.taken_back()

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Count the time, and keep what has been done whenever a step or phase is over."""
        now = block.end_frame * 1000 // RATE
        # Not the wall clock, which a person or a time server may set anew at any moment.
        self._now = now + 1000 * self.suspended()
        if coach.phase in AWAKE:
            self._wake(now)
        if self._started is None:
            return
        self._tally = self._tally.follow(coach, now)
        place = (len(self._tally.visits), coach.phase)
        if place != self._kept and self._tally.active_ms >= LEAST_MS:
            self._kept = place
            self._keep()

    def close(self) -> None:
        """Keep the step that goes on, too: the session ends, be it by a signal."""
        if self._tally.active_ms >= LEAST_MS:
            self._keep()

    def _wake(self, now: int) -> None:
        """Begin another session, unless the person was awake not long ago."""
        if self._awake is None or self._now - self._awake > GAP_MS:
            self._tally, self._started, self._began = Tally(at=now), self.clock(), self._now
            self._id = self._kept = None
        self._awake = self._now

    def _keep(self) -> None:
        if self._started is None:
            return
        began = self._dated(self._started)
        record = replace(Record.of(self._tally, began, self.routine), id=self._id)
        with self._troubled("write", " This session is not in the history."):
            self._id = self.store.keep(record, self._started)
            self._past_on = None
            # None: the person has deleted it; the next one is kept again.
            self._started = began if self._id is not None else None

    def _dated(self, started: datetime) -> datetime:
        """When the session began by the clock as it goes now: a machine without a battery for its
        own, which begins in 1970 or at the last power cut, learns the time in the middle.
        """
        by_now = self.clock() - timedelta(milliseconds=self._now - self._began)
        return by_now if abs(by_now - started) > SET_ANEW else started

    @contextmanager
    def _troubled(self, work: str, so: str = "") -> Iterator[None]:
        """Tell of a work's trouble when it is new, and forget it when the work is done."""
        try:
            yield
        except StorageError as error:
            known = work in self._troubles
            self._troubles[work] = f"{error}{so}"
            if not known:
                self.tell(self._troubles[work])
        else:
            self._troubles.pop(work, None)

    def this_week(self) -> int | None:
        """How many sessions there have been since Monday, with the one that goes on; None if it
        cannot be told.
        """
        with self._troubled("read"):
            records = [record for record in self.store.records() if record.id != self._id]
            return past(records, self.clock().date()).week + 1
        return None

    def past(self) -> Past | None:
        """The last days, as they are kept; None if they cannot be read."""
        # Asked for with every block; the clock takes a microsecond.
        today = self.clock().date()
        if self._past_on != today:
            self._past_on, self._past = today, None
            with self._troubled("read"):
                self._past = past(self.store.records(), today)
        return self._past
