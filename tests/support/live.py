"""A live session in a process of its own, at the devices of a private PulseAudio."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from skill.audio.pcm import read_pcm
from skill.ports import Pcm
from tests.support.pulse import WIRE_RATE
from tests.support.waiting import LONG_S

RECORDINGS = Path(__file__).parent.parent / "recordings"

ROUTINE = """
id: short
title: the short one
language: en
exercises:
  - id: one
    title: horizontal rolling
    called: [horizontal rolling]
    intro: [You will lie on the mat.]
    steps:
      - id: feet
        title: set the feet
        full: [Set both feet on the mat.]
        brief: Set your feet.
        more: [Wide feet are steady.]
      - id: roll
        title: roll
        full: [Roll from one side to the other.]
        brief: Roll from side to side.
        more: [Your feet do the work.]
        movement:
          seconds: SECONDS
          breath: [Breathe in., And breathe out slowly.]
          breath_every_s: 4
          ending: Let your hands rest on the mat.
"""


def saying(text: str, person: str = "espeak-steph3") -> Pcm:
    """A recorded command for the microphone, with a little silence around it."""
    pcm = read_pcm(RECORDINGS / f"{text}.{person}.ogg").astype(np.float32) / 32768
    wire = np.rint(soxr.resample(pcm, 16_000, WIRE_RATE) * 32000).astype(np.int16)
    return np.pad(wire, (WIRE_RATE // 4, WIRE_RATE))


def short_routine(folder: Path, seconds: int) -> Path:
    """One set-up, and one movement of so many seconds."""
    path = folder / "short.yaml"
    path.write_text(ROUTINE.replace("SECONDS", str(seconds)), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Live:
    """A running session, seen through its journal."""

    journal: Path
    process: subprocess.Popen[bytes]

    def entries(self) -> list[dict[str, Any]]:
        """The journal's lines so far, without its header; the last one may still be written."""
        if not self.journal.exists():
            return []
        lines = self.journal.read_text(encoding="utf-8").split("\n")[1:-1]
        return [json.loads(line) for line in lines]

    def place(self) -> int:
        """Where the journal is now, for `wait_for`."""
        return len(self.entries())

    def wait_for(self, seen: Callable[[dict[str, Any]], bool], after: int = 0) -> dict[str, Any]:
        """The first entry of a kind; fails if it does not come."""
        end = time.monotonic() + LONG_S
        while True:
            found = next((entry for entry in self.entries()[after:] if seen(entry)), None)
            if found is not None:
                return found
            assert self.process.poll() is None, self._errors()
            assert time.monotonic() < end, f"never came; the journal is:\n{self.entries()}"
            time.sleep(0.05)

    def heard(self, command: str, after: int = 0) -> dict[str, Any]:
        """Wait until a command has been understood."""
        return self.wait_for(lambda entry: entry.get("command") == command, after)

    def said(self, text: str, after: int = 0) -> dict[str, Any]:
        """Wait until a sentence with these words has begun."""
        return self.wait_for(lambda entry: text in entry.get("text", ""), after)

    def event(self, name: str, after: int = 0) -> dict[str, Any]:
        """Wait for an event or effect."""
        return self.wait_for(lambda entry: name in {entry.get("event"), entry.get("effect")}, after)

    def _errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()


@contextmanager
def live(journal: Path, *args: str) -> Iterator[Live]:
    """Start `roller-coach run`, and end it hard."""
    command = [sys.executable, "-m", "skill", "run", "--quiet", "--journal", str(journal), *args]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        yield Live(journal, process)
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
