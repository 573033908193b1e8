"""THE table: what every command does in every phase. The product in one page.

`skill.core.actions` says how each answer is carried out; the README's copy and the spoken "what
can I say" are made from here.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from skill.core.coach import Coach, Phase
from skill.core.vocabulary import Command


class Do(StrEnum):
    """The answers, as the README's table shows them."""

    WAKE = "begin, or pick up"
    ONWARD = "go on"
    MOVE_ON = "next step"
    STEP_BACK = "step before"
    LAST_STEP = "last step"
    EXPLAIN_AGAIN = "explain in full"
    SAY_AGAIN = "say it again"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "silence, sleep"
    HURT = "off the roller"
    RECOVER = "set up anew"
    REVIVE = "if hurt: set up anew"
    RESTART = "exercise anew"
    AGAIN = "routine anew"
    VISIT = "go there"
    MORE_TIME = "30 s more"
    MORE_TIME_PAUSED = "30 s more, later"
    TAKE_YOUR_TIME = "wait"
    TELL_MORE = "why, what to watch"
    WHERE = "exercise, step"
    WHERE_DONE = "all done"
    HOW_LONG = "length"
    TIME_LEFT = "time left"
    HELP = "what can be said"
    CHECK = "what is wrong"
    SAY_LESS = "talk less"
    SAY_MORE = "talk more"
    SLOWER = "speak slower"
    FASTER = "speak faster"
    QUIETER = "softer"
    LOUDER = "louder"
    UNDO = "undo"
    WRONG = "undo, keep sound"
    YES = "if asked: go on"
    NO = "if asked: wait"
    GOODBYE = "farewell, end"
    NOT_NOW = "chime"
    NOTHING = "·"


TAKES_BACK = frozenset({Do.UNDO, Do.WRONG})
ASIDES = frozenset({Do.NOT_NOW, Do.SLOWER, Do.FASTER, Do.QUIETER, Do.LOUDER})
"""Who says these wants to hear the coach better, or is mistaken: what it was saying is not to be
lost, so it goes on with it afterwards, and says it again at "repeat"."""
_ = Do.NOTHING
CHIME = Do.NOT_NOW

# fmt: off
ROWS: Mapping[Command, tuple[Do, ...]] = {
    #                    asleep      setting up         rolling         paused               hurt               done
    Command.START:      (Do.WAKE,    Do.ONWARD,         CHIME,          Do.RESUME,           Do.RECOVER,        Do.AGAIN),
    Command.NEXT:       (_,          Do.ONWARD,         Do.MOVE_ON,     Do.MOVE_ON,          Do.MOVE_ON,        CHIME),
    Command.BACK:       (_,          Do.STEP_BACK,      Do.STEP_BACK,   Do.STEP_BACK,        Do.STEP_BACK,      Do.LAST_STEP),
    Command.REPEAT:     (_,          Do.EXPLAIN_AGAIN,  Do.SAY_AGAIN,   Do.SAY_AGAIN,        Do.SAY_AGAIN,      Do.SAY_AGAIN),
    Command.PAUSE:      (_,          Do.PAUSE,          Do.PAUSE,       CHIME,               CHIME,             CHIME),
    Command.RESUME:     (Do.REVIVE,  Do.ONWARD,         CHIME,          Do.RESUME,           Do.RECOVER,        CHIME),
    Command.STOP:       (Do.STOP,    Do.STOP,           Do.STOP,        Do.STOP,             Do.STOP,           Do.STOP),
    Command.PAIN:       (Do.HURT,    Do.HURT,           Do.HURT,        Do.HURT,             Do.HURT,           Do.HURT),
    Command.SKIP:       (_,          Do.MOVE_ON,        Do.MOVE_ON,     Do.MOVE_ON,          Do.MOVE_ON,        CHIME),
    Command.START_OVER: (_,          Do.RESTART,        Do.RESTART,     Do.RESTART,          Do.RESTART,        Do.AGAIN),
    Command.EXERCISE:   (Do.VISIT,   Do.VISIT,          Do.VISIT,       Do.VISIT,            Do.VISIT,          Do.VISIT),
    Command.MORE_TIME:  (_,          Do.TAKE_YOUR_TIME, Do.MORE_TIME,   Do.MORE_TIME_PAUSED, Do.TAKE_YOUR_TIME, CHIME),
    Command.TELL_MORE:  (_,          Do.TELL_MORE,      Do.TELL_MORE,   Do.TELL_MORE,        CHIME,             CHIME),
    Command.WHERE:      (_,          Do.WHERE,          Do.WHERE,       Do.WHERE,            Do.WHERE,          Do.WHERE_DONE),
    Command.HOW_LONG:   (_,          Do.HOW_LONG,       Do.TIME_LEFT,   Do.HOW_LONG,         CHIME,             CHIME),
    Command.HELP:       (Do.HELP,    Do.HELP,           Do.HELP,        Do.HELP,             Do.HELP,           Do.HELP),
    Command.CHECK:      (Do.CHECK,   Do.CHECK,          Do.CHECK,       Do.CHECK,            Do.CHECK,          Do.CHECK),
    Command.SAY_LESS:   (_,          Do.SAY_LESS,       Do.SAY_LESS,    Do.SAY_LESS,         Do.SAY_LESS,       Do.SAY_LESS),
    Command.SAY_MORE:   (_,          Do.SAY_MORE,       Do.SAY_MORE,    Do.SAY_MORE,         Do.SAY_MORE,       Do.SAY_MORE),
    Command.SLOWER:     (_,          Do.SLOWER,         Do.SLOWER,      Do.SLOWER,           Do.SLOWER,         Do.SLOWER),
    Command.FASTER:     (_,          Do.FASTER,         Do.FASTER,      Do.FASTER,           Do.FASTER,         Do.FASTER),
    Command.QUIETER:    (_,          Do.QUIETER,        Do.QUIETER,     Do.QUIETER,          Do.QUIETER,        Do.QUIETER),
    Command.LOUDER:     (_,          Do.LOUDER,         Do.LOUDER,      Do.LOUDER,           Do.LOUDER,         Do.LOUDER),
    Command.UNDO:       (Do.UNDO,    Do.UNDO,           Do.UNDO,        Do.UNDO,             Do.UNDO,           Do.UNDO),
    Command.WRONG:      (Do.WRONG,   Do.WRONG,          Do.WRONG,       Do.WRONG,            Do.WRONG,          Do.WRONG),
    Command.YES:        (_,          Do.YES,            _,              Do.YES,              _,                 _),
    Command.NO:         (_,          Do.NO,             _,              Do.NO,               _,                 _),
    Command.GOODBYE:    (Do.GOODBYE, Do.GOODBYE,        Do.GOODBYE,     Do.GOODBYE,          Do.GOODBYE,        Do.GOODBYE),
}
# fmt: on

TABLE: Mapping[Command, Mapping[Phase, Do]] = MappingProxyType(
    {command: MappingProxyType(dict(zip(Phase, row, strict=True))) for command, row in ROWS.items()}
)


def look_up(coach: Coach, command: Command, now: int) -> Do:
    """What a command does at this moment; `Do.NOTHING` for one that is not live.

    "yes" and "no" live only while the soft question waits, and what takes back in sleep only for a
    while after a stop, or whatever else was heard last: in an empty room these words belong to
    somebody else's talk. "Resume" lives in sleep after pain, since the coach told so.
    """
    return _look_up(command, _circumstances(coach, now))


def live_commands(coach: Coach, now: int) -> frozenset[Command]:
    """The commands that do something at this moment, be it a chime."""
    return _live_commands(_circumstances(coach, now))


class _Circumstances(NamedTuple):
    """All of a coach that decides what a command does; there are few of them, and each block of
    sound asks for the same ones again.
    """

    phase: Phase
    asking: bool
    hurt: bool
    fresh: bool


def _circumstances(coach: Coach, now: int) -> _Circumstances:
    fresh = bool(coach.history) and now - coach.quiet_since <= coach.book.patience.undo_stop
    return _Circumstances(coach.phase, coach.asking, coach.spot.hurt, fresh)


@cache
def _live_commands(given: _Circumstances) -> frozenset[Command]:
    return frozenset(each for each in Command if _look_up(each, given) is not Do.NOTHING)


def _look_up(command: Command, given: _Circumstances) -> Do:
    do = TABLE[command][given.phase]
    if do in {Do.YES, Do.NO} and not given.asking:
        return Do.NOTHING
    if do is Do.REVIVE and not given.hurt:
        return Do.NOTHING
    if do in TAKES_BACK and given.phase is Phase.ASLEEP and not given.fresh:
        return Do.NOTHING
    return do


def useful_commands(coach: Coach, now: int) -> tuple[Command, ...]:
    """The commands worth naming in "what can I say", in the table's order.

    "That was wrong" is "undo" for those who report mistakes; "undo" is named. "Check yourself" is
    for those who read why it helps.
    """
    idle = {Do.NOTHING, Do.NOT_NOW, Do.WRONG, Do.CHECK}
    return tuple(command for command in Command if look_up(coach, command, now) not in idle)
