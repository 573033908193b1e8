"""The journal: one JSON line for every event and effect, enough to repeat a session.

The first line is a header; every other one is ``{"at": ms, "event" | "effect": name, ...}``. A
`Tick` that changed nothing is left out: it is a no-op by construction, and there are twenty of
them a second. Nothing of the wall clock is written, so two replays of a recording give the same
bytes.
"""

import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self, get_args

from pydantic import TypeAdapter

from skill.closing import Closing
from skill.core.advance import advance
from skill.core.coach import Coach
from skill.core.messages import Effect, Event, ThereAgain
from skill.errors import StorageError
from skill.given import read_given, why_not
from skill.ports import Block

FORMAT = 1
EVENTS: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Event)}
EFFECTS: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Effect)}
MOST_DIGITS = 15
"""Of a number in a journal: in milliseconds 30,000 years, and whole in a float."""


@cache
def _reader(kind: type) -> TypeAdapter[Any]:
    """What reads one kind of message. It takes a hundred times as long to make as to use."""
    return TypeAdapter(kind)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event or effect and when it happened, in milliseconds of microphone audio."""

    at: int
    message: Event | Effect

    @property
    def is_event(self) -> bool:
        """Whether it came in, rather than went out."""
        return type(self.message).__name__ in EVENTS

    def to_json(self) -> str:
        """The journal's line, without its end."""
        name = type(self.message).__name__
        kind = "event" if self.is_event else "effect"
        return json.dumps({"at": self.at, kind: name, **asdict(self.message)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The entry of a journal's line.

        Raises:
            KeyError, TypeError, ValueError: if it is no such line.
        """
        at = fields.pop("at")
        if type(at) is not int or at < 0:
            raise ValueError(at)
        kinds, name = (EVENTS, "event") if "event" in fields else (EFFECTS, "effect")
        kind = kinds[fields.pop(name)]
        return cls(at, _reader(kind).validate_python(fields))


class JournalWriter(Closing):
    """Writes a journal; every line is in the file before the next thing happens.

    Args:
        path: the file; replaced if it exists.
        header: what the session runs on: version, content, model, voice.
        limit: bytes after which the file becomes `path` with ".old" at its end, instead of what
            was there, and a new one is begun; None for no limit. After half of them, that is done
            where the coach is there again after a goodbye: a file that begins in the middle of a
            session can be read, but not repeated.

    Raises:
        StorageError: if the file cannot be written, at any time.
    """

    def __init__(self, path: Path, header: Mapping[str, object], limit: int | None = None) -> None:
        self._path = path
        self._limit = limit
        self._header = json.dumps({"journal": FORMAT, **header}, ensure_ascii=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as failure:
            raise _unwritable(path, failure) from failure
        self._begin()

    def _begin(self) -> None:
        try:
            # Unbuffered: nothing is left to be written, or to fail, when the file is closed.
            self._file = self._path.open("wb", buffering=0)
        except OSError as failure:
            raise _unwritable(self._path, failure) from failure
        self._length = 0
        self._write(self._header)

    def message(self, at: int, message: Event | Effect) -> None:
        """Write one event or effect."""
        if isinstance(message, ThereAgain):
            self._keep_below(share=2)
        self._write(Entry(at, message).to_json())
        self._keep_below()

    def _keep_below(self, share: int = 1) -> None:
        """Begin a new file if this one is longer than the limit, or a half of it, allows."""
        if self._limit is None or self._length <= self._limit // share:
            return
        self._file.close()
        try:
            self._path.replace(self._path.with_name(self._path.name + ".old"))
        except OSError as failure:
            raise _unwritable(self._path, failure) from failure
        self._begin()

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Nothing of it is written: blocks are not events."""

    def _write(self, line: str) -> None:
        data = (line + "\n").encode()
        try:
            written = self._file.write(data)
        except OSError as failure:
            self._file.close()
            raise _unwritable(self._path, failure) from failure
        if written != len(data):
            self._file.close()
            raise _unwritable(self._path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        self._length += written

    def close(self) -> None:
        """Close the file; every line is in it already."""
        self._file.close()


class SpareJournal(Closing):
    """A journal that nobody has asked for. What cannot be written is told once, and the session
    goes on without.

    Args:
        opened: begins the journal.
        tell: gets the sentence.
    """

    def __init__(self, opened: Callable[[], JournalWriter], tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._writer: JournalWriter | None = None
        with self._giving_up():
            self._writer = opened()

    def message(self, at: int, message: Event | Effect) -> None:
        """Write one event or effect."""
        if self._writer is not None:
            with self._giving_up():
                self._writer.message(at, message)

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Nothing of it is written: blocks are not events."""

    def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()

    @contextmanager
    def _giving_up(self) -> Iterator[None]:
        try:
            yield
        except StorageError as error:
            self._writer = None
            self._tell(f"{error} This session goes on without it.")


def _unwritable(path: Path, failure: OSError) -> StorageError:
    if failure.errno == errno.ENOSPC:
        return StorageError(
            f"The journal {path} cannot be written: the disk is full.",
            "Free some space, or choose another place with --journal.",
        )
    return StorageError(
        f"The journal {path} cannot be written: {failure.strerror}.",
        "Choose another place with --journal.",
    )


def read_journal(path: Path) -> tuple[dict[str, Any], tuple[Entry, ...]]:
    """Read header and entries.

    Raises:
        StorageError: if the file cannot be read, or a line is not a journal's.
    """
    try:
        text = read_given(path).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        raise StorageError(
            f"The journal {path} cannot be read: {why_not(failure)}.",
            "Give a file written with --journal.",
        ) from failure
    entries: list[Entry] = []
    header: dict[str, Any] = {}
    # Not splitlines: what was said may hold other ends of lines, which JSON does not escape.
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        try:
            fields = _fields(line)
            if number == 1:
                header = _header(path, fields)
            else:
                entries.append(Entry.from_json(fields))
        except (ValueError, KeyError, TypeError, RecursionError) as failure:
            raise StorageError(
                f"{path}, line {number}, is not a line of a journal.",
                "Remove a line that was cut short, or record the session again.",
            ) from failure
    return header, tuple(entries)


def _fields(line: str) -> dict[str, Any]:
    fields = json.loads(line, parse_int=_number)
    if not isinstance(fields, dict):
        raise TypeError(line)
    return fields


def _number(digits: str) -> int:
    if len(digits.removeprefix("-")) > MOST_DIGITS:
        raise ValueError(digits)
    return int(digits)


def _header(path: Path, fields: dict[str, Any]) -> dict[str, Any]:
    written = fields["journal"]
    if type(written) is int and written > FORMAT:
        raise StorageError(
            f"The journal {path} was written by a newer version of the coach (format {written}; "
            f"this one reads {FORMAT}).",
            "Upgrade the coach, or record the session again.",
        )
    if written != FORMAT:
        raise ValueError(written)
    return fields


def repeat(coach: Coach, entries: tuple[Entry, ...]) -> Iterator[Entry]:
    """Feed a journal's events to a coach again; yield them with the effects of now.

    No model, voice or sound is needed: the same coach and content give the same effects.
    """
    for entry in entries:
        if not isinstance(entry.message, get_args(Event)):
            continue
        changed = advance(coach, entry.message, entry.at)
        yield entry
        coach = changed[0]
        for effect in changed[1]:
            yield Entry(entry.at, effect)
