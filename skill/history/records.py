"""What is kept of a session, and what many of them amount to. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from skill.history.tally import Tally, Visit

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Record:
    """A session that is over, or nearly.

    Attributes:
        started: when, by the wall clock of the person.
        routine: the routine's id.
        seconds: time on the roller.
        whole: whether the routine was finished.
        visits: steps in their order.
        id: names it in the history; None until it is kept.
    """

    started: datetime
    routine: str
    seconds: int
    whole: bool
    visits: tuple[Visit, ...]
    id: int | None = None

    @classmethod
    def of(cls, tally: Tally, started: datetime, routine: str) -> "Record":
        """The record of a session."""
        return cls(started, routine, tally.active_ms // 1000, tally.whole, tally.visits)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a step is done.

    Attributes:
        routine, exercise, step: their ids; another routine's step may have the same two.
        visits: how often it was done.
        repeated: how often it was asked for once more, or gone back to within a session.
        cut_short: how often its movement was left before its end.
    """

    routine: str
    exercise: str
    step: str
    visits: int
    repeated: int
    cut_short: int


@dataclass(frozen=True, slots=True)
class Past:
    """The last days in a few numbers.

    Attributes:
        week: sessions since Monday.
        week_minutes: minutes on the roller since Monday.
        streak: days in a row with a session, up to today or yesterday.
        days: minutes of each of the last days, today last.
    """

    week: int
    week_minutes: int
    streak: int
    days: tuple[int, ...]


def past(records: Sequence[Record], today: date, days: int = 14) -> Past:
    """The past up to a day."""
    monday = today - today.weekday() * DAY
    week = [record for record in records if monday <= record.started.date() <= today]
    return Past(
        week=len(week),
        week_minutes=_minutes(record.seconds for record in week),
        streak=streak({record.started.date() for record in records}, today),
        days=tuple(minutes for _, minutes in minutes_per_day(records, today, days)),
    )


def _minutes(seconds: Iterable[int]) -> int:
    return round(sum(seconds) / 60)


def minutes_per_day(records: Iterable[Record], today: date, days: int) -> list[tuple[date, int]]:
    """Minutes on the roller on each of the last days, the oldest first, rounded."""
    seconds: Counter[date] = Counter()
    for record in records:
        seconds[record.started.date()] += record.seconds
    dates = [today - back * DAY for back in range(days - 1, -1, -1)]
    return [(day, round(seconds[day] / 60)) for day in dates]


def streak(days: set[date], today: date) -> int:
    """How many days in a row had a session; today still may get its own."""
    day = today if today in days else today - DAY
    count = 0
    while day in days:
        count += 1
        day -= DAY
    return count


def habits(records: Iterable[Record]) -> list[Habit]:
    """How every step that was ever done is done, in the order in which they first were."""
    visits: Counter[tuple[str, str, str]] = Counter()
    repeated: Counter[tuple[str, str, str]] = Counter()
    cut: Counter[tuple[str, str, str]] = Counter()
    for record in records:
        seen: set[tuple[str, str, str]] = set()
        for visit in record.visits:
            key = record.routine, visit.exercise, visit.step
            visits[key] += 1
            repeated[key] += visit.repeats + (key in seen)
            cut[key] += visit.cut_short
            seen.add(key)
    return [Habit(*key, visits[key], repeated[key], cut[key]) for key in visits]
