"""What is said during a movement, and when."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import cycle

from skill.core.coach import Book, Due
from skill.core.messages import Talk, Tone
from skill.core.routine import Movement

TEN_SECONDS_MS = 10_000
SHORTEST_FOR_TEN_MS = 25_000
"""A shorter movement has no "ten seconds": it would follow the beginning at once."""
ROOM_MS = 4_000
"""Silence kept around a time cue; a breath cue nearer than this is left out."""
LEAD_MS = 300
"""A cue is handed over this long before its moment, so that neither the length of a block nor
the rendering shifts its sound."""
LATE_MS = 1_000
"""How long a time or a reminder may wait for the coach to finish speaking. A breath does not
wait: late, it would break the rhythm."""


def schedule(
    book: Book,
    movement: Movement | None,
    total_ms: int,
    done_ms: int,
    talk: Talk,
    *,
    halved: bool = False,
) -> tuple[Due, ...]:
    """Everything to be said in the rest of a movement, in order.

    In full, breath and reminders; in brief, the time only; with chimes, the time as a chime.

    Args:
        book: has the words.
        movement: which; None: there is nothing to say.
        total_ms: how long it lasts, asked-for time included.
        done_ms: how much of it is over.
        talk: how much to say.
        halved: whether "halfway" has been said.
    """
    if movement is None:
        return ()
    planned = _whole(book, movement, total_ms, talk, halved=halved)
    return tuple(due for due in planned if due.at_ms > done_ms)


def _whole(
    book: Book, movement: Movement, total_ms: int, talk: Talk, *, halved: bool
) -> tuple[Due, ...]:
    times = []
    if not halved:
        half = book.lines("halfway")[0]
        times.append(Due(total_ms // 2, half, late_ms=LATE_MS, halfway=True))
    if total_ms >= SHORTEST_FOR_TEN_MS:
        ten = book.lines("ten_seconds")[0]
        times.append(Due(total_ms - TEN_SECONDS_MS, ten, late_ms=LATE_MS))
    if talk is Talk.CHIMES:
        return tuple(replace(due, what=Tone.TIME) for due in times)
    if talk is Talk.BRIEF:
        return tuple(times)
    reminders = [Due(cue.at_s * 1000, cue.text, cue.pace, LATE_MS) for cue in movement.cues]
    times += [due for due in reminders if _has_room(due.at_ms, times, total_ms)]
    breaths = [due for due in _breaths(movement, total_ms) if _has_room(due.at_ms, times, total_ms)]
    return tuple(sorted([*times, *breaths], key=lambda due: due.at_ms))


def _breaths(movement: Movement, total_ms: int) -> Iterator[Due]:
    """Every breath has its beat, also where others are left out: "in" stays with breathing in."""
    every = movement.breath_every_s * 1000
    for at, text in zip(range(every, total_ms, every), cycle(movement.breath), strict=False):
        yield Due(at, text, movement.breath_pace)


def _has_room(at_ms: int, taken: Iterable[Due], total_ms: int) -> bool:
    return all(abs(at_ms - busy) >= ROOM_MS for busy in (0, total_ms, *(d.at_ms for d in taken)))
