"""What the coach does about a command: one small function for each kind of answer."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from skill.core.coach import Phase, Spot
from skill.core.messages import Heard, Talk, Tone
from skill.core.routine import Place
from skill.core.table import Do, useful_commands
from skill.core.turn import Turn
from skill.core.wording import spoken_list

MORE_TIME_MS = 30_000
NEARLY_OVER_MS = 10_000
"""A movement with less left than this is begun anew when it is taken up after a stop."""
PACES = range(70, 140, 10)
"""Speaking pace in percent; beyond, Piper's and espeak-ng's speech becomes hard to follow."""
VOLUMES = range(-12, 9, 3)
"""Speaking volume in decibels; 3 dB is a step that people notice."""
TALKS = (Talk.CHIMES, Talk.BRIEF, Talk.FULL)
COMMANDS_AT_ONCE = 6
"""How many commands "what can I say" names: more would not be remembered."""


def wake(turn: Turn, _heard: Heard) -> None:
    """Begin, or pick up where the person was."""
    if len(turn.spot.finished) == len(turn.coach.book.routine.exercises):
        again(turn, _heard)
        return
    if not turn.spot.begun:
        turn.go(turn.spot.place)
        turn.speak(turn.coach.exercise.intro)
        turn.explain()
        return
    turn.enter(Phase.SETTING_UP)
    if turn.coach.length() - turn.spot.rolled_ms < NEARLY_OVER_MS:
        turn.move(rolled_ms=0)
    turn.say("picked_up", **turn.where)
    turn.explain()


def onward(turn: Turn, heard: Heard) -> None:
    """Ready: begin the movement, or go to the next step."""
    if turn.coach.step.movement is None:
        move_on(turn, heard)
    else:
        begin(turn)


def begin(turn: Turn) -> None:
    """Start the movement's clock."""
    turn.enter(Phase.ROLLING)
    turn.plan_cues()
    if turn.spot.talk is Talk.CHIMES:
        turn.cue(Tone.TIME)
    else:
        turn.say("movement_started", length=turn.left)


def move_on(turn: Turn, _heard: Heard) -> None:
    """Go to the next step, the next exercise, or the end."""
    place = turn.spot.place
    if place.step + 1 < len(turn.coach.exercise.steps):
        turn.go(Place(place.exercise, place.step + 1))
        turn.explain()
    else:
        _finish_exercise(turn)


def _finish_exercise(turn: Turn) -> None:
    done = turn.coach.exercise
    finished = (*(name for name in turn.spot.finished if name != done.id), done.id)
    routine = turn.coach.book.routine
    turn.move(finished=finished)
    turn.say("exercise_done", exercise=done.title)
    for number, exercise in enumerate(routine.exercises):
        if exercise.id not in finished:
            turn.go(Place(number, 0))
            turn.say("exercise_next", exercise=exercise.title)
            turn.speak(exercise.intro)
            turn.explain()
            return
    turn.enter(Phase.DONE)
    turn.say("routine_done", routine=routine.title)


def step_back(turn: Turn, _heard: Heard) -> None:
    """Go to the step before."""
    place = turn.spot.place
    if place.step == 0:
        turn.go(place)
        turn.say("first_step")
    else:
        turn.go(Place(place.exercise, place.step - 1))
    turn.explain()


def last_step(turn: Turn, _heard: Heard) -> None:
    """After the end: go to the last step once more."""
    turn.move(finished=tuple(n for n in turn.spot.finished if n != turn.coach.exercise.id))
    turn.go(turn.spot.place)
    turn.explain()


def explain_again(turn: Turn, _heard: Heard) -> None:
    """Say the step again, in full."""
    turn.explain(in_full=True)


def say_again(turn: Turn, _heard: Heard) -> None:
    """Say the last reply again."""
    said = turn.coach.last_said
    turn.new_reply()
    turn.speak(said)


def pause(turn: Turn, _heard: Heard) -> None:
    """Stop the clock until "resume"."""
    before = turn.spot.phase
    turn.enter(Phase.PAUSED)
    turn.move(paused_from=before)
    turn.say("paused")


def resume(turn: Turn, _heard: Heard) -> None:
    """Go on where the pause began."""
    turn.enter(turn.spot.paused_from)
    if turn.spot.phase is Phase.ROLLING:
        turn.plan_cues()
        turn.say("resumed", left=turn.left)
    else:
        turn.explain()


def stop(turn: Turn, _heard: Heard) -> None:
    """Be silent, and stay so until woken."""
    turn.enter(Phase.ASLEEP)


def hurt(turn: Turn, _heard: Heard) -> None:
    """Get the person off the roller with one calm reply."""
    turn.enter(Phase.HURT)
    turn.say("hurt")


def recover(turn: Turn, _heard: Heard) -> None:
    """After pain: set the step up anew; its clock waits for another word."""
    turn.go(turn.spot.place)
    turn.say("after_hurt", exercise=turn.where["exercise"], number=turn.where["number"])
    turn.explain(in_full=False)


def restart(turn: Turn, _heard: Heard) -> None:
    """Go to the exercise's first step."""
    turn.go(Place(turn.spot.place.exercise, 0))
    turn.explain()


def again(turn: Turn, _heard: Heard) -> None:
    """Begin the whole routine anew."""
    turn.move(finished=())
    turn.go(Place(0, 0))
    turn.speak(turn.coach.exercise.intro)
    turn.explain()


def visit(turn: Turn, heard: Heard) -> None:
    """Go to the exercise the person named."""
    place = turn.coach.book.routine.find_exercise(heard.argument or "")
    if place is None:
        not_now(turn, heard)
        return
    turn.go(place)
    turn.move(finished=tuple(n for n in turn.spot.finished if n != turn.coach.exercise.id))
    turn.speak(turn.coach.exercise.intro)
    turn.explain()


def more_time(turn: Turn, _heard: Heard) -> None:
    """Make the movement longer."""
    turn.move(extra_ms=turn.spot.extra_ms + MORE_TIME_MS)
    if turn.spot.phase is Phase.ROLLING:
        turn.plan_cues()
    turn.say("more_time", left=turn.left)


def more_time_paused(turn: Turn, heard: Heard) -> None:
    """Make the paused movement longer; a paused set-up has all the time there is."""
    if turn.spot.paused_from is Phase.ROLLING:
        more_time(turn, heard)
    else:
        take_your_time(turn, heard)


def take_your_time(turn: Turn, _heard: Heard) -> None:
    """There is no hurry."""
    turn.say("take_your_time")


def tell_more(turn: Turn, _heard: Heard) -> None:
    """Say why, and what to watch."""
    turn.speak(turn.coach.step.more)


def where(turn: Turn, _heard: Heard) -> None:
    """Say exercise and step."""
    turn.say("where", total=str(len(turn.coach.exercise.steps)), **turn.where)


def where_done(turn: Turn, _heard: Heard) -> None:
    """Say that the routine is finished."""
    turn.say("where_done")


def how_long(turn: Turn, _heard: Heard) -> None:
    """Say how long the step, or what is left of the exercise, takes."""
    if turn.coach.step.movement is not None:
        turn.say("length_of_movement", length=turn.left)
    else:
        count = len(turn.coach.exercise.steps) - turn.spot.place.step
        turn.say("left_in_exercise", count=str(count), exercise=turn.coach.exercise.title)


def time_left(turn: Turn, _heard: Heard) -> None:
    """Say what is left of the movement."""
    turn.say("left_in_movement", left=turn.left)


def answer_help(turn: Turn, _heard: Heard) -> None:
    """Name some of the live commands; asked again, the following ones."""
    suggestions, page = turn.coach.book.suggestions, turn.coach.help_page
    useful = [f"say_{command}" for command in useful_commands(turn.coach, turn.now)]
    live = [suggestions[name] for name in useful if name in suggestions]
    names = live[page : page + COMMANDS_AT_ONCE]
    following = page + COMMANDS_AT_ONCE
    turn.change(help_page=following if following < len(live) else 0)
    turn.say("help", commands=spoken_list(turn.coach.book, names))


def say_less(turn: Turn, heard: Heard) -> None:
    """Talk less."""
    _change_talk(turn, heard, -1)


def say_more(turn: Turn, heard: Heard) -> None:
    """Talk more."""
    _change_talk(turn, heard, +1)


def _change_talk(turn: Turn, _heard: Heard, by: int) -> None:
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
        turn.say("no_further")
        return
    turn.move(pace=turn.spot.pace + by)
    turn.say("pace_changed")


def quieter(turn: Turn, _heard: Heard) -> None:
    """Speak more quietly."""
    _change_volume(turn, -VOLUMES.step)


def louder(turn: Turn, _heard: Heard) -> None:
    """Speak louder."""
    _change_volume(turn, VOLUMES.step)


def _change_volume(turn: Turn, by: int) -> None:
    if turn.spot.volume + by not in VOLUMES:
        turn.say("no_further")
        return
    turn.move(volume=turn.spot.volume + by)
    turn.say("volume_changed")


def undo(turn: Turn, _heard: Heard) -> None:
    """Bring back how things were before the last command that changed them."""
    if not turn.coach.history:
        turn.say("nothing_to_undo")
        return
    *earlier, spot = turn.coach.history
    was_hurt = turn.spot.phase is Phase.HURT
    turn.enter(spot.phase)
    turn.change(spot=_calm(spot) if was_hurt else spot, history=tuple(earlier))
    if turn.spot.phase is Phase.ROLLING:
        turn.plan_cues()
    turn.say("undone", **turn.where)


def _calm(spot: Spot) -> Spot:
    """After pain nothing goes on by itself, not even what "undo" brings back."""
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


def goodbye(turn: Turn, _heard: Heard) -> None:
    """Say goodbye and end the session."""
    turn.enter(Phase.ASLEEP)
    turn.say("goodbye")
    turn.change(leaving=True)


def not_now(turn: Turn, _heard: Heard) -> None:
    """Understood, but it makes no sense at present: a chime."""
    turn.cue(Tone.NOT_NOW)


ACTIONS: Mapping[Do, Callable[[Turn, Heard], None]] = MappingProxyType(
    {
        Do.WAKE: wake,
        Do.ONWARD: onward,
        Do.MOVE_ON: move_on,
        Do.STEP_BACK: step_back,
        Do.LAST_STEP: last_step,
        Do.EXPLAIN_AGAIN: explain_again,
        Do.SAY_AGAIN: say_again,
        Do.PAUSE: pause,
        Do.RESUME: resume,
        Do.STOP: stop,
        Do.HURT: hurt,
        Do.RECOVER: recover,
        Do.RESTART: restart,
        Do.AGAIN: again,
        Do.VISIT: visit,
        Do.MORE_TIME: more_time,
        Do.MORE_TIME_PAUSED: more_time_paused,
        Do.TAKE_YOUR_TIME: take_your_time,
        Do.TELL_MORE: tell_more,
        Do.WHERE: where,
        Do.WHERE_DONE: where_done,
        Do.HOW_LONG: how_long,
        Do.TIME_LEFT: time_left,
        Do.HELP: answer_help,
        Do.SAY_LESS: say_less,
        Do.SAY_MORE: say_more,
        Do.SLOWER: slower,
        Do.FASTER: faster,
        Do.QUIETER: quieter,
        Do.LOUDER: louder,
        Do.UNDO: undo,
        Do.YES: answer_yes,
        Do.NO: answer_no,
        Do.GOODBYE: goodbye,
        Do.NOT_NOW: not_now,
    }
)
"""How each answer of the table is given; `Do.NOTHING` needs none."""
