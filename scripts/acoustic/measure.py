"""What the bare recogniser does with the manifest: hits, false accepts, speed.

Every span is decoded by Vosk with one grammar: all phrases of the commands file, decoys included,
and `[unk]`; in blocks of 50 ms, after half a second and before one second of faint noise. There is
no other decision: the coach's own (`skill/core/judging.py`) comes on top and is not measured here.

    hit           the span is a command phrase, and exactly that came out
    false accept  the span is no command phrase, and a command phrase came out, alone

A decoy is no command. `--extra` puts further words into the grammar that count as commands, so
that recordings of words which are none can tell something about hits.

Usage: measure.py MODEL MANIFEST [--kinds K,K] [--extra W,W] [--every N] [--wrong]
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from commands import command_phrases, read_commands
from manifest import Row, read
from sound import RATE, read_wave, to_pcm
from stage import stage
from vosk import KaldiRecognizer, Model, SetLogLevel

BLOCK = RATE // 20
LEAD, TAIL = RATE // 2, RATE
HISS = 4.0
"""Level of the noise around a span, in units of 16-bit samples."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came out of one span.

    Attributes:
        texts: final texts in order, empty ones left out.
        settled: seconds of sound, from the span's start, after which the partial text never
            changed again.
        seconds: length of the span.
        compute: processor seconds that decoding took.
    """

    texts: tuple[str, ...]
    settled: float
    seconds: float
    compute: float


@dataclass
class Score:
    """Counts for one kind of row."""

    commands: int = 0
    hits: int = 0
    unknown: int = 0
    others: int = 0
    accepts: int = 0
    other_seconds: float = 0.0
    lags: list[float] = field(default_factory=list)
    by_text: Counter[tuple[str, bool]] = field(default_factory=Counter)


def span(row: Row) -> tuple[bytes, float]:
    """The samples of a row with faint noise around, and the span's length in seconds."""
    wave = read_wave(Path(row.path))
    if row.start is not None and row.end is not None:
        wave = wave[int(row.start * RATE) : int(row.end * RATE)]
    rng = np.random.default_rng(0)
    padded = np.concatenate([np.zeros(LEAD), wave, np.zeros(TAIL)])
    return to_pcm((padded + rng.normal(0, HISS, len(padded))).astype(np.float32)), len(wave) / RATE


def decode(model: Model, grammar: str, row: Row) -> Heard:
    """Decode one row."""
    pcm, seconds = span(row)
    recogniser = KaldiRecognizer(model, RATE, grammar)
    texts: list[str] = []
    started = time.process_time()
    shown, settled = "", 0.0
    for start in range(0, len(pcm), 2 * BLOCK):
        if recogniser.AcceptWaveform(pcm[start : start + 2 * BLOCK]):
            texts.append(json.loads(recogniser.Result())["text"])
            continue
        partial = json.loads(recogniser.PartialResult())["partial"]
        if partial not in ("", shown):
            shown, settled = partial, (start / 2 + BLOCK - LEAD) / RATE
    texts.append(json.loads(recogniser.FinalResult())["text"])
    compute = time.process_time() - started
    return Heard(tuple(text for text in texts if text), settled, seconds, compute)


def judge(score: Score, row: Row, heard: Heard, commands: frozenset[str]) -> bool:
    """Count one row; whether the recogniser was right."""
    if row.text in commands:
        hit = heard.texts == (row.text,)
        score.commands += 1
        score.hits += hit
        score.unknown += any("[unk]" in text for text in heard.texts)
        score.by_text[row.text, hit] += 1
        if hit and row.end_of_speech is not None:
            score.lags.append(heard.settled - row.end_of_speech + (row.start or 0.0))
        return hit
    accepted = any(text in commands for text in heard.texts)
    score.others += 1
    score.accepts += accepted
    score.other_seconds += heard.seconds
    return not accepted


def lines(scores: dict[str, Score]) -> Iterator[str]:
    """The table."""
    yield f"{'kind':10} {'commands':>8} {'hits':>14} {'[unk]':>7} {'lag':>17}   others, accepts"
    for kind, score in scores.items():
        line = f"{kind:10}"
        if score.commands:
            rate = 100 * score.hits / score.commands
            unknown = 100 * score.unknown / score.commands
            line += f" {score.commands:8} {score.hits:6} {rate:5.1f} % {unknown:5.1f} %"
            if score.lags:
                middle, late = np.percentile(score.lags, [50, 95])
                line += f" {1000 * middle:4.0f}/{1000 * late:4.0f} ms (p95)"
        if score.others:
            hours = score.other_seconds / 3600
            per_hour = score.accepts / hours
            line += f"   {score.others} others, {score.accepts} accepted, {per_hour:.0f} an hour"
        yield line


def word_lines(scores: dict[str, Score]) -> Iterator[str]:
    """Hits of every human command word."""
    for kind in ("word", "cut-word"):
        if kind in scores:
            counts = scores[kind].by_text
            texts = sorted({text for text, _ in counts})
            shares = [
                f"{text} {counts[text, True]}/{counts[text, True] + counts[text, False]}"
                for text in texts
            ]
            yield f"{kind}: {', '.join(shares)}"


def measure(
    model: Path, rows: Sequence[Row], extra: Sequence[str], *, wrong: bool
) -> tuple[dict[str, Score], float]:
    """Decode all rows.

    Returns:
        a score for each kind, and processor seconds per second of sound.
    """
    SetLogLevel(-1)
    commands = frozenset([*command_phrases(), *extra])
    phrases = [phrase for group in read_commands().values() for phrase in group]
    grammar = json.dumps([*dict.fromkeys([*phrases, *extra]), "[unk]"])
    loaded = Model(str(model))
    scores: dict[str, Score] = defaultdict(Score)
    compute = sound = 0.0
    for row in rows:
        heard = decode(loaded, grammar, row)
        right = judge(scores[row.kind], row, heard, commands)
        compute += heard.compute
        sound += heard.seconds + (LEAD + TAIL) / RATE
        if wrong and not right:
            print(f"{row.kind}: '{row.text}' came out as {list(heard.texts)} ({row.path})")
    return dict(scores), compute / sound


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--kinds", help="only these kinds, commas between")
    parser.add_argument("--extra", default="", help="more grammar words, commas between")
    parser.add_argument("--every", type=int, default=1, help="only every Nth row")
    parser.add_argument("--wrong", action="store_true", help="print every miss and false accept")
    options = parser.parse_args()
    rows = read(options.manifest)
    if options.kinds:
        rows = [row for row in rows if row.kind in options.kinds.split(",")]
    extra = [word for word in options.extra.split(",") if word]
    scores, factor = measure(options.model, rows[:: options.every], extra, wrong=options.wrong)
    print("\n".join([*lines(scores), *word_lines(scores)]))
    print(f"real-time factor {factor:.3f}")


if __name__ == "__main__":
    stage(main)
