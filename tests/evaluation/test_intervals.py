import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.evaluation.intervals import Interval, Rate, Share, at_least, at_most, poisson, wilson


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (8, 10, 0.490, 0.943),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I
        (15, 148, 0.0624, 0.1605),  # the same
        (1, 29, 0.0061, 0.1718),  # the same
    ],
)
def test_wilson_as_published(count: int, of: int, low: float, high: float) -> None:
    found = wilson(count, of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-4)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [  # half the chi-square quantiles with 2n and 2n + 2 degrees of freedom
        (0, 0.0, 3.689),
        (1, 0.0253, 5.572),
        (2, 0.242, 7.225),
        (5, 1.623, 11.668),
        (10, 4.795, 18.390),
        (100, 81.364, 121.627),
    ],
)
def test_poisson_as_published(count: int, low: float, high: float) -> None:
    found = poisson(count)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-3)


def test_no_false_accept_in_ten_hours_shows_little() -> None:
    assert Rate(0, 10.0).interval.high == pytest.approx(0.3689, abs=1e-4)


def test_of_nothing_nothing_is_known() -> None:
    assert Share(0, 0).value is None
    assert Share(0, 0).interval == Interval(0.0, 1.0)
    assert Rate(0, 0.0).value is None
    assert Rate(0, 0.0).interval == Interval(0.0, math.inf)


@given(st.integers(0, 20_000))
@settings(max_examples=30)
def test_poisson_limits_leave_a_fortieth_on_either_side(count: int) -> None:
    found = poisson(count)
    assert at_most(count, found.high) == pytest.approx(0.025, rel=1e-6)
    if count:
        assert at_least(count, found.low) == pytest.approx(0.025, rel=1e-6)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilson_holds_what_was_seen(seen: tuple[int, int]) -> None:
    count, of = seen
    found = wilson(count, of)
    assert 0 <= found.low <= count / of <= found.high <= 1
