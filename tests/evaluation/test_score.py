from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.core.decision import Context
from skill.core.hypothesis import Hypothesis, Reading
from skill.core.listener import Listener
from skill.core.messages import Ignored
from skill.core.vocabulary import Command
from skill.evaluation.curve import curve
from skill.evaluation.judge import Outcome, answer, hinges_on_score, latency_ms, outcome, why_missed
from skill.evaluation.matrix import matrix
from skill.evaluation.score import figures, in_order, noise_level, percentile, real_or_all, vital
from skill.evaluation.trial import Candidate, Trial
from tests.evaluation.runs import accepted, ignored, trial, unsure
from tests.support.book import VOCABULARY


@pytest.mark.parametrize(
    ("one", "came"),
    [
        (trial("next", accepted("next")), Outcome.HIT),
        (trial("next", accepted("next"), accepted("next")), Outcome.HIT),
        (trial("next", ignored("stop", "the coach's own words"), accepted("next")), Outcome.HIT),
        (trial("next", accepted("next"), accepted("stop")), Outcome.CONFUSION),
        (trial("next", accepted("skip")), Outcome.CONFUSION),
        (trial("exercise one", accepted("exercise one")), Outcome.HIT),
        (trial("exercise one", accepted("exercise two")), Outcome.CONFUSION),
        (trial("exercise", accepted("exercise two")), Outcome.HIT),
        (trial("start", accepted("start two")), Outcome.CONFUSION),
        (trial("next"), Outcome.MISS),
        (trial("next", unsure("next", 0.5)), Outcome.MISS),
        (trial("", accepted("next")), Outcome.FALSE_ACCEPT),
        (trial("", ignored("", "not a command")), Outcome.LEFT_ALONE),
        (trial(""), Outcome.LEFT_ALONE),
    ],
)
def test_what_came_of_a_clip(one: Trial, came: Outcome) -> None:
    assert outcome(one) is came


def test_the_story_is_told_by_what_went_wrong() -> None:
    both = answer(trial("next", accepted("next"), accepted("stop")))
    assert both is not None
    assert both.command == "stop"
    assert answer(trial("next", unsure("stop", 0.3))) is None


def test_latency_is_the_first_decision_with_its_compute_after_the_word() -> None:
    assert latency_ms(trial("next", accepted("next", 900), accepted("next", 2000))) == 210.0
    assert latency_ms(trial("next", accepted("next", 600))) == -90.0
    assert latency_ms(trial("next", accepted("next"), end_ms=None)) is None
    assert latency_ms(trial("next", accepted("stop"))) is None
    assert latency_ms(trial("", accepted("stop"))) is None


@pytest.mark.parametrize(
    ("candidates", "why"),
    [
        ((), "nothing heard"),
        ((unsure("next", 0.55),), "not sure enough"),
        ((unsure("back", 0.55),), "back: not sure enough"),
        (
            (ignored("", "no single command", phrase="next back"), unsure("next", 0.1)),
            "not sure enough",
        ),
        ((ignored("", "not a command", phrase="[unk]"),), "[unk]: not a command"),
    ],
)
def test_why_nothing_came_of_it(candidates: tuple[Candidate, ...], why: str) -> None:
    assert why_missed(trial("next", *candidates)) == why


def test_figures_count_clips_and_every_false_accept() -> None:
    found = figures(
        [
            trial("next", accepted("next", 900)),
            trial("next", accepted("next", 1100)),
            trial("stop", accepted("pause")),
            trial("pain"),
            trial("", accepted("next"), accepted("back"), seconds=1800),
            trial("", seconds=5400),
        ]
    )
    assert (found.hits.count, found.hits.of, found.misses, found.confusions) == (2, 4, 1, 1)
    assert (found.false_accepts.count, found.false_accepts.hours) == (2, 2.0)
    assert found.false_accepts.value == 1.0
    assert found.latencies_ms == (210.0, 410.0)
    assert found.median_ms == 310.0
    assert found.p95_ms == pytest.approx(400.0)
    assert found.real_time_factor == pytest.approx(0.6 / (7200 + 4 + 6 * 2.5))


def test_figures_of_nothing_are_none_and_not_zero() -> None:
    found = figures([])
    figures_of_nothing = (
        found.hits.value,
        found.false_accepts.value,
        found.median_ms,
        found.p95_ms,
        found.real_time_factor,
    )
    assert figures_of_nothing == (None,) * 5


def test_a_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 95) == 7.0


def test_stop_and_pain_are_looked_at_by_themselves() -> None:
    kept = vital([trial("stop"), trial("next"), trial("pain"), trial("")])
    assert [one.expected for one in kept] == ["stop", "pain"]


def test_synthetic_voices_never_improve_the_figures_of_people() -> None:
    person, machine = trial("next"), trial("next", accepted("next"), synthetic=True)
    other = trial("")
    assert real_or_all([person, machine, other]) == [person, other]
    assert real_or_all([machine, other]) == [machine, other]


def test_conditions_go_from_quiet_to_hard() -> None:
    mixed = ["noise 5 dB", "far", "music 10 dB", "noise 20 dB", "quiet", "noise -5 dB", "far"]
    assert in_order(mixed) == [
        "quiet",
        "noise 20 dB",
        "noise 5 dB",
        "noise -5 dB",
        "far",
        "music 10 dB",
    ]


def test_a_level_is_read_from_a_condition() -> None:
    assert noise_level("coach speaking -2.5 dB") == -2.5
    assert noise_level("room") is None


def test_a_matrix_has_only_what_occurs_in_the_order_of_the_coach() -> None:
    found = matrix(
        [
            trial("pause", accepted("pause")),
            trial("next", accepted("next"), accepted("stop")),
            trial("next", accepted("next")),
            trial("up", accepted("up")),
            trial("", accepted("yes")),
        ]
    )
    assert found.said == ("next", "pause", "up", "")
    assert found.acted == ("next", "pause", "stop", "yes", "up")
    assert found.counts["next", "stop"] == 1
    assert found.share("next", "stop") == 0.5


def test_the_listener_gives_the_reason_that_thresholds_know() -> None:
    """Should the listener change its words, the curve would silently lose its left half."""
    listener, context = Listener(VOCABULARY), Context(frozenset(Command), "measuring")
    reading = Reading("next", 1000, 1400, 0.1)
    decision = listener.listen(Hypothesis((reading,), final=True), context, 2000)[1]
    assert isinstance(decision, Ignored)
    assert hinges_on_score(ignored("next", decision.reason))
    assert not hinges_on_score(ignored("next", "the coach's own words"))
    assert not hinges_on_score(ignored("", decision.reason))


def test_a_low_threshold_takes_in_the_unsure_and_a_high_one_leaves_out_the_sure() -> None:
    trials = [
        trial("next", accepted("next", score=0.7)),
        trial("next", unsure("next", 0.5)),
        trial("next", ignored("next", "in the middle of other talk", 0.9)),
        trial("", unsure("stop", 0.3), accepted("back", score=0.8), seconds=3600),
    ]
    points = {point.threshold: point for point in curve(trials, (0.0, 0.4, 0.6, 0.9))}
    assert {at: point.hits.count for at, point in points.items()} == {0: 2, 0.4: 2, 0.6: 1, 0.9: 0}
    assert {at: point.misses for at, point in points.items()} == {0: 1, 0.4: 1, 0.6: 2, 0.9: 3}
    assert [point.false_accepts.value for point in points.values()] == [2, 1, 1, 0]


CANDIDATES = st.builds(
    Candidate,
    phrase=st.just("words"),
    command=st.sampled_from(["next", "stop", ""]),
    at_ms=st.integers(0, 3000),
    compute_ms=st.just(1.0),
    score=st.floats(0, 1),
    accepted=st.just(value=False),
    reason=st.sampled_from(["not sure enough: 0.10 of 0.60", "no single command"]),
) | st.builds(accepted, st.sampled_from(["next", "stop"]), score=st.floats(0, 1))
TRIALS = st.builds(
    lambda expected, candidates: trial(expected, *candidates),
    st.sampled_from(["next", "stop", ""]),
    st.lists(CANDIDATES, max_size=3),
)


@given(st.lists(TRIALS, max_size=12), st.lists(st.floats(0, 1), min_size=2).map(sorted))
def test_a_higher_threshold_acts_on_less(trials: list[Trial], thresholds: list[float]) -> None:
    points = curve(trials, thresholds)
    for lower, higher in pairwise(points):
        assert higher.misses >= lower.misses
        assert higher.false_accepts.count <= lower.false_accepts.count


@given(st.lists(TRIALS, max_size=12))
def test_every_clip_with_a_command_is_a_hit_a_miss_or_a_confusion(trials: list[Trial]) -> None:
    found = figures(trials)
    assert found.hits.count + found.misses + found.confusions == found.hits.of
    assert sum(matrix(trials).counts.values()) == len(trials) == found.clips
