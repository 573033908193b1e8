"""Tries the ears on recordings of people: a first honest figure, until there is an evaluation.

    .venv/bin/python scripts/try_people.py build/acoustic/measure.tsv ../shared/audio

The manifest (made by scripts/acoustic) lists speakers whom the built-in model has never heard.
Every clip goes, with a second of quiet noise before and after it, through the same recogniser,
voice detector and listener as a session in which every command is live.
"""

import argparse
import csv
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from skill.app import App
from skill.audio.pcm import RATE, energy_end_ms, read_pcm
from skill.core.listener import Context
from skill.core.messages import Heard
from skill.core.vocabulary import Command, Vocabulary
from skill.ports import Block, Pcm
from skill.session import Ears
from skill.settings import read_settings

BLOCK = RATE // 20
NOISE = 8.0
BEFORE_S, AFTER_S = 1.0, 1.5
ALL_LIVE = Context(frozenset(Command), "trying")


@dataclass
class Tally:
    """What happened to the clips of one kind."""

    clips: int = 0
    commands: int = 0
    hits: int = 0
    confused: Counter[str] = field(default_factory=Counter)
    false_accepts: Counter[str] = field(default_factory=Counter)
    other_s: float = 0.0
    delays_ms: list[float] = field(default_factory=list)


class Clock:
    """Block positions go on from clip to clip, as in one long session."""

    def __init__(self, ears: Ears) -> None:
        self.ears = ears
        self.frame = 0
        self._rng = np.random.default_rng(1)

    def hear(self, pcm: Pcm) -> Iterator[tuple[int, Heard, float]]:
        """Commands heard in a clip: when (ms from its start), what, and the compute in ms."""
        before = round(BEFORE_S * RATE)
        padded = np.pad(pcm.astype(np.float64), (before, round(AFTER_S * RATE)))
        noisy = padded + self._rng.normal(0, NOISE, len(padded))
        sound = np.clip(noisy, -32768, 32767).astype(np.int16)
        first = self.frame + before
        for at in range(0, len(sound) - BLOCK, BLOCK):
            block = Block(self.frame, sound[at : at + BLOCK])
            self.frame = block.end_frame
            began = time.perf_counter()
            decisions = self.ears.hear(block, self.frame * 1000 // RATE, ALL_LIVE)
            took = (time.perf_counter() - began) * 1000
            for decision in decisions:
                if isinstance(decision, Heard):
                    yield (self.frame - first) * 1000 // RATE, decision, took
        self.ears.recognizer.flush()
        self.ears.recognizer.recycle()


def span(path: Path, start: str, end: str) -> Pcm:
    """The part of a recording that the manifest names."""
    pcm = read_pcm(path)
    return pcm[
        round(float(start) * RATE) if start else 0 : round(float(end) * RATE) if end else None
    ]


def count(row: dict[str, str], pcm: Pcm, clock: Clock, vocabulary: Vocabulary, to: Tally) -> None:
    """Put one clip through the ears and note what came of it."""
    wanted = vocabulary.meanings.get(row["text"])
    end_ms = energy_end_ms(pcm)
    heard = list(clock.hear(pcm))
    to.clips += 1
    if wanted is None:
        to.other_s += len(pcm) / RATE
        to.false_accepts.update(found.phrase for _, found, _ in heard)
        return
    to.commands += 1
    if any(found.command is wanted.command for _, found, _ in heard):
        to.hits += 1
        at, _, took = next(entry for entry in heard if entry[1].command is wanted.command)
        to.delays_ms.append(at - end_ms + took)
    else:
        to.confused[f"{row['text']} > {heard[0][1].phrase if heard else 'nothing'}"] += 1


def show(kind: str, tally: Tally) -> None:
    """Print one kind."""
    print(f"{kind}: {tally.clips} clips")
    if tally.commands:
        share = 100 * tally.hits / tally.commands
        print(f"  commands: {tally.hits} of {tally.commands} acted on ({share:.0f} %)")
        print(f"  missed: {dict(tally.confused.most_common(12))}")
    if len(tally.delays_ms) > 1:
        late = statistics.quantiles(tally.delays_ms, n=20, method="inclusive")[-1]
        middle = statistics.median(tally.delays_ms)
        print(f"  end of energy to command: median {middle:.0f} ms, 95th percentile {late:.0f} ms")
    if tally.other_s:
        wrong, hours = tally.false_accepts.total(), tally.other_s / 3600
        print(f"  other speech: {hours:.2f} h, {wrong} false accepts ({wrong / hours:.1f} an hour)")
        print(f"  they were: {dict(tally.false_accepts.most_common(12))}")


def main() -> None:
    """Go through the manifest and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("audio", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take only each n-th row")
    options = parser.parse_args()
    app = App(read_settings(flags={"model": options.model}))
    clock, vocabulary = Clock(app.ears()), app.content.vocabulary
    tallies: dict[str, Tally] = defaultdict(Tally)
    began = time.perf_counter()
    with options.manifest.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows[:: options.every]:
        path = Path(row["path"])
        pcm = span(
            path if path.is_absolute() else options.audio / path, row["start_s"], row["end_s"]
        )
        count(row, pcm, clock, vocabulary, tallies[row["kind"]])
    for kind, tally in sorted(tallies.items()):
        show(kind, tally)
    factor = (time.perf_counter() - began) / (clock.frame / RATE)
    print(f"everything: {clock.frame / RATE / 3600:.2f} h of audio, real-time factor {factor:.3f}")


if __name__ == "__main__":
    main()
