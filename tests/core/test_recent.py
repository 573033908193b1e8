"""What the listener remembers of the sound."""

import pytest

from skill.core.recent import MEMORY_MS, Moment, Recent


def talking(*others: bool) -> list[Moment]:
    return [Moment(others=one) for one in others]


def test_where_nothing_is_remembered_somebody_may_have_talked() -> None:
    assert Recent().others_ms(0) == MEMORY_MS


@pytest.mark.parametrize(("start_ms", "expected"), [(0, 30), (960, 30), (980, 20), (1_000, 0)])
def test_what_others_said_since_a_moment_is_counted(start_ms: int, expected: int) -> None:
    recent = (
        Recent().after(talking(*[False] * 96), 960).after(talking(True, False, True, True), 1_000)
    )
    assert recent.others_ms(start_ms) == expected


def test_only_the_last_seconds_are_kept() -> None:
    recent = Recent().after([Moment(float(at)) for at in range(1_000)], 10_000)
    assert recent.others_ms(0) == MEMORY_MS
    assert recent.between(0, MEMORY_MS // 2) == ()


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "levels"),
    [
        (0, 20, (0, 1)),
        (30, 60, (3, 4)),
        (20, 20, ()),
        (40, 90, (4,)),
        (-50, 10, (0,)),
        (70, 90, ()),
    ],
)
def test_a_stretch_is_what_was_heard_between(
    start_ms: int, end_ms: int, levels: tuple[float, ...]
) -> None:
    recent = Recent().after([Moment(float(at)) for at in range(5)], 50)
    assert tuple(moment.level for moment in recent.between(start_ms, end_ms)) == levels
