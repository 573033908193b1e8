"""Words over the coach that are much fainter than commands are no part of what a person said."""

import pytest

from skill.core.decision import Context, Decision, Doubt, Flush
from skill.core.foreground import (
    AFTERWARDS_DB,
    DOUBTED_DB,
    FAINTER_DB,
    LATELY_MS,
    LOUDER_DB,
    Foreground,
)
from skill.core.hypothesis import Hypothesis, Reading, Word
from skill.core.listener import Listener
from skill.core.messages import Heard, Ignored
from skill.core.past import Past
from skill.core.recent import STEP_MS, Moment, Recent
from skill.core.settling import settle
from skill.core.vocabulary import Command
from tests.support.book import VOCABULARY

LOUD, FAINT = 60.0, 60.0 - FAINTER_DB - 1
SPEAKING = Context(frozenset(Command), "rolling", "Roll slowly from side to side.")
LONG = 60_000
"""For so long the coach has talked: the filter knows the room."""
LENGTH = 400


def sound(words: str) -> Recent:
    """Words of 400 ms each, those in capitals loud."""
    levels = [LOUD if word.isupper() else FAINT for word in words.split()]
    moments = [Moment(level, coach=True) for level in levels for _ in range(LENGTH // STEP_MS)]
    return Recent().after(moments, len(levels) * LENGTH)


def reading(words: str, share: float = 1.0) -> Reading:
    said = (
        Word(word.lower(), n * LENGTH, (n + 1) * LENGTH) for n, word in enumerate(words.split())
    )
    return Reading.of(said, share)


def foreground(words: str) -> tuple[str, ...]:
    hypothesis = Hypothesis((reading(words),), final=True)
    found = Foreground((LOUD,)).of(hypothesis, sound(words))
    return tuple(one.text for one in found.readings)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("painful NEXT STEP", "next step"),
        ("PAUSE repeat", "pause"),
        ("long is HOLD ON rolling", "hold on"),
        ("NEXT PAUSE", "next pause"),
        ("painful rolling", "painful rolling"),
    ],
)
def test_faint_words_are_left_out_unless_all_are(words: str, left: str) -> None:
    assert foreground(words) == (left,)


def test_what_is_left_keeps_its_times_and_its_share() -> None:
    hypothesis = Hypothesis((reading("back NEXT", 0.8), reading("back [unk]", 0.2)), final=True)
    found = Foreground((LOUD,)).of(hypothesis, sound("back NEXT"))
    assert [(one.text, one.start_ms, one.end_ms, one.share) for one in found.readings] == [
        ("next", 400, 800, 0.8),
        ("[unk]", 400, 800, 0.2),
    ]


def test_before_the_first_command_nothing_is_left_out() -> None:
    hypothesis = Hypothesis((reading("back next"),), final=True)
    assert Foreground().of(hypothesis, sound("back next")) == hypothesis


def test_a_recogniser_that_tells_no_words_is_believed() -> None:
    whole = Hypothesis((Reading("back next", 0, 800, 1.0),), final=True)
    assert Foreground((LOUD,)).of(whole, sound("back NEXT")) == whole


@pytest.mark.parametrize(
    ("levels", "heard", "until"),
    [
        ((LOUD,), [LOUD, LOUD, FAINT, 20.0, None], 30),
        ((LOUD, 50.0), [30.0, 20.0], 10),
        ((LOUD,), [20.0, None], 0),
        ((), [20.0, None], 20),
    ],
)
def test_something_last_was_about_as_loud_as_commands(
    levels: tuple[float, ...], heard: list[float | None], until: int
) -> None:
    recent = Recent().after([Moment(level) for level in heard], len(heard) * STEP_MS)
    assert Foreground(levels).loud_until(recent) == until


def listener(words: str) -> Listener:
    return Listener(VOCABULARY, past=Past(sound(words), Foreground((LOUD,)), LONG))


def test_a_command_between_shreds_of_an_echo_is_heard() -> None:
    words = "back NEXT STEP [unk]"
    _, decision = listener(words).listen(
        Hypothesis((reading(words),), final=True), SPEAKING, len(words.split()) * LENGTH
    )
    assert isinstance(decision, Heard)
    assert (decision.command, decision.phrase) == (Command.NEXT, "next step")


@pytest.mark.parametrize(
    ("fainter", "kind"),
    [
        (0, Heard),
        (DOUBTED_DB, Heard),
        (DOUBTED_DB + 0.5, Doubt),
        (FAINTER_DB + 0.5, Ignored),
        (-LOUDER_DB, Heard),
        (-LOUDER_DB - 0.5, Doubt),
    ],
)
def test_over_the_coach_a_command_that_is_a_little_faint_or_very_loud_is_in_doubt(
    fainter: float, kind: type[Decision]
) -> None:
    moments = [Moment(LOUD - fainter, coach=True)] * (LENGTH // STEP_MS)
    listening = Listener(
        VOCABULARY,
        past=Past(Recent().after(moments, LENGTH), Foreground((LOUD,)), LONG),
    )
    said = Hypothesis((reading("stop"),), final=True)
    _, decision = listening.listen(said, SPEAKING, LENGTH)
    assert isinstance(decision, kind)


def test_in_silence_faint_words_count() -> None:
    words = "back NEXT"
    silent = Context(SPEAKING.live, SPEAKING.phase)
    _, decision = listener(words).listen(
        Hypothesis((reading(words),), final=True), silent, 2 * LENGTH
    )
    assert isinstance(decision, Ignored)
    assert decision.reason == "no single command"


def partials(*steps: tuple[str, str]) -> tuple[Listener, int]:
    """What stands in the partial after so many sounds."""
    now, ears = 0, listener("")
    for heard, text in steps:
        now += LATELY_MS
        level = LOUD if heard == "loud" else FAINT
        ears = ears.notice([Moment(level, coach=True)] * (LATELY_MS // STEP_MS), now)
        hypothesis = Hypothesis((Reading(text, now, now, 1.0),), final=False)
        ears, _ = ears.listen(hypothesis, SPEAKING, now)
    return ears, now


@pytest.mark.parametrize(
    "steps",
    [
        [("faint", "back"), ("loud", "back stop")],
        [("faint", "back"), ("faint", "back [unk]"), ("loud", "back [unk] stop")],
        [("faint", "back back"), ("loud", "stop")],
        [("loud", "stop")],
    ],
)
def test_it_is_flushed_at_once_whatever_echo_stood_before(steps: list[tuple[str, str]]) -> None:
    ears, now = partials(*steps)
    assert ears.wait(SPEAKING, now + 200) == Flush()


@pytest.mark.parametrize(
    "steps",
    [
        [("faint", "stop")],
        [("loud", "back"), ("loud", "back stop")],
        [("faint", "back"), ("loud", "next stop")],
    ],
)
def test_it_is_not_flushed_for_an_echo_nor_in_the_middle_of_talk(
    steps: list[tuple[str, str]],
) -> None:
    ears, now = partials(*steps)
    assert ears.wait(SPEAKING, now + 200) is None


def test_shreds_of_an_echo_are_no_other_talk() -> None:
    heard = Listener(VOCABULARY, past=Past(sound("back NEXT"), Foreground((LOUD,)), LONG))
    after, _ = heard.listen(Hypothesis((reading("[unk]"),), final=True), SPEAKING, LENGTH)
    _, decision = after.listen(
        Hypothesis((Reading("next", LENGTH, 2 * LENGTH, 1.0),), final=True), SPEAKING, 2 * LENGTH
    )
    assert isinstance(decision, Heard)


@pytest.mark.parametrize(("others", "kind"), [("back NEXT", Heard), ("BACK NEXT", Ignored)])
def test_second_ears_may_hear_shreds_of_an_echo_too(others: str, kind: type[Decision]) -> None:
    """A lost command: "that hurts" was "slower that hurts" to both of them."""
    said = Hypothesis((reading("back NEXT", 0.7), reading("back [unk]", 0.3)), final=True)
    ears, _ = listener(others).listen(said, SPEAKING, 2 * LENGTH)
    doubt = Doubt(Heard(Command.NEXT, None, "next", 0.7, 0), LENGTH, 0.9, over_coach=True)
    assert isinstance(settle(ears, doubt, [said, said]), kind)


def test_it_is_flushed_in_the_end_whatever_stood_before() -> None:
    """A lost command: "hold on" stood after a shred for a second, until the coach's next word."""
    ears, now = partials(("loud", "back"), ("loud", "back stop"))
    assert ears.wait(SPEAKING, now + ears.tuning.pause - 50) is None
    assert ears.wait(SPEAKING, now + ears.tuning.pause) == Flush()
    assert ears.wait(Context(SPEAKING.live, "rolling"), now + 2000) is None


def test_the_coachs_own_words_may_go_on_as_others() -> None:
    """A lost command: "next step", while the coach said "next"."""
    ears, now = partials(("loud", "next"))
    saying = Context(SPEAKING.live, "rolling", "Say next, or stop.")
    assert ears.wait(SPEAKING, now + 1000) == Flush()
    assert ears.wait(saying, now + 1000) is None


@pytest.mark.parametrize(
    ("level", "pause", "kind"),
    [
        (LOUD - AFTERWARDS_DB - 1, 300, Ignored),
        (LOUD - AFTERWARDS_DB + 1, 300, Doubt),
        (LOUD - AFTERWARDS_DB - 1, 700, Doubt),
    ],
)
def test_right_after_the_coach_a_very_faint_word_is_what_the_room_answers(
    level: float, pause: int, kind: type[Decision]
) -> None:
    sounds = [Moment(50.0, coach=True)] * 100 + [Moment(0.0)] * (pause // STEP_MS)
    now = 1000 + pause + LENGTH
    recent = Recent().after([*sounds, *[Moment(level)] * (LENGTH // STEP_MS)], now)
    ears = Listener(VOCABULARY, past=Past(recent, Foreground((LOUD,)), LONG))
    said = Hypothesis((Reading("stop", now - LENGTH, now, 1.0),), final=True)
    _, decision = ears.listen(said, Context(SPEAKING.live, "rolling"), now)
    assert isinstance(decision, kind)
