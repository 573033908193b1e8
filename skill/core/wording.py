"""Spoken lengths and lists, from the phrases file so that any language can say them."""

from collections.abc import Sequence

from skill.core.coach import Book

ROUND_TO_S = 5
MINUTE_S = 60


def spoken_length(book: Book, milliseconds: int) -> str:
    """A length of time as a person would say it, rounded to five seconds."""
    seconds = max(ROUND_TO_S, round(milliseconds / 1000 / ROUND_TO_S) * ROUND_TO_S)
    minutes, rest = divmod(seconds, MINUTE_S)
    if not minutes:
        return book.lines("seconds", count=str(rest))[0]
    whole = (
        book.lines("one_minute")[0]
        if minutes == 1
        else book.lines("minutes", count=str(minutes))[0]
    )
    if not rest:
        return whole
    return book.lines(
        "minutes_and_seconds",
        minutes=whole,
        seconds=book.lines("seconds", count=str(rest))[0],
    )[0]


def spoken_list(book: Book, items: Sequence[str]) -> str:
    """Items as a person would list them: "one, two and three"."""
    if len(items) == 1:
        return items[0]
    return book.lines("list_and", first=", ".join(items[:-1]), last=items[-1])[0]
