"""Which function gives which answer of the table."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from skill.core import answers, mending, trouble, way
from skill.core.messages import Heard
from skill.core.table import Do
from skill.core.turn import Turn

ACTIONS: Mapping[Do, Callable[[Turn, Heard], None]] = MappingProxyType(
    {
        Do.WAKE: way.wake,
        Do.ONWARD: way.onward,
        Do.MOVE_ON: way.move_on,
        Do.STEP_BACK: way.step_back,
        Do.LAST_STEP: way.last_step,
        Do.EXPLAIN_AGAIN: way.explain_again,
        Do.SAY_AGAIN: way.say_again,
        Do.PAUSE: way.pause,
        Do.RESUME: way.resume,
        Do.STOP: way.stop,
        Do.HURT: way.hurt,
        Do.RECOVER: way.recover,
        Do.REVIVE: way.recover,
        Do.RESTART: way.restart,
        Do.AGAIN: way.again,
        Do.VISIT: way.visit,
        Do.MORE_TIME: way.more_time,
        Do.MORE_TIME_PAUSED: way.more_time_paused,
        Do.TAKE_YOUR_TIME: way.take_your_time,
        Do.TELL_MORE: answers.tell_more,
        Do.WHERE: answers.where,
        Do.WHERE_DONE: answers.where_done,
        Do.HOW_LONG: answers.how_long,
        Do.TIME_LEFT: answers.time_left,
        Do.HELP: answers.answer_help,
        Do.CHECK: trouble.check,
        Do.SAY_LESS: answers.say_less,
        Do.SAY_MORE: answers.say_more,
        Do.SLOWER: answers.slower,
        Do.FASTER: answers.faster,
        Do.QUIETER: answers.quieter,
        Do.LOUDER: answers.louder,
        Do.UNDO: mending.undo,
        Do.WRONG: mending.wrong,
        Do.YES: mending.answer_yes,
        Do.NO: mending.answer_no,
        Do.GOODBYE: way.goodbye,
        Do.NOT_NOW: way.not_now,
    }
)
"""How each answer of the table is given; `Do.NOTHING` needs none."""
