"""Everything that the coach can say, so that it can be rendered before anybody asks.

A sentence with a length of time in it has no end of wordings, as "more time" can be asked for
again and again: lengths are listed up to two such wishes beyond the longest movement. What is
longer is spoken as well, but not known beforehand.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from skill.core.answers import COMMANDS_AT_ONCE, nameable
from skill.core.coach import Book, Coach, Phase, Spot, paced
from skill.core.phrases import FRAGMENTS, PHRASES
from skill.core.routine import Exercise, Movement
from skill.core.way import MORE_TIME_MS
from skill.core.wording import ROUND_TO_S, spoken_length, spoken_list

MORE_TIMES = 2
"""How often "more time" is reckoned with in one movement."""
_LENGTH = frozenset({"length", "left"})


def repertoire(book: Book, pace: int = 100) -> tuple[tuple[str, int], ...]:
    """Sentences with their pace, each once, in the order of a session where there is one.

    Args:
        book: routine, phrases and vocabulary.
        pace: the person's own, percent of normal.
    """
    said = [*((text, 100) for text in _phrases(book)), *_routine(book)]
    return tuple(dict.fromkeys((text, paced(pace, line)) for text, line in said))


def _routine(book: Book) -> Iterator[tuple[str, int]]:
    """Sentences with the pace of the line."""
    for exercise in book.routine.exercises:
        yield from ((text, 100) for text in exercise.intro)
        for step in exercise.steps:
            yield from ((text, 100) for text in (*step.full, *step.brief, *step.more))
            if step.movement is not None:
                yield from _movement(step.movement)


def _movement(movement: Movement) -> Iterator[tuple[str, int]]:
    yield from ((text, movement.breath_pace) for text in movement.breath)
    yield from ((cue.text, cue.pace) for cue in movement.cues)
    yield movement.ending, 100


def _phrases(book: Book) -> Iterator[str]:
    for name, fields in PHRASES.items():
        if name in FRAGMENTS:
            continue
        for values in _values(book, fields):
            yield from book.lines(name, **values)


def _values(book: Book, fields: frozenset[str]) -> Iterator[dict[str, str]]:
    """Every way to fill the placeholders of one phrase."""
    routine = book.routine
    if fields & _LENGTH:
        (field,) = fields
        yield from ({field: length} for length in lengths(book))
    elif "commands" in fields:
        yield from ({"commands": names} for names in _suggestions(book))
    elif "routine" in fields:
        yield {"routine": routine.title}
    elif "count" in fields:
        for exercise in routine.exercises:
            for left in range(1, len(exercise.steps) + 1):
                yield {"count": str(left), "exercise": exercise.title}
    else:
        everywhere = (at for exercise in routine.exercises for at in _places(exercise))
        yield from ({field: at[field] for field in fields} for at in everywhere)


def _places(exercise: Exercise) -> Iterator[dict[str, str]]:
    for number, step in enumerate(exercise.steps, 1):
        yield {
            "exercise": exercise.title,
            "number": str(number),
            "total": str(len(exercise.steps)),
            "title": step.title,
        }


def lengths(book: Book) -> tuple[str, ...]:
    """Every length of time that is named, in words, the shortest first."""
    movements = [
        step.movement.seconds
        for exercise in book.routine.exercises
        for step in exercise.steps
        if step.movement is not None
    ]
    longest = max(movements, default=0) + MORE_TIMES * MORE_TIME_MS // 1000
    seconds = range(ROUND_TO_S, longest + ROUND_TO_S, ROUND_TO_S) if movements else ()
    return tuple(spoken_length(book, 1000 * count) for count in seconds)


def _suggestions(book: Book) -> Iterator[str]:
    """The lists of commands that "what can I say" gives, page by page, in every phase."""
    for coach in _moments(book):
        live = nameable(coach, 0)
        for page in range(0, len(live), COMMANDS_AT_ONCE):
            yield spoken_list(book, live[page : page + COMMANDS_AT_ONCE])


def _moments(book: Book) -> Iterable[Coach]:
    """Coaches of every phase, as far as the live commands depend on more than the phase."""
    for phase, hurt in product(Phase, (False, True)):
        coach = Coach(book, Spot(phase, hurt=hurt))
        yield coach
        yield replace(coach, asking=True)
        yield replace(coach, history=(coach.spot,))
