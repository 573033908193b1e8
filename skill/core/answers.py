"""Answers that leave the person where they are: facts, help, and how the coach speaks."""

from skill.core.coach import Coach, Phase
from skill.core.messages import Heard, Talk
from skill.core.table import useful_commands
from skill.core.turn import Turn
from skill.core.wording import spoken_list

PACES = range(70, 140, 10)
"""Speaking pace in percent; beyond, Piper's and espeak-ng's speech becomes hard to follow."""
VOLUMES = range(-12, 9, 3)
"""Speaking volume in decibels; 3 dB is a step that people notice."""
TALKS = (Talk.CHIMES, Talk.BRIEF, Talk.FULL)
COMMANDS_AT_ONCE = 6
"""How many commands "what can I say" names: more would not be remembered."""


def tell_more(turn: Turn, _heard: Heard) -> None:
    """Say why, and what to watch."""
    turn.speak(turn.coach.step.more)


def where(turn: Turn, _heard: Heard) -> None:
    """Say exercise and step."""
    turn.say("where", total=str(len(turn.coach.exercise.steps)), **turn.where)


def where_done(turn: Turn, _heard: Heard) -> None:
    """Say that the routine is finished."""
    turn.say("where_done")


def how_long(turn: Turn, heard: Heard) -> None:
    """Say how long the step, or what is left of the exercise, takes."""
    if turn.spot.rolled_ms:
        time_left(turn, heard)
    elif turn.coach.step.movement is not None:
        turn.say("length_of_movement", length=turn.left)
    else:
        count = len(turn.coach.exercise.steps) - turn.spot.place.step
        turn.say("left_in_exercise", count=str(count), exercise=turn.coach.exercise.title)


def time_left(turn: Turn, _heard: Heard) -> None:
    """Say what is left of the movement; its ending, where nobody was told that it is over."""
    if turn.coach.rolled(turn.now) < turn.coach.length():
        turn.announce("left_in_movement", left=turn.left)
    else:
        turn.speak(turn.coach.step.ending)


def answer_help(turn: Turn, _heard: Heard) -> None:
    """Name some of the live commands; asked again, the following ones."""
    live = nameable(turn.coach, turn.now)
    # All may have been named, or fewer be live now than when the last ones were.
    page = turn.coach.help_page if turn.coach.help_page < len(live) else 0
    following = page + COMMANDS_AT_ONCE
    turn.change(help_page=following)
    turn.say("help", commands=spoken_list(turn.coach.book, live[page:following]))


def nameable(coach: Coach, now: int) -> tuple[str, ...]:
    """Phrases of the live commands that are worth naming, in the table's order."""
    return coach.book.vocabulary.suggestions(useful_commands(coach, now))


def say_less(turn: Turn, _heard: Heard) -> None:
    """Talk less."""
    _change_talk(turn, -1)


def say_more(turn: Turn, _heard: Heard) -> None:
    """Talk more."""
    _change_talk(turn, +1)


def _change_talk(turn: Turn, by: int) -> None:
    wanted = TALKS.index(turn.spot.talk) + by
    if wanted not in range(len(TALKS)):
        turn.say("no_further")
        return
    turn.move(talk=TALKS[wanted])
    if turn.spot.phase is Phase.ROLLING:
        turn.plan_cues()
    turn.say("chimes_only" if wanted == 0 else "says_less" if by < 0 else "says_more")


def slower(turn: Turn, _heard: Heard) -> None:
    """Speak more slowly."""
    _change_pace(turn, -PACES.step)


def faster(turn: Turn, _heard: Heard) -> None:
    """Speak faster."""
    _change_pace(turn, PACES.step)


def _change_pace(turn: Turn, by: int) -> None:
    if turn.spot.pace + by not in PACES:
        turn.announce("no_further")
        return
    turn.move(pace=turn.spot.pace + by)
    turn.announce("pace_changed")


def quieter(turn: Turn, _heard: Heard) -> None:
    """Speak more quietly."""
    _change_volume(turn, -VOLUMES.step)


def louder(turn: Turn, _heard: Heard) -> None:
    """Speak louder."""
    _change_volume(turn, VOLUMES.step)


def _change_volume(turn: Turn, by: int) -> None:
    if turn.spot.volume + by not in VOLUMES:
        turn.announce("no_further")
        return
    turn.move(volume=turn.spot.volume + by)
    turn.announce("volume_changed")
