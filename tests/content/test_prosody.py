"""Paces and pauses as people write them."""

import pytest

from skill.core.phrases import Pauses
from tests.content.files import Files, change


def test_pace_and_pauses_come_from_the_files(files: Files) -> None:
    change(files.routine, ("breath_pace: 80", "breath_pace: 70"))
    change(files.routine, ("- at_s: 21\n", "- at_s: 21\n              pace: 110\n"))
    change(files.phrases, ("{sentence: 450, subject: 800}", "{sentence: 300, subject: 1200}"))
    content = files.load()
    movement = content.routine.exercises[0].steps[3].movement
    assert movement is not None
    assert movement.breath_pace == 70
    assert [cue.pace for cue in movement.cues] == [110, 100]
    assert content.phrases.pauses == Pauses(300, 1200)


def test_all_of_it_may_be_left_out(files: Files) -> None:
    change(files.routine, ("          breath_pace: 80\n", ""))
    change(files.phrases, ("pauses_ms: {sentence: 450, subject: 800}\n", ""))
    content = files.load()
    movement = content.routine.exercises[0].steps[3].movement
    assert movement is not None
    assert movement.breath_pace == 100
    assert content.phrases.pauses == Pauses()


@pytest.mark.parametrize(
    ("pace", "problem"),
    [
        ("55", 'must be at least 60, not "55"'),
        ("141", 'must be at most 140, not "141"'),
        ("slow", 'must be a whole number, not "slow"'),
        ("80%", 'must be a whole number, not "80%"'),
        ("0.8", 'must be a whole number, not "0.8"'),
    ],
)
def test_a_pace_that_cannot_be_spoken(files: Files, pace: str, problem: str) -> None:
    change(files.routine, ("breath_pace: 80", f"breath_pace: {pace}"))
    mistake = files.only_mistake()
    assert "exercise 1 (horizontal), step 4 (roll), movement, field breath_pace (line " in mistake
    assert problem in mistake


@pytest.mark.parametrize(
    ("pauses", "place", "problem"),
    [
        ("{sentence: -1}", "field sentence", 'must be at least 0, not "-1"'),
        ("{subject: 9000}", "field subject", 'must be at most 5000, not "9000"'),
        ("{sentence: 450, subjects: 800}", "field subjects", 'did you mean "subject"?'),
        ("450", "field pauses_ms", "must be a mapping"),
    ],
)
def test_a_pause_that_is_none(files: Files, pauses: str, place: str, problem: str) -> None:
    change(files.phrases, ("{sentence: 450, subject: 800}", pauses))
    mistake = files.only_mistake()
    assert place in mistake
    assert problem in mistake
