"""Whatever is said in whatever session was foreseen."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.app import App
from skill.content.load import load_content
from skill.core.advance import advance
from skill.core.coach import Book, Coach
from skill.core.messages import (
    Chime,
    Counted,
    Event,
    Heard,
    MicrophoneLost,
    Say,
    SpeechEnded,
    Started,
    Tick,
)
from skill.core.repertoire import MORE_TIMES, lengths, repertoire
from skill.core.vocabulary import Command
from skill.settings import Settings
from tests.support.book import BOOK

CONTENT = load_content()
REAL = Book(CONTENT.routine, CONTENT.phrases, CONTENT.vocabulary)
GERMAN = App(Settings(language="de")).coach().book
BOOKS = {"real": REAL, "german": GERMAN, "test": BOOK}
NAMES = (*(exercise.id for exercise in CONTENT.routine.exercises), None)
ACTS = st.one_of(
    st.sampled_from(Command),
    st.sampled_from([Command.NEXT, Command.START, Command.HELP, Command.HOW_LONG, Command.UNDO]),
    st.integers(1, 100),
)


@cache
def known(name: str, pace: int) -> set[tuple[str, int]]:
    return set(repertoire(BOOKS[name], pace))


def said(book: Book, acts: list[Command | int]) -> set[tuple[str, int, int]]:
    """Text, its pace and the person's own, of every line of a session."""
    coach, now, heard = Coach(book), 0, set()
    wishes = 0

    def send(event: Event) -> None:
        nonlocal coach
        coach, effects = advance(coach, event, now)
        for effect in effects:
            if isinstance(effect, Say):
                heard.add((effect.text, effect.pace, coach.spot.pace))

    def finish() -> None:
        while isinstance(coach.speaking, Say | Chime):
            send(SpeechEnded(coach.speaking.token))

    send(Started())
    send(Counted(1 + len(acts) % 9))
    for number, act in enumerate(acts):
        if isinstance(act, int):
            for _ in range(act):
                now += 1000
                send(Tick())
                finish()
            continue
        wishes += act is Command.MORE_TIME
        if act is not Command.MORE_TIME or wishes <= MORE_TIMES:
            send(Heard(act, NAMES[number % len(NAMES)] if act is Command.EXERCISE else None))
        if number % 3:
            finish()
    finish()
    send(MicrophoneLost())
    finish()
    if coach.bookmark is not None:
        coach = Coach(book)
        send(Started(coach.bookmark))
    return heard


@given(st.lists(ACTS, max_size=60))
@settings(max_examples=150)
def test_every_line_of_a_session_is_in_the_repertoire(acts: list[Command | int]) -> None:
    for text, pace, own in said(REAL, acts):
        assert (text, pace) in known("real", own)


@pytest.mark.parametrize("name", ["german", "test"])
@given(acts=st.lists(ACTS, max_size=40))
@settings(max_examples=50, deadline=None)
def test_whatever_the_routine_and_the_language(name: str, acts: list[Command | int]) -> None:
    for text, pace, own in said(BOOKS[name], acts):
        assert (text, pace) in known(name, own)


def test_a_whole_session_uses_much_of_it() -> None:
    acts: list[Command | int] = [Command.START]
    for _ in range(12):
        for ask in ("HELP", "HELP", "WHERE", "TELL_MORE", "HOW_LONG"):
            acts += [Command[ask], 1]
        acts += [Command.NEXT, 40, Command.PAUSE, 1, Command.RESUME, 40]
    heard = {(text, pace) for text, pace, _ in said(REAL, acts)}
    assert heard <= set(repertoire(REAL))
    assert len(heard) > 100


def test_each_line_is_there_once_and_small_enough_to_ship() -> None:
    lines = repertoire(REAL)
    assert len(lines) == len(set(lines)) < 500


def test_lengths_reach_two_wishes_beyond_the_longest_movement() -> None:
    assert lengths(REAL)[0] == "5 seconds"
    assert lengths(REAL)[-1] == "2 minutes and 30 seconds"
    assert len(lengths(BOOK)) == (60 + 60) // 5


def test_nothing_in_it_has_an_unfilled_place() -> None:
    assert not [text for text, _ in repertoire(REAL) if "{" in text or not text.strip()]
