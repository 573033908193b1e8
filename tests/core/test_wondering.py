"""Asking others what was said once a voice has ended, before the recogniser ends the utterance."""

from dataclasses import replace

import pytest

from skill.core.decision import Closest, Context, Puzzle, Utterance
from skill.core.hypothesis import Hypothesis, Reading
from skill.core.listener import Listener
from skill.core.messages import Ignored
from skill.core.settling import is_whole, likelihood
from skill.core.tuning import Tuning
from skill.core.vocabulary import Care, Command, Meaning, Vocabulary

WORDS = Vocabulary(
    {
        "next": Meaning(Command.NEXT),
        "show me": Meaning(Command.WHERE),
        "show me more": Meaning(Command.TELL_MORE),
        "one more time": Meaning(Command.REPEAT),
    }
)
LIVE = Context(frozenset(Command), "rolling")
TUNING = Tuning()
CLOSE = Closest("one more time", 40.0, 0.3, 0.6)
BEGUN, ENDED = 1000, 2000


def partial(text: str) -> Hypothesis:
    return Hypothesis((Reading(text, 0, 0, 1.0),), final=False)


def after(text: str, silence: int, context: Context = LIVE) -> tuple[Listener, int]:
    """Who has heard a voice for a second, this text come out of it, and silence since; and when."""
    listener = Listener(WORDS, TUNING).notice_voice([0.0] * (BEGUN // 10), BEGUN)
    listener = listener.notice_voice([1.0] * 50, BEGUN + 500)
    listener, _ = listener.listen(partial(text), context, BEGUN + 500)
    listener = listener.notice_voice([1.0] * 50, ENDED)
    now = ENDED + silence
    return listener.notice_voice([0.0] * (silence // 10), now), now


def wonders(text: str, silence: int, context: Context = LIVE) -> Puzzle | None:
    listener, now = after(text, silence, context)
    return listener.wonder(context, now)[1]


@pytest.mark.parametrize("text", ["[unk]", "one show me", "more [unk]"])
def test_what_is_no_phrase_puzzles_once_the_voice_has_ended(text: str) -> None:
    puzzle = wonders(text, TUNING.wondering)
    assert puzzle is not None
    assert puzzle.said.reading == Reading(text, BEGUN, ENDED - TUNING.detector_tail, 1.0)
    assert wonders(text, TUNING.wondering - 10) is None


def test_it_does_so_once_for_each_end_of_a_voice() -> None:
    listener, now = after("[unk]", TUNING.wondering)
    listener, first = listener.wonder(LIVE, now)
    listener, second = listener.wonder(LIVE, now + 10)
    assert first is not None
    assert second is None
    listener = listener.notice_voice([1.0] * 20, now + 200)
    later = now + 200 + TUNING.wondering
    assert listener.wonder(LIVE, later)[1] is not None


def test_a_new_utterance_begins_with_its_own_voice() -> None:
    listener, now = after("[unk]", 1000)
    listener, _ = listener.listen(Hypothesis((), final=True), LIVE, now)
    listener = listener.notice_voice([1.0] * 80, now + 800)
    listener, _ = listener.listen(partial("[unk]"), LIVE, now + 800)
    _, puzzle = listener.wonder(LIVE, now + 800 + TUNING.wondering)
    assert puzzle is not None
    assert puzzle.said.reading.start_ms == now


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("", LIVE),
        ("next", LIVE),
        ("one more time", LIVE),
        ("more", LIVE),
        ("[unk]", replace(LIVE, saying="Roll slowly.")),
    ],
    ids=["nothing", "a word", "a phrase", "a single word of one", "over the coach"],
)
def test_nobody_is_asked(text: str, context: Context) -> None:
    assert wonders(text, TUNING.wondering, context) is None


def test_nor_amid_talk() -> None:
    listener, now = after("[unk]", TUNING.wondering)
    talking = replace(listener, past=replace(listener.past, talk_until=BEGUN - 100))
    assert talking.wonder(LIVE, now)[1] is None


def puzzled(*live: Command) -> Puzzle:
    context = Context(frozenset(live), "rolling")
    said = Utterance(Reading("[unk]", BEGUN, ENDED, 1.0), context, talk_until=0)
    return Puzzle(Ignored("[unk]", "not a command", 1.0), said)


def whole(closest: Closest | None, *live: Command) -> bool:
    return is_whole(Listener(WORDS, TUNING), puzzled(*(live or tuple(Command))), closest)


def test_what_others_know_well_is_whole() -> None:
    assert whole(CLOSE)


def test_more_is_needed_than_where_nobody_can_go_on() -> None:
    less = replace(CLOSE, misfit=1.5)
    while likelihood(less) < TUNING.close[Care.LIGHT]:
        less = replace(less, misfit=less.misfit - 0.02)
    assert likelihood(less) < TUNING.close_at_once
    assert not whole(less)


def test_what_may_go_on_what_does_nothing_now_and_what_nobody_knows_is_not() -> None:
    assert not whole(replace(CLOSE, phrase="show me"))
    assert whole(replace(CLOSE, phrase="show me more"))
    assert not whole(CLOSE, Command.NEXT)
    assert not whole(None)
