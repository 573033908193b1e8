"""The coach lowers its voice where somebody talks over it, and not where nobody does."""

import pytest

from skill.core.deference import CALM_MS, HOLD_MS, MOST_MS, RUN_MS, Deference
from skill.core.foreground import Foreground
from skill.core.recent import Moment, Recent

PERSON = 60.0
KNOWN = Foreground((PERSON,))
COACH = Moment(30.0, coach=True, others=False, echo=65.0, alike=0.95)
TALK = Moment(PERSON, coach=True, others=True, echo=65.0, alike=0.6)


class Ear:
    """Hears block after block of 50 ms, and notes when the coach is low."""

    def __init__(self, known: Foreground = KNOWN) -> None:
        self.known = known
        self.recent = Recent()
        self.deference = Deference()
        self.now = 0
        self.low: list[int] = []

    def hear(self, moment: Moment, ms: int) -> "Ear":
        for _ in range(ms // 50):
            self.now += 50
            self.recent = self.recent.after([moment] * 5, self.now)
            self.deference = self.deference.notice(self.recent, self.known, self.now)
            if self.deference.is_low(self.now):
                self.low.append(self.now)
        return self


def test_it_is_low_soon_after_somebody_begins_and_for_a_while_after_they_end() -> None:
    ear = Ear().hear(COACH, 5_000).hear(TALK, 300).hear(COACH, 5_000)
    assert ear.low[0] <= 5_000 + RUN_MS + 50
    assert ear.low[-1] == pytest.approx(5_300 + HOLD_MS, abs=50)
    assert len(ear.low) == (ear.low[-1] - ear.low[0]) // 50 + 1, "without a gap"


@pytest.mark.parametrize(
    "moment",
    [
        TALK._replace(others=False),
        TALK._replace(coach=False),
        TALK._replace(level=PERSON - 7),
        TALK._replace(level=None),
        TALK._replace(alike=0.95),
        TALK._replace(alike=0.0),
        TALK._replace(alike=-1.0),
    ],
    ids=["nobody", "silent", "faint", "lost", "itself", "unknown", "headphones"],
)
def test_it_is_not_for_what_is_no_person_over_the_coach(moment: Moment) -> None:
    assert not Ear().hear(COACH, 5_000).hear(moment, 1_000).low


def test_it_is_not_where_the_coach_is_in_nobodys_way() -> None:
    faint = PERSON - 7
    ear = Ear().hear(COACH._replace(echo=faint), 5_000).hear(TALK._replace(echo=faint), 500)
    assert not ear.low


def test_it_is_not_before_anybody_has_given_a_command() -> None:
    assert not Ear(Foreground()).hear(COACH, 5_000).hear(TALK, 500).low


def test_a_click_is_nobody() -> None:
    assert not Ear().hear(COACH, 5_000).hear(TALK, 50).hear(COACH, 1_000).low


def test_the_second_try_is_said_over_a_low_coach_too() -> None:
    ear = Ear().hear(COACH, 5_000).hear(TALK, 400).hear(COACH, 1_500).hear(TALK, 400)
    assert ear.now == ear.low[-1]
    again = ear.hear(COACH, 6_000).low
    assert again[-1] == pytest.approx(7_300 + HOLD_MS, abs=50)


def test_a_coach_that_is_low_is_in_nobodys_way_and_stays_low_all_the_same() -> None:
    faint = COACH.echo - 15
    assert faint < PERSON - 6
    ear = Ear().hear(COACH, 5_000).hear(TALK, 300)
    ear.hear(COACH._replace(echo=faint), 2_200).hear(TALK._replace(echo=faint), 500)
    again = ear.hear(COACH, 6_000).low
    assert again[-1] == pytest.approx(8_000 + HOLD_MS, abs=50)


def test_what_goes_on_and_on_does_not_keep_the_coach_low_nor_make_it_waver() -> None:
    ear = Ear().hear(COACH, 5_000).hear(TALK, 30_000)
    assert ear.low[-1] - ear.low[0] == pytest.approx(MOST_MS, abs=50)
    music = Ear().hear(COACH, 5_000)
    for _ in range(20):
        music.hear(TALK, 1_000).hear(COACH, CALM_MS - 100)
    assert music.low[-1] - music.low[0] == pytest.approx(MOST_MS, abs=50)
    assert music.hear(COACH, 2 * CALM_MS).hear(TALK, 500).low[-1] == music.now, "and calm again"


def test_after_two_times_for_nothing_it_waits_for_a_command_that_is_understood() -> None:
    """In a room that echoes for long, what is left of the coach was somebody 13 times in 100 s."""
    ear, turns = Ear().hear(COACH, 5_000), 0
    for _ in range(5):
        before = len(ear.low)
        ear.hear(TALK, 300).hear(COACH, 6_000)
        turns += len(ear.low) > before
    assert turns == 2
    ear.deference = ear.deference.end()
    assert ear.hear(COACH, 1_500).hear(TALK, 300).deference.is_low(ear.now)


def test_once_a_command_is_understood_the_answer_is_as_loud_as_ever() -> None:
    ear = Ear().hear(COACH, 5_000).hear(TALK, 400)
    assert not ear.deference.end().is_low(ear.now)


def test_the_rest_of_a_command_that_is_understood_does_not_lower_its_answer() -> None:
    ear = Ear().hear(COACH, 5_000).hear(TALK, 300)
    ear.deference, understood = ear.deference.end(), ear.now
    ear.hear(TALK, 800).hear(COACH, CALM_MS - 100).hear(TALK, 500)
    assert ear.low[-1] <= understood
    assert ear.hear(COACH, CALM_MS + 100).hear(TALK, 500).low[-1] == ear.now, "and calm again"
