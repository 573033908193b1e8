"""Stop and words of pain that came out as something else: who is asked, and when that counts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from skill.core import colour
from skill.core.decision import Context, Decision, Doubt, Outcry, Puzzle, Utterance
from skill.core.hypothesis import Hypothesis, Reading
from skill.core.listener import Listener
from skill.core.messages import Heard, Ignored
from skill.core.past import Past
from skill.core.recent import Moment, Recent
from skill.core.settling import heed
from skill.core.tuning import Tuning
from skill.core.vocabulary import Command, Meaning, Vocabulary
from skill.core.weighing import outcries, weigh

PHRASES = {
    "stop": Command.STOP,
    "halt": Command.STOP,
    "stop it": Command.STOP,
    "ouch": Command.PAIN,
    "this hurts": Command.PAIN,
    "i'm hurt": Command.PAIN,
    "my back hurts": Command.PAIN,
    "back": Command.BACK,
    "start": Command.START,
    "do it": Command.START,
}
WORDS = Vocabulary({text: Meaning(one) for text, one in PHRASES.items()}, decoys=("how", "horse"))
LIVE = Context(frozenset(Command), "rolling")
TUNING = Tuning()
LISTENER = Listener(WORDS, TUNING, Past(talk_until=300, voice_until=1500))


def final(*readings: tuple[str, float]) -> Hypothesis:
    return Hypothesis(
        tuple(Reading(text, 1000, 1400, share) for text, share in readings), final=True
    )


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("halt", Command.STOP),
        ("i'm hurt", Command.PAIN),
        ("i'm halt", Command.PAIN),
        ("my back halt", Command.PAIN),
        ("hurts", None),
        ("start", None),
        ("how", None),
        ("this", None),
        ("it", None),
        ("this it", None),
        ("halt hurts", None),
        ("back hurts", None),
        ("this back start hurts", None),
        ("[unk]", None),
        ("[unk] hurts", None),
        ("this [unk] hurts", None),
    ],
)
def test_a_phrase_or_the_beginning_of_one_and_the_end_of_another(
    text: str, command: Command | None
) -> None:
    assert WORDS.outcry(text) == command


def test_each_command_has_the_likelihood_of_all_that_comes_to_it() -> None:
    said = final(("how", 0.5), ("halt", 0.25), ("this halt", 0.125), ("ouch", 0.0625))
    assert outcries(said, WORDS) == {Command.STOP: 0.25, Command.PAIN: 0.1875}
    assert outcries(final(("back", 1.0)), WORDS) == {}


def judged(
    said: Hypothesis, context: Context = LIVE, listener: Listener = LISTENER, now: int = 1500
) -> Decision | None:
    return listener.listen(said, context, now)[1]


@pytest.mark.parametrize("other", ["how", "start", "[unk]", "this it"])
def test_others_are_asked_about_what_came_out_as_something_else(other: str) -> None:
    sure = TUNING.least_outcry
    decision = judged(final((other, 0.9), ("halt", sure)))
    assert isinstance(decision, Outcry)
    assert isinstance(decision.otherwise, Doubt | Puzzle | Ignored)
    assert decision.likely == {Command.STOP: sure}
    assert decision.said == Utterance(Reading(other, 1000, 1400, 0.9), LIVE, 300)


@pytest.mark.parametrize(
    ("said", "context", "now"),
    [
        (final(("how", 0.9), ("halt", TUNING.least_outcry / 2)), LIVE, 1500),
        (final(("halt", 0.5), ("ouch", 0.4)), LIVE, 1500),
        (final(("how", 0.5), ("halt", 0.5)), Context(frozenset({Command.PAIN}), ""), 1500),
        (final(("how", 0.5), ("halt", 0.5)), LIVE, 1400 + TUNING.late + 1),
        (
            Hypothesis((Reading("how", 1000, 1100, 0.5), *final(("halt", 0.5)).readings), True),
            LIVE,
            1500,
        ),
    ],
    ids=["unlikely", "judged as one", "not live", "late", "a click"],
)
def test_nobody_is_asked(said: Hypothesis, context: Context, now: int) -> None:
    assert not isinstance(judged(said, context, now=now), Outcry)


OVER_COACH = Context(frozenset(Command), "rolling", "Roll gently.")


def test_over_the_coach_others_are_asked_about_whatever_comes_out() -> None:
    decision = judged(final(("[unk]", 1.0)), OVER_COACH)
    assert isinstance(decision, Outcry)
    assert decision.likely == {}


def test_over_the_coach_nobody_is_asked_about_what_has_its_colour() -> None:
    settled = Recent((Moment(60.0, True, True, 60.0, colour.OWN_EARLY),) * 150, 1500)
    past = replace(LISTENER.past, recent=settled)
    listener = replace(LISTENER, past=past)
    assert isinstance(judged(final(("[unk]", 1.0)), OVER_COACH, listener), Ignored)


def heeded(
    likely: dict[Command, float], *others: Hypothesis, context: Context = LIVE
) -> tuple[Listener, Heard | None, int]:
    asked = 0

    def opinions() -> Iterator[Hypothesis]:
        nonlocal asked
        for other in others:
            asked += 1
            yield other

    ignored = Ignored("how", "sounds like a command, but is none", 0.5)
    reading = Reading("how", 1000, 1400, 0.5)
    outcry = Outcry(ignored, Utterance(reading, context, talk_until=300), likely)
    ended = 1380 + TUNING.detector_tail
    later = replace(LISTENER, past=replace(LISTENER.past, talk_until=1400, voice_until=ended))
    listener, heard = heed(later, outcry, opinions())
    return listener, heard, asked


def test_it_counts_once_others_make_it_likely_enough() -> None:
    enough = TUNING.outcry
    halt = final(("halt", enough - 0.25), ("how", 0.1))
    listener, heard, asked = heeded({Command.STOP: 0.25}, halt, halt)
    assert heard == Heard(Command.STOP, None, "stop", enough / 2, 1380)
    assert asked == 1
    assert (listener.past.talk_until, listener.past.command_until) == (300, 1400)


def test_stop_and_pain_add_up_and_the_likelier_one_is_it() -> None:
    pain = final(("this halt", 0.4), ("stop", 0.05))
    _, heard, asked = heeded({Command.STOP: 0.25}, pain, pain)
    assert heard is not None
    assert (heard.command, heard.phrase, asked) == (Command.PAIN, "ouch", 2)


def test_where_others_hear_something_else_it_stays_what_it_was() -> None:
    listener, heard, asked = heeded({Command.STOP: 0.5}, final(("how", 1.0)), final(("halt", 0.3)))
    assert (heard, asked) == (None, 2)
    assert (listener.past.talk_until, listener.past.command_until) == (1400, 0)


def test_half_of_what_is_needed_must_be_what_others_heard() -> None:
    little, half = final(("halt", TUNING.outcry / 5)), final(("halt", TUNING.outcry / 2))
    assert heeded({Command.STOP: 1.0})[1] is None
    assert heeded({Command.STOP: 1.0}, little, little)[1] is None
    assert heeded({Command.STOP: 1.0}, half, little)[1:] == (
        Heard(Command.STOP, None, "stop", 0.75, 1380),
        1,
    )


def test_one_that_does_nothing_now_counts_for_nothing() -> None:
    pain, stopping = final(("ouch", 1.0)), Context(frozenset({Command.STOP}), "")
    assert heeded({Command.STOP: 0.5}, pain, pain, context=stopping)[1:] == (None, 2)


def test_over_the_coach_more_is_needed() -> None:
    less, enough = (final(("halt", share / 2)) for share in (1.0, TUNING.outcry_over_coach))
    assert heeded({}, less, less, context=OVER_COACH)[1:] == (None, 2)
    assert heeded({}, enough, enough, context=OVER_COACH)[1:] == (
        Heard(Command.STOP, None, "stop", TUNING.outcry_over_coach / 3, 1380),
        2,
    )


def test_a_verdict_tells_of_them() -> None:
    verdict = weigh(final(("how", 0.75), ("halt", 0.25)), WORDS)
    assert verdict is not None
    assert verdict.outcries == {Command.STOP: 0.25}
