"""A week in a box: hours of made days, as fast as they go, with two sessions a day.

    .venv/bin/python scripts/pi/week.py build/week.jsonl
    .venv/bin/python scripts/pi/week.py build/real.jsonl --sounds ../shared/audio
    .venv/bin/python scripts/pi/week.py build/week.jsonl --report

A day has a quiet night, people who talk, music, a fan, and clatter; at eight in the morning and at
seven in the evening somebody rolls. In between the coach sleeps, as `run --service` does, and
should hear nothing. `--sounds` takes the talk, music and noise from a folder of recordings with
`librispeech`, `music` and `noise` in it instead.

Every hour is one line of the file, so it can be stopped at any moment and goes on with the hour it
was in (in a new process, whose memory is looked at by itself). `--first 84` begins another file
with another hour, for another core; `cat` makes one of both. Exit code of `--report`: 0 if memory
was flat and every session went as it should.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[2]))

from skill.app import App
from skill.audio.pcm import read_pcm
from skill.audio.timeline import TimelineSpeaker
from skill.core.coach import Coach, Phase
from skill.core.messages import Effect, Event, Heard
from skill.ports import BLOCK, RATE, Block
from skill.session import Session
from skill.settings import Settings

RECORDINGS = Path(__file__).resolve().parents[2] / "tests" / "recordings"
SLOT_S = 30
SLOWEST = 70
"""Beats a minute."""
ROOM = 8.0
"""Standard deviation of the noise that is always there, in steps of 16 bits: -72 dB."""
LEVELS = {"talk": -30.0, "music": -34.0, "fan": -45.0, "clatter": -36.0}
"""How loud it comes, dB of full scale (root mean square); commands come at some -20."""
DAY = {
    "night": (0, 1, 2, 3, 4, 5, 6, 23),
    "talk": (7, 12, 17, 20),
    "music": (9, 15, 18, 21),
    "fan": (10, 13, 16),
    "clatter": (11, 14, 22),
    "session": (8, 19),
}
"""What each hour of the day is filled with; the hours of sessions have talk around them."""
PEOPLE = ("espeak-steph3", "flite-slt", "festival-cmu_us_slt_arctic_hts", "espeak-Michael")
SESSION = ("start rolling", "next", "repeat", "next", "pause", "resume", "next", "stop", "goodbye")
BEGINS = 7
"""The week's first hour, of the day."""
FIRST_SLOT, EVERY = 20, 2
"""The session's commands: the half minute of the first, and how many lie between two."""
WARM_HOURS = 2.0
FLAT_MB_PER_HOUR = 0.25
FEWEST = 3
"""Hours that make a slope."""
Wave = npt.NDArray[np.float64]


@dataclass
class Hour:
    """What one hour brought.

    Attributes:
        number: counted from the week's start.
        process: number of the process that lived it.
        filled: with what.
        memory_mb: resident at its end.
        asked, acted: commands said, and acted on, in a session.
        begun, ended: whether the session's first and last command were acted on.
        asleep: phrases acted on while asleep that nobody had said.
        woken: of these, after how many the coach was not asleep any more.
        awake: phrases acted on in a session that nobody had said.
    """

    number: int
    process: int
    filled: str
    memory_mb: float = 0.0
    asked: int = 0
    acted: int = 0
    begun: bool = False
    ended: bool = False
    asleep: list[str] = field(default_factory=list)
    woken: int = 0
    awake: list[str] = field(default_factory=list)


def kind_of(hour: int) -> str:
    """What fills an hour of the week."""
    return next(kind for kind, hours in DAY.items() if (hour + BEGINS) % 24 in hours)


class Sounds:
    """Half minutes of every kind: made, or out of a folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        names = {"talk": "librispeech", "music": "music", "clatter": "noise", "fan": "noise"}
        self._files = {
            kind: sorted(path for path in (folder / name).iterdir() if path.is_file())
            for kind, name in names.items()
            if folder is not None
        }
        self._talk = [read_pcm(path) for path in sorted((RECORDINGS / "other").glob("*.ogg"))]

    def half_minute(self, kind: str, chance: np.random.Generator) -> Wave:
        """Sound of a kind at its level, without the room's noise."""
        length = SLOT_S * RATE
        if kind == "night":
            return np.zeros(length)
        if self._folder is not None:
            wave = self._recorded(kind, chance)
        elif kind == "talk":
            wave = self._speech(chance)
        else:
            wave = {"music": _music, "fan": _fan, "clatter": _clatter}[kind](chance)
        level = float(np.sqrt(np.mean(np.square(wave))))
        return wave * (32768 * 10 ** (LEVELS[kind] / 20) / max(level, 1e-9))

    def _speech(self, chance: np.random.Generator) -> Wave:
        wave, at = np.zeros(SLOT_S * RATE), 0
        while at < len(wave):
            pcm = self._talk[chance.integers(len(self._talk))][: len(wave) - at]
            wave[at : at + len(pcm)] += pcm
            at += len(pcm) + int(chance.uniform(0.3, 3) * RATE)
        return wave

    def _recorded(self, kind: str, chance: np.random.Generator) -> Wave:
        files, parts, length = self._files[kind], [], 0
        while length < SLOT_S * RATE:
            pcm = read_pcm(files[chance.integers(len(files))]).astype(np.float64)
            start = int(chance.integers(max(1, len(pcm) - SLOT_S * RATE)))
            parts.append(pcm[start:])
            length += len(parts[-1])
        return np.concatenate(parts)[: SLOT_S * RATE]


def _fan(chance: np.random.Generator) -> Wave:
    """Noise that falls by 6 dB an octave, and a hum of 50 Hz."""
    spectrum = np.fft.rfft(chance.normal(0, 1, SLOT_S * RATE))
    frequencies = np.fft.rfftfreq(SLOT_S * RATE, 1 / RATE)
    spectrum /= np.maximum(frequencies, 80)
    wave = np.fft.irfft(spectrum, SLOT_S * RATE)
    hum = np.sin(2 * np.pi * 50 * np.arange(len(wave)) / RATE)
    return wave + hum * float(wave.std())


def _music(chance: np.random.Generator) -> Wave:
    """Chords of plucked tones with overtones, and a drum on every beat."""
    wave = np.zeros(SLOT_S * RATE)
    beat = int(RATE * 60 / chance.uniform(SLOWEST, 140))
    for at in range(0, len(wave), beat):
        length = min(2 * beat, len(wave) - at)
        wave[at : at + length] += _chord(int(chance.integers(0, 24)))[:length]
        wave[at : at + length] += chance.normal(0, 2, length) * _fading(40)[:length]
    return wave


@cache
def _chord(root: int) -> Wave:
    """Of four tones, so many semitones above 110 Hz, for two of the slowest beats."""
    seconds = np.arange(len(_fading(3))) / RATE
    return _fading(3) * sum(
        np.sin(2 * np.pi * 110 * 2 ** ((root + step) / 12) * number * seconds) / number
        for step in (0, 4, 7, 12)
        for number in range(1, 6)
    )


@cache
def _fading(rate: float) -> Wave:
    return np.exp(-rate * np.arange(2 * RATE * 60 // SLOWEST + 1) / RATE)


def _clatter(chance: np.random.Generator) -> Wave:
    """Knocks and rattles: short noises of some frequency, at random."""
    wave = np.zeros(SLOT_S * RATE)
    for _ in range(int(chance.integers(5, 60))):
        at = int(chance.integers(len(wave) - RATE))
        time = np.arange(RATE) / RATE
        ring = np.sin(2 * np.pi * chance.uniform(200, 4000) * time) + chance.normal(0, 1, RATE)
        wave[at : at + RATE] += (
            ring * np.exp(-chance.uniform(8, 60) * time) * chance.uniform(0.1, 1)
        )
    return wave


class House:
    """The microphone's days, and the observer that notes what was made of them.

    Args:
        sounds: what fills the hours.
        first: the hour to begin with.
        hours: the hour to end before.
        output: a line for every hour.
    """

    rate = RATE

    def __init__(self, sounds: Sounds, first: int, hours: int, output: Path) -> None:
        self._sounds, self._first, self._hours, self._output = sounds, first, hours, output
        self._hour = Hour(first, os.getpid(), kind_of(first))
        self._said = ""
        self._heard: list[tuple[str, str, Phase]] = []
        self._phase = Phase.ASLEEP

    def blocks(self) -> Iterator[Block]:
        """Yield blocks of 50 ms, hour for hour."""
        position = 0
        for number in range(self._first, self._hours):
            self._hour = Hour(number, os.getpid(), kind_of(number))
            chance = np.random.default_rng((6, number))
            for slot in range(3600 // SLOT_S):
                self._said, pcm = self._half_minute(number, slot, chance)
                self._heard = []
                for at in range(0, len(pcm), BLOCK):
                    yield Block(position, pcm[at : at + BLOCK])
                    position += BLOCK
                self._note()
            self._write()

    def _half_minute(
        self, number: int, slot: int, chance: np.random.Generator
    ) -> tuple[str, npt.NDArray[np.int16]]:
        kind = kind_of(number)
        said = ""
        wave = chance.normal(0, ROOM, SLOT_S * RATE)
        index, between = divmod(slot - FIRST_SLOT, EVERY)
        in_session = kind == "session" and 0 <= slot - FIRST_SLOT <= EVERY * len(SESSION)
        if in_session and not between and index < len(SESSION):
            said = SESSION[index]
            person = PEOPLE[(number // 11) % len(PEOPLE)]
            pcm = read_pcm(RECORDINGS / f"{said}.{person}.ogg")
            # Late, after what the coach has to say about the last one.
            start = 20 * RATE
            wave[start : start + len(pcm)] += pcm
        elif not in_session:
            wave += self._sounds.half_minute("talk" if kind == "session" else kind, chance)
        return said, np.clip(np.rint(wave), -32768, 32767).astype(np.int16)

    def _note(self) -> None:
        hour, said = self._hour, self._said
        acted = any(phrase == said for phrase, _, _ in self._heard)
        if said:
            hour.asked += 1
            hour.acted += acted
            hour.begun |= acted and said == SESSION[0]
            hour.ended |= acted and said == SESSION[-1]
        for phrase, before, after in self._heard:
            if phrase == said:
                continue
            if before == Phase.ASLEEP:
                hour.asleep.append(phrase)
                hour.woken += after is not Phase.ASLEEP
            else:
                hour.awake.append(phrase)

    def _write(self) -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self._hour.memory_mb = round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
        with self._output.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(self._hour)) + "\n")

    def message(self, at: int, message: Event | Effect) -> None:
        """Note a command."""
        if isinstance(message, Heard):
            self._heard.append((message.phrase, self._phase, self._phase))

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Note what the coach is doing: before the next command, and after the last."""
        if self._heard and self._heard[-1][2] is not coach.phase:
            phrase, before, _ = self._heard[-1]
            self._heard[-1] = (phrase, before, coach.phase)
        self._phase = coach.phase


def live_through(output: Path, sounds: Path | None, first: int, hours: int) -> None:
    """Go on where the file ends, which begins with hour `first`."""
    first += len(read_hours(output))
    house = House(Sounds(sounds), first, hours, output)
    app = App(Settings())
    session = Session(
        house, app.ears(), app.narrator(TimelineSpeaker(RATE), None), app.coach(), (house,)
    )
    for block in house.blocks():
        session.step(block)
        if session.coach.gone:
            # As `run --service` does after a goodbye.
            session.coach = app.coach()


def read_hours(path: Path) -> list[Hour]:
    """The hours that a file holds, without a last line that was cut short."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join(lines[:-1]) + "\n" * bool(lines[:-1]), encoding="utf-8")
    return [Hour(**json.loads(line)) for line in lines[:-1]]


def slope(hours: Sequence[Hour]) -> float:
    """How memory grows in MB an hour, over one process, warm."""
    kept = [hour for hour in hours if hour.number - hours[0].number >= WARM_HOURS]
    if len(kept) < FEWEST:
        return 0.0
    numbers = [hour.number for hour in kept]
    return float(np.polyfit(numbers, [hour.memory_mb for hour in kept], 1)[0])


def report(hours: Sequence[Hour]) -> int:
    """Print what came of it, a line a day; 0 if all is well."""
    print("| day | hours | sessions begun, ended | commands acted on | heard asleep | woken |")
    print("|---|---|---|---|---|---|")
    for day in range(-(-len(hours) // 24)):
        print(_row(str(day + 1), hours[day * 24 : day * 24 + 24]))
    print(_row("all", hours))
    kinds = Counter(hour.filled for hour in hours)
    woken = Counter(hour.filled for hour in hours for _ in hour.asleep)
    print("\nheard asleep, an hour:", {kind: round(woken[kind] / kinds[kind], 2) for kind in kinds})
    print("asleep:", dict(Counter(word for hour in hours for word in hour.asleep).most_common()))
    print("in sessions:", dict(Counter(word for hour in hours for word in hour.awake)))
    starts = [0, *(n for n, (a, b) in enumerate(pairwise(hours), 1) if a.process != b.process)]
    slopes = []
    for start, end in zip(starts, [*starts[1:], len(hours)], strict=True):
        part = hours[start:end]
        slopes.append(slope(part))
        print(
            f"process {part[0].process}: {len(part)} h, {part[0].memory_mb:.0f} MB after one, "
            f"{part[-1].memory_mb:.0f} at its end, {slopes[-1]:+.2f} MB an hour when warm"
        )
    sessions = [hour for hour in hours if hour.filled == "session"]
    whole = all(hour.begun and hour.ended for hour in sessions)
    return 0 if whole and max(slopes) < FLAT_MB_PER_HOUR else 1


def _row(name: str, hours: Sequence[Hour]) -> str:
    sessions = [hour for hour in hours if hour.filled == "session"]
    begun, ended = sum(h.begun for h in sessions), sum(h.ended for h in sessions)
    acted, asked = sum(h.acted for h in sessions), sum(h.asked for h in sessions)
    heard, woken = sum(len(h.asleep) for h in hours), sum(h.woken for h in hours)
    return (
        f"| {name} | {len(hours)} | {begun}, {ended} of {len(sessions)} | {acted} of {asked} "
        f"| {heard} | {woken} |"
    )


def main() -> int:
    """Live, or report."""
    parser = argparse.ArgumentParser(description="A week in a box.")
    parser.add_argument("output", type=Path)
    parser.add_argument("--first", type=int, default=0, help="hour that this file begins with")
    parser.add_argument("--hours", type=int, default=168, help="hour to end before")
    parser.add_argument("--sounds", type=Path, help="a folder of recordings instead of made sound")
    parser.add_argument("--report", action="store_true", help="only say what came of it so far")
    chosen = parser.parse_args()
    if not chosen.report:
        chosen.output.parent.mkdir(parents=True, exist_ok=True)
        live_through(chosen.output, chosen.sounds, chosen.first, chosen.hours)
    return report(read_hours(chosen.output))


if __name__ == "__main__":
    sys.exit(main())
