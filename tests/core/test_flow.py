"""The way through a routine: explanations, movements, cues, exercises, the end."""

from dataclasses import replace

import pytest

from skill.core.answers import COMMANDS_AT_ONCE, nameable
from skill.core.coach import Coach, Phase
from skill.core.cues import schedule
from skill.core.foresight import foresee
from skill.core.messages import (
    AudioEnded,
    Bookmark,
    Chime,
    Finish,
    Heard,
    Keep,
    Say,
    SpeechEnded,
    Started,
    Talk,
    Tone,
)
from skill.core.routine import Cue
from skill.core.vocabulary import Command, Vocabulary
from skill.core.way import MORE_TIME_MS
from skill.core.wording import spoken_length, spoken_list
from tests.support.book import BOOK, MOVEMENT, new_coach
from tests.support.playbook import Playbook, in_phase


def test_a_whole_routine() -> None:
    book = Playbook().hear(Command.START).wait(10)
    assert book.said == ["intro one", "full a", "full a 2", "setup_ready"]
    book.forget().hear(Command.NEXT).wait(10)
    assert book.said == ["full b", "full b 2", "movement_ready 1 min"]
    book.forget().hear(Command.START).wait(70)
    assert book.said == [
        "movement_started 1 min",
        "in",
        "out",
        "in",
        "cue",
        "in",
        "halfway",
        "in",
        "out",
        "in",
        "ten_seconds",
        "in",
        "ending",
        "exercise_done exercise one",
        "exercise_next exercise two",
        "intro two",
        "full c",
        "full c 2",
        "movement_ready 1 min",
    ]
    book.forget().hear(Command.START).wait(60).finish_speaking()
    assert book.at == "setting up two/d"
    book.forget().hear(Command.NEXT).finish_speaking()
    assert book.said == ["exercise_done exercise two", "routine_done the routine"]
    assert book.coach.phase is Phase.DONE


def test_a_timer_starts_on_the_persons_word_only() -> None:
    book = in_phase(Phase.SETTING_UP).wait(40)
    assert book.coach.phase is Phase.SETTING_UP
    assert book.coach.rolled(book.now) == 0


def test_in_full_the_first_time_and_in_brief_afterwards() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.BACK).finish_speaking()
    assert book.said == ["brief a"]
    book.forget().hear(Command.REPEAT).finish_speaking()
    assert book.said == ["full a", "full a 2", "setup_ready"]


def test_brief_talk_keeps_the_time_and_leaves_out_the_breath() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.SAY_LESS).wait(2).forget().wait(56)
    assert book.said == ["halfway", "ten_seconds"]
    book.hear(Command.UNDO).finish_speaking()
    assert book.coach.spot.talk is Talk.FULL


def test_chimes_only() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.SAY_LESS).hear(Command.SAY_LESS)
    book.forget().hear(Command.START).finish_speaking().wait(58)
    assert book.said == ["<time>"] * 3
    book.forget().hear(Command.BACK).finish_speaking()
    assert book.said == ["<step>"]
    book.forget().hear(Command.SAY_LESS)
    assert book.said == ["no_further"]
    book.forget().hear(Command.SAY_MORE)
    assert book.said == ["says_more"]


def test_chimes_need_not_be_rendered_beforehand() -> None:
    book = in_phase(Phase.ROLLING)
    book.hear(Command.SAY_LESS).hear(Command.SAY_LESS).finish_speaking()
    assert {due.what for due in book.coach.due} == {Tone.TIME}
    assert Tone.TIME not in [text for text, _ in foresee(book.coach, book.now)]


def test_that_the_microphone_is_gone_is_said_without_waiting_for_the_voice() -> None:
    notice = BOOK.lines("microphone_lost")[0]
    assert (notice, 100) in foresee(in_phase(Phase.ROLLING).coach, 0)


def test_chimes_only_still_explains_a_step_that_is_new() -> None:
    coach = new_coach()
    coach = replace(coach, spot=replace(coach.spot, talk=Talk.CHIMES))
    book = Playbook(coach).hear(Command.START).finish_speaking()
    assert book.said == ["intro one", "brief a"]


def test_pause_keeps_the_time_that_is_left() -> None:
    book = in_phase(Phase.ROLLING).wait(20.5).hear(Command.PAUSE).wait(30)
    assert book.coach.rolled(book.now) == 20_500
    book.forget().hear(Command.RESUME)
    assert book.said == ["resumed 40 s"]
    book.forget().wait(39)
    assert "ending" not in book.said
    assert "cue" not in book.said
    assert "ending" in book.wait(1).finish_speaking().said


def test_a_pause_in_a_set_up_goes_back_to_the_set_up() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.PAUSE).hear(Command.MORE_TIME)
    assert book.said[-1] == "take_your_time"
    book.forget().hear(Command.RESUME).finish_speaking()
    assert book.said == ["brief b", "movement_ready 1 min"]
    assert book.coach.phase is Phase.SETTING_UP


@pytest.mark.parametrize("talk", [Talk.FULL, Talk.CHIMES])
def test_who_has_just_been_told_what_is_left_is_not_told_ten_seconds(talk: Talk) -> None:
    book = in_phase(Phase.ROLLING).wait(47.5)
    book.coach = replace(book.coach, spot=replace(book.coach.spot, talk=talk))
    book.hear(Command.PAUSE).wait(3).forget().hear(Command.RESUME).wait(12)
    assert book.said[0] == "resumed 10 s"
    assert not {"ten_seconds", "<time>"} & set(book.said)
    book = in_phase(Phase.ROLLING).wait(45.5).hear(Command.PAUSE).hear(Command.RESUME).wait(8)
    assert "ten_seconds" in book.said


def test_more_time_moves_ten_seconds_and_says_halfway_once() -> None:
    book = in_phase(Phase.ROLLING).wait(40).hear(Command.MORE_TIME).forget().wait(49)
    assert book.said.count("halfway") == 0
    assert book.said.count("ten_seconds") == 1
    assert "ending" in book.wait(1).finish_speaking().said


def test_more_time_is_for_this_movement_only() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.MORE_TIME).hear(Command.SKIP).forget()
    assert book.hear(Command.HOW_LONG).said == ["length_of_movement 1 min"]


def test_halfway_is_half_of_the_longer_movement() -> None:
    book = in_phase(Phase.ROLLING).wait(5).hear(Command.MORE_TIME).forget().wait(39)
    assert book.said.count("halfway") == 0
    assert book.wait(2).said.count("halfway") == 1


def test_what_is_left_of_a_movement_is_what_starting_it_takes() -> None:
    book = in_phase(Phase.ROLLING).wait(20).hear(Command.STOP).hear(Command.START)
    book.finish_speaking().forget().hear(Command.REPEAT).finish_speaking()
    assert book.said == ["full b", "full b 2", "movement_ready 40 s"]


def test_help_goes_on_where_fewer_commands_are_live_than_before() -> None:
    book = in_phase(Phase.SETTING_UP)
    book.coach = replace(book.coach, help_page=24)
    foresee(book.coach, book.now)
    first = in_phase(Phase.SETTING_UP).hear(Command.HELP).said
    assert book.hear(Command.HELP).said == first


def test_a_cue_waits_for_the_coach_but_not_for_long() -> None:
    book = in_phase(Phase.ROLLING).wait(29).hear(Command.TELL_MORE).forget()
    assert "halfway" in book.wait(1.5).said
    book.wait(18)
    book.line_ms = 5_000
    book.hear(Command.TELL_MORE).forget().wait(12)
    assert "ten_seconds" not in book.said


def test_a_reminder_as_near_to_another_call_as_content_may_have_it_is_said() -> None:
    near = replace(MOVEMENT, breath=(), cues=(Cue(26, "near"),))
    said = [due.what for due in schedule(BOOK, near, 60_000, 0, Talk.FULL)]
    assert said == ["near", "halfway", "ten_seconds"]


def test_a_short_movement_has_no_ten_seconds() -> None:
    quick = replace(MOVEMENT, seconds=20, breath=(), cues=(Cue(2, "too near the beginning"),))
    steps = tuple(replace(step, movement=quick) for step in BOOK.routine.exercises[0].steps)
    exercises = (replace(BOOK.routine.exercises[0], steps=steps), BOOK.routine.exercises[1])
    book = replace(BOOK, routine=replace(BOOK.routine, exercises=exercises))
    played = Playbook(Coach(book)).hear(Command.START).finish_speaking().hear(Command.START)
    assert played.forget().wait(19).said == ["halfway"]


def test_stop_is_silent_and_stays_so_and_start_picks_up() -> None:
    book = in_phase(Phase.ROLLING).wait(20).hear(Command.STOP).forget().wait(600)
    assert book.said == []
    book.hear(Command.START).finish_speaking()
    assert book.said == ["picked_up exercise one 2 the b", "brief b", "movement_ready 40 s"]
    book.forget().hear(Command.START)
    assert book.said == ["movement_started 40 s"]


def test_a_movement_that_was_nearly_over_begins_anew() -> None:
    book = in_phase(Phase.ROLLING).wait(55).hear(Command.STOP).hear(Command.START).forget()
    assert book.hear(Command.START).said == ["movement_started 1 min"]


def test_pain_never_goes_on_by_itself() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.PAIN).forget().wait(100)
    assert book.at == "hurt one/b"
    assert book.said == []
    book.hear(Command.UNDO)
    assert book.at == "paused one/b"
    book.forget().hear(Command.RESUME)
    assert book.at == "rolling one/b"


def test_pain_calms_what_went_before_it_for_good() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.MORE_TIME).hear(Command.PAIN)
    book.finish_speaking().wait(BOOK.patience.hurt / 1000 + 1)
    assert book.at == "asleep one/b"
    assert book.hear(Command.UNDO).at == "paused one/b"
    assert book.hear(Command.UNDO).at == "paused one/b"


def test_undo_after_pain_in_a_set_up() -> None:
    assert in_phase(Phase.SETTING_UP).hear(Command.PAIN).hear(Command.UNDO).at == "setting up one/b"


def test_undo_mends_a_stop_for_a_while_only() -> None:
    book = in_phase(Phase.ROLLING).wait(20).hear(Command.STOP).wait(5).hear(Command.UNDO)
    assert book.at == "rolling one/b"
    assert book.coach.rolled(book.now) == 20_000
    book.hear(Command.STOP).wait(25).hear(Command.UNDO)
    assert book.at == "asleep one/b"


@pytest.mark.parametrize("command", [Command.LOUDER, Command.SAY_LESS, Command.MORE_TIME])
def test_undo_of_a_comfort_does_not_take_back_the_time_since(command: Command) -> None:
    book = in_phase(Phase.ROLLING).wait(10).hear(command).wait(10)
    before = replace(book.hear(Command.UNDO).coach.spot, rolled_ms=0)
    assert book.coach.rolled(book.now) == 20_000
    assert before == in_phase(Phase.ROLLING).coach.spot


def test_undo_of_going_on_takes_the_time_back() -> None:
    book = in_phase(Phase.ROLLING).wait(10).hear(Command.NEXT).wait(5).hear(Command.UNDO)
    assert book.at == "rolling one/b"
    assert book.coach.rolled(book.now) == 10_000


def test_that_was_wrong_undoes_keeps_the_sound_and_says_that_it_arrived() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.SKIP).finish_speaking().forget()
    book.hear(Command.WRONG).finish_speaking()
    assert book.at == "setting up one/b"
    assert book.effects[0] == Keep()
    assert book.said == ["<heard>", "undone exercise one 2 the b", "movement_ready 1 min"]
    assert book.coach.history == ()
    assert Keep() not in book.forget().hear(Command.UNDO).effects


@pytest.mark.parametrize(
    ("phase", "command", "said"),
    [
        (Phase.ASLEEP, Command.START, ["going_to_sleep"]),
        (Phase.PAUSED, Command.NEXT, ["undone exercise one 2 the b", "paused"]),
        (Phase.HURT, Command.NEXT, ["hurt"]),
        (Phase.DONE, Command.BACK, ["where_done"]),
        (Phase.ROLLING, Command.NEXT, ["undone exercise one 2 the b"]),
    ],
)
def test_undo_tells_what_does_not_go_on(phase: Phase, command: Command, said: list[str]) -> None:
    book = in_phase(phase).hear(command).finish_speaking().forget()
    assert book.hear(Command.UNDO).finish_speaking().said == said
    assert book.coach.phase is phase


def test_undo_that_comes_back_to_a_movement_tells_that_it_has_not_begun() -> None:
    """Where it goes on, the same words are said, and nothing more."""
    undone = ["undone exercise one 2 the b", "movement_ready 1 min"]
    book = in_phase(Phase.ROLLING).wait(70).forget().hear(Command.UNDO).finish_speaking()
    assert book.said == undone
    book.hear(Command.START).finish_speaking().forget().hear(Command.UNDO).finish_speaking()
    assert book.said == undone
    book.hear(Command.LOUDER).finish_speaking().forget().hear(Command.UNDO).finish_speaking()
    assert book.said == undone[:1]
    book.hear(Command.BACK).hear(Command.NEXT).finish_speaking().forget().hear(Command.UNDO)
    assert book.finish_speaking().said == ["undone exercise one 1 the a"]


def test_undo_of_another_round_does_not_promise_to_pick_up() -> None:
    book = in_phase(Phase.DONE).wait(70).hear(Command.START).finish_speaking().forget()
    assert book.hear(Command.UNDO).finish_speaking().said == ["where_done"]


def test_undo_after_pain_tells_that_the_clock_stands_still() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.PAIN).finish_speaking().forget()
    book.hear(Command.UNDO).finish_speaking()
    assert book.said == ["undone exercise one 2 the b", "paused"]


def test_undo_goes_back_ten_commands() -> None:
    book = in_phase(Phase.ROLLING)
    for _ in range(12):
        book.hear(Command.MORE_TIME)
    for _ in range(12):
        book.forget().hear(Command.UNDO)
    assert book.said == ["nothing_to_undo"]
    assert book.coach.spot.extra_ms == 2 * MORE_TIME_MS


def test_undo_goes_back_step_by_step() -> None:
    book = in_phase(Phase.SETTING_UP)
    for _ in range(3):
        book.hear(Command.SKIP)
    assert book.at == "done two/d"
    assert book.hear(Command.UNDO).hear(Command.UNDO).at == "setting up two/c"
    assert book.hear(Command.UNDO).at == "setting up one/b"
    book.forget().hear(Command.UNDO)
    assert book.said == ["nothing_to_undo"]


def test_undone_start_is_not_where_the_next_session_begins() -> None:
    coach = Playbook().hear(Command.EXERCISE, "two").finish_speaking().hear(Command.UNDO).coach
    assert coach.bookmark is not None
    assert (coach.bookmark.exercise, coach.bookmark.step) == ("one", "a")


def test_either_order() -> None:
    book = Playbook().hear(Command.EXERCISE, "two").finish_speaking()
    book.hear(Command.SKIP).hear(Command.SKIP).finish_speaking()
    assert book.at == "setting up one/a"
    book.hear(Command.SKIP).hear(Command.SKIP).finish_speaking()
    assert book.coach.phase is Phase.DONE


def test_start_with_an_exercise_goes_there() -> None:
    assert Playbook().hear(Command.START, "two").at == "setting up two/c"


def test_an_exercise_that_does_not_exist_is_a_chime() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.EXERCISE, "three")
    assert book.said == ["<not_now>"]
    assert book.at == "setting up one/b"


def test_back_at_the_first_step() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.BACK).forget().hear(Command.BACK)
    assert book.finish_speaking().said == ["first_step", "brief a"]


def test_back_from_the_first_step_goes_to_the_exercise_that_came_before() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.SKIP).finish_speaking().forget()
    book.hear(Command.BACK).finish_speaking()
    assert book.said == ["picked_up exercise one 2 the b", "brief b"]
    assert not book.coach.spot.finished
    book.hear(Command.SKIP).hear(Command.UNDO).hear(Command.UNDO)
    assert book.at == "setting up two/c"
    assert book.coach.spot.finished == ("one",)


def test_back_from_an_exercise_that_was_asked_for_goes_to_the_one_before_it() -> None:
    """It is not "the very first step", whatever has been done of the others."""
    book = in_phase(Phase.SETTING_UP).hear(Command.EXERCISE, "two").finish_speaking().forget()
    book.hear(Command.BACK).finish_speaking()
    assert book.said == ["picked_up exercise one 2 the b", "brief b"]
    assert book.hear(Command.BACK).at == "setting up one/a"


def test_an_exercise_that_is_gone_back_to_after_the_end_is_picked_up_like_any() -> None:
    book = in_phase(Phase.DONE).hear(Command.EXERCISE, "two").hear(Command.STOP).forget()
    book.hear(Command.START).finish_speaking()
    assert book.said == ["picked_up exercise two 1 the c", "brief c", "movement_ready 1 min"]


def test_start_after_a_finished_and_slept_routine_begins_anew() -> None:
    book = in_phase(Phase.DONE).hear(Command.STOP).hear(Command.START).finish_speaking()
    assert book.at == "setting up one/a"
    assert book.coach.spot.finished == ()


def test_help_begins_anew_after_a_page_that_is_full() -> None:
    book = in_phase(Phase.SETTING_UP)
    two_pages = nameable(book.coach, book.now)[: 2 * COMMANDS_AT_ONCE]
    few = Vocabulary({phrase: BOOK.vocabulary.meanings[phrase] for phrase in two_pages})
    book.coach = replace(book.coach, book=replace(BOOK, vocabulary=few))
    pages = [book.forget().hear(Command.HELP).said for _ in range(3)]
    assert pages[0] == pages[2] != pages[1]
    book.coach = replace(book.coach, help_page=len(two_pages))  # more were live before
    assert book.forget().hear(Command.HELP).said == pages[0]


def test_help_begins_anew_in_another_phase() -> None:
    book = in_phase(Phase.SETTING_UP)
    first = book.hear(Command.HELP).said
    book.hear(Command.SKIP).forget()
    assert book.hear(Command.HELP).said == first


def test_help_tells_the_rest_when_asked_again() -> None:
    book = in_phase(Phase.ASLEEP).hear(Command.HELP)
    assert book.said == ["help start, stop, pain, help, goodbye"]
    book = in_phase(Phase.DONE)
    pages = [book.forget().hear(Command.HELP).said[0] for _ in range(4)]
    assert pages[0] == pages[3]
    assert len(set(pages)) == 3


def test_how_long_in_a_set_up_counts_steps() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.BACK).forget().hear(Command.HOW_LONG)
    assert book.said == ["left_in_exercise 2 exercise one"]


def test_repeat_says_the_whole_last_reply_but_no_chime() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.WHERE).hear(Command.START).forget()
    book.hear(Command.REPEAT)
    assert book.said == ["where exercise one 2 the b 2"]


def test_repeat_tells_no_time_that_has_passed() -> None:
    book = in_phase(Phase.ROLLING).wait(15).forget().hear(Command.REPEAT)
    assert book.said == ["left_in_movement 45 s"]
    book.wait(5).hear(Command.HOW_LONG).wait(9).forget().hear(Command.REPEAT)
    assert book.said == ["left_in_movement 30 s"]
    book.wait(10).hear(Command.MORE_TIME).wait(5).forget().hear(Command.REPEAT)
    assert book.said == ["left_in_movement 45 s"]
    book.hear(Command.PAUSE).hear(Command.RESUME).wait(5).forget().hear(Command.REPEAT)
    assert book.said == ["left_in_movement 40 s"]


def test_repeat_says_a_reminder_again_and_no_breath() -> None:
    book = in_phase(Phase.ROLLING).wait(26).forget().hear(Command.REPEAT)
    assert book.said == ["cue"]
    book.wait(5).forget().hear(Command.REPEAT)
    assert book.said == ["left_in_movement 30 s"]


def test_repeat_answers_also_where_only_chimes_were_heard() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.SAY_LESS).hear(Command.SAY_LESS)
    book.hear(Command.START).wait(10).forget().hear(Command.REPEAT)
    assert book.said == ["left_in_movement 50 s"]


def test_the_length_of_a_movement_that_has_begun_is_what_is_left() -> None:
    book = in_phase(Phase.ROLLING).wait(20).hear(Command.PAUSE).forget().hear(Command.HOW_LONG)
    assert book.said == ["left_in_movement 40 s"]


def test_no_time_is_left_of_a_movement_that_is_over() -> None:
    book = in_phase(Phase.ROLLING)
    book.now += 60_000
    assert book.hear(Command.HOW_LONG).said == ["ending"]
    assert book.forget().hear(Command.REPEAT).said == ["ending"]


def test_start_in_a_pause_begins_a_movement_that_had_not_begun() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.PAUSE).finish_speaking().forget()
    assert book.hear(Command.START).said == ["movement_started 1 min"]
    book = in_phase(Phase.SETTING_UP).hear(Command.BACK).hear(Command.PAUSE).hear(Command.START)
    assert book.at == "setting up one/a"


@pytest.mark.parametrize(
    ("command", "field", "limit"),
    [
        (Command.LOUDER, "volume", 6),
        (Command.QUIETER, "volume", -12),
        (Command.FASTER, "pace", 130),
        (Command.SLOWER, "pace", 70),
    ],
)
def test_volume_and_pace_have_limits(command: Command, field: str, limit: int) -> None:
    book = in_phase(Phase.SETTING_UP)
    for _ in range(9):
        book.forget().hear(command)
    assert book.said == ["no_further"]
    assert getattr(book.coach.spot, field) == limit
    assert getattr(book.effects[-1], field) == limit


def test_a_stale_end_of_speech_is_ignored() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.WHERE)
    before = book.coach
    book.send(SpeechEnded(1))
    assert book.coach == before


def test_a_recording_that_ends_ends_the_session_when_the_coach_is_silent() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.WHERE).send(AudioEnded())
    assert Finish() not in book.effects
    book.finish_speaking()
    assert book.effects[-1] == Finish()


def test_the_end_of_a_chime_counts_like_the_end_of_a_line() -> None:
    book = in_phase(Phase.ROLLING).send(Heard(Command.START))
    assert book.effects == [Chime(book.coach.next_token - 1, Tone.NOT_NOW)]
    assert book.finish_speaking().coach.speaking is None


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [(0, "5 s"), (44, "45 s"), (59, "1 min"), (90, "1 min 30 s"), (120, "2 min")],
)
def test_lengths_in_words(seconds: int, spoken: str) -> None:
    assert spoken_length(BOOK, seconds * 1000) == spoken


def test_lists_in_words() -> None:
    assert spoken_list(BOOK, ["one"]) == "one"
    assert spoken_list(BOOK, ["one", "two", "three"]) == "one, two, three"


def test_a_set_up_has_no_cues() -> None:
    assert schedule(BOOK, None, 0, 0, Talk.FULL) == ()


def test_what_is_being_said_is_known_but_a_chime_says_nothing() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.WHERE)
    assert book.coach.saying == "where exercise one 2 the b 2"
    assert book.hear(Command.START).coach.saying == ""


@pytest.mark.parametrize(("pace", "volume"), [(0, 0), (-10, 3), (10**30, -400), (105, 1)])
def test_a_kept_pace_that_nobody_can_ask_for_is_normal(pace: int, volume: int) -> None:
    mark = Bookmark("test", "one", "a", pace=pace, volume=volume)
    play = Playbook(started=False).send(Started(mark))
    play.finish_speaking()
    assert play.coach.spot.pace == 100
    assert play.coach.spot.volume in {0, 3}


def test_what_was_cut_off_is_explained_in_full_the_next_time() -> None:
    book = Playbook().hear(Command.START).wait(10).hear(Command.NEXT).wait(0.3)
    book.forget().hear(Command.PAUSE).wait(3).hear(Command.RESUME).wait(10)
    assert book.said == ["paused", "full b", "full b 2", "movement_ready 1 min"]
    book.forget().hear(Command.PAUSE).wait(3).hear(Command.RESUME).wait(10)
    assert book.said == ["paused", "brief b", "movement_ready 1 min"]


def test_what_was_skipped_by_mistake_is_explained_in_full_in_its_turn() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.SKIP).wait(0.3).hear(Command.UNDO).wait(10)
    book.forget().hear(Command.SKIP).wait(10)
    assert [line for line in book.said if " c" in line] == ["full c", "full c 2"]


def test_a_step_is_told_once_its_own_sentences_are_over() -> None:
    book = Playbook().hear(Command.START)
    while book.coach.saying != "setup_ready":
        assert book.coach.told == ()
        book.wait(0.1)
    assert book.coach.told == ("one/a",)


@pytest.mark.parametrize("command", [Command.NEXT, Command.SKIP, Command.START, Command.RESUME])
def test_a_word_before_the_end_of_a_movement_does_not_begin_the_next_one(command: Command) -> None:
    book = in_phase(Phase.ROLLING)
    ends = book.now + 60_000
    book.wait(60.4).forget().send(Heard(command, ended_ms=ends - 100))
    assert book.at == "setting up two/c"
    assert not book.effects, "it is not even hushed"
    book.wait(10).send(Heard(command, ended_ms=book.now - 200))
    assert book.at == ("setting up two/d" if command is Command.SKIP else "rolling two/c")


@pytest.mark.parametrize("command", [Command.NEXT, Command.SKIP, Command.START, Command.RESUME])
def test_a_word_over_the_ending_goes_on_to_what_comes_next(command: Command) -> None:
    book = in_phase(Phase.ROLLING).wait(60.4).forget()
    book.send(Heard(command, ended_ms=book.now - 100))
    assert book.coach.saying == "exercise_done exercise one"
    assert book.at == "setting up two/c"
    book.wait(10)
    assert book.said[-3:] == ["full c", "full c 2", "movement_ready 1 min"]


def test_a_word_over_an_answer_that_outlasts_the_movement_goes_on_to_what_comes_next() -> None:
    book = in_phase(Phase.ROLLING).wait(58)
    book.line_ms = 5_000
    book.hear(Command.TELL_MORE).wait(3).forget()
    book.send(Heard(Command.NEXT, ended_ms=book.now - 100))
    assert book.coach.saying == "exercise_done exercise one"


def test_a_word_over_the_ending_is_not_too_late_for_being_understood_after_it() -> None:
    book = in_phase(Phase.ROLLING)
    ending = book.now + 61_000
    book.wait(61.3).forget().send(Heard(Command.NEXT, ended_ms=ending - 100))
    assert (book.at, book.effects) == ("setting up two/c", [])


def test_a_press_during_the_ending_does_what_the_button_says() -> None:
    assert in_phase(Phase.ROLLING).wait(60.4).hear(Command.START).at == "rolling two/c"


def test_pain_is_never_too_late() -> None:
    book = in_phase(Phase.ROLLING)
    book.wait(60.4).send(Heard(Command.PAIN, ended_ms=book.now - 500))
    assert book.coach.phase is Phase.HURT


@pytest.mark.parametrize(
    "way",
    [
        (Command.PAUSE, Command.RESUME),
        (Command.SAY_LESS, Command.SAY_MORE),
        (Command.MORE_TIME, Command.UNDO),
    ],
)
def test_halfway_is_said_once_however_much_time_there_is(way: tuple[Command, Command]) -> None:
    book = in_phase(Phase.ROLLING).wait(20).hear(Command.MORE_TIME).wait(12)
    for command in way:
        book.hear(command)
    book.wait(20).hear(Command.MORE_TIME)
    for command in way:
        book.hear(command)
    book.wait(60)
    assert book.said.count("halfway") == 1


@pytest.mark.parametrize("command", [Command.START_OVER, Command.BACK, Command.START])
def test_whoever_goes_on_after_pain_at_the_end_has_a_place(command: Command) -> None:
    book = in_phase(Phase.DONE).hear(Command.PAIN).finish_speaking().hear(command)
    book.finish_speaking().hear(Command.STOP)
    assert book.coach.spot.finished == ("one",)
    place = book.coach.spot.place
    book.forget().hear(Command.START).finish_speaking()
    assert book.coach.spot.place == place
    mark = book.coach.bookmark
    again = Playbook(started=False).send(Started(mark)).finish_speaking()
    assert again.said[1].startswith("greeting_back")


COMFORTS = {
    Command.LOUDER: "volume_changed",
    Command.QUIETER: "volume_changed",
    Command.SLOWER: "pace_changed",
    Command.FASTER: "pace_changed",
}


@pytest.mark.parametrize("command", COMFORTS)
def test_who_wants_to_hear_it_better_hears_the_rest(command: Command) -> None:
    book = Playbook().hear(Command.START).wait(1.2).forget().hear(command).wait(0.2).hear(command)
    assert book.coach.saying == COMFORTS[command]
    book.wait(10)
    assert book.said[1:] == [COMFORTS[command], "full a", "full a 2", "setup_ready"]
    last = [effect for effect in book.effects if isinstance(effect, Say)][-1]
    assert (last.volume, last.pace) == (book.coach.spot.volume, book.coach.spot.pace)
    assert book.coach.told == ("one/a",)


@pytest.mark.parametrize("command", COMFORTS)
def test_repeat_says_what_could_not_be_heard_well(command: Command) -> None:
    book = in_phase(Phase.HURT).hear(command).finish_speaking().forget().hear(Command.REPEAT)
    assert book.said == ["hurt"]
    book = in_phase(Phase.ROLLING).wait(26).hear(command).wait(2).forget().hear(Command.REPEAT)
    assert book.said == ["cue"]


def test_a_word_too_many_at_the_end_does_not_cost_what_is_said_there() -> None:
    book = in_phase(Phase.SETTING_UP)
    for _ in range(3):
        book.hear(Command.SKIP).wait(0.3)
    book.forget()
    for _ in range(3):
        book.hear(Command.NEXT).wait(0.3)
    book.wait(10)
    ends = ["exercise_done exercise two", "routine_done the routine"]
    assert book.coach.phase is Phase.DONE
    assert book.said == ["<not_now>"] * 3 + ends


def test_a_chime_does_not_cost_the_word_that_goes_on() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.PAUSE).wait(0.3).hear(Command.PAUSE)
    assert book.forget().wait(5).said == ["paused"]


def test_while_rolling_what_was_cut_off_has_had_its_moment() -> None:
    book = in_phase(Phase.ROLLING).wait(5.2).hear(Command.LOUDER).wait(2)
    assert book.said == ["in", "volume_changed"]


def test_an_interrupted_line_follows_after_a_silence_as_before_something_new() -> None:
    book = Playbook().hear(Command.START).wait(0.3).hear(Command.SLOWER).wait(1)
    speaking = book.coach.speaking
    assert speaking is not None
    assert book.coach.saying == "intro one"
    assert speaking.pause_ms == BOOK.phrases.pauses.subject * 100 // 90
