"""The rules by which a voice's settings are chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.enrolment.choosing import FACTORS, choose_factor


def chances(best: float, takes: int, width: float = 0.1) -> dict[float, list[float]]:
    """Well understood near one factor, badly elsewhere."""
    return {factor: [0.95 if abs(factor - best) < width else 0.1] * takes for factor in FACTORS}


@pytest.mark.parametrize("best", [0.82, 0.88, 1.12])
def test_the_middle_of_what_is_understood_is_chosen(best: float) -> None:
    assert choose_factor(chances(best, takes=10)) == pytest.approx(best, abs=0.061)


def test_one_take_is_no_evidence() -> None:
    table = {factor: [0.9] * 20 for factor in FACTORS}
    for factor in FACTORS:
        table[factor][7] = 0.99 if factor < 0.95 else 0.0
    assert choose_factor(table) == 1.0


def test_what_is_said_again_counts_once() -> None:
    table = {factor: [0.9, 0.9, 0.05, 0.05, 0.05] for factor in FACTORS}
    for factor in (0.76, 0.82, 0.88):
        table[factor] = [0.9, 0.9, 1.0, 1.0, 1.0]
    assert choose_factor(table, ["stop", "next", "no", "no", "no"]) == 1.0
    assert choose_factor(table, ["stop", "next", "no", "back", "skip"]) < 1.0


def test_of_factors_that_are_as_good_the_mildest_is_taken() -> None:
    table = {factor: [0.98 if factor < 0.95 else 0.1] * 10 for factor in FACTORS}
    assert choose_factor(table) == 0.88, "the middle of three and their neighbours"


def test_a_lucky_factor_without_lucky_neighbours_is_not_chosen() -> None:
    table = {factor: [0.4] * 6 for factor in FACTORS}
    table[0.88] = [0.8] * 6
    table[0.82] = table[0.94] = [0.05] * 6
    assert choose_factor(table) == 1.0


def test_a_take_that_is_left_out_has_no_say() -> None:
    table = {factor: [0.9, 0.05, 0.9, 0.05] for factor in FACTORS}
    for factor in (0.76, 0.82, 0.88):
        table[factor] = [0.9, 1.0, 0.9, 1.0]
    assert choose_factor(table) == 0.82
    assert choose_factor(table, leaving_out=0) == 0.82
    assert choose_factor(table, leaving_out=1) == 1.0


@given(st.lists(st.lists(st.floats(0, 1), min_size=len(FACTORS), max_size=len(FACTORS))))
def test_any_chances_give_a_known_factor_that_does_not_lose(takes: list[list[float]]) -> None:
    table = {factor: [take[i] for take in takes] for i, factor in enumerate(FACTORS)}
    assert choose_factor(table) in FACTORS
    assert choose_factor(dict(reversed(table.items()))) == choose_factor(table)
    assert choose_factor(table, ["next"] * len(takes)) == 1.0, "one phrase is no evidence"
