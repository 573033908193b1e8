"""What many sessions amount to."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from skill.history.records import Habit, Past, Record, habits, minutes_per_day, past, streak
from skill.history.tally import Visit

MONDAY = date(2026, 11, 23)


def on(day: date, minutes: int = 10, *visits: Visit) -> Record:
    started = datetime(day.year, day.month, day.day, 7, 30, tzinfo=UTC)
    return Record(started, "back", minutes * 60, True, visits)


def back(days: int) -> date:
    return MONDAY - timedelta(days=days)


def test_a_week_begins_on_monday() -> None:
    records = [on(back(1)), on(MONDAY), on(MONDAY, 5)]
    assert past(records, MONDAY, 3) == Past(2, 15, 2, (0, 10, 15))
    assert past(records, back(-6), 1).week == 2
    assert past(records, back(-7), 1).week == 0


def test_minutes_of_the_same_day_are_added_before_they_are_rounded() -> None:
    records = [Record(on(MONDAY).started, "back", 40, False, ()) for _ in range(3)]
    assert minutes_per_day(records, MONDAY, 2) == [(back(1), 0), (MONDAY, 2)]


def test_a_streak_ends_with_the_first_day_without_a_session() -> None:
    days = {back(1), back(2), back(4)}
    assert streak(days, MONDAY) == 2
    assert streak(days | {MONDAY}, MONDAY) == 3
    assert streak({back(2)}, MONDAY) == 0
    assert streak(set(), MONDAY) == 0


def test_habits_count_repeats_returns_and_what_was_cut_short() -> None:
    roll = Visit("one", "roll", 30_000, 90_000, repeats=2)
    whole = Visit("one", "roll", 90_000, 90_000)
    lie = Visit("one", "lie")
    found = habits([on(MONDAY, 1, lie, roll, lie, whole), on(MONDAY, 1, whole)])
    assert found == [Habit("back", "one", "lie", 2, 1, 0), Habit("back", "one", "roll", 3, 3, 1)]


def test_steps_of_two_routines_are_two_whatever_they_are_called() -> None:
    session = on(MONDAY, 1, Visit("one", "lie"))
    found = habits([session, replace(session, routine="mine"), session])
    assert found == [Habit("back", "one", "lie", 2, 0, 0), Habit("mine", "one", "lie", 1, 0, 0)]
