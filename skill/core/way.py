"""The way through the routine: the answers that change where the person is."""

from skill.core.answers import time_left
from skill.core.coach import Phase
from skill.core.messages import Heard, Talk, Tone
from skill.core.routine import Place
from skill.core.turn import Turn
from skill.core.vocabulary import Command

MORE_TIME_MS = 30_000
NEARLY_OVER_MS = 10_000
"""A movement with less left than this is begun anew when it is taken up after a stop."""


def wake(turn: Turn, heard: Heard) -> None:
    """Begin, or pick up where the person was; after pain as gently as from it."""
    if turn.spot.hurt:
        recover(turn, heard)
        return
    if turn.coach.finished:
        again(turn, heard)
        return
    if not turn.spot.begun:
        turn.go(turn.spot.place)
        _introduce(turn)
        return
    turn.enter(Phase.SETTING_UP)
    if turn.coach.length() - turn.spot.rolled_ms < NEARLY_OVER_MS:
        turn.rewind()
    turn.say("picked_up", **turn.where)
    turn.explain(begins=True)


def onward(turn: Turn, heard: Heard) -> None:
    """Ready: begin the movement, or go to the next step."""
    if turn.coach.step.movement is None:
        move_on(turn, heard)
    else:
        begin(turn)


def begin(turn: Turn) -> None:
    """Start the movement's clock."""
    turn.enter(Phase.ROLLING)
    turn.plan_cues(told=True)
    if turn.spot.talk is Talk.CHIMES:
        turn.chime(Tone.TIME)
    else:
        turn.announce("movement_started", length=turn.left)


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
    others = tuple(name for name in turn.spot.finished if name != done.id)
    finished = (*others, done.id)
    routine = turn.coach.book.routine
    turn.move(finished=finished)
    turn.say("exercise_done", exercise=done.title)
    for number, exercise in enumerate(routine.exercises):
        if exercise.id not in finished:
            turn.go(Place(number, 0))
            turn.say("exercise_next", exercise=exercise.title)
            _introduce(turn)
            return
    turn.enter(Phase.DONE)
    turn.say("routine_done", routine=routine.title)
    _count(turn)


def step_back(turn: Turn, _heard: Heard) -> None:
    """Go to the step before, be it of the exercise that was finished just before, or, if none was,
    of the one that stands before this one.
    """
    place, finished, routine = turn.spot.place, turn.spot.finished, turn.coach.book.routine
    if place.step > 0:
        turn.go(Place(place.exercise, place.step - 1))
    elif finished or place.exercise > 0:
        before = finished[-1] if finished else routine.exercises[place.exercise - 1].id
        turn.go(routine.last_step(before))
        turn.say("picked_up", **turn.where)
    else:
        turn.go(place)
        turn.say("first_step")
    turn.explain()


def last_step(turn: Turn, _heard: Heard) -> None:
    """After the end: go to the last step once more."""
    turn.go(turn.spot.place)
    turn.explain()


def explain_again(turn: Turn, _heard: Heard) -> None:
    """Say the step again, in full."""
    turn.explain(in_full=True)


def say_again(turn: Turn, heard: Heard) -> None:
    """Say the last reply again, or the question; of what told the time, how much is left by now."""
    if turn.coach.asking:
        turn.announce("still_there")
    elif turn.coach.last_said:
        turn.queue(turn.coach.last_said)
    else:
        time_left(turn, heard)


def pause(turn: Turn, _heard: Heard) -> None:
    """Stop the clock until "resume"."""
    before = turn.spot.phase
    turn.enter(Phase.PAUSED)
    turn.move(paused_from=before)
    turn.say("paused")


def resume(turn: Turn, heard: Heard) -> None:
    """Go on where the pause began; "start rolling" begins a movement that had not begun."""
    turn.enter(turn.spot.paused_from)
    if turn.spot.phase is Phase.ROLLING:
        turn.plan_cues(told=True)
        turn.announce("resumed", left=turn.left)
    elif heard.command is Command.START and turn.coach.step.movement is not None:
        begin(turn)
    else:
        turn.explain(begins=True)


def stop(turn: Turn, _heard: Heard) -> None:
    """Be silent, and stay so until woken."""
    turn.enter(Phase.ASLEEP)


def hurt(turn: Turn, _heard: Heard) -> None:
    """Get the person off the roller with one calm reply."""
    turn.enter(Phase.HURT)
    turn.say("hurt")


def recover(turn: Turn, _heard: Heard) -> None:
    """After pain: set the step up anew, in brief if it is known; its clock waits for a word."""
    begun = turn.spot.begun
    turn.go(turn.spot.place)
    turn.say("after_hurt", exercise=turn.where["exercise"], number=turn.where["number"])
    if not begun:
        turn.speak(turn.coach.exercise.intro)
    turn.explain(in_full=None if turn.is_new else False, begins=True)


def restart(turn: Turn, _heard: Heard) -> None:
    """Go to the exercise's first step."""
    turn.go(Place(turn.spot.place.exercise, 0))
    turn.explain()


def again(turn: Turn, _heard: Heard) -> None:
    """Begin the whole routine anew."""
    turn.move(finished=())
    turn.go(Place(0, 0))
    _introduce(turn)


def visit(turn: Turn, heard: Heard) -> None:
    """Go to the exercise the person named."""
    place = turn.coach.book.routine.find_exercise(heard.argument or "")
    if place is None:
        not_now(turn, heard)
        return
    turn.go(place)
    _introduce(turn)


def more_time(turn: Turn, _heard: Heard) -> None:
    """Make the movement longer."""
    turn.change(asking=False)
    turn.move(extra_ms=turn.spot.extra_ms + MORE_TIME_MS)
    if turn.spot.phase is Phase.ROLLING:
        turn.plan_cues()
    turn.announce("more_time", left=turn.left)


def more_time_paused(turn: Turn, heard: Heard) -> None:
    """Make the paused movement longer; a paused set-up has all the time there is."""
    if turn.spot.paused_from is Phase.ROLLING:
        more_time(turn, heard)
    else:
        take_your_time(turn, heard)


def take_your_time(turn: Turn, _heard: Heard) -> None:
    """There is no hurry."""
    turn.change(asking=False)
    turn.say("take_your_time")


def not_now(turn: Turn, _heard: Heard) -> None:
    """Understood, but it makes no sense at present: a chime."""
    turn.chime(Tone.NOT_NOW)


def goodbye(turn: Turn, _heard: Heard) -> None:
    """Say goodbye and end the session."""
    turn.enter(Phase.ASLEEP)
    if turn.spot.finished:
        _count(turn)
    turn.say("goodbye")
    turn.change(leaving=True)


def _introduce(turn: Turn) -> None:
    turn.speak(turn.coach.exercise.intro)
    turn.explain()


def _count(turn: Turn) -> None:
    """Say once which session of the week it was; the last sentence stands for all that follow."""
    if turn.coach.week:
        sentences = turn.coach.book.lines("this_week")
        turn.speak(sentences[: turn.coach.week][-1:])
        turn.change(week=0)
