"""What becomes of a command that was in doubt."""

from collections.abc import Iterator

import pytest

from skill.core.decision import Doubt, Standing
from skill.core.hypothesis import Hypothesis, Reading
from skill.core.listener import Listener
from skill.core.messages import Heard, Ignored
from skill.core.settling import settle
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
        for likelihood in likelihoods:
            asked += 1
            yield Hypothesis((Reading("next", 1000, 1400, likelihood),), final=True)

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
