"""How far the replay of a session is that session: what is otherwise, in a sentence each."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from skill.app import ENROLLED, App
from skill.core.messages import Finish, Heard
from skill.dialogue import clock
from skill.journal import Entry, read_journal, repeat

NEAR_MS = 1_000
"""A command that is heard so much sooner or later is the same one."""
OTHERS = {
    "model": ("was heard with the model", "--model"),
    "voice": ("was spoken by the voice", "--voice"),
}
"""What a journal's header names, and how to choose it."""


def is_cut_short(entries: Sequence[Entry], again: Sequence[Entry]) -> bool:
    """Whether a journal ends within an answer, as where the power went or the disk was full.

    Args:
        entries: what is in the journal.
        again: the same, repeated.
    """
    rest = again[len(entries) :]
    return bool(rest) and entries[-1].message != Finish() and not any(e.is_event for e in rest)


def otherwise(app: App, journal: Path, replayed: Sequence[Entry], start_ms: int) -> Iterator[str]:
    """What is not as it was in a session that was kept, and why.

    Args:
        app: has replayed it.
        journal: of the session.
        replayed: what came of it this time.
        start_ms: where the sound begins.
    """
    header, entries = read_journal(journal)
    now, end_ms = app.header(), max((entry.at for entry in entries), default=0)
    for name, (what, option) in OTHERS.items():
        if name in header and header[name] != now[name]:
            yield (
                f"The session {what} {header[name]}, and is replayed with {now[name]}, which may "
                f"change it. Choose with {option}."
            )
    if header.get(ENROLLED, now[ENROLLED]) != now[ENROLLED]:
        yield (
            f"The ears were fitted to {'a' if header[ENROLLED] else 'no'} person who is enrolled, "
            f"and are to {'one' if now[ENROLLED] else 'none'} now. Choose with --person."
        )
    changed = _changed(app, entries)
    if changed is not None:
        yield (
            f"From {clock(changed)} on the coach would not answer as it did then: its routine or "
            "its phrases have been changed since, or the coach has."
        )
    different = _different(_heard(entries, start_ms), _heard(replayed, start_ms), end_ms)
    if different is not None:
        at, what = different
        before = " The ears know nothing of the room from before the sound begins."
        yield f"The replay is the session up to {clock(at)}; there {what}.{before * bool(start_ms)}"


def _changed(app: App, entries: Sequence[Entry]) -> int | None:
    """When today's coach first does something else, of the same that happens to it."""
    again = tuple(repeat(app.coach(), tuple(entries)))
    for then, now in zip(entries, again, strict=False):
        if then != now:
            return then.at
    return None


def _heard(entries: Sequence[Entry], start_ms: int) -> list[tuple[int, Heard]]:
    """Commands that were said."""
    return [
        (entry.at, entry.message)
        for entry in entries
        if isinstance(entry.message, Heard) and not entry.message.source and entry.at > start_ms
    ]


def _different(
    then: list[tuple[int, Heard]], now: list[tuple[int, Heard]], end_ms: int
) -> tuple[int, str] | None:
    """The first command that was heard then or now alone."""
    while then or now:
        if then and now and _same(then[0], now[0]):
            then, now = then[1:], now[1:]
        elif then and (not now or then[0][0] <= now[0][0]):
            return then[0][0], f'"{then[0][1].phrase}" is not heard again'
        elif now[0][0] > end_ms:
            return None
        else:
            return now[0][0], f'"{now[0][1].phrase}" is heard, which it was not then'
    return None


def _same(one: tuple[int, Heard], other: tuple[int, Heard]) -> bool:
    (at, heard), (at_other, again) = one, other
    meaning = (heard.command, heard.argument)
    return meaning == (again.command, again.argument) and abs(at - at_other) <= NEAR_MS
