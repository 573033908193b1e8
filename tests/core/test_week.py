"""Which session of the week it was, said once at the end."""

from dataclasses import replace

import pytest

from skill.content.load import COMMANDS, PHRASES, ROUTINE, load_content
from skill.core.coach import Book, Coach, Phase
from skill.core.messages import Counted
from skill.core.vocabulary import Command
from tests.support.playbook import Playbook, in_phase


def finishing(week: int | None) -> Playbook:
    """At the last step of the last exercise."""
    book = in_phase(Phase.SETTING_UP)
    if week is not None:
        book.send(Counted(week))
    book.hear(Command.SKIP).finish_speaking().hear(Command.SKIP).finish_speaking()
    return book.forget()


def test_it_is_said_once_when_the_routine_is_finished() -> None:
    book = finishing(3).hear(Command.SKIP).finish_speaking()
    assert book.said[-1] == "this_week"
    book.forget().hear(Command.GOODBYE).finish_speaking()
    assert book.said == ["goodbye"]


def test_it_is_said_at_a_goodbye_after_one_exercise() -> None:
    book = in_phase(Phase.SETTING_UP).send(Counted(3)).hear(Command.SKIP).finish_speaking()
    assert book.forget().hear(Command.GOODBYE).finish_speaking().said == ["this_week", "goodbye"]


def test_nothing_is_counted_for_who_did_nothing() -> None:
    book = Playbook().send(Counted(3)).hear(Command.GOODBYE).finish_speaking()
    assert book.said == ["goodbye"]


def test_without_a_history_nothing_is_said() -> None:
    assert "this_week" not in finishing(None).hear(Command.SKIP).finish_speaking().said


@pytest.mark.parametrize(("week", "word"), [(1, "first"), (3, "third"), (7, "seventh")])
def test_the_builtin_phrases_count(week: int, word: str) -> None:
    assert word in _last_sentence(week)


def test_beyond_a_week_of_days_it_is_many() -> None:
    assert _last_sentence(8) == _last_sentence(50) == "You have been here many times this week."


def _last_sentence(week: int) -> str:
    content = load_content(ROUTINE, PHRASES, COMMANDS)
    coach = Coach(Book(content.routine, content.phrases, content.vocabulary))
    done = tuple(exercise.id for exercise in content.routine.exercises)
    coach = replace(coach, spot=replace(coach.spot, finished=done), week=week)
    book = Playbook(coach, started=False).hear(Command.GOODBYE).finish_speaking()
    return book.said[0]
