"""Does the microphone hear the speaker? What a person says meanwhile must not look like it."""

import pytest

from skill.echo.audible import Audible

TALK, HUSHED, ROOM = 0.1, 0.02, 1e-4


def after(hops: int, heard: float, left: float, *, before: Audible | None = None) -> Audible:
    """The coach has talked for so many hops, heard at one level, left by the filter at another."""
    audible = before or Audible(faintest=1e-9)
    for _ in range(hops):
        audible.learn(2 * heard**2, 2 * left**2, TALK**2)  # neighbours in noise differ so much
    return audible


def in_a_quiet_room() -> Audible:
    audible = Audible(faintest=1e-9)
    for _ in range(100):
        audible.learn(2 * ROOM**2, 2 * ROOM**2, 0.0)
    return audible


def test_what_the_filter_takes_was_the_coach_and_is_known_within_a_second() -> None:
    audible = after(100, heard=TALK, left=HUSHED, before=in_a_quiet_room())
    assert audible.certain
    assert audible.explained
    assert not audible.unexplained


@pytest.mark.parametrize("hops", [100, 200, 300])
def test_of_what_the_filter_takes_nothing_was_a_person_however_long(hops: int) -> None:
    """A lost command: three in a row, over a coach that only the headphones hear."""
    audible = after(hops, heard=TALK, left=TALK, before=in_a_quiet_room())
    assert not audible.certain
    assert not audible.explained
    assert audible.unexplained
    assert audible.possible


def test_where_the_filter_takes_little_it_is_known_later_by_its_loudness_alone() -> None:
    audible = in_a_quiet_room()
    for number in range(230):
        audible = after(1, TALK, HUSHED if number % 40 < 6 else TALK, before=audible)
        assert not audible.explained
        assert audible.certain <= (number >= 199)
    assert audible.certain


def test_where_nothing_is_louder_while_the_coach_speaks_it_is_not_heard() -> None:
    audible = after(100, heard=ROOM, left=ROOM, before=in_a_quiet_room())
    assert not audible.possible
    assert not audible.certain


def test_once_it_is_known_to_be_heard_it_is_until_nothing_is_heard_of_it() -> None:
    """However long a person talks over it: of them, the filter takes nothing."""
    audible = after(100, heard=TALK, left=HUSHED, before=in_a_quiet_room())
    audible = after(400, heard=TALK, left=TALK, before=audible)
    assert not audible.explained
    assert audible.certain
    audible = after(400, heard=ROOM, left=ROOM, before=audible)
    assert not audible.certain
