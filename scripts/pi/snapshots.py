"""The power cut after every single write: every disk that may be found then, and what the coach
makes of it.

    .venv/bin/python scripts/pi/snapshots.py [--moments 100] [--seed 6]

needs strace and takes some ten seconds; exit code 1 if one disk is bad.

A session runs in a process of its own with the real loop, journal and bookmark, and strace writes
down every call that changes its folder. From these calls the disk is built again as it may be after
a cut at any moment:

* what was synced is there;
* data that was not: all of it, half of it, zeros of its length, or none;
* names made, renamed and replaced since the folder was last synced: in their order, but any number
  of the last ones may be missing (a file system with a journal keeps the order).

All disks of `--moments` random moments are tried (the moments are all there are, if fewer), by
reading the bookmark as the coach does at its start, and by starting a session on it.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from skill.core.advance import advance
from skill.core.coach import Coach
from skill.core.messages import Bookmark, Started
from skill.journal import JournalWriter
from skill.shelf import READER, Shelf
from tests.session.test_kill import CUES
from tests.support.book import BOOK
from tests.support.room import session

MARK, JOURNAL = "mark.json", "journal.jsonl"
CALLS = "openat,write,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate"
CALL = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
HANDLE = re.compile(r"^\d+<((?:\\x[0-9a-f]{2})*)>")
FATES = ("all", "half", "zeros", "none")


@dataclass(frozen=True, slots=True)
class Call:
    """One call that changed the folder: its kind, the name (of a file, "" for the folder), and the
    bytes written or the new name.
    """

    kind: str
    name: str
    data: bytes = b""
    to: str = ""


@dataclass
class File:
    """A file's bytes on the disk, and those that are only in memory so far."""

    synced: bytes = b""
    written: bytes = b""

    def after(self, fate: str) -> bytes:
        """What a cut leaves."""
        fresh = self.written[len(self.synced) :]
        kept = {
            "all": fresh,
            "half": fresh[: len(fresh) // 2],
            "zeros": bytes(len(fresh)),
            "none": b"",
        }
        return self.synced + kept[fate]


@dataclass
class Disk:
    """The folder: names in the order in which they changed, since the last sync and before."""

    files: list[File] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    changes: list[dict[str, int]] = field(default_factory=lambda: [{}])

    def do(self, call: Call) -> None:
        """Follow one call."""
        match call.kind:
            case "create":
                self.files.append(File())
                self.names[call.name] = len(self.files) - 1
                self.changes.append(dict(self.names))
            case "write":
                self.files[self.names[call.name]].written += call.data
            case "sync" if call.name:
                file = self.files[self.names[call.name]]
                file.synced = file.written
            case "sync":
                self.changes = [dict(self.names)]
            case "rename":
                self.names[call.to] = self.names.pop(call.name)
                self.changes.append(dict(self.names))

    def left(self) -> Iterator[dict[str, bytes]]:
        """Every folder that a cut now may leave."""
        for names in self.changes:
            for fates in product(FATES, repeat=len(names)):
                yield {
                    name: self.files[number].after(fate)
                    for (name, number), fate in zip(names.items(), fates, strict=True)
                }


def run_session(folder: Path) -> None:
    """A session of seventy seconds with ten commands, as fast as it goes."""
    talk, _ = session(*CUES, seconds=70)
    talk.remember = Shelf(folder / MARK).put
    with JournalWriter(folder / JOURNAL, {}) as journal:
        talk.observers = (journal,)
        talk.run()


def traced(folder: Path) -> list[Call]:
    """Run a session under strace; the calls that changed its folder."""
    log = folder.with_name("strace.log")
    options = ("-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(log))
    subprocess.run(
        ["strace", *options, sys.executable, __file__, "--session", str(folder)], check=True
    )
    return [
        call
        for line in log.read_text(encoding="ascii").splitlines()
        for call in understood(line, folder)
    ]


def understood(line: str, folder: Path) -> Iterator[Call]:
    """What one line of strace's means for the folder, if anything."""
    found = CALL.match(line)
    if found is None or int(found[3]) < 0:
        return
    name, arguments = found[1], found[2]
    texts = [plain(text).decode() for text in TEXT.findall(arguments)] if name != "write" else []
    handle = HANDLE.match(arguments)
    held = plain(handle[1]).decode() if handle else ""
    here = str(folder)
    if name == "openat" and "O_TRUNC" in arguments and texts[0].startswith(here + "/"):
        yield Call("create", Path(texts[0]).name)
    elif name == "write" and held.startswith(here + "/"):
        data = TEXT.search(arguments)
        yield Call("write", Path(held).name, plain(data[1]) if data else b"")
    elif name in {"fsync", "fdatasync"} and held == here:
        yield Call("sync", "")
    elif name in {"fsync", "fdatasync"} and held.startswith(here + "/"):
        yield Call("sync", Path(held).name)
    elif name.startswith("rename") and texts[0].startswith(here + "/"):
        yield Call("rename", Path(texts[0]).name, to=Path(texts[-1]).name)
    elif name.startswith(("unlink", "ftruncate")) and any(here in text for text in (*texts, held)):
        raise SystemExit(f"snapshots: this call is not understood: {line}")


def plain(escaped: str) -> bytes:
    r"""The bytes of strace's "\x61\x62"."""
    return bytes.fromhex(escaped.replace("\\x", ""))


def marks_until(calls: Sequence[Call]) -> tuple[Bookmark | None, Bookmark | None]:
    """The bookmark before the newest one that had been begun, and that one."""
    marks: list[Bookmark | None] = [None]
    for call in calls:
        if call.kind == "write" and call.name.startswith(MARK):
            marks.append(READER.validate_json(call.data))
    return ([None, *marks])[-2], marks[-1]


def verdict(left: dict[str, bytes], calls: Sequence[Call], scratch: Path) -> str:
    """What a coach finds that starts on this folder."""
    for path in scratch.iterdir():
        path.unlink()
    for name, data in left.items():
        (scratch / name).write_bytes(data)
    shelf = Shelf(scratch / MARK)
    mark = shelf.get()
    if shelf.trouble is not None:
        return f"corrupt: {shelf.trouble}"
    older, newer = marks_until(calls)
    if mark not in (older, newer):
        return f"another step: {mark}, not {older} or {newer}"
    with JournalWriter(scratch / JOURNAL, {}):
        coach, _ = advance(Coach(BOOK), Started(mark), 0)
    if mark is not None:
        if (coach.exercise.id, coach.step.id) != (mark.exercise, mark.step):
            return f"comes back elsewhere: {coach.step.id}, not {mark.step}"
        shelf.put(mark)
        if shelf.trouble is not None or shelf.get() != mark:
            return "cannot be written again"
    if mark == newer:
        return "nothing begun yet" if mark is None else "same step"
    return "previous step"


def main() -> int:
    """Trace a session, cut the power, print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--session", type=Path, help="only run the session to be traced")
    chosen = parser.parse_args()
    if chosen.session is not None:
        run_session(chosen.session)
        return 0
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder, scratch = Path(name, "state"), Path(name, "found")
        folder.mkdir()
        scratch.mkdir()
        calls = traced(folder)
        chance = np.random.default_rng(chosen.seed)
        moments = chance.permutation(len(calls) + 1)[: chosen.moments]
        for moment in sorted(moments):
            disk = Disk()
            for call in calls[:moment]:
                disk.do(call)
            for left in disk.left():
                found[verdict(left, calls[:moment], scratch)] += 1
    print(f"{len(calls)} calls changed the folder: {dict(Counter(call.kind for call in calls))}")
    print(f"{len(moments)} moments, {found.total()} disks: {dict(found.most_common(8))}")
    bad = [
        what for what in found if what not in {"same step", "previous step", "nothing begun yet"}
    ]
    print(f"bad: {sum(found[what] for what in bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
