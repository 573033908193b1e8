"""What a second of sound costs: instructions, memory, bytes written; scaled to Raspberry Pis.

    python scripts/pi/budget.py            about five minutes; needs valgrind
    python scripts/pi/budget.py --scale 28 prints the table again for so many million instructions

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
import soundfile

CHECKOUT = Path(__file__).resolve().parents[2]
RECORDINGS = CHECKOUT / "tests" / "recordings"
RATE = 16_000
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


def tone_of_a_room(seconds: float) -> np.ndarray:
    """A quiet room: noise at -62 dB of full scale, the same every time."""
    return np.random.default_rng(6).normal(0, 26, round(seconds * RATE)).astype(np.int16)


def speech(pattern: str, seconds: float) -> np.ndarray:
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


def instructions(recording: Path) -> int:
    """How many instructions a replay takes, all in all."""
    with tempfile.TemporaryDirectory() as scratch:
        counter = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={scratch}/out"]
        done = subprocess.run(
            [*counter, *replaying(recording)],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise SystemExit(f"callgrind did not count:\n{done.stderr}")
    return int(found[1])


def per_second(folder: Path, name: str, short: np.ndarray, long: np.ndarray) -> float:
    """Million instructions per second of the sound by which `long` is longer."""
    counts = []
    for pcm in (short, long):
        path = folder / f"{name}.wav"
        soundfile.write(path, pcm, RATE)
        counts.append(instructions(path))
    return (counts[1] - counts[0]) / ((len(long) - len(short)) / RATE) / 1e6


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
    chosen = parser.parse_args()
    if chosen.scale is not None:
        table([("given", chosen.scale)])
        return
    # The coach greets for 20 s, asks after 45 s, sleeps after 90: idle begins at 150.
    asleep = 150
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        room = tone_of_a_room(asleep + 30)
        idle = per_second(folder, "idle", room[: asleep * RATE], room)
        # Other people's speech and commands, at the sleeping coach: decoding at its dearest.
        start = room[: asleep * RATE]
        talk = np.concatenate([start, speech("other/*.ogg", 20)])
        talking = per_second(folder, "talk", start, talk)
        # A session as recorded: commands and the coach's answers.
        demo, _ = soundfile.read(
            CHECKOUT / "skill" / "data" / "sessions" / "demo.ogg", dtype="int16"
        )
        session = per_second(folder, "session", demo[: 20 * RATE], demo[: 80 * RATE])
        table([("idle, asleep", idle), ("others talking", talking), ("in a session", session)])
        peak = memory_mb(CHECKOUT / "skill" / "data" / "sessions" / "demo.ogg")
        print(f"\npeak memory of the whole recorded session: {peak:.0f} MB")


if __name__ == "__main__":
    main()
