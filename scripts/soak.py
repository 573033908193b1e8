"""Leaves a coach running for hours, and prints whether it grows, leaks or hears what nobody said.

.venv/bin/python scripts/soak.py live --hours 2     at virtual devices, in real time
.venv/bin/python scripts/soak.py fast --hours 8     over made sound, as fast as it goes

Every half minute brings a recorded command, somebody else's words, or only the room's noise. The
exit code tells whether memory was flat (less than 1 MB an hour), threads and open files stayed as
they were, and no command was heard that nobody had said.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr

sys.path.insert(0, str(Path(__file__).parent.parent))

from skill.app import App
from skill.audio.pcm import read_pcm
from skill.audio.timeline import TimelineSpeaker
from skill.core.coach import Coach
from skill.core.messages import Effect, Event, Heard
from skill.ports import BLOCK, RATE, Block, Pcm
from skill.session import Session
from skill.settings import Settings
from tests.support.live import live, short_routine
from tests.support.pulse import WIRE_RATE, Pulse, running_pulseaudio

RECORDINGS = Path(__file__).parent.parent / "tests" / "recordings"
PEOPLE = ("espeak-steph3", "flite-slt", "festival-cmu_us_slt_arctic_hts", "espeak-Michael")
PHRASES = ("start rolling", "next", "repeat", "how long", "pause", "resume", "which step")
SLOT_S = 30
ROOM = 8.0
"""Standard deviation of the noise, in steps of 16 bits: a quiet room at -72 dB."""
WARM_HOURS, WARM = 1.5, 0.5
"""Left out of the slope, but not more than this part: until every line has been said, in memory
and at every pace, and the recogniser has met its longest utterance."""
FLAT_MB_PER_HOUR = 1.0


@dataclass
class Health:
    """Memory, threads and open files of one process, over time."""

    pid: int
    seen: list[tuple[float, float, int, int]] = field(default_factory=list)

    def look(self, hours: float) -> None:
        """Note how things stand, and print it."""
        proc = Path(f"/proc/{self.pid}")
        pages = int((proc / "statm").read_text().split()[1])
        megabytes = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        threads, files = (len(list((proc / what).iterdir())) for what in ("task", "fd"))
        self.seen.append((hours, megabytes, threads, files))
        print(f"{hours:7.2f} h  {megabytes:7.1f} MB  {threads} threads  {files} files", flush=True)

    def verdict(self) -> dict[str, float]:
        """Slope and growth after warming up."""
        last = self.seen[-1][0]
        kept = [row for row in self.seen if row[0] >= min(WARM_HOURS, WARM * last)]
        hours, memory, threads, files = (np.array(column) for column in zip(*kept, strict=True))
        slope = float(np.polyfit(hours, memory, 1)[0]) if len(kept) > 1 else 0.0
        return {
            "hours": round(last, 2),
            "memory_mb": round(float(memory[-1]), 1),
            "slope_mb_per_hour": round(slope, 3),
            "more_threads": int(threads[-1] - threads[0]),
            "more_files": int(files[-1] - files[0]),
        }


def main() -> int:
    """Run one of the two; 0 if all was well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("way", choices=("live", "fast"))
    parser.add_argument("--hours", type=float, default=2.0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _homes(Path(name)):
        soak = _live if chosen.way == "live" else _fast
        verdict = soak(chosen.hours, Path(name))
    print(json.dumps(verdict))
    grown = verdict["more_threads"] > 0 or verdict["more_files"] > 0
    flat = verdict["slope_mb_per_hour"] < FLAT_MB_PER_HOUR
    return 0 if flat and not grown and not verdict["false_commands"] else 1


@contextmanager
def _homes(folder: Path) -> Iterator[None]:
    """Nobody's bookmark is touched."""
    os.environ.update({f"XDG_{kind}_HOME": str(folder) for kind in ("CACHE", "STATE", "CONFIG")})
    yield


def _script() -> Iterator[tuple[str, Pcm]]:
    """For each half minute, what is said in it, if anything, and its sound at 16 kHz."""
    others = sorted((RECORDINGS / "other").glob("*.ogg"))
    number = 0
    while True:
        person, phrase = PEOPLE[number % len(PEOPLE)], PHRASES[number % len(PHRASES)]
        yield phrase, read_pcm(RECORDINGS / f"{phrase}.{person}.ogg")
        yield "", read_pcm(others[number % len(others)])
        yield "", np.zeros(0, np.int16)
        number += 1


def _live(hours: float, folder: Path) -> dict[str, float]:
    routine = short_routine(folder, 60)
    journal = folder / "journal.jsonl"
    with (
        running_pulseaudio() as pulse,
        live(journal, "--fresh", "--routine", str(routine)) as coach,
    ):
        coach.said("not a medical device")
        time.sleep(10)
        health, said, start = Health(coach.process.pid), [], time.monotonic()
        end = start + hours * 3600
        report = max(60.0, hours * 3600 / 60)
        for phrase, pcm in _script():
            if time.monotonic() >= end or coach.process.poll() is not None:
                break
            if len(health.seen) * report <= time.monotonic() - start:
                health.look((time.monotonic() - start) / 3600)
            before = coach.place()
            _play(pulse, pcm)
            heard = [e for e in coach.entries()[before:] if e.get("event") == "Heard"]
            said.append((phrase, [entry["phrase"] for entry in heard]))
        health.look((time.monotonic() - start) / 3600)
        dropouts = [e for e in coach.entries() if e.get("event") == "Dropouts"]
    return {
        **health.verdict(),
        **_counted(said),
        "microphone_dropouts": dropouts[-1]["microphone"] if dropouts else 0,
        "speaker_dropouts": dropouts[-1]["speaker"] if dropouts else 0,
    }


def _play(pulse: Pulse, pcm: Pcm) -> None:
    """Half a minute at the microphone, with some sound near its beginning."""
    wire = soxr.resample(pcm.astype(np.float32), RATE, WIRE_RATE)
    with pulse.playing_into_microphone(np.rint(wire).astype(np.int16)):
        time.sleep(SLOT_S)


def _counted(said: list[tuple[str, list[str]]]) -> dict[str, float]:
    """Commands said, acted on (many mean nothing at their moment, and are rightly left alone), and
    heard though nobody had said them.
    """
    asked = [(phrase, heard) for phrase, heard in said if phrase]
    wrong = [(word, phrase) for phrase, heard in said for word in heard if word != phrase]
    for word, phrase in wrong:
        print(f"nobody said: {word} ({phrase or 'no command'} was said)")
    return {
        "commands": len(asked),
        "acted_on": sum(phrase in heard for phrase, heard in asked),
        "false_commands": len(wrong),
    }


class MadeRoom:
    """A source of made sound: noise, commands and other people's words.

    Args:
        hours: how long it lasts.
        watch: is told the hours now and then.

    Attributes:
        slot: number of the half minute that the newest block belongs to.
        phrases: what was said in each.
    """

    rate = RATE

    def __init__(self, hours: float, watch: Callable[[float], None]) -> None:
        self._end = round(hours * 3600 * RATE)
        self._watch = watch
        self._every = max(SLOT_S, round(hours * 60)) * RATE
        self.slot = -1
        self.phrases: list[str] = []

    def blocks(self) -> Iterator[Block]:
        """Yield blocks until the hours are over; a session that has not ended then is left."""
        noise = np.random.default_rng(7).normal(0, ROOM, 60 * RATE)
        script, position = _script(), 0
        while position < self._end:
            phrase, pcm = next(script)
            self.phrases.append(phrase)
            self.slot += 1
            sound = np.roll(noise, -7 * position)[: SLOT_S * RATE].copy()
            sound[RATE : RATE + len(pcm)] += pcm[: len(sound) - RATE]
            whole = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
            for at in range(0, len(whole), BLOCK):
                if position % self._every == 0:
                    self._watch(position / RATE / 3600)
                yield Block(position, whole[at : at + BLOCK])
                position += BLOCK


class Listened:
    """Notes which commands were heard in which half minute."""

    def __init__(self, room: MadeRoom) -> None:
        self._room = room
        self.heard: dict[int, list[str]] = {}

    def message(self, at: int, message: Event | Effect) -> None:
        """Note a command."""
        if isinstance(message, Heard):
            self.heard.setdefault(self._room.slot, []).append(message.phrase)

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Nothing of it matters."""


def _fast(hours: float, _folder: Path) -> dict[str, float]:
    app = App(Settings())
    health = Health(os.getpid())
    room = MadeRoom(hours, health.look)
    listened = Listened(room)
    narrator = app.narrator(TimelineSpeaker(RATE), None)
    Session(room, app.ears(), narrator, app.coach(), (listened,)).run()
    health.look(hours)
    said = [(phrase, listened.heard.get(slot, [])) for slot, phrase in enumerate(room.phrases)]
    return {**health.verdict(), **_counted(said)}


if __name__ == "__main__":
    sys.exit(main())
