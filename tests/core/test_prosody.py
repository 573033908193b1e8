"""When the coach speaks: pauses inside a reply, and cues on the beat of the movement."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.core.coach import Coach, Phase
from skill.core.cues import LATE_MS, LEAD_MS
from skill.core.foresight import foresee
from skill.core.messages import Say, Tick
from skill.core.phrases import Pauses
from skill.core.repertoire import repertoire
from skill.core.routine import Cue, Exercise, Movement, Routine, Step
from skill.core.vocabulary import Command
from tests.support.book import BOOK, MOVEMENT, PHRASE_BOOK
from tests.support.playbook import Playbook, in_phase

SLOW = replace(MOVEMENT, breath_pace=80, cues=(Cue(20, "cue", 90),))


def pauses(book: Playbook) -> list[int]:
    return [effect.pause_ms for effect in book.effects if isinstance(effect, Say)]


def with_movement(movement: Movement) -> Coach:
    step = Step("a", "the a", ("full",), ("brief",), ("more",), movement)
    exercises = (Exercise("one", "exercise one", ("one",), ("intro",), (step,)),)
    return Coach(replace(BOOK, routine=Routine("test", "the routine", "en", exercises)))


def rolling(movement: Movement = MOVEMENT, *, line_ms: int = 1_000) -> Playbook:
    """A movement that has begun at 0 ms, its announcement said."""
    book = Playbook(with_movement(movement)).hear(Command.START).finish_speaking()
    book.now, book.line_ms = 0, line_ms
    return book.hear(Command.START).finish_speaking().forget()


def test_a_reply_pauses_between_sentences_and_longer_before_something_new() -> None:
    book = Playbook().hear(Command.START).finish_speaking()
    assert book.said == ["intro one", "full a", "full a 2", "setup_ready"]
    assert pauses(book) == [0, 800, 450, 800]


def test_the_end_of_a_movement_is_told_in_paragraphs() -> None:
    book = rolling().wait(59.9).finish_speaking().forget().wait(0.1).finish_speaking()
    assert book.said == ["ending", "exercise_done exercise one", "routine_done the routine"]
    assert pauses(book) == [0, 800, 800]


def test_pauses_are_data() -> None:
    coach = Coach(replace(BOOK, phrases=replace(PHRASE_BOOK, pauses=Pauses(10, 20))))
    assert pauses(Playbook(coach).hear(Command.START).finish_speaking()) == [0, 20, 10, 20]


def test_who_speaks_more_slowly_pauses_for_longer() -> None:
    book = in_phase(Phase.SETTING_UP)
    book.coach = replace(book.coach, spot=replace(book.coach.spot, pace=80))
    book.hear(Command.REPEAT).finish_speaking()
    assert pauses(book) == [0, 562, 1000]


def test_a_repeated_reply_begins_at_once_and_pauses_as_it_did() -> None:
    book = rolling().wait(20.5)
    assert book.coach.saying == "cue"
    book.now = 60_000
    book.send(Tick()).finish_speaking()
    assert pauses(book)[-3:] == [800, 800, 800], "the ending follows the cue"
    book.forget().hear(Command.REPEAT).finish_speaking()
    assert book.said == ["ending", "exercise_done exercise one", "routine_done the routine"]
    assert pauses(book) == [0, 800, 800]


@given(line_ms=st.integers(300, 2_900), tick_ms=st.sampled_from([20, 32, 50, 64, 100]))
def test_every_cue_sounds_at_its_very_moment(line_ms: int, tick_ms: int) -> None:
    book = rolling(line_ms=line_ms)
    book.tick_ms = tick_ms
    book.wait(59)
    assert book.begun == [
        *((5_000, "in"), (10_000, "out"), (15_000, "in"), (20_000, "cue"), (25_000, "in")),
        *((30_000, "halfway"), (35_000, "in"), (40_000, "out"), (45_000, "in")),
        *((50_000, "ten_seconds"), (55_000, "in")),
    ]


def test_chimes_sound_at_their_very_moment() -> None:
    book = rolling()
    for _ in range(2):
        book.hear(Command.SAY_LESS).finish_speaking()
    book.tick_ms = 64
    assert book.forget().wait(59).begun == [(30_000, "<time>"), (50_000, "<time>")]


@pytest.mark.parametrize("late", [50, 900, 3_000])
def test_a_breath_that_would_be_late_is_left_out_and_the_others_keep_time(late: int) -> None:
    book = rolling().wait(4)
    book.line_ms = 1_000 + late
    book.hear(Command.HOW_LONG)
    book.line_ms = 1_000
    later = [(at, what) for at, what in book.wait(12).begun if what in {"in", "out"}]
    assert later == [(10_000, "out"), (15_000, "in")]


def test_a_time_waits_a_little_for_the_end_of_an_answer_and_no_longer() -> None:
    for late, expected in ((LATE_MS - 50, ["halfway"]), (LATE_MS + 50, [])):
        book = rolling().wait(29)
        book.line_ms = 1_000 + late
        book.hear(Command.TELL_MORE)
        assert [what for _, what in book.forget().wait(4).begun] == expected


def test_an_answer_that_ends_just_before_a_cue_does_not_shift_it() -> None:
    book = rolling().wait(4)
    book.line_ms = 1_000 - LEAD_MS // 2
    book.hear(Command.TELL_MORE).forget()
    assert book.wait(2).begun == [(5_000, "in")]


def test_stop_before_a_cue_has_sounded_and_the_cue_comes_after_all() -> None:
    book = rolling().wait(4.8)
    assert book.coach.saying == "in", "it is being prepared"
    book.hear(Command.PAUSE).finish_speaking().forget()
    book.now += 7_000
    resumed = book.now
    book.line_ms = 100
    book.hear(Command.RESUME).forget()
    assert book.wait(1).begun == [(resumed + 200, "in")]


def test_breath_and_cues_have_a_pace_of_their_own_of_the_persons() -> None:
    book = rolling(SLOW).hear(Command.SLOWER).finish_speaking().forget().wait(31)
    said = {effect.text: effect.pace for effect in book.effects if isinstance(effect, Say)}
    assert said == {"in": 72, "out": 72, "cue": 81, "halfway": 90}


def test_a_line_is_never_slower_than_a_voice_can_speak() -> None:
    book = rolling(replace(MOVEMENT, breath_pace=60))
    for _ in range(3):
        book.hear(Command.SLOWER).finish_speaking()
    book.forget().wait(6)
    assert [effect.pace for effect in book.effects if isinstance(effect, Say)] == [50]


def test_what_is_rendered_beforehand_has_the_pace_it_will_have() -> None:
    coach = rolling(SLOW).coach
    assert {("in", 80), ("out", 80), ("cue", 90), ("halfway", 100)} <= set(foresee(coach, 0))
    assert {("in", 72), ("cue", 81), ("ending", 90)} <= set(repertoire(coach.book, 90))
