"""What may be said next, so that it can be rendered while nothing is happening."""

from collections.abc import Iterator

from skill.core.advance import advance
from skill.core.coach import Coach, Due, Line
from skill.core.messages import Effect, Heard, Say, Tone
from skill.core.outage import NOTICE
from skill.core.table import live_commands
from skill.core.vocabulary import Care, Command

LIKELY = (Command.NEXT, Command.START, Command.REPEAT, Command.PAUSE, Command.RESUME)


def foresee(coach: Coach, now: int) -> tuple[tuple[str, int], ...]:
    """Sentences that may come next with their pace, the likeliest first.

    The machine is pure, so it is simply asked what it would answer to every live command.
    """
    wanted = dict.fromkeys(_waiting(coach))
    live = live_commands(coach, now)
    order = [*LIKELY, *(c for c in Command if c.care is Care.PROTECTED), *Command]
    for command in dict.fromkeys(order):
        if command in live:
            answered, effects = advance(coach, Heard(command), now)
            wanted.update(dict.fromkeys((*_said(effects), *_waiting(answered))))
    wanted.update(dict.fromkeys((text, coach.spot.pace) for text in coach.book.lines(NOTICE)))
    return tuple(wanted)


def _said(effects: tuple[Effect, ...]) -> Iterator[tuple[str, int]]:
    for effect in effects:
        if isinstance(effect, Say):
            yield effect.text, effect.pace


def _waiting(coach: Coach) -> Iterator[tuple[str, int]]:
    waiting: tuple[Line | Due, ...] = (*coach.queue, *coach.due)
    for item in waiting:
        if not isinstance(item.what, Tone):  # a tone is a string, too
            yield item.what, coach.spot.paced(item.pace)
