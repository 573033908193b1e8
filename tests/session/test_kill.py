"""Killed at any moment, the coach comes back to the same step."""

import os
import signal
from pathlib import Path

import pytest

from skill.core.advance import advance
from skill.core.coach import Coach
from skill.core.messages import Bookmark, Effect, Event, Remember, Started
from skill.journal import JournalWriter, read_journal
from skill.ports import Block, BlockKind
from skill.shelf import Shelf
from tests.support.book import BOOK
from tests.support.room import Blocks, session
from tests.support.scripted import Cue

CUES = tuple(
    Cue(5000 + 6000 * number, 5400 + 6000 * number, text)
    for number, text in enumerate(
        [
            "start",
            "next",
            "start",
            "pause",
            "resume",
            "more time",
            "skip",
            "undo",
            "say less",
            "stop",
        ]
    )
)


class Killer:
    """Kills its own process, as SIGKILL does, at the n-th message."""

    def __init__(self, fatal: int) -> None:
        self._left = fatal

    def message(self, at: int, message: Event | Effect) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        pass


def run_and_die(folder: Path, fatal: int) -> bool:
    """Run a session in a process of its own; whether it was killed."""
    child = os.fork()
    if child == 0:
        talk, _ = session(*CUES, source=Blocks((70, BlockKind.HEARD), frames=1600))
        talk.remember = Shelf(folder / "mark.json").put
        with JournalWriter(folder / "journal.jsonl", {}) as journal:
            talk.observers = (journal, Killer(fatal))
            talk.run()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def last_marks(folder: Path) -> list[Bookmark | None]:
    _, entries = read_journal(folder / "journal.jsonl")
    marks = [entry.message.bookmark for entry in entries if isinstance(entry.message, Remember)]
    return [None, *marks][-2:]


@pytest.mark.parametrize("fatal", range(3, 120, 3))
def test_killed_at_any_message(tmp_path: Path, fatal: int) -> None:
    if not run_and_die(tmp_path, fatal):
        assert fatal > 60, "the session is shorter than it looks"
        return
    shelf = Shelf(tmp_path / "mark.json")
    mark = shelf.get()
    assert shelf.trouble is None
    # The journal's line comes first, so the very last mark may be the one being written.
    assert mark in last_marks(tmp_path)
    if mark is not None:
        coach, _ = advance(Coach(BOOK), Started(mark), 0)
        assert (coach.exercise.id, coach.step.id) == (mark.exercise, mark.step)
