"""A hundred power cuts: SIGKILL at random moments, and what is found on the disk afterwards.

    .venv/bin/python scripts/pi/power_cuts.py [--cuts 100] [--seed 6]

takes some seconds; exit code 1 if one is bad.

Each session runs in a process of its own, with the real loop, journal and bookmark; it is killed
after a random part of the time that a whole one takes. A process that is killed leaves what it has
written in the system's memory; a power cut does not. So the file that was being written is damaged
afterwards in every way that an unsynced file can be: gone, empty, cut short, zeros. The file that
was synced and renamed is the one read.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from skill.core.advance import advance
from skill.core.coach import Coach
from skill.core.messages import Bookmark, Remember, Started
from skill.journal import Entry, JournalWriter
from skill.shelf import Shelf
from tests.session.test_kill import CUES
from tests.support.book import BOOK
from tests.support.room import session

RUINS = ("gone", "empty", "cut", "zeros")
GOOD = ("same step", "previous step", "nothing begun yet")


def run_session(folder: Path) -> None:
    """A session of seventy seconds with ten commands, as fast as it goes."""
    talk, _ = session(*CUES, seconds=70)
    talk.remember = Shelf(folder / "mark.json").put
    with JournalWriter(folder / "journal.jsonl", {}) as journal:
        talk.observers = (journal,)
        talk.run()


def start(folder: Path) -> int:
    """Run a session in a process of its own; its number."""
    child = os.fork()
    if child == 0:
        run_session(folder)
        os._exit(0)
    return child


def damage(path: Path, how: str) -> None:
    """Do to an unsynced file what a power cut may do."""
    whole = path.read_bytes() if path.exists() else b'{"routine": "x"'
    ruins = {"empty": b"", "cut": whole[: len(whole) // 2], "zeros": bytes(len(whole))}
    if how == "gone":
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(ruins[how])


def last_marks(journal: Path) -> list[Bookmark | None]:
    """The bookmark that may have been in the making when it ended, and the one before."""
    marks: list[Bookmark | None] = [None]
    if journal.exists():
        for line in journal.read_text(encoding="utf-8").splitlines()[1:]:
            message = Entry.from_json(json.loads(line)).message
            if isinstance(message, Remember):
                marks.append(message.bookmark)
    return marks[-2:]


def verdict(folder: Path) -> str:
    """What a coach finds that starts after the cut."""
    shelf = Shelf(folder / "mark.json")
    mark = shelf.get()
    if shelf.trouble is not None:
        return f"corrupt: {shelf.trouble}"
    older, newer = ([None, *last_marks(folder / "journal.jsonl")])[-2:]
    if mark not in (older, newer):
        return f"another step: {mark}, not {older} or {newer}"
    if mark is not None:
        coach, _ = advance(Coach(BOOK), Started(mark), 0)
        if (coach.exercise.id, coach.step.id) != (mark.exercise, mark.step):
            return f"comes back elsewhere: {coach.step.id}, not {mark.step}"
        shelf.put(mark)
        if shelf.trouble is not None or shelf.get() != mark:
            return "cannot be written again"
    if mark is None:
        return "nothing begun yet" if newer is None else "previous step"
    return "same step" if mark == newer else "previous step"


def main() -> int:
    """Cut the power; print what was found."""
    parser = argparse.ArgumentParser(description="A hundred power cuts.")
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=6)
    chosen = parser.parse_args()
    chance = np.random.default_rng(chosen.seed)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        began = time.perf_counter()
        os.waitpid(start(Path(scratch)), 0)
        whole = time.perf_counter() - began
        for number in range(chosen.cuts):
            folder = Path(scratch, str(number))
            folder.mkdir()
            child = start(folder)
            time.sleep(chance.uniform(0, whole))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            damage(folder / "mark.json.new", str(chance.choice(RUINS)))
            found[verdict(folder)] += 1
    bad = {what: n for what, n in found.items() if what.split(":")[0] not in GOOD}
    print(f"{chosen.cuts} cuts: {dict(found.most_common())}; bad: {sum(bad.values())}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
