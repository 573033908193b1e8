"""What is wrong with the coach itself, and when it says so.

What is wrong comes with the event `Troubles`. What is new is told once, as soon as it fits: never
after pain, and asleep only along with something else (the greeting), because nobody wants to be
woken for a full memory card. But nobody can wake a coach that hears nothing at all: that is told at
once.
"""

from skill.core.coach import Phase
from skill.core.messages import Heard, Trouble
from skill.core.turn import Turn


def notice(turn: Turn, found: tuple[Trouble, ...]) -> None:
    """Take in what is wrong now; what is new will be told."""
    known, untold = turn.coach.troubles, turn.coach.untold
    still = tuple(one for one in untold if one in found)
    fresh = tuple(one for one in found if one not in known)
    turn.change(troubles=found, untold=still + fresh)
    tell(turn)


def tell(turn: Turn) -> None:
    """Say what has not been told yet, if this is a moment for it."""
    coach = turn.coach
    if not coach.untold or coach.cut_off or coach.phase is Phase.HURT:
        return
    resting = coach.phase is Phase.ASLEEP and coach.speaking is None and not coach.queue
    if resting and Trouble.SILENT not in coach.untold:
        return
    for trouble in coach.untold:
        turn.announce(f"trouble_{trouble}")
    turn.change(untold=())


def check(turn: Turn, _heard: Heard) -> None:
    """Say everything that is wrong, or that nothing is."""
    for trouble in turn.coach.troubles:
        turn.say(f"trouble_{trouble}")
    if not turn.coach.troubles:
        turn.say("all_well")
    turn.change(untold=())
