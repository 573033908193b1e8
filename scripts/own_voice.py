"""Measures whether the coach hears a person over its own voice, and never itself.

    .venv/bin/python scripts/own_voice.py barge-in ../shared/audio/rooms
    .venv/bin/python scripts/own_voice.py barge-in ../shared/audio/rooms --own-words
    .venv/bin/python scripts/own_voice.py barge-in ../shared/audio/rooms --again --level 10
    .venv/bin/python scripts/own_voice.py itself ../shared/audio/rooms --every 4 --level 0
    .venv/bin/python scripts/own_voice.py itself ../shared/audio/rooms --kept build/itself.jsonl

A person has started the session with "start rolling", as any session is. `barge-in`: stop-class
commands by five synthetic voices that no training has heard, said in the middle of the coach's
lines after it has talked for twelve seconds, which is a greeting; the coach comes back from a
mildly distorting loudspeaker through a room, not at all (headphones) or at three levels relative
to the person. Time to silence counts from the end of the word to the block that decides, plus the
60 ms that a loudspeaker still has in hand and fades. With `--own-words`, the coach says nothing but
lines in which the command is, as in "say next when you are there". With `--again`, the command is
said a second time, 1.5 s after the first, and either counts.
`itself`: every line that the coach can say, through every room, at every level; any command is one
too many. The ears are those of a session, every command live; room responses: any folder of them.
"""

import argparse
import json
import math
import statistics
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import soxr
from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent.parent))

from skill.app import App
from skill.audio.lowering import Lowering
from skill.audio.pcm import energy_end_ms, read_pcm
from skill.core.coach import Book
from skill.core.decision import Context
from skill.core.messages import Heard
from skill.core.repertoire import repertoire
from skill.core.vocabulary import Command, contains
from skill.ears import Ears
from skill.echo.simulated import Echoing, Room
from skill.ports import BLOCK, RATE, AudioSource, Block, Pcm, Samples
from skill.session import ECHO_TAIL_MS
from skill.settings import Settings
from skill.speech.espeak import EspeakVoice

RECORDINGS = Path(__file__).parent.parent / "tests" / "recordings"
PHRASES = ("stop", "ouch", "that hurts", "pause", "hold on", "next", "next step")
OWN_WORDS = ("next", "pause", "resume", "back", "repeat")
"""Commands that are in lines of the coach."""
FIFTH = "en-us+belinda"
VOICES = (*sorted({path.name.split(".")[1] for path in RECORDINGS.glob("stop.*.ogg")}), FIFTH)
OPENING, OPENED_S = "start rolling", 3
"""What the person says before the coach does, and when the coach begins."""
LEAD_S, AFTER_S = OPENED_S + 12, 2
GAP = RATE * 45 // 100
IN_HAND_MS = 60
IN_HAND = IN_HAND_MS * RATE // 1000
AGAIN_MS = 1_500
"""After the end of a command, who was not understood says it again."""
EARLY_MS = 600
"""So long before its end a command may be acted on: "next" of "next step" silences as well."""
VOICE_DB = -26.0
"""Of full scale: a person's voice at a microphone on the floor beside them."""
FAINT = 8.0
DELAYS_MS = (20, 80, 150, 300)
DRIFTS = (0.0, 0.0, 20.0)
TRIES = 4
HEADPHONES = -math.inf
BARGE_IN_DB = (HEADPHONES, -10.0, 0.0, 10.0)
ITSELF_DB = (-20.0, -10.0, 0.0, 12.0)
NONE, OWN, WEBRTC = "no canceller", "canceller", "WebRTC"
WANTED = 95
"""Percent of what is heard with headphones, at 0 dB."""


@dataclass
class Tape:
    """All that the coach plays in a scene: samples, and which line is said when."""

    samples: Samples
    lines: list[tuple[int, int, str]]
    changes: int = 0
    lowering: Lowering = field(default_factory=lambda: Lowering(RATE))

    def played(self, start_frame: int, frames: int) -> Samples:
        """Part of it, zeros where there is none."""
        found = np.zeros(frames, np.float32)
        first, last = max(0, start_frame), min(len(self.samples), start_frame + frames)
        if first < last:
            found[first - start_frame : last - start_frame] = self.samples[first:last]
        return self.lowering.shape(found, start_frame)

    def saying(self, frame: int) -> str:
        """What is being said at a frame, or just was."""
        tail = ECHO_TAIL_MS * RATE // 1000
        said = [text for start, end, text in self.lines if start <= frame <= end + tail]
        return said[-1] if said else ""


@dataclass
class Microphone:
    """A person's samples as a source."""

    pcm: Pcm
    rate: int = RATE

    def blocks(self) -> Iterator[Block]:
        """Yield them, 50 ms each."""
        for at in range(0, len(self.pcm) // BLOCK * BLOCK, BLOCK):
            yield Block(at, self.pcm[at : at + BLOCK])


@dataclass(frozen=True)
class Task:
    """One scene, described by what a process needs to make it."""

    room: Path
    echo_db: float
    canceller: str
    seed: int
    phrase: str = ""
    voice: str = ""
    lines: tuple[str, ...] = field(default=())
    again: bool = False

    @property
    def tries_ms(self) -> tuple[int, ...]:
        """When the command is said, after the first time."""
        length = len(word(self.phrase, self.voice)) * 1000 // RATE
        return (0, length + AGAIN_MS) if self.again else (0,)


NO_TASK = Task(Path(), HEADPHONES, NONE, 0)


@dataclass(frozen=True)
class Outcome:
    """What was acted on: command, phrase, and ms after the start of the scene."""

    task: Task
    commands: tuple[tuple[str, str, int], ...]
    wanted: str = ""
    end_ms: int = 0


@cache
def app() -> App:
    """With the shipped settings, whatever the person's own are."""
    return App(Settings())


@cache
def all_lines() -> tuple[str, ...]:
    """Every line that the coach can say."""
    content = app().content
    book = Book(content.routine, content.phrases, content.vocabulary)
    return tuple(dict.fromkeys(text for text, _ in repertoire(book)))


@cache
def sound_of(line: str) -> Samples:
    """A line of the coach at the microphone's rate."""
    clip = app().voice.render(line, 100)
    return np.asarray(soxr.resample(clip.samples, clip.rate, RATE, "HQ"), np.float32)


@cache
def response(path: Path) -> Samples:
    """A room's answer, its direct sound 1."""
    pcm = read_pcm(path).astype(np.float32)
    start = max(0, int(np.argmax(np.abs(pcm))) - 20)
    return np.asarray(pcm[start : start + RATE // 2] / np.abs(pcm).max(), np.float32)


@cache
def word(phrase: str, voice: str) -> Pcm:
    """A command by one of the voices."""
    if voice == FIFTH:
        clip = EspeakVoice(voice).render(phrase, 100)
        wave = soxr.resample(clip.samples, clip.rate, RATE)
        return np.asarray(np.rint(wave * 32767), np.int16)
    return read_pcm(RECORDINGS / f"{phrase}.{voice}.ogg")


def said_by(phrase: str, voice: str) -> Samples:
    """A command, its louder half at full scale."""
    wave = np.asarray(word(phrase, voice) / 32768, np.float32)
    return wave / level(wave)


def coach(lines: Sequence[str], seconds: float | None, rng: np.random.Generator) -> Tape:
    """The coach says these lines once, or goes on with any of them for so many seconds."""
    pause, at = np.zeros(GAP, np.float32), OPENED_S * RATE
    parts, said = [np.zeros(at, np.float32)], []
    end = math.inf if seconds is None else at + seconds * RATE
    for number in range(len(lines) if seconds is None else 1000):
        if at >= end:
            break
        line = lines[number] if seconds is None else lines[int(rng.integers(len(lines)))]
        sound = sound_of(line)
        said.append((at, at + len(sound), line))
        parts += [sound, pause]
        at += len(sound) + GAP
    return Tape(np.concatenate(parts), said)


def level(wave: Samples) -> float:
    """Root mean square of the louder half of 20 ms stretches."""
    power = np.sort(np.square(wave[: len(wave) // 320 * 320].reshape(-1, 320)).mean(axis=1))
    return float(np.sqrt(power[len(power) // 2 :].mean() + 1e-12))


def run(task: Task) -> Outcome:
    """Put one scene through the ears of a session."""
    rng = np.random.default_rng(task.seed)
    voice_level = 10 ** (VOICE_DB / 20)
    barge_in = bool(task.phrase)
    longer = max(task.tries_ms) / 1000 if barge_in else 0
    talks_s = LEAD_S - OPENED_S + 4 + longer if barge_in else None
    tape = coach(task.lines or all_lines(), talks_s, rng)
    opening = said_by(OPENING, task.voice or VOICES[task.seed % len(VOICES)])
    said = said_by(task.phrase, task.voice) if barge_in else None
    start = LEAD_S * RATE + int(rng.integers(RATE))
    until = round((LEAD_S + 1 + AFTER_S + longer) * RATE)
    length = until + len(said) if said is not None else len(tape.samples)
    person = rng.normal(0, FAINT, length + RATE)
    person[RATE // 2 : RATE // 2 + len(opening)] += opening * voice_level * 32767
    if said is not None:
        for at in [start + ms * RATE // 1000 for ms in task.tries_ms]:
            person[at : at + len(said)] += said * voice_level * 32767
    room = Room(
        response(task.room),
        delay=int(rng.choice(DELAYS_MS)) * RATE // 1000,
        drift_ppm=float(rng.choice(DRIFTS)),
    )
    unscaled = room.echo(tape, OPENED_S * RATE, min(len(tape.samples), 20 * RATE))
    gain = voice_level * 10 ** (task.echo_db / 20) / level(unscaled)
    heard = Microphone(np.clip(person, -32768, 32767).astype(np.int16))
    source: AudioSource = Echoing(
        heard, tape, Room(room.response, gain, room.delay, room.drift_ppm)
    )
    source = cancelled(source, tape, task.canceller)
    found = tuple(commands(source, tape))
    if said is None:
        return Outcome(task, found)
    meaning = app().content.vocabulary.meanings[task.phrase]
    end = start * 1000 // RATE + energy_end_ms((said * voice_level * 32767).astype(np.int16))
    return Outcome(task, found, meaning.command.value, end)


def cancelled(source: AudioSource, tape: Tape, canceller: str) -> AudioSource:
    """The microphone after a canceller."""
    if canceller == WEBRTC:
        from webrtc import WebRtcCancelled  # noqa: PLC0415 - not in the lock files

        return WebRtcCancelled(source, tape)
    return app().hearing.without_echo(source, tape) if canceller == OWN else source


def commands(source: AudioSource, tape: Tape) -> Iterator[tuple[str, str, int]]:
    """What the ears act on once the coach has begun."""
    ears: Ears = app().ears()
    for block in source.blocks():
        now = block.end_frame * 1000 // RATE
        context = Context(frozenset(Command), "measuring", tape.saying(block.end_frame))
        decisions = ears.hear(block, now, context)
        tape.lowering.turn(block.end_frame + IN_HAND, low=ears.deference.is_low(now))
        for decision in decisions:
            if isinstance(decision, Heard) and now > OPENED_S * 1000:
                yield decision.command.value, decision.phrase, now


def through(tasks: Sequence[Task], chosen: argparse.Namespace) -> list[Outcome]:
    """All of them, over the cores; those that `--kept` has from earlier are not run again."""
    kept = {} if chosen.kept is None or not chosen.kept.exists() else read_kept(chosen.kept)
    missing = [task for task in tasks if key(task) not in kept]
    with ProcessPoolExecutor(chosen.jobs) as crew:
        console = Console(stderr=True)
        for one in track(crew.map(run, missing), "scenes", len(missing), console=console):
            kept[key(one.task)] = one
            if chosen.kept is not None:
                keep(one, chosen.kept)
    return [replace(kept[key(task)], task=task) for task in tasks]


def key(task: Task) -> str:
    """What tells a scene from all others."""
    return json.dumps([str(part) for part in astuple(task)])


def keep(one: Outcome, file: Path) -> None:
    """Add one outcome to those of earlier."""
    with file.open("a", encoding="utf-8") as kept:
        kept.write(json.dumps([key(one.task), one.commands, one.wanted, one.end_ms]) + "\n")


def read_kept(file: Path) -> dict[str, Outcome]:
    """Outcomes of earlier, by `key`; their tasks are told by it, and left out."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        name, commands, wanted, end_ms = json.loads(line)
        found[name] = Outcome(NO_TASK, tuple(map(tuple, commands)), wanted, end_ms)
    return found


def sides(chosen: argparse.Namespace) -> tuple[str, ...]:
    """What is compared."""
    found = (OWN,) if chosen.cancelled_only else (NONE, OWN)
    return (*found, WEBRTC) if chosen.webrtc else found


def barge_in(rooms: Sequence[Path], chosen: argparse.Namespace) -> int:
    """Print hits and times; 1 if at 0 dB less than 95 % of those with headphones are heard."""

    def lines(phrase: str) -> tuple[str, ...]:
        every = all_lines() if chosen.own_words else ()
        return tuple(line for line in every if contains(line, phrase))

    phrases = OWN_WORDS if chosen.own_words else PHRASES
    levels = chosen.level or BARGE_IN_DB

    def scene(db: float, side: str, seed: int, phrase: str, voice: str) -> Task:
        room = rooms[(seed // TRIES + seed % TRIES) % len(rooms)]
        return Task(room, db, side, seed, phrase, voice, lines(phrase), again=chosen.again)

    tasks = [
        scene(db, side, n * TRIES + t, phrase, voice)
        for side in sides(chosen)
        for db in levels
        for n, (phrase, voice) in enumerate((p, v) for p in phrases for v in VOICES)
        for t in range(chosen.tries)
    ]
    found = through(tasks, chosen)
    table = Table("", *map(wording, levels), box=None)
    for side in sides(chosen):
        for phrase in (*phrases, "all"):
            some = [
                one
                for one in found
                if one.task.canceller == side and phrase in {one.task.phrase, "all"}
            ]
            cells = [cell([one for one in some if one.task.echo_db == db]) for db in levels]
            table.add_row(f"{side}: {phrase}", *cells)
    Console().print(table)
    asked = {HEADPHONES, 0.0} <= set(levels)
    return 1 if asked and share_at(found, 0.0) * 100 < WANTED else 0


def wording(echo_db: float) -> str:
    """A level, for people."""
    return "headphones" if echo_db == HEADPHONES else f"echo {echo_db:+g} dB"


def cell(some: Sequence[Outcome]) -> str:
    """Hits, and the median time to silence."""
    times = [t for one in some if (t := silence_ms(one)) is not None]
    middle = f", {statistics.median(times):.0f} ms" if times else ""
    return f"{len(times)} of {len(some)}{middle}"


def share_at(found: Sequence[Outcome], echo_db: float) -> float:
    """Commands understood at a level, against those understood with headphones."""
    hits = [
        sum(
            silence_ms(one) is not None
            for one in found
            if (one.task.canceller, one.task.echo_db) == (OWN, db)
        )
        for db in (echo_db, HEADPHONES)
    ]
    return hits[0] / max(1, hits[1])


def silence_ms(one: Outcome) -> int | None:
    """From the end of the word until the coach is silent; None if it was not understood.

    Of a word that is said twice, from the end of the first one that was understood.
    """
    for end in [one.end_ms + after for after in one.task.tries_ms]:
        for command, _, at in one.commands:
            if command == one.wanted and end - EARLY_MS <= at <= end + 1500:
                return at - end + IN_HAND_MS
    return None


def itself(rooms: Sequence[Path], chosen: argparse.Namespace) -> int:
    """Print how often the coach obeyed itself; 0 if never."""
    lines = all_lines()[:: chosen.every]
    if chosen.order is not None:
        numbers = np.random.default_rng(chosen.order).permutation(len(lines))
        lines = tuple(lines[number] for number in numbers)
    pieces = [lines[at : at + 40] for at in range(0, len(lines), 40)]
    levels = chosen.level or ITSELF_DB
    tasks = [
        Task(room, db, side, n, lines=tuple(piece))
        for side in sides(chosen)
        for room in rooms
        for db in levels
        for n, piece in enumerate(pieces)
    ]
    found = through(tasks, chosen)
    table = Table("", *map(wording, levels), box=None)
    for side in sides(chosen):
        counts = [
            sum(
                len(one.commands)
                for one in found
                if (one.task.canceller, one.task.echo_db) == (side, db)
            )
            for db in levels
        ]
        table.add_row(f"{side}: commands in {len(lines) * len(rooms)} lines", *map(str, counts))
    Console().print(table)
    for one in found:
        for command, phrase, at in one.commands:
            where = f"{one.task.room.stem} {one.task.echo_db:+g} dB"
            print(f"{where}, {one.task.canceller}: {phrase!r} ({command}) at {at} ms")
    return 1 if any(one.commands for one in found if one.task.canceller == OWN) else 0


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("barge-in", "itself"))
    parser.add_argument("rooms", type=Path, help="folder of impulse responses")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--tries", type=int, default=TRIES, help="of every command and voice")
    parser.add_argument("--own-words", action="store_true", help="over lines that have the command")
    parser.add_argument("--again", action="store_true", help="every command is said twice")
    parser.add_argument("--every", type=int, default=1, help="only every n-th line")
    parser.add_argument("--level", type=float, action="append", help="only these, dB")
    parser.add_argument("--order", type=int, help="of `itself`: a seed, for another order of lines")
    parser.add_argument("--kept", type=Path, help="outcomes of the same ears, to go on from")
    parser.add_argument("--cancelled-only", action="store_true")
    parser.add_argument("--webrtc", action="store_true", help="besides (pip install livekit)")
    chosen = parser.parse_args()
    rooms = sorted(path for path in chosen.rooms.glob("*") if path.suffix in {".flac", ".wav"})
    if not rooms:
        parser.exit(
            2,
            f"own_voice.py: no room responses (.flac, .wav) are in {chosen.rooms}; the README, "
            f'under "Figures", says where the recordings come from.\n',
        )
    return (barge_in if chosen.what == "barge-in" else itself)(rooms, chosen)


if __name__ == "__main__":
    sys.exit(main())
