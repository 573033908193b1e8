"""A person who answers the coach."""

from dataclasses import replace

import numpy as np

from skill.core.coach import Phase
from skill.rehearsal import Part, RehearsedPerson, When
from tests.support.playbook import in_phase

WORD = np.full(800, 1000, np.int16)


def test_a_moment_late_in_a_long_movement_comes() -> None:
    rolling = replace(in_phase(Phase.ROLLING).coach, speaking=None, queue=())
    person = RehearsedPerson([Part(When.ROLLING, 400_000, "pause", WORD)])
    for block in person.blocks():
        person.block(block, rolling, "")
        if not person.missed:
            break
    assert [text for _, _, text in person.said] == ["pause"]


def test_a_moment_that_never_comes_is_missed() -> None:
    paused = in_phase(Phase.PAUSED).coach
    person = RehearsedPerson([Part(When.ROLLING, 1_000, "pause", WORD)])
    for block in person.blocks():
        person.block(block, paused, "")
        if block.end_frame > 16 * 302_000:
            break
    assert person.missed == ["pause"]
    assert not person.said
