"""Sessions in one SQLite file."""

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from skill.closing import Closing
from skill.errors import StorageError
from skill.given import why_not
from skill.history.records import Record
from skill.history.tally import Visit

VERSION = 1
SCHEMA = """
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,       -- ISO 8601 with the offset from UTC
    routine TEXT NOT NULL,
    seconds INTEGER NOT NULL,    -- on the roller
    whole INTEGER NOT NULL       -- 1: the routine was finished
);
CREATE TABLE visits (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    exercise TEXT NOT NULL,
    step TEXT NOT NULL,
    rolled_ms INTEGER NOT NULL,
    length_ms INTEGER NOT NULL,  -- 0: a set-up
    repeats INTEGER NOT NULL,
    PRIMARY KEY (session, number)
);
"""


PATIENCE_S = 0.1
"""How long a file that another program has locked is waited for: in a session, so long nobody
listens. What could not be kept is, with the next step."""
NO_PLACE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})
"""What SQLite says where no file can be, or only be read."""
NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
WRONG_KIND = """
SELECT id FROM sessions
WHERE (typeof(started), typeof(routine), typeof(seconds), typeof(whole))
    != ('text', 'text', 'integer', 'integer')
UNION SELECT session FROM visits
WHERE (typeof(exercise), typeof(step), typeof(rolled_ms), typeof(length_ms), typeof(repeats))
    != ('text', 'text', 'integer', 'integer', 'integer')
"""
"""SQLite keeps a word where a number should be, if another program writes it there."""


class Store(Closing):
    """Keeps records.

    Args:
        path: the file; made when it is missing.

    Raises:
        StorageError: if it cannot be opened, is no history, or was written by a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._file.close()
                raise

    def _prepare(self) -> None:
        self._file.execute("PRAGMA foreign_keys = ON")
        version = self._file.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise StorageError(
                f"The history {self._path} was written by a newer roller-coach "
                f"(format {version}; this one knows {VERSION}).",
                "Update roller-coach, or move the file away to begin a new history.",
            )
        if version == 0:
            self._file.executescript(f"BEGIN;{SCHEMA}PRAGMA user_version = {VERSION};COMMIT;")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error, UnicodeDecodeError) as failure:
            raise StorageError(
                f"The history {self._path} cannot be used: {_why(failure)}.",
                _remedy(failure, self._path.parent),
            ) from failure

    def keep(self, record: Record, started: datetime | None = None) -> int | None:
        """Keep a record, instead of what was kept of the same session; return its id, or None if
        that has been deleted since: then nothing is kept.

        Args:
            record: what there has been so far.
            started: when that session started as it was kept before, if that has changed.
        """
        before = record.started if started is None else started
        fields = (
            record.started.isoformat(timespec="seconds"),
            record.routine,
            record.seconds,
            int(record.whole),
        )
        with self._explained(), self._whole():
            if record.id is not None:
                # A number that is free again may be another session's by now.
                same = (record.id, before.isoformat(timespec="seconds"))
                gone = self._file.execute("DELETE FROM sessions WHERE id = ? AND started = ?", same)
                if not gone.rowcount:
                    return None
            row = self._file.execute(
                "INSERT INTO sessions (id, started, routine, seconds, whole) "
                "VALUES (?, ?, ?, ?, ?) RETURNING id",
                (record.id, *fields),
            )
            key = int(row.fetchone()[0])
            self._file.executemany(
                "INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (key, number, v.exercise, v.step, v.rolled_ms, v.length_ms, v.repeats)
                    for number, v in enumerate(record.visits)
                ],
            )
        return key

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """All of it is written, or nothing."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._file.execute("COMMIT")
        except BaseException:
            # After some failures SQLite has done so itself, and after others, of a COMMIT too, it
            # has not; then nothing more could be begun.
            if self._file.in_transaction:
                self._file.execute("ROLLBACK")
            raise

    def ids(self) -> list[int]:
        """What sessions are called by, whether they can be read or not."""
        with self._explained():
            return [key for (key,) in self._file.execute("SELECT id FROM sessions ORDER BY id")]

    def records(self) -> list[Record]:
        """Every session, the oldest first."""
        with self._explained():
            visits: dict[int, list[Visit]] = {}
            every = self._file.execute(
                "SELECT session, exercise, step, rolled_ms, length_ms, repeats "
                "FROM visits ORDER BY session, number"
            )
            for session, *fields in every:
                visits.setdefault(session, []).append(Visit(*fields))
            rows = self._file.execute(
                "SELECT id, started, routine, seconds, whole FROM sessions "
                "ORDER BY julianday(started), id"  # as moments: as texts, offsets would mislead
            )
            wrong = self._file.execute(WRONG_KIND).fetchone()
            if wrong is not None:
                raise self._not_ours(wrong[0])
            return [
                Record(
                    self._time(key, started),
                    routine,
                    seconds,
                    bool(whole),
                    tuple(visits.get(key, ())),
                    key,
                )
                for key, started, routine, seconds, whole in rows
            ]

    def _time(self, key: int, started: str) -> datetime:
        try:
            return datetime.fromisoformat(started)
        except ValueError:
            raise self._not_ours(key) from None

    def _not_ours(self, key: int) -> StorageError:
        return StorageError(
            f"The history {self._path} cannot be read: session {key} holds something else than "
            "the coach wrote.",
            f"Delete it with `roller-coach history delete {key}`, or move the file away.",
        )

    def delete(self, ids: Sequence[int]) -> int:
        """Delete sessions for good; return how many there were of them."""
        with self._explained():
            self._file.execute("PRAGMA secure_delete = ON")
            with self._whole():
                done = self._file.executemany(
                    "DELETE FROM sessions WHERE id = ?", [(key,) for key in ids]
                ).rowcount
            return int(done)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _why(failure: Exception) -> str:
    if isinstance(failure, UnicodeDecodeError):
        # SQLite's own sentence about a damaged file can hold its bytes.
        return "it is damaged"
    return why_not(failure)


def _remedy(failure: Exception, folder: Path) -> str:
    # The last byte is the kind, what is before it a detail.
    kind = getattr(failure, "sqlite_errorcode", 0) & 0xFF
    if kind == sqlite3.SQLITE_BUSY:
        return "Close the program that has it open."
    no_space = isinstance(failure, OSError) and failure.errno == errno.ENOSPC
    if kind in NO_PLACE or (isinstance(failure, OSError) and not no_space):
        return f"Make {folder} a folder that you can write to, or name another state in settings."
    if no_space or kind in NO_ROOM:
        return "Free some space, or move the file away to begin a new history."
    return "Move the file away to begin a new history."
