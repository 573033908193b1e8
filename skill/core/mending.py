"""Taking back what was misheard or not meant, and the soft question's answers."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from skill.core.coach import Phase, Spot
from skill.core.messages import Heard, Keep, Tone
from skill.core.turn import Turn
from skill.core.way import onward, resume, take_your_time

BACK_IN: Mapping[Phase, tuple[str, ...]] = MappingProxyType(
    {
        Phase.ASLEEP: ("going_to_sleep",),
        Phase.PAUSED: ("undone", "paused"),
        Phase.HURT: ("hurt",),
        Phase.DONE: ("where_done",),
    }
)
"""What is said after "undo", where the step alone would not tell what goes on, or does not."""


def undo(turn: Turn, _heard: Heard) -> None:
    """Bring back how things were before the last command that changed them."""
    if not turn.coach.history:
        turn.say("nothing_to_undo")
        return
    *earlier, spot = turn.coach.history
    if spot.phase is turn.spot.phase is Phase.ROLLING and spot.place == turn.spot.place:
        # Only how it is said, or how long it lasts, has changed: the time that has gone by is done.
        spot = replace(spot, rolled_ms=turn.coach.rolled(turn.now), halved=turn.spot.halved)
    elsewhere = (spot.phase, spot.place) != (turn.spot.phase, turn.spot.place)
    turn.enter(spot.phase)
    turn.change(spot=spot, history=tuple(earlier))
    if turn.spot.phase is Phase.ROLLING:
        turn.plan_cues()
    asleep_at_the_end = turn.spot.phase is Phase.ASLEEP and turn.coach.finished
    phase = Phase.DONE if asleep_at_the_end else turn.spot.phase
    for name in BACK_IN.get(phase, ("undone",)):
        turn.say(name, **turn.where)
    if elsewhere and phase is Phase.SETTING_UP:
        turn.tell_how_it_begins()


def wrong(turn: Turn, heard: Heard) -> None:
    """Undo, and put by what was heard; the chime tells that the report has arrived."""
    turn.effects.append(Keep())
    turn.chime(Tone.HEARD)
    undo(turn, heard)


def calm(spot: Spot) -> Spot:
    """How a spot is to come back after pain: nothing goes on by itself then."""
    if spot.phase is Phase.ROLLING:
        return replace(spot, phase=Phase.PAUSED, paused_from=Phase.ROLLING)
    return spot


def answer_yes(turn: Turn, heard: Heard) -> None:
    """Yes to the soft question: go on."""
    if turn.spot.phase is Phase.PAUSED:
        resume(turn, heard)
    else:
        onward(turn, heard)


def answer_no(turn: Turn, heard: Heard) -> None:
    """No to the soft question: wait on."""
    take_your_time(turn, heard)
