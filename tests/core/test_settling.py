"""What becomes of a command that was in doubt."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from skill.core.decision import Closest, Context, Doubt, Puzzle, Standing, Utterance
from skill.core.hypothesis import Hypothesis, Reading
from skill.core.listener import Listener
from skill.core.messages import Heard, Ignored
from skill.core.past import Past
from skill.core.settling import likelihood, settle, solve
from skill.core.tuning import Tuning
from skill.core.vocabulary import Command
from tests.support.book import VOCABULARY

TUNING = Tuning()
NEXT = Heard(Command.NEXT, None, "next", 0.75, 1400)
UNSURE = "not sure enough: 0.75 of 0.80"
UNRIVALLED = Standing(0, TUNING.margin)


def settled(
    missing: float, standing: Standing | None, likelihoods: list[float], unsure: str = ""
) -> tuple[Heard | Ignored, int]:
    """What was decided, and how many had to be asked."""
    asked = 0

    def opinions() -> Iterator[Hypothesis]:
        nonlocal asked
        for likely in likelihoods:
            asked += 1
            yield Hypothesis((Reading("next", 1000, 1400, likely),), final=True)

    doubt = Doubt(NEXT, 1000, missing, unsure)
    return settle(Listener(VOCABULARY, TUNING), doubt, opinions(), standing), asked


@pytest.mark.parametrize("missing", [0.35, TUNING.unrivalled])
def test_what_fits_better_than_all_other_words_needs_no_other_opinion(missing: float) -> None:
    assert settled(missing, UNRIVALLED, [1.0, 1.0]) == (NEXT, 0)


def test_it_counts_as_one_opinion_where_more_is_missing() -> None:
    missing = TUNING.unrivalled + 0.5
    assert settled(missing, UNRIVALLED, [0.3, 0.3], UNSURE) == (NEXT, 2)
    assert settled(missing, UNRIVALLED, [0.9, 0.3], UNSURE) == (NEXT, 1)
    ignored = Ignored("next", "heard by one ear only", 0.75)
    assert settled(missing, UNRIVALLED, [0.2, 0.2], UNSURE) == (ignored, 2)
    assert settled(missing, UNRIVALLED, [], UNSURE) == (ignored, 0)


@pytest.mark.parametrize(
    "standing", [None, Standing(1, -0.1), Standing(0, TUNING.margin - 0.1), Standing(19, -3.0)]
)
def test_a_word_or_two_that_fit_as_well_change_nothing(standing: Standing | None) -> None:
    assert settled(0.35, standing, [0.4, 1.0]) == (NEXT, 1)
    assert settled(0.35, standing, [0.1, 0.1]) == (
        Ignored("next", "heard by one ear only", 0.75),
        2,
    )


@pytest.mark.parametrize("rivals", [TUNING.rivals, 500])
def test_a_word_that_many_others_beat_is_none_whatever_others_say(rivals: int) -> None:
    ignored = Ignored("next", "more like other words", 0.75)
    assert settled(0.35, Standing(rivals, -4.0), [1.0, 1.0]) == (ignored, 0)


def test_where_nobody_can_be_asked_the_first_one_counts_if_it_was_sure() -> None:
    assert settled(0.35, None, []) == (NEXT, 0)
    assert settled(0.35, None, [], UNSURE) == (Ignored("next", UNSURE, 0.75), 0)


CLOSE = Closest("more time", 40.0, 0.3, 0.6)
NOTHING = Ignored("time where", "no single command", 1.0)
ALL = Context(frozenset(Command), "testing")
READING = Reading("time where", 3000, 3800, 1.0)


def solved(closest: Closest | None, context: Context = ALL) -> tuple[Listener, Heard | Ignored]:
    listener = Listener(VOCABULARY, TUNING, past=Past(talk_until=3800, voice_until=3900))
    return solve(listener, Puzzle(NOTHING, Utterance(READING, context, talk_until=500)), closest)


def test_a_phrase_that_is_close_enough_is_heard_and_was_no_other_talk() -> None:
    listener, decision = solved(CLOSE)
    assert decision == Heard(Command.MORE_TIME, None, "more time", likelihood(CLOSE), 3800)
    assert (listener.past.talk_until, listener.past.command_until) == (500, 3800)


@pytest.mark.parametrize(
    "closest", [None, replace(CLOSE, margin=2.0), replace(CLOSE, misfit=1.4, worst=1.5)]
)
def test_one_that_is_not_stays_what_it_was(closest: Closest | None) -> None:
    listener, decision = solved(closest)
    assert decision == NOTHING
    assert (listener.past.talk_until, listener.past.command_until) == (3800, 0)


def test_one_that_does_nothing_now_stays_what_it_was() -> None:
    assert solved(CLOSE, Context(frozenset({Command.NEXT}), "asleep"))[1] == NOTHING


def test_what_costs_more_must_be_likelier() -> None:
    closest = next(
        one
        for margin in range(1, 100)
        if likelihood(one := replace(CLOSE, phrase="goodbye", margin=margin / 2)) >= 0.6
    )
    assert likelihood(closest) < TUNING.close[Command.GOODBYE.care]
    assert solved(closest)[1] == NOTHING
    assert isinstance(solved(replace(closest, phrase="more time"))[1], Heard)


@pytest.mark.parametrize(
    "worse",
    [replace(CLOSE, margin=20.0), replace(CLOSE, misfit=0.5), replace(CLOSE, worst=1.0)],
)
def test_every_sign_counts(worse: Closest) -> None:
    assert likelihood(worse) < likelihood(CLOSE)
    assert 0 <= likelihood(Closest("next", -50.0, 4.0, 9.0)) < 0.001
