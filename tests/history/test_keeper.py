"""Sessions that are kept while they go on."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from skill.core.coach import Coach, Phase
from skill.core.messages import Effect, Event
from skill.core.vocabulary import Command
from skill.errors import StorageError
from skill.history.keeper import Keeper
from skill.history.records import Record
from skill.history.store import Store
from skill.ports import RATE, Block, BlockKind, Press
from skill.session import Observer, Session
from tests.support.room import Blocks, Witness, session

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
WHOLE_ROUTINE = {
    2: Command.START,
    10: Command.NEXT,
    20: Command.START,
    90: Command.START,
    160: Command.NEXT,
    170: Command.GOODBYE,
}
"""Seconds and presses: set up, roll for 60 s, the other exercise's 60 s, and the end."""


BLOCKS_A_SECOND = 10
"""As long as blocks may be: these are sessions of minutes, in which seconds count."""


class Fingers:
    """Presses at seconds of the session."""

    def __init__(self, at: dict[int, Command]) -> None:
        self._at = {second * BLOCKS_A_SECOND: command for second, command in at.items()}
        self._blocks = 0

    def pressed(self) -> Sequence[Press]:
        self._blocks += 1
        command = self._at.get(self._blocks)
        return () if command is None else (Press(command, None, "test"),)


def keeping(
    keeper: Keeper, at: dict[int, Command], seconds: float, *before: Observer
) -> tuple[Session, Witness]:
    talk, witness = session(
        source=Blocks((seconds, BlockKind.HEARD), frames=RATE // BLOCKS_A_SECOND)
    )
    talk.hands = (Fingers(at),)
    talk.observers = (*talk.observers, *before, keeper)
    talk.this_week = keeper.this_week
    talk.run()
    return talk, witness


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "history.sqlite3") as opened:
        yield opened


Play = Callable[[dict[int, Command], float], tuple[Session, Witness, Keeper]]


@pytest.fixture
def told() -> list[str]:
    """Sentences about troubles."""
    return []


@pytest.fixture
def play(store: Store, told: list[str]) -> Play:
    """Runs a session with presses, and keeps it."""

    def playing(at: dict[int, Command], seconds: float) -> tuple[Session, Witness, Keeper]:
        keeper = Keeper(store, lambda: MONDAY, "test", told.append)
        return (*keeping(keeper, at, seconds), keeper)

    return playing


def test_a_whole_routine_is_kept(play: Play, store: Store) -> None:
    _, witness, _ = play(WHOLE_ROUTINE, 200)
    (record,) = store.records()
    assert record.started == MONDAY
    assert record.routine == "test"
    assert record.whole
    assert [(visit.step, visit.cut_short) for visit in record.visits] == [
        ("a", False),
        ("b", False),
        ("c", False),
        ("d", False),
    ]
    assert 140 <= record.seconds <= 165
    assert witness.said.count("this_week") == 1


def test_what_lasts_less_than_a_minute_is_no_session(play: Play, store: Store) -> None:
    play({2: Command.START, 50: Command.GOODBYE}, 60)
    assert store.records() == []


def test_a_killed_process_has_kept_what_was_done(play: Play, store: Store) -> None:
    talk, _, _ = play({2: Command.START, 70: Command.NEXT}, 75)
    assert talk.coach.phase is Phase.SETTING_UP
    assert [visit.step for visit in store.records()[0].visits] == ["a", "b"]


def test_what_is_closed_keeps_the_step_that_goes_on(play: Play, store: Store) -> None:
    _, _, keeper = play({2: Command.START, 10: Command.NEXT, 50: Command.START}, 107)
    keeper.close()
    (record,) = store.records()
    assert 103 <= record.seconds <= 107
    assert record.visits[-1].step == "b"
    assert not record.visits[-1].cut_short
    _, _, short = play({2: Command.START}, 30)
    short.close()
    assert len(store.records()) == 1


def test_what_was_deleted_while_it_went_on_does_not_come_back(play: Play, store: Store) -> None:
    _, _, keeper = play({2: Command.START, 70: Command.STOP}, 75)
    (mine,) = store.records()
    assert mine.id is not None
    store.delete([mine.id])
    keeper.close()
    assert store.records() == []
    other = replace(mine, id=None, started=MONDAY - timedelta(days=1))
    store.keep(other)
    keeper.close()
    assert [record.started for record in store.records()] == [other.started], (
        "SQLite gives a number that is free again to the next"
    )


def test_a_file_that_another_program_has_locked_is_not_waited_for(
    play: Play, store: Store, told: list[str], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "history.sqlite3", isolation_level=None)) as browser:
        browser.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        _, _, keeper = play({2: Command.START, 70: Command.NEXT}, 75)
        assert time.monotonic() - began < 4, "SQLite's own patience is 5 s"
        assert "Close the program that has it open." in told[0]
        browser.execute("ROLLBACK")
    keeper.close()
    assert len(store.records()) == 1


def test_who_picks_up_soon_goes_on_with_the_same_session(play: Play, store: Store) -> None:
    play({2: Command.START, 70: Command.STOP, 200: Command.START, 240: Command.STOP}, 250)
    (record,) = store.records()
    assert 105 <= record.seconds <= 115


def test_who_comes_back_later_begins_another(play: Play, store: Store) -> None:
    again = 70 + 16 * 60
    _, _, keeper = play(
        {2: Command.START, 70: Command.STOP, again: Command.START, again + 68: Command.STOP},
        again + 80,
    )
    assert [67 <= record.seconds <= 69 for record in store.records()] == [True, True]
    assert keeper.this_week() == 2


def test_this_week_counts_the_session_that_goes_on(play: Play, store: Store) -> None:
    for days in (1, 0, 0):
        store.keep(Record(MONDAY - timedelta(days=days, hours=1), "test", 600, True, ()))
    talk, _, keeper = play({2: Command.START}, 70)
    assert talk.coach.week == 3
    known = keeper.past()
    assert known is not None
    assert known.week == 3, "kept as soon as it has lasted a minute"


def test_a_clock_that_learns_the_time_in_the_middle_dates_the_session(store: Store) -> None:
    """As on a machine that has no battery for its clock: the session was one of 1970."""
    clock = Clock(100, 0)
    at = {2: Command.START, 70: Command.NEXT, 170: Command.STOP}

    def now() -> datetime:
        return clock() if store.records() else datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC)

    keeping(Keeper(store, now, "test"), at, 180, clock)
    (record,) = store.records()
    assert record.started == MONDAY + timedelta(seconds=2)


def test_a_history_that_breaks_does_not_end_the_session(
    play: Play, told: list[str], tmp_path: Path
) -> None:
    file = sqlite3.connect(tmp_path / "history.sqlite3")
    file.executescript("DROP TABLE visits; DROP TABLE sessions;")
    file.close()
    talk, witness, keeper = play(WHOLE_ROUTINE, 200)
    assert talk.coach.gone
    assert "routine_done the routine" in witness.said
    assert keeper.trouble is not None
    assert "history.sqlite3 cannot be used" in keeper.trouble
    assert keeper.past() is None
    assert len(told) == 2, "that it cannot be read, and that it cannot be written"
    assert told[1].endswith("This session is not in the history.")


class Flaky(Store):
    """Its disk is full at some writes, and its reads fail at some."""

    full: Sequence[int] = ()
    unreadable: Sequence[int] = ()
    writes = reads = 0

    def keep(self, record: Record, started: datetime | None = None) -> int | None:
        self.writes += 1
        if self.writes in self.full:
            raise StorageError("The disk is full.", "Free some space.")
        return super().keep(record, started)

    def records(self) -> list[Record]:
        self.reads += 1
        if self.reads in self.unreadable:
            raise StorageError("The disk is away.", "Look for it.")
        return super().records()


@pytest.fixture
def flaky(tmp_path: Path) -> Iterator[Flaky]:
    with Flaky(tmp_path / "history.sqlite3") as opened:
        yield opened


def test_a_disk_that_was_full_for_a_while_costs_nothing(flaky: Flaky, told: list[str]) -> None:
    flaky.full = (1, 2)
    keeper = Keeper(flaky, lambda: MONDAY, "test", told.append)
    keeping(keeper, WHOLE_ROUTINE, 200)
    assert told == ["The disk is full. Free some space. This session is not in the history."]
    (record,) = flaky.records()
    assert record.whole
    assert keeper.trouble is None


def test_each_new_trouble_is_told(flaky: Flaky, told: list[str]) -> None:
    flaky.full = (1, 3)
    keeping(Keeper(flaky, lambda: MONDAY, "test", told.append), WHOLE_ROUTINE, 200)
    assert len(told) == 2


def test_a_history_that_could_not_be_read_once_goes_on(flaky: Flaky, told: list[str]) -> None:
    flaky.unreadable = (1,)
    keeper = Keeper(flaky, lambda: MONDAY, "test", told.append)
    keeping(keeper, WHOLE_ROUTINE, 200)
    assert told == ["The disk is away. Look for it."]
    assert keeper.this_week() == 1
    assert keeper.trouble is None
    known = keeper.past()
    assert known is not None
    assert known.week == 1


class Clock:
    """The wall clock, with the machine suspended for some days after some seconds of the
    microphone's time; an observer, to know them.
    """

    def __init__(self, suspended_at: float, days: int = 1) -> None:
        self._suspended_at = suspended_at
        self.days = days
        self._now = 0.0

    def __call__(self) -> datetime:
        return MONDAY + timedelta(seconds=self.suspended() + self._now)

    def suspended(self) -> float:
        """For how long the machine has slept so far, in seconds."""
        return 86_400 * self.days if self._now >= self._suspended_at else 0

    def message(self, at: int, message: Event | Effect) -> None:
        pass

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        self._now = block.end_frame / RATE


@pytest.mark.parametrize("phase", ["asleep", "paused"])
def test_the_day_after_a_suspend_begins_another(store: Store, phase: str) -> None:
    stop = Command.STOP if phase == "asleep" else Command.PAUSE
    clock = Clock(100)
    at = {2: Command.START, 70: stop, 120: Command.START, 190: Command.STOP}
    keeper = Keeper(store, clock, "test", suspended=clock.suspended)
    keeping(keeper, at, 200, clock)
    days = [record.started.date() for record in store.records()]
    assert days == [MONDAY.date(), MONDAY.date() + timedelta(days=1)]
    assert [60 <= record.seconds <= 90 for record in store.records()] == [True, True]


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_set_anew_does_not_divide_a_session(store: Store, days: int) -> None:
    clock = Clock(100, days)
    at = {2: Command.START, 90: Command.REPEAT, 170: Command.STOP}
    keeping(Keeper(store, clock, "test"), at, 180, clock)
    (record,) = store.records()
    assert record.started == MONDAY + timedelta(days=days, seconds=2), "as the clock goes now"
    assert 167 <= record.seconds <= 169


def test_the_last_days_move_on_at_midnight(flaky: Flaky) -> None:
    clock = Clock(0, days=0)
    flaky.keep(Record(MONDAY, "test", 600, True, ()))
    keeper = Keeper(flaky, clock, "test")
    first = keeper.past()
    clock.days = 6
    assert keeper.past() != first
    clock.days = 7
    later = keeper.past()
    assert later is not None
    assert (later.week, later.streak, later.days[6]) == (0, 0, 10)
    assert keeper.past() == later
    assert flaky.reads == 3, "once a day"
