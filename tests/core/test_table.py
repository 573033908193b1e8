"""One playbook for every cell of the table that does something."""

import pytest

from skill.core.actions import ACTIONS
from skill.core.coach import Phase
from skill.core.messages import Finish, Hush
from skill.core.table import TABLE, Do, live_commands
from skill.core.vocabulary import Command
from tests.support.playbook import in_phase

SAME = "same"

# What follows a command said at one/b (a movement of 60 s): where the coach is then, and what it
# says first. Every row: asleep, setting up, rolling, paused, hurt, done. None: the cell is empty.
SET_UP, ROLL, PAUSED, ASLEEP, HURT, DONE = (
    "setting up one/b",
    "rolling one/b",
    "paused one/b",
    "asleep one/b",
    "hurt one/b",
    "done two/d",
)
CHIME = (SAME, "<not_now>")
NEXT = ("setting up two/c", "exercise_done exercise one")
WAIT = (SAME, "take_your_time")
Cell = tuple[str, str] | None

OUTCOMES: dict[Command, tuple[Cell, ...]] = {
    Command.START: (
        (SET_UP, "picked_up exercise one 2 the b"),
        (ROLL, "movement_started 1 min"),
        CHIME,
        (ROLL, "resumed 1 min"),
        (SET_UP, "after_hurt exercise one 2"),
        ("setting up one/a", "intro one"),
    ),
    Command.NEXT: (None, (ROLL, "movement_started 1 min"), NEXT, NEXT, NEXT, CHIME),
    Command.BACK: (
        None,
        *[("setting up one/a", "brief a")] * 4,
        ("setting up two/d", "brief d"),
    ),
    Command.REPEAT: (
        None,
        (SAME, "full b"),
        (SAME, "left_in_movement 1 min"),
        (SAME, "paused"),
        (SAME, "hurt"),
        (SAME, "exercise_done exercise two"),
    ),
    Command.PAUSE: (None, (PAUSED, "paused"), (PAUSED, "paused"), CHIME, CHIME, CHIME),
    Command.RESUME: (
        None,
        (ROLL, "movement_started 1 min"),
        CHIME,
        (ROLL, "resumed 1 min"),
        (SET_UP, "after_hurt exercise one 2"),
        CHIME,
    ),
    Command.STOP: (*[(ASLEEP, "")] * 5, ("asleep two/d", "")),
    Command.PAIN: (*[(HURT, "hurt")] * 5, ("hurt two/d", "hurt")),
    Command.SKIP: (None, NEXT, NEXT, NEXT, NEXT, CHIME),
    Command.START_OVER: (
        None,
        *[("setting up one/a", "brief a")] * 4,
        ("setting up one/a", "intro one"),
    ),
    Command.EXERCISE: (("setting up two/c", "intro two"),) * 6,
    Command.MORE_TIME: (
        None,
        WAIT,
        (SAME, "more_time 1 min 30 s"),
        (SAME, "more_time 1 min 30 s"),
        WAIT,
        CHIME,
    ),
    Command.TELL_MORE: (None, *[(SAME, "more b")] * 3, CHIME, CHIME),
    Command.WHERE: (
        None,
        *[(SAME, "where exercise one 2 the b 2")] * 4,
        (SAME, "where_done"),
    ),
    Command.HOW_LONG: (
        None,
        (SAME, "length_of_movement 1 min"),
        (SAME, "left_in_movement 1 min"),
        (SAME, "length_of_movement 1 min"),
        CHIME,
        CHIME,
    ),
    Command.HELP: (
        (SAME, "help start, stop, pain, help, goodbye"),
        (SAME, "help start, next, back, repeat, pause, resume"),
        (SAME, "help next, back, repeat, pause, stop, pain"),
        (SAME, "help start, next, back, repeat, resume, stop"),
        (SAME, "help start, next, back, repeat, resume, stop"),
        (SAME, "help start, back, repeat, stop, pain, start over"),
    ),
    Command.CHECK: ((SAME, "all_well"),) * 6,
    Command.SAY_LESS: (None, *[(SAME, "says_less")] * 5),
    Command.SAY_MORE: (None, *[(SAME, "no_further")] * 5),
    Command.SLOWER: (None, *[(SAME, "pace_changed")] * 5),
    Command.FASTER: (None, *[(SAME, "pace_changed")] * 5),
    Command.QUIETER: (None, *[(SAME, "volume_changed")] * 5),
    Command.LOUDER: (None, *[(SAME, "volume_changed")] * 5),
    Command.UNDO: (None, *[(SAME, "nothing_to_undo")] * 5),
    Command.WRONG: (None, *[(SAME, "<heard>")] * 5),
    Command.YES: (None,) * 6,
    Command.NO: (None,) * 6,
    Command.GOODBYE: (*[(ASLEEP, "goodbye")] * 5, ("asleep two/d", "goodbye")),
}

CELLS = [
    pytest.param(phase, command, outcome, id=f"{command} while {phase.value}")
    for command, row in OUTCOMES.items()
    for phase, outcome in zip(Phase, row, strict=True)
]


@pytest.mark.parametrize(("phase", "command", "outcome"), CELLS)
def test_cell(phase: Phase, command: Command, outcome: Cell) -> None:
    book = in_phase(phase)
    before, place = book.coach, book.at
    book.hear(command, "two" if command is Command.EXERCISE else None)
    if outcome is None:
        assert book.coach == before
        assert book.effects == []
    else:
        at, first = outcome
        assert book.at == (place if at == SAME else at)
        assert [*book.said, ""][0] == first


def test_every_command_and_phase_has_a_cell_and_every_answer_an_action() -> None:
    assert set(TABLE) == set(Command) == set(OUTCOMES)
    assert all(set(row) == set(Phase) for row in TABLE.values())
    assert set(ACTIONS) == set(Do) - {Do.NOTHING}
    used = {do for row in TABLE.values() for do in row.values()}
    assert used == set(Do)


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("command", [Command.STOP, Command.PAIN])
def test_stop_and_pain_interrupt_speech_in_every_phase(phase: Phase, command: Command) -> None:
    book = in_phase(phase)
    book.hear(Command.HELP).forget()
    assert book.coach.speaking is not None
    book.hear(command)
    assert book.effects[0] == Hush()


def test_live_commands_follow_the_table() -> None:
    asleep = in_phase(Phase.ASLEEP)
    assert live_commands(asleep.coach, asleep.now) == {
        Command.START,
        Command.STOP,
        Command.PAIN,
        Command.EXERCISE,
        Command.HELP,
        Command.CHECK,
        Command.GOODBYE,
    }


def test_goodbye_ends_the_session_after_the_farewell() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.GOODBYE)
    assert Finish() not in book.effects
    book.finish_speaking()
    assert book.effects[-1] == Finish()
    after = book.coach
    assert book.hear(Command.START).coach == after


def test_a_goodbye_that_was_not_meant_can_be_taken_back() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.GOODBYE).hear(Command.UNDO).finish_speaking()
    assert book.at == ROLL
    assert Finish() not in book.effects
