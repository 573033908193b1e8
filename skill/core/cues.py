"""What is said during a movement, and when."""

from collections.abc import Iterable
from itertools import cycle

from skill.core.coach import Book, Due
from skill.core.messages import Talk, Tone
from skill.core.routine import Movement

TEN_SECONDS_MS = 10_000
SHORTEST_FOR_TEN_MS = 25_000
"""A shorter movement has no "ten seconds": it would follow the beginning at once."""
ROOM_MS = 4_000
"""Silence kept around a time cue; a breath cue nearer than this is left out."""
LATEST_MS = 2_000
"""A cue that has waited this long for the coach to finish speaking is left out."""


def schedule(book: Book, movement: Movement | None, total_ms: int, talk: Talk) -> tuple[Due, ...]:
    """Everything to be said during a movement that lasts `total_ms`, in order.

    In full, breath and reminders; in brief, the time only; with chimes, the time as a chime.
    """
    if movement is None:
        return ()
    times = [Due(movement.seconds * 500, book.lines("halfway")[0])]
    if total_ms >= SHORTEST_FOR_TEN_MS:
        times.append(Due(total_ms - TEN_SECONDS_MS, book.lines("ten_seconds")[0]))
    if talk is Talk.CHIMES:
        return tuple(Due(due.at_ms, Tone.TIME) for due in times)
    if talk is Talk.BRIEF:
        return tuple(times)
    reminders = [(cue.at_s * 1000, cue.text) for cue in movement.cues]
    times += [Due(at, text) for at, text in reminders if _has_room(at, times, total_ms)]
    every = movement.breath_every_s * 1000
    breaths = [at for at in range(every, total_ms, every) if _has_room(at, times, total_ms)]
    times += map(Due, breaths, cycle(movement.breath))
    return tuple(sorted(times, key=lambda due: due.at_ms))


def _has_room(at_ms: int, taken: Iterable[Due], total_ms: int) -> bool:
    return all(abs(at_ms - busy) >= ROOM_MS for busy in (0, total_ms, *(d.at_ms for d in taken)))
