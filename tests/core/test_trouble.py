"""What is wrong with the coach is told once, at the right moment, and again when asked."""

import pytest

from skill.core.coach import Phase
from skill.core.messages import MicrophoneBack, MicrophoneLost, Started, Trouble, Troubles
from skill.core.vocabulary import Command
from tests.support.playbook import Playbook, in_phase

FULL = Troubles((Trouble.FULL,))
BOTH = Troubles((Trouble.FULL, Trouble.WEAK))


def test_at_the_start_it_comes_after_the_greeting() -> None:
    book = Playbook(started=False).send(Started()).send(FULL).wait(20)
    assert book.said[-1] == "trouble_full"
    assert book.said[0] == "hello"
    assert book.wait(100).said.count("trouble_full") == 1


@pytest.mark.parametrize("phase", [Phase.SETTING_UP, Phase.PAUSED, Phase.DONE])
def test_in_a_session_it_is_told_at_once_and_only_what_is_new(phase: Phase) -> None:
    book = in_phase(phase).send(FULL).wait(3)
    assert book.said == ["trouble_full"]
    assert book.forget().send(BOTH).wait(3).said == ["trouble_weak"]
    assert book.forget().send(Troubles()).send(FULL).wait(3).said == ["trouble_full"]


def test_nobody_is_woken_for_it() -> None:
    book = in_phase(Phase.ASLEEP).send(FULL).wait(60)
    assert book.said == []
    assert "trouble_full" in book.hear(Command.START).wait(20).said


def test_but_of_a_microphone_that_is_switched_off_it_tells_by_itself() -> None:
    book = in_phase(Phase.ASLEEP).send(Troubles((Trouble.SILENT,))).wait(60)
    assert book.said == ["trouble_silent"]


def test_what_has_passed_meanwhile_is_not_told() -> None:
    book = in_phase(Phase.ASLEEP).send(BOTH).send(Troubles((Trouble.WEAK,))).wait(1)
    said = book.hear(Command.START).wait(20).said
    assert "trouble_weak" in said
    assert "trouble_full" not in said


def test_not_after_pain_but_when_it_goes_on() -> None:
    book = in_phase(Phase.HURT).send(FULL).wait(20)
    assert book.said == []
    assert "trouble_full" in book.hear(Command.RESUME).wait(20).said


def test_not_while_nobody_could_answer() -> None:
    book = in_phase(Phase.SETTING_UP).send(MicrophoneLost()).finish_speaking().forget()
    assert book.send(FULL).wait(5).said == []
    assert "trouble_full" in book.send(MicrophoneBack()).wait(5).said


@pytest.mark.parametrize("phase", Phase)
def test_asked_it_says_everything_again_and_stays_where_it_is(phase: Phase) -> None:
    book = in_phase(phase).send(BOTH).wait(5).forget()
    place = book.at
    assert book.hear(Command.CHECK).wait(5).said[:2] == ["trouble_full", "trouble_weak"]
    assert book.at == place
    assert book.forget().send(Troubles()).hear(Command.CHECK).said[:1] == ["all_well"]
