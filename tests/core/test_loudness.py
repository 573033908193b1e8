"""Does a word stand out of what was to be heard before it?"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.core.loudness import BEFORE_MS, LEAST_MS, QUIET_DB, loudness, standing_out
from skill.core.recent import MEMORY_MS, Moment, Recent

MUSIC = 60.0
LEVELS = st.lists(st.none() | st.floats(0, 90), max_size=50)


def after(*stretches: tuple[float | None, int]) -> Recent:
    """Levels one after the other, each for so many ms; None: the coach, as loud as can be."""
    recent, now = Recent(), 0
    for level, length in stretches:
        now += length
        moment = Moment(90.0, coach=True) if level is None else Moment(level)
        recent = recent.after([moment] * (length // 10), now)
    return recent


@pytest.mark.parametrize("above", [-6.0, 0.0, 10.0])
def test_a_word_is_compared_with_what_went_before(above: float) -> None:
    recent = after((MUSIC, 3000), (MUSIC + above, 400))
    assert standing_out(recent, 3000, 3400) == pytest.approx(above)


def test_pauses_inside_the_word_do_not_make_it_softer() -> None:
    recent = after((MUSIC, 3000), (MUSIC + 10, 200), (MUSIC - 10, 150))
    assert standing_out(recent, 3000, 3350) == pytest.approx(10)


def test_what_comes_after_the_word_does_not_matter() -> None:
    recent = after((MUSIC, 3000), (MUSIC + 10, 400), (MUSIC + 20, 500))
    assert standing_out(recent, 3000, 3400) == pytest.approx(10)


def test_a_second_try_is_not_compared_with_the_first() -> None:
    recent = after((MUSIC, 3000), (MUSIC + 10, 400), (MUSIC, 800), (MUSIC + 10, 400))
    assert standing_out(recent, 4200, 4600) == pytest.approx(10)


def test_the_coach_is_no_part_of_the_room() -> None:
    recent = after((MUSIC, 1000), (None, 2000), (MUSIC + 10, 400))
    assert standing_out(recent, 3000, 3400) == pytest.approx(10)


@pytest.mark.parametrize(
    "before",
    [(MUSIC, LEAST_MS), (None, 3000), (QUIET_DB - 1, 3000)],
    ids=["short", "coach", "quiet"],
)
def test_with_nothing_to_compare_everything_stands_out(before: tuple[float | None, int]) -> None:
    recent = after(before, (QUIET_DB - 1, 400))
    assert standing_out(recent, before[1], before[1] + 400) == math.inf


def test_a_word_that_is_not_remembered_stands_out() -> None:
    recent = after((MUSIC, MEMORY_MS + 5000))
    assert standing_out(recent, 0, 400) == math.inf


def test_a_word_is_as_loud_as_its_louder_half_whoever_talks_meanwhile() -> None:
    recent = after((MUSIC, 3000), (MUSIC + 20, 200), (MUSIC - 10, 200), (None, 400))
    assert loudness(recent, 3000, 3400) == pytest.approx(MUSIC + 20)
    assert loudness(recent, 3600, 3800) == pytest.approx(90)
    assert loudness(recent, -4000, -3000) is None


@given(st.lists(LEVELS, max_size=20), st.integers(-100, 9000), st.integers(0, BEFORE_MS))
def test_it_never_fails_and_forgets_what_is_old(
    blocks: list[list[float | None]], start: int, length: int
) -> None:
    recent, now = Recent(), 0
    for levels in blocks:
        now += 10 * len(levels)
        recent = recent.after([Moment(level) for level in levels], now)
    assert not math.isnan(standing_out(recent, start, start + length))
    assert len(recent.moments) <= MEMORY_MS // 10
