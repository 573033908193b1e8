"""What a second of sound costs: instructions, memory, bytes written; scaled to Raspberry Pis.

    .venv/bin/python scripts/pi/budget.py

takes some ten minutes and needs valgrind; with `--scale 28` it prints the table again for so many
million instructions a second.

Instructions are counted by valgrind's callgrind, with one thread, over a short and a longer
stretch of the same kind of sound; the difference belongs to the sound alone, start-up taken out.
They are x86's, with registers of 256 bits where OpenBLAS and Kaldi use them; a Raspberry Pi's have
128, so the table allows twice as many instructions for it.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

CHECKOUT = Path(__file__).resolve().parents[2]
RECORDINGS = CHECKOUT / "tests" / "recordings"
DEMO = CHECKOUT / "skill" / "data" / "sessions" / "demo.ogg"
RATE = 16_000
GREETING_S, MORE_S, LONG_S = 24, 10, 20
"""The coach greets for 20 s; after it, seconds of more sound that are counted."""
SPEAKING_S = (3, 18)
"""Within the greeting: five sentences, and the silence between them."""
ECHO_FRAMES = RATE // 25
NEW_TEXT = "Tomorrow we might try another exercise, slowly and without any hurry."
"""A sentence that no ready line holds, so that Piper renders it."""
Pcm = npt.NDArray[np.int16]
WIDTH = 2.0
"""Instructions of a core with 128-bit registers for one with 256-bit ones, at the very worst."""


@dataclass(frozen=True)
class Board:
    """A Raspberry Pi.

    Attributes:
        name: as sold.
        clock_ghz: of its cores.
        per_cycle: instructions that one core is taken to do in a cycle.
    """

    name: str
    clock_ghz: float
    per_cycle: float

    @property
    def mips(self) -> float:
        """Million instructions per second of one core."""
        return self.clock_ghz * 1000 * self.per_cycle


# Clocks: raspberrypi.com's product pages. Instructions per cycle are an assumption, cautious for
# numeric code and in the proportion of published single-core sysbench results per clock
# (leoncode.co.uk/articles/raspberry-pi-benchmarks, events a second: Pi 3B+ 687, at 1.4 GHz; Pi 4
# 1478, at 1.5 GHz; Pi 5 2737, at 2.4 GHz: 0.49, 0.99, 1.14 per MHz). The Zero 2 W has the Pi 3's
# core at 1 GHz.
BOARDS = (
    Board("Zero 2 W", 1.0, 0.6),
    Board("3B", 1.2, 0.6),
    Board("4B", 1.5, 1.0),
    Board("5", 2.4, 1.4),
)


def tone_of_a_room(seconds: float) -> Pcm:
    """A quiet room: noise at -62 dB of full scale, the same every time."""
    return np.random.default_rng(6).normal(0, 26, round(seconds * RATE)).astype(np.int16)


def speech(pattern: str, seconds: float) -> Pcm:
    """Recordings of speech one after the other, half a second between them, repeated."""
    parts = []
    for path in sorted(RECORDINGS.glob(pattern)):
        pcm, rate = soundfile.read(path, dtype="int16")
        if rate != RATE:
            raise SystemExit(f"{path} has {rate} Hz, not {RATE}.")
        parts += [pcm, np.zeros(RATE // 2, np.int16)]
    return np.resize(np.concatenate(parts), round(seconds * RATE))


def environment() -> dict[str, str]:
    """One thread, nothing random, our checkout."""
    return {
        **os.environ,
        **{"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
        **{"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(CHECKOUT)},
    }


def replaying(recording: Path) -> list[str]:
    """The command that hears a recording."""
    return [sys.executable, "-m", "skill", "replay", str(recording), "--quiet"]


def instructions(program: Sequence[str]) -> int:
    """How many instructions a program takes, all in all."""
    with tempfile.TemporaryDirectory() as scratch:
        counter = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={scratch}/out"]
        done = subprocess.run(
            [*counter, *program],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise SystemExit(f"callgrind did not count:\n{done.stderr}")
    return int(found[1])


def counted(folder: Path, pcm: Pcm) -> float:
    """Million instructions that it takes to replay this sound."""
    path = folder / "sound.wav"
    soundfile.write(path, pcm, RATE)
    return instructions(replaying(path)) / 1e6


def idle(folder: Path) -> tuple[float, float]:
    """Million instructions for start and greeting, and for a second of a quiet room after it."""
    nothing = counted(folder, tone_of_a_room(GREETING_S))
    return nothing, (counted(folder, tone_of_a_room(GREETING_S + MORE_S)) - nothing) / MORE_S


def speaking(folder: Path) -> tuple[float, float]:
    """Million instructions for a second in which the coach speaks and the microphone hears it: from
    ready-made lines, both voices written to a file as a loudspeaker would get them; and for a
    second of speech that Piper has to render.
    """
    begin, end = SPEAKING_S
    counts = []
    both = ["--write-audio", str(folder / "both.wav")]
    soundfile.write(folder / "room.wav", tone_of_a_room(end), RATE)
    subprocess.run([*replaying(folder / "room.wav"), *both], check=True)
    heard = tone_of_a_room(end) + echo(folder / "both.wav", end)
    for seconds in (begin, end):
        soundfile.write(folder / "room.wav", heard[: seconds * RATE], RATE)
        counts.append(instructions([*replaying(folder / "room.wav"), *both]) / 1e6)
    spoken = folder / "spoken.wav"
    say = [sys.executable, "-m", "skill", "say", "--output", str(spoken)]
    new = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    os.environ.update(new)
    once = instructions([*say, NEW_TEXT]) / 1e6
    first_s = soundfile.info(spoken).duration
    twice = instructions([*say, f"{NEW_TEXT} {NEW_TEXT.replace('another', 'a harder')}"]) / 1e6
    both_s = soundfile.info(spoken).duration
    return (counts[1] - counts[0]) / (end - begin), (twice - once) / (both_s - first_s)


def echo(both: Path, seconds: int) -> Pcm:
    """What a microphone hears of the coach: 40 ms late, 20 dB down."""
    voices, rate = soundfile.read(both, dtype="int16")
    late = np.zeros(seconds * RATE, np.int16)
    played = soxr.resample(voices[:, 1], rate, RATE)[: len(late) - ECHO_FRAMES]
    late[ECHO_FRAMES : ECHO_FRAMES + len(played)] = played // 10
    return late


def memory_mb(recording: Path) -> float:
    """Peak resident memory of a replay."""
    subprocess.run(replaying(recording), env=environment(), check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def table(rows: Sequence[tuple[str, float]]) -> None:
    """Print shares of one core, per board."""
    print("| what | Minstr/s, x86 | " + " | ".join(f"Pi {board.name}" for board in BOARDS) + " |")
    print("|---|---|" + "---|" * len(BOARDS))
    for name, millions in rows:
        shares = [f"{100 * WIDTH * millions / board.mips:.0f} %" for board in BOARDS]
        print(f"| {name} | {millions:.0f} | " + " | ".join(shares) + " |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a second of sound costs.")
    parser.add_argument("--scale", type=float, help="only scale so many Minstr/s")
    parser.add_argument("--idle", action="store_true", help="only the row of a quiet room")
    parser.add_argument("--speaking", action="store_true", help="only the rows of speaking")
    chosen = parser.parse_args()
    if chosen.idle:
        with tempfile.TemporaryDirectory() as scratch:
            _, quiet = idle(Path(scratch))
        table([("a quiet room", quiet)])
        return
    if chosen.speaking:
        with tempfile.TemporaryDirectory() as scratch:
            ready, rendered = speaking(Path(scratch))
        table([("speaking", ready), ("rendering new speech", rendered)])
        return
    if chosen.scale is not None:
        table([("given", chosen.scale)])
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        nothing, quiet = idle(folder)
        start = tone_of_a_room(GREETING_S)
        # Other people's speech, which is dearer to decode than commands.
        talk = np.concatenate([start, speech("other/*.ogg", MORE_S)])
        talking = (counted(folder, talk) - nothing) / MORE_S
        # A session as recorded: commands, and the coach's answers from ready-made lines.
        demo, _ = soundfile.read(DEMO, dtype="int16")
        begun = counted(folder, demo[: GREETING_S * RATE])
        session = (counted(folder, demo[: (GREETING_S + LONG_S) * RATE]) - begun) / LONG_S
        ready, rendered = speaking(folder)
        rows = [("a quiet room", quiet), ("people talking", talking), ("in a session", session)]
        table([*rows, ("speaking", ready), ("rendering new speech", rendered)])
        print(f"\nstart, and {GREETING_S} s of a quiet room: {nothing:.0f} million instructions; ")
        cold = nothing - quiet * GREETING_S
        starts = [f"Pi {board.name} {cold / board.mips:.0f} s" for board in BOARDS]
        print(
            f"start and greeting alone {cold:.0f}: {', '.join(starts)} (without reading the card)"
        )
        peak = memory_mb(DEMO)
        print(f"\npeak memory of the whole recorded session: {peak:.0f} MB")


if __name__ == "__main__":
    main()
