"""The machine: one event in, the next coach and its effects out."""

from dataclasses import replace

from skill.core.actions import ACTIONS
from skill.core.answers import PACES, VOLUMES
from skill.core.coach import Coach, Phase, Spot
from skill.core.mending import calm
from skill.core.messages import (
    AudioEnded,
    Bookmark,
    Counted,
    Effect,
    Event,
    Heard,
    MicrophoneBack,
    MicrophoneLost,
    SpeakerBack,
    SpeakerLost,
    SpeechEnded,
    Started,
    ThereAgain,
    Tick,
    Troubles,
)
from skill.core.outage import follow
from skill.core.silence import pass_time
from skill.core.table import ASIDES, TAKES_BACK, Do, look_up
from skill.core.trouble import notice, tell
from skill.core.turn import Turn
from skill.core.vocabulary import Command

ON = frozenset({Command.NEXT, Command.SKIP, Command.START, Command.RESUME})
"""Who says so as a movement ends has what they want: it must not begin the next one's clock, nor
leave a step of which they have not heard."""


def advance(coach: Coach, event: Event, now: int) -> tuple[Coach, tuple[Effect, ...]]:
    """Handle one event.

    Args:
        coach: as the last event left it.
        event: what happened.
        now: milliseconds of microphone audio so far; never less than in the last call.

    Returns:
        The next coach, and what is to be done, in order. After `Finish` nothing changes any more,
        until the coach is there again.
    """
    if isinstance(event, ThereAgain):
        return _there_again(coach, event), ()
    if coach.gone:
        return coach, ()
    turn = Turn(coach, now)
    match event:
        case Heard():
            _hear(turn, event)
        case SpeechEnded(token):
            _speech_ended(turn, token)
        case Tick():
            pass_time(turn)
            tell(turn)
        case Troubles(found):
            notice(turn, found)
        case Started(bookmark):
            _start(turn, bookmark)
        case MicrophoneLost() | MicrophoneBack() | SpeakerLost() | SpeakerBack():
            follow(turn, event)
        case Counted(this_week):
            turn.change(week=this_week)
        case AudioEnded():
            turn.change(over=True)
        case _:
            pass
    return turn.close()


def _hear(turn: Turn, heard: Heard) -> None:
    if heard.command is Command.START and heard.argument is not None:
        heard = replace(heard, command=Command.EXERCISE)
    do = look_up(turn.coach, heard.command, turn.now)
    if do is Do.NOTHING:
        return
    if heard.command in ON and heard.ended_ms and _comes_as_it_ends(turn, heard.ended_ms):
        return
    before = replace(turn.spot, rolled_ms=turn.coach.rolled(turn.now))
    if do not in ASIDES | {Do.SAY_AGAIN}:
        turn.new_reply()
    turn.change(leaving=turn.coach.leaving and do is Do.STOP)
    if do in ASIDES and turn.spot.phase is not Phase.ROLLING:
        _answer_aside(turn, heard, do)
    else:
        turn.hush()
        ACTIONS[do](turn, heard)
    turn.change(quiet_since=turn.now, stirred=True)
    if do not in TAKES_BACK and _changed(before, turn.spot):
        turn.keep(before)
    if do is Do.HURT:
        turn.change(history=tuple(calm(spot) for spot in turn.coach.history))


def _comes_as_it_ends(turn: Turn, spoken: int) -> bool:
    """Whether it was said before the person could know that a movement is over, or just as that is
    told; what follows is what they want then.
    """
    return spoken <= turn.coach.ended_at or turn.skip_ending()


def _answer_aside(turn: Turn, heard: Heard, do: Do) -> None:
    """Go on with what was being said; not while rolling, where each line has its moment."""
    waiting = turn.step_aside()
    ACTIONS[do](turn, heard)
    turn.go_on_with(waiting)


def _changed(before: Spot, after: Spot) -> bool:
    return replace(before, rolled_ms=0) != replace(after, rolled_ms=0)


def _speech_ended(turn: Turn, token: int) -> None:
    speaking = turn.coach.speaking
    if speaking is not None and speaking.token == token:
        turn.heard_out()


def _audible(pace: int, volume: int) -> tuple[int, int]:
    """Pace and volume as they were kept; normal, if the file has what nobody can ask for."""
    return pace if pace in PACES else 100, volume if volume in VOLUMES else 0


def _there_again(coach: Coach, event: ThereAgain) -> Coach:
    pace, volume = _audible(event.pace, event.volume)
    again = Coach(coach.book, Spot(talk=event.talk, pace=pace, volume=volume), event.told)
    return again if event.bookmark is None else _put(again, event.bookmark)


def _put(coach: Coach, bookmark: Bookmark) -> Coach:
    """The coach where the person was; as it is, if there is nothing to pick up."""
    routine = coach.book.routine
    place = routine.find(bookmark.exercise, bookmark.step)
    finished = tuple(name for name in bookmark.finished if routine.find_exercise(name))
    if place is None or len(finished) == len(routine.exercises):
        return coach
    spot = replace(coach.spot, place=place, begun=True, finished=finished, hurt=bookmark.hurt)
    return replace(coach, spot=spot, bookmark=bookmark)


def _start(turn: Turn, bookmark: Bookmark | None) -> None:
    turn.change(quiet_since=turn.now)
    turn.say("hello")
    if bookmark is None:
        turn.say("not_medical")
        turn.say("greeting")
        return
    pace, volume = _audible(bookmark.pace, bookmark.volume)
    turn.move(talk=bookmark.talk, pace=pace, volume=volume)
    routine = turn.coach.book.routine
    if bookmark.routine == routine.id and routine.find(bookmark.exercise, bookmark.step):
        turn.change(told=bookmark.told)
        turn.coach = _put(turn.coach, bookmark)
    if turn.spot.begun:
        turn.say("greeting_back", exercise=turn.where["exercise"], number=turn.where["number"])
    else:
        turn.say("greeting")
