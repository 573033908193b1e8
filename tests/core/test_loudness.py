"""Does a word stand out of what was to be heard before it?"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.core.loudness import BEFORE_MS, LEAST_MS, MEMORY_MS, QUIET_DB, Loudness

MUSIC = 60.0
LEVELS = st.lists(st.none() | st.floats(0, 90), max_size=50)


def after(*stretches: tuple[float | None, int]) -> Loudness:
    """Levels one after the other, each for so many ms."""
    loudness, now = Loudness(), 0
    for level, length in stretches:
        now += length
        loudness = loudness.after([level] * (length // 10), now)
    return loudness


@pytest.mark.parametrize("above", [-6.0, 0.0, 10.0])
def test_a_word_is_compared_with_what_went_before(above: float) -> None:
    loudness = after((MUSIC, 3000), (MUSIC + above, 400))
    assert loudness.standing_out(3000, 3400) == pytest.approx(above)


def test_pauses_inside_the_word_do_not_make_it_softer() -> None:
    loudness = after((MUSIC, 3000), (MUSIC + 10, 200), (MUSIC - 10, 150))
    assert loudness.standing_out(3000, 3350) == pytest.approx(10)


def test_what_comes_after_the_word_does_not_matter() -> None:
    loudness = after((MUSIC, 3000), (MUSIC + 10, 400), (MUSIC + 20, 500))
    assert loudness.standing_out(3000, 3400) == pytest.approx(10)


def test_a_second_try_is_not_compared_with_the_first() -> None:
    loudness = after((MUSIC, 3000), (MUSIC + 10, 400), (MUSIC, 800), (MUSIC + 10, 400))
    assert loudness.standing_out(4200, 4600) == pytest.approx(10)


def test_the_coach_is_no_part_of_the_room() -> None:
    loudness = after((MUSIC, 1000), (None, 2000), (MUSIC + 10, 400))
    assert loudness.standing_out(3000, 3400) == pytest.approx(10)


@pytest.mark.parametrize(
    "before",
    [(MUSIC, LEAST_MS), (None, 3000), (QUIET_DB - 1, 3000)],
    ids=["short", "coach", "quiet"],
)
def test_with_nothing_to_compare_everything_stands_out(before: tuple[float | None, int]) -> None:
    loudness = after(before, (QUIET_DB - 1, 400))
    assert loudness.standing_out(before[1], before[1] + 400) == math.inf


def test_a_word_that_is_not_remembered_stands_out() -> None:
    loudness = after((MUSIC, MEMORY_MS + 5000))
    assert loudness.standing_out(0, 400) == math.inf


@given(st.lists(LEVELS, max_size=20), st.integers(-100, 9000), st.integers(0, BEFORE_MS))
def test_it_never_fails_and_forgets_what_is_old(
    blocks: list[list[float | None]], start: int, length: int
) -> None:
    loudness, now = Loudness(), 0
    for levels in blocks:
        now += 10 * len(levels)
        loudness = loudness.after(levels, now)
    assert not math.isnan(loudness.standing_out(start, start + length))
    assert len(loudness.levels) <= MEMORY_MS // 10
