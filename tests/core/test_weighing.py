"""How readings become a meaning."""

import pytest

from skill.core.hypothesis import Hypothesis, Reading
from skill.core.vocabulary import Command, Meaning, Vocabulary
from skill.core.weighing import MIXTURE, weigh

NO, YES = Meaning(Command.NO), Meaning(Command.YES)
VOCABULARY = Vocabulary({"no": NO, "nope": NO, "yes": YES, "go on": YES}, ("now",))


def heard(**shares: float) -> Hypothesis:
    """Readings with underscores for spaces, the likeliest first."""
    readings = (Reading(text.replace("_", " "), 0, 400, share) for text, share in shares.items())
    return Hypothesis(tuple(readings), final=True)


def test_nothing_is_no_verdict() -> None:
    assert weigh(Hypothesis((), final=True), VOCABULARY) is None


def test_readings_with_one_meaning_vote_together() -> None:
    verdict = weigh(heard(yes=0.4, nope=0.3, no=0.3), VOCABULARY)
    assert verdict is not None
    assert verdict.meaning == NO
    assert verdict.reading.text == "nope", "the likelier of the two"
    assert verdict.confidence == pytest.approx(0.6)


def test_a_mixture_of_phrases_hardly_counts() -> None:
    verdict = weigh(heard(no_go=0.6, no=0.4), VOCABULARY)
    assert verdict is not None
    assert verdict.meaning == NO
    assert verdict.confidence == pytest.approx(0.4 / (0.4 + 0.6 * MIXTURE))


def test_a_mixture_alone_is_a_mixture() -> None:
    verdict = weigh(heard(no_go=1.0), VOCABULARY)
    assert verdict is not None
    assert verdict.meaning is None
    assert verdict.reading.text == "no go"


def test_decoys_and_the_unknown_vote_against_each_other_and_the_phrase() -> None:
    sounds = Hypothesis(
        (
            Reading("no", 0, 400, 0.5),
            Reading("[unk] no", 0, 400, 0.3),
            Reading("now", 0, 400, 0.2),
        ),
        final=True,
    )
    verdict = weigh(sounds, VOCABULARY)
    assert verdict is not None
    assert verdict.meaning == NO
    assert verdict.confidence == pytest.approx(0.5)


def test_what_a_recogniser_does_not_tell_counts_against_it() -> None:
    verdict = weigh(heard(no=0.7), VOCABULARY)
    assert verdict is not None
    assert verdict.confidence == pytest.approx(0.7)
