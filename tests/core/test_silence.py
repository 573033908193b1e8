"""Long silences, restarts, and a microphone that goes away."""

import pytest

from skill.core.coach import Phase
from skill.core.messages import (
    Bookmark,
    Ignored,
    MicrophoneBack,
    MicrophoneLost,
    Remember,
    Started,
    Talk,
    ThereAgain,
)
from skill.core.vocabulary import Command
from tests.support.playbook import Playbook, in_phase


def test_one_soft_question_then_sleep_then_pick_up() -> None:
    book = in_phase(Phase.SETTING_UP).wait(44)
    assert book.said == []
    book.wait(2)
    assert book.said == ["still_there"]
    book.forget().wait(50)
    assert book.said == ["going_to_sleep"]
    assert book.at == "asleep one/b"
    book.tick_ms = 1_000
    book.forget().wait(3600)
    assert book.said == []
    book.hear(Command.START).finish_speaking()
    assert book.said == ["picked_up exercise one 2 the b", "brief b", "movement_ready 1 min"]


def test_yes_to_the_question_goes_on_and_no_waits() -> None:
    book = in_phase(Phase.SETTING_UP).wait(50).hear(Command.NO)
    assert book.said == ["still_there", "take_your_time"]
    book.forget().wait(50).hear(Command.YES)
    assert book.said == ["still_there", "movement_started 1 min"]


def test_yes_to_the_question_in_a_pause_resumes() -> None:
    book = in_phase(Phase.PAUSED).wait(95).hear(Command.YES)
    assert book.said == ["still_there", "resumed 1 min"]


def test_a_word_from_the_person_starts_the_silence_anew() -> None:
    book = in_phase(Phase.SETTING_UP).wait(40).hear(Command.MORE_TIME).forget().wait(40)
    assert book.said == []


@pytest.mark.parametrize(("phase", "seconds"), [(Phase.HURT, 180), (Phase.DONE, 60)])
def test_after_pain_and_after_the_end_sleep_comes_without_a_word(
    phase: Phase, seconds: int
) -> None:
    book = in_phase(phase).wait(seconds - 1)
    assert book.coach.phase is phase
    book.wait(2)
    assert book.coach.phase is Phase.ASLEEP
    assert book.said == []


@pytest.mark.parametrize("command", [Command.START, Command.RESUME])
def test_resume_counts_as_long_as_it_was_said_to_after_pain(command: Command) -> None:
    book = in_phase(Phase.HURT).wait(600)
    assert book.hear(command).at == "setting up one/b"
    told = ["after_hurt exercise one 2", "brief b", "movement_ready 1 min"]
    assert book.finish_speaking().said == told
    book.hear(Command.STOP).forget().hear(Command.RESUME)
    assert book.said == []


def test_after_pain_and_a_stop_it_goes_on_as_gently_as_after_pain() -> None:
    book = in_phase(Phase.HURT).hear(Command.STOP).hear(Command.START)
    assert book.said == ["after_hurt exercise one 2"]
    assert book.coach.rolled(book.now) == 0


def test_a_lost_microphone_is_said_once_and_nothing_is_asked_meanwhile() -> None:
    book = in_phase(Phase.SETTING_UP).send(MicrophoneLost()).send(MicrophoneLost()).wait(300)
    assert book.said == ["<microphone_lost>", "microphone_lost"]
    book.forget().send(MicrophoneBack()).send(MicrophoneBack()).wait(40)
    assert book.said == ["<microphone_back>"]
    assert book.at == "setting up one/b"


def test_what_was_ignored_changes_nothing() -> None:
    book = in_phase(Phase.ROLLING)
    before = book.coach
    assert book.send(Ignored("text", "decoy")).coach == before


def test_the_first_start_greets_with_the_disclaimer() -> None:
    book = Playbook(started=False).send(Started()).finish_speaking()
    assert book.said == ["hello", "not_medical", "greeting start"]
    assert book.at == "asleep one/a"


def test_a_bookmark_brings_everything_back() -> None:
    mark = Bookmark("test", "two", "d", ("one", "gone"), ("one/a",), Talk.BRIEF, 90, 3)
    book = Playbook(started=False).send(Started(mark)).finish_speaking()
    assert book.said == ["hello", "greeting_back exercise two 2"]
    book.forget().hear(Command.START)
    assert book.at == "setting up two/d"
    spot = book.coach.spot
    assert (spot.finished, spot.talk, spot.pace, spot.volume) == (("one",), Talk.BRIEF, 90, 3)


def test_a_finished_routine_begins_anew_the_day_after_and_says_so() -> None:
    coach = in_phase(Phase.DONE).hear(Command.GOODBYE).finish_speaking().coach
    book = Playbook(started=False).send(Started(coach.bookmark)).finish_speaking()
    assert book.said == ["hello", "greeting start"]
    book.forget().hear(Command.START).finish_speaking()
    assert book.at == "setting up one/a"
    assert book.said == ["intro one", "brief a"]


def test_after_a_goodbye_it_is_there_again_asleep_and_talks_as_it_was_told_to() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.GOODBYE).finish_speaking()
    assert book.coach.gone
    book.tick_ms = 1_000
    book.forget().send(ThereAgain(("a", "b"), Talk.BRIEF, 90, 3)).wait(3600)
    assert book.said == []
    assert book.at == "asleep one/a"
    spot = book.coach.spot
    assert (book.coach.told, spot.talk, spot.pace, spot.volume) == (("a", "b"), Talk.BRIEF, 90, 3)


def test_after_a_goodbye_in_the_middle_it_picks_up_as_after_a_restart() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.SKIP).hear(Command.GOODBYE).finish_speaking()
    mark = book.coach.bookmark
    assert mark is not None
    book.send(ThereAgain(mark.told, bookmark=mark)).wait(60)
    assert book.coach.bookmark == mark
    book.forget().hear(Command.START).finish_speaking()
    assert book.said[0] == "picked_up exercise two 1 the c"
    assert book.at == "setting up two/c"
    assert book.coach.spot.finished == ("one",)


def test_after_a_goodbye_at_the_end_it_begins_anew() -> None:
    book = in_phase(Phase.DONE).hear(Command.GOODBYE).finish_speaking()
    book.send(ThereAgain(bookmark=book.coach.bookmark)).wait(60)
    assert book.coach.bookmark is None
    book.hear(Command.START).finish_speaking()
    assert book.at == "setting up one/a"
    assert book.coach.spot.finished == ()


@pytest.mark.parametrize("phase", [Phase.SETTING_UP, Phase.PAUSED, Phase.DONE])
def test_undo_takes_a_sleep_back_that_came_by_itself(phase: Phase) -> None:
    book = in_phase(phase)
    where = book.at
    book.tick_ms = 1_000
    while book.coach.phase is not Phase.ASLEEP:
        book.wait(1)
    book.wait(5).hear(Command.UNDO).finish_speaking()
    assert book.at == where
    assert book.coach.history == ()


def test_undo_after_a_movement_has_ended_comes_back_to_it_and_starts_no_clock() -> None:
    book = in_phase(Phase.ROLLING).wait(50).hear(Command.SLOWER).wait(20)
    assert book.at == "setting up two/c"
    book.hear(Command.UNDO).finish_speaking()
    assert book.at == "setting up one/b"
    assert book.coach.rolled(book.now) == 0
    assert book.coach.spot.finished == ()
    book.forget().hear(Command.START).wait(40)
    assert "halfway" in book.said


def test_that_something_hurt_is_remembered_over_a_restart() -> None:
    mark = in_phase(Phase.HURT).coach.bookmark
    book = Playbook(started=False).send(Started(mark)).finish_speaking()
    book.forget().hear(Command.START).finish_speaking()
    assert book.said == ["after_hurt exercise one 2", "brief b", "movement_ready 1 min"]
    assert book.coach.bookmark is not None
    assert not book.coach.bookmark.hurt


def test_a_stop_over_the_farewell_is_silence_and_the_end() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.GOODBYE).wait(0.3).hear(Command.STOP)
    assert book.coach.gone


@pytest.mark.parametrize("mark", [Bookmark("other", "two", "d"), Bookmark("test", "two", "gone")])
def test_a_bookmark_of_another_routine_keeps_only_preferences(mark: Bookmark) -> None:
    book = Playbook(started=False).send(Started(mark)).finish_speaking()
    assert book.said == ["hello", "greeting start"]
    assert book.at == "asleep one/a"


def test_every_change_of_place_is_remembered_at_once() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.SKIP)
    marks = [effect.bookmark for effect in book.effects if isinstance(effect, Remember)]
    assert [(mark.exercise, mark.step) for mark in marks] == [("two", "c")]
    assert marks[0].finished == ("one",)


@pytest.mark.parametrize(
    "command", [Command.LOUDER, Command.WHERE, Command.HELP, Command.CHECK, Command.REPEAT]
)
def test_a_question_is_not_answered_by_asking_something_else(command: Command) -> None:
    book = in_phase(Phase.SETTING_UP).wait(50).hear(command).finish_speaking().forget()
    assert book.hear(Command.YES).said == ["movement_started 1 min"]


@pytest.mark.parametrize("phase", [Phase.SETTING_UP, Phase.PAUSED])
@pytest.mark.parametrize("command", [Command.NO, Command.MORE_TIME])
def test_a_question_that_was_answered_is_no_longer_one(phase: Phase, command: Command) -> None:
    book = in_phase(phase).wait(95 if phase is Phase.PAUSED else 50).hear(command)
    assert not book.coach.asking
    assert book.finish_speaking().forget().hear(Command.YES).said == []


def test_who_stirs_after_the_question_is_asked_once_more_before_sleep() -> None:
    book = in_phase(Phase.SETTING_UP).wait(50).hear(Command.WHERE).finish_speaking().forget()
    assert book.wait(44).said == []
    assert book.wait(2).said == ["still_there"]
    assert book.wait(50).said == ["still_there", "going_to_sleep"]


def test_in_a_pause_the_question_is_said_again() -> None:
    book = in_phase(Phase.PAUSED).wait(95).forget().hear(Command.REPEAT).finish_speaking()
    assert book.said == ["still_there"]
    assert book.hear(Command.NO).forget().hear(Command.REPEAT).said == ["take_your_time"]


def test_louder_over_the_question_says_it_again_and_waits_for_the_answer() -> None:
    book = in_phase(Phase.SETTING_UP).wait(45.2).forget().hear(Command.LOUDER).finish_speaking()
    assert book.said == ["volume_changed", "still_there"]
    assert book.forget().hear(Command.YES).said == ["movement_started 1 min"]


def test_pain_before_a_step_was_explained_does_not_cost_its_explanation() -> None:
    book = Playbook().hear(Command.START).wait(0.3).hear(Command.PAIN).finish_speaking().forget()
    book.hear(Command.RESUME).finish_speaking()
    assert book.said == ["after_hurt exercise one 1", "full a", "full a 2", "setup_ready"]
    book.hear(Command.PAIN).finish_speaking().forget().hear(Command.RESUME).finish_speaking()
    assert book.said == ["after_hurt exercise one 1", "brief a"]


def test_pain_before_the_start_does_not_cost_the_introduction() -> None:
    book = Playbook().hear(Command.PAIN).finish_speaking().forget()
    book.hear(Command.START).finish_speaking()
    full = ["full a", "full a 2", "setup_ready"]
    assert book.said == ["after_hurt exercise one 1", "intro one", *full]


def test_after_pain_not_even_who_wants_chimes_is_told_the_step_by_one() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.SAY_LESS).hear(Command.SAY_LESS)
    book.hear(Command.PAIN).finish_speaking().forget().hear(Command.RESUME).finish_speaking()
    assert book.said[1] == "brief b"
