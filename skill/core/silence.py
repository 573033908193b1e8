"""What happens when nobody says anything: movements go on, questions are asked, sleep comes."""

from dataclasses import replace

from skill.core.coach import Phase
from skill.core.cues import LEAD_MS
from skill.core.messages import Heard
from skill.core.turn import Turn
from skill.core.vocabulary import Command
from skill.core.way import move_on


def pass_time(turn: Turn) -> None:
    """Do what is due by `turn.now`."""
    if turn.coach.cut_off:
        return
    if turn.coach.phase is Phase.ROLLING:
        _roll(turn)
    elif turn.coach.speaking is None:
        _wait(turn)


def _roll(turn: Turn) -> None:
    coach = turn.coach
    rolled = coach.rolled(turn.now)
    if rolled >= coach.length():
        _end_movement(turn)
    elif coach.due and rolled >= coach.due[0].at_ms - LEAD_MS:
        due = coach.due[0]
        late = rolled > due.at_ms + due.late_ms
        if coach.speaking is None and not late:
            turn.begin_at(due)
        elif not late:
            return
        turn.change(due=coach.due[1:])
        if due.halfway:
            turn.move(halved=True)


def _end_movement(turn: Turn) -> None:
    # "Undo" is not to start a clock by itself, so it comes back to the movement's beginning.
    turn.keep(replace(turn.spot, phase=Phase.SETTING_UP, rolled_ms=0, halved=False))
    turn.change(ended_at=turn.now)
    turn.new_reply()
    turn.speak(turn.coach.step.ending)
    turn.change(queue=(*turn.coach.queue[:-1], replace(turn.coach.queue[-1], ending=True)))
    move_on(turn, Heard(Command.NEXT))


def _wait(turn: Turn) -> None:
    patience = turn.coach.book.patience
    quiet = turn.now - turn.coach.quiet_since
    match turn.coach.phase:
        case Phase.SETTING_UP:
            _ask_then_sleep(turn, quiet, patience.before_asking)
        case Phase.PAUSED:
            _ask_then_sleep(turn, quiet, patience.before_asking_paused)
        case Phase.HURT if quiet >= patience.hurt:
            turn.enter(Phase.ASLEEP)
        case Phase.DONE if quiet >= patience.done:
            _fall_asleep(turn)


def _ask_then_sleep(turn: Turn, quiet: int, before_asking: int) -> None:
    if turn.coach.asking and not turn.coach.stirred:
        if quiet >= turn.coach.book.patience.before_sleep:
            _fall_asleep(turn)
            turn.new_reply()
            turn.say("going_to_sleep")
    elif quiet >= before_asking:
        turn.change(asking=True, stirred=False)
        turn.announce("still_there")


def _fall_asleep(turn: Turn) -> None:
    turn.keep(turn.spot)
    turn.enter(Phase.ASLEEP)
