"""Puts the last minutes by when the person says that something was wrong, or on a crash."""

import errno
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from skill.closing import Closing
from skill.core.coach import Coach
from skill.core.messages import Effect, Event, Keep
from skill.errors import CoachError, StorageError
from skill.ports import Block
from skill.recorder.ring import Cut, Ring
from skill.recorder.shelf import RecordingShelf

UNHEARD = frozenset({errno.EPIPE, errno.EIO, errno.ENOSPC, errno.EDQUOT})
"""What whoever prints gets from a closed pipe, a closed terminal and a full disk: no crash, and so
no reason to keep anything."""


class Recorder(Closing):
    """Watches a session; its ring hears both voices.

    Files are written by a thread of its own, so that a slow disk does not make the coach deaf.

    Args:
        ring: the sound of the last minutes.
        shelf: where recordings are kept.
        journal: of this session, being written.
        stamp: date and time for the name of a recording.
        tell: is told, in a sentence each, what was kept or could not be; from any thread.
    """

    def __init__(
        self,
        ring: Ring,
        shelf: RecordingShelf,
        journal: Path,
        stamp: Callable[[], str],
        tell: Callable[[str], None],
    ) -> None:
        self.ring = ring
        self._shelf = shelf
        self._journal = journal
        self._stamp = stamp
        self._tell = tell
        self._worker = ThreadPoolExecutor(1, "recorder")
        self._wanted = False
        self._written: list[Future[None]] = []

    def message(self, at: int, message: Event | Effect) -> None:
        """Note that the last minutes are to be put by."""
        self._wanted = self._wanted or isinstance(message, Keep)

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Put them by now: the journal has the coach's whole answer."""
        if self._wanted:
            self._wanted = False
            self.keep("wrong")

    def keep(self, why: str) -> None:
        """Put by what the ring holds now."""
        cut = self.ring.cut()
        if cut is not None:
            name = f"{self._stamp()} {why}"
            size = _size(self._journal)
            self._written.append(self._worker.submit(self._write, name, cut, size))

    def close(self) -> None:
        """Wait until everything is written."""
        self._worker.shutdown()

    def __exit__(self, *exception: object) -> None:
        if any(_is_crash(part) for part in exception):
            self.keep("crash")
        self.close()
        for written in self._written:
            written.result()

    def _write(self, name: str, cut: Cut, size: int) -> None:
        try:
            folder = self._shelf.put(name, cut, _first(self._journal, size))
            self._tell(f"What was heard is kept in {folder}.")
        except StorageError as error:
            self._tell(str(error))


def _is_crash(part: object) -> bool:
    if isinstance(part, OSError) and part.errno in UNHEARD:
        return False
    return isinstance(part, Exception) and not isinstance(part, CoachError)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _first(path: Path, size: int) -> bytes:
    """The journal as it was when it had this size.

    Raises:
        StorageError: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            # A full disk may have cut the last line short.
            lines, end, _ = file.read(size).rpartition(b"\n")
    except OSError as failure:
        raise StorageError(
            f"The recording cannot be kept without the journal {path}: {failure.strerror}.",
            "Make its folder readable.",
        ) from failure
    if not lines:
        raise StorageError(
            f"The recording cannot be kept without the journal {path}, which is empty.",
            "Free some space, and begin another session.",
        )
    return lines + end
