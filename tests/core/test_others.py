"""A command needs somebody other than the coach who may have said it."""

import pytest

from skill.core.others import MEMORY_MS, Others


def test_where_nobody_knows_somebody_may_have_talked() -> None:
    assert Others().since(0) == MEMORY_MS


@pytest.mark.parametrize(("start_ms", "expected"), [(0, 30), (960, 30), (980, 20), (1_000, 0)])
def test_what_was_said_since_a_moment_is_counted(start_ms: int, expected: int) -> None:
    others = Others().after([False] * 96, 960).after([True, False, True, True], 1_000)
    assert others.since(start_ms) == expected


def test_only_the_last_seconds_are_kept() -> None:
    others = Others().after([True] * 1_000, 10_000)
    assert others.since(0) == MEMORY_MS
