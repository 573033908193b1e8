"""The coach in text: what it answers, and what time does."""

from skill.conversation import LETTER_MS, LINE_MS, Correspondence, Monologue, understand
from skill.core.coach import Phase
from skill.core.messages import Heard, Hush, Say, Started
from skill.core.vocabulary import Command
from tests.support.book import new_coach
from tests.support.playbook import in_phase


def test_only_a_phrase_that_is_live_is_understood() -> None:
    coach = new_coach()
    start = understand(coach, "  Start! ", 5)
    assert start is not None
    assert (start.command, start.phrase, start.ended_ms) == ("start", "start", 5)
    assert understand(coach, "next", 0) is None, "asleep"
    assert understand(coach, "please start the car", 0) is None
    assert understand(coach, "text", 0) is None, "a decoy"


def test_an_answer_is_the_whole_of_it() -> None:
    letters = Correspondence(new_coach())
    assert letters.answer("start", 0) == "intro one full a full a 2 setup_ready"
    assert letters.answer("next", 1000) == "full b full b 2 movement_ready 1 min"
    assert letters.answer("what a lovely day", 1500) is None


def test_a_movement_counts_down_and_waits_for_a_word_at_its_end() -> None:
    letters = Correspondence(new_coach())
    for at, text in enumerate(("start", "next", "next")):
        letters.answer(text, at)
    assert letters.answer("how long", 20_002) == "left_in_movement 40 s"
    assert letters.answer("pause", 30_002) == "paused"
    assert letters.answer("resume", 900_002) == "resumed 30 s"
    assert letters.answer("how long", 99_000_000) == "ending"
    assert letters.coach.phase is Phase.ROLLING
    after = letters.answer("next", 99_000_001)
    assert after is not None
    assert after.startswith("exercise_done exercise one")


def test_more_time_long_after_the_end_is_all_of_it() -> None:
    letters = Correspondence(new_coach())
    for at, text in enumerate(("start", "next", "next")):
        letters.answer(text, at)
    assert letters.answer("more time", 99_000_000) == "more_time 30 s"


def test_time_never_runs_backwards() -> None:
    letters = Correspondence(new_coach())
    for at, text in enumerate(("start", "next", "next")):
        letters.answer(text, at)
    for seconds, text in ((50, "more time"), (80, "undo"), (81, "which step"), (82, "which step")):
        letters.answer(text, seconds * 1000)
    assert letters.answer("how long", 83_000) == "ending"
    assert letters.coach.rolled(83_000) >= 79_000


def test_silence_never_sends_it_to_sleep() -> None:
    letters = Correspondence(new_coach())
    letters.answer("start", 0)
    assert letters.answer("next", 10**9) is not None


def test_a_command_out_of_season_is_answered_with_where_we_are() -> None:
    letters = Correspondence(new_coach())
    letters.answer("start", 0)
    letters.answer("pause", 1)
    assert letters.answer("pause", 2) == "where exercise one 1 the a 2"


def test_stop_is_silence_and_after_a_goodbye_the_place_is_kept() -> None:
    letters = Correspondence(new_coach())
    letters.answer("start", 0)
    letters.answer("next", 0)
    assert letters.answer("stop", 1) == ""
    assert letters.answer("goodbye", 2) == "goodbye"
    said = "picked_up exercise one 2 the b brief b movement_ready 1 min"
    assert letters.answer("start", 3) == said


def test_asking_for_help_changes_nothing() -> None:
    letters = Correspondence(new_coach())
    before = letters.coach
    assert letters.help().startswith("help start, ")
    assert letters.coach == before


def test_lines_follow_each_other_in_time_and_a_word_interrupts_them() -> None:
    talk = Monologue(new_coach())
    said = [e.text for e in talk.take(Started(), 0) if isinstance(e, Say)]
    at = 0
    while len(said) < 3:
        at += 100
        said += [effect.text for effect in talk.pass_time(at) if isinstance(effect, Say)]
    assert said == ["hello", "not_medical", "greeting start"]
    assert 1500 < at < 4000
    heard = understand(talk.coach, "start", at)
    assert heard is not None
    effects = talk.take(heard, at)
    assert isinstance(effects[0], Hush)
    assert effects[1] == talk.coach.speaking
    assert talk.coach.saying == "intro one"


def says(talk: Monologue, at: int) -> bool:
    return any(isinstance(effect, Say) for effect in talk.pass_time(at))


def test_a_line_waits_for_the_one_before_and_for_its_own_pause() -> None:
    talk = Monologue(new_coach())
    talk.take(Started(), 0)
    hello = LINE_MS + LETTER_MS * len("hello")
    assert not says(talk, hello - 1)
    assert says(talk, hello)
    speaking = talk.coach.speaking
    assert speaking is not None
    after = hello + speaking.pause_ms + LINE_MS + LETTER_MS * len("not_medical")
    assert speaking.pause_ms > 0
    assert not says(talk, after - 1)
    assert says(talk, after)


def test_a_chime_is_heard_before_a_line() -> None:
    talk = Monologue(in_phase(Phase.SETTING_UP).coach)
    talk.take(Heard(Command.WRONG), 0)
    assert not says(talk, LINE_MS - 1)
    assert says(talk, LINE_MS)


def test_after_a_goodbye_it_is_there_again() -> None:
    talk = Monologue(in_phase(Phase.SETTING_UP).coach)
    talk.take(Heard(Command.GOODBYE), 0)
    talk.pass_time(10_000)
    assert talk.coach.speaking is None
    talk.take(Heard(Command.START), 20_000)
    assert talk.coach.saying == "picked_up exercise one 2 the b"


def test_a_movement_is_timed_and_goes_on_by_itself() -> None:
    talk = Monologue(new_coach())
    said: list[tuple[int, str]] = []

    def take(text: str, now: int) -> None:
        heard = understand(talk.coach, text, now)
        assert heard is not None
        said.extend((now, e.text) for e in talk.take(heard, now) if isinstance(e, Say))

    take("start", 0)
    take("next", 10)
    take("next", 20)
    for at in range(100, 70_000, 100):
        said += [(at, e.text) for e in talk.pass_time(at) if isinstance(e, Say)]
    times = {text: at for at, text in said}
    assert 19_000 < times["cue"] < 21_000
    assert 60_000 <= times["ending"] < 61_000
    assert times["exercise_next exercise two"] > times["ending"]
