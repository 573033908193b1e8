"""Is `roller-coach enrol` worth it? Before and after, on recordings that were not enrolled.

    .venv/bin/python scripts/try_enrolment.py build/acoustic/measure.tsv ../shared/audio

Synthetic voices that the model has never heard say each command once, slowly and higher, in a
simulated room; the test is their dry recordings in the manifest, at their own speed and pitch.
Each voice is also played 1.2 and 1.3 times higher, as a child's would be, and 0.85 times, deeper.
People (Speech Commands, speechocean762) have few recordings of commands, so each one is heard by
ears that were fitted to all the others.
"""

import argparse
import csv
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr
from studio import in_room, trimmed

from skill.app import App, make_voice
from skill.audio.pcm import RATE, read_pcm, to_pcm
from skill.core.vocabulary import Command, Meaning, Vocabulary
from skill.enrolment.learning import Lab, Lesson, learn
from skill.enrolment.person import ANYBODY
from skill.enrolment.takes import Take
from skill.enrolment.trial import Trial
from skill.evaluation.labels import with_words
from skill.ports import Clip, Pcm
from skill.settings import read_settings

VOICES = ("flite-slt", "espeak-f5", "espeak-david", "espeak-anika", "espeak-grandma")
SIZES = (1.0, 1.2, 1.3, 0.85)
PACE = 85
SEED = 7
EVERY = 9
"""Of a voice's recordings in the manifest, this share is tested."""
FEWEST = 3
"""Recordings of a real person, below which there is nothing to learn from."""

Row = dict[str, str]


def sized(pcm: Pcm, size: float) -> Pcm:
    """A voice from a smaller (above 1) or larger mouth, and faster or slower in proportion."""
    if size == 1.0:
        return pcm
    played = soxr.resample(pcm.astype(np.float32), RATE * size, RATE, "HQ")
    whole: Pcm = np.clip(np.rint(played), -32768, 32767).astype(np.int16)
    return whole


def spoken(voice: str, text: str, rng: np.random.Generator) -> Pcm:
    """A text by a synthetic voice, slowly and higher, in the room."""
    engine, _, name = voice.partition("-")
    if engine == "espeak":
        clip = make_voice(f"espeak:en-us+{name}").render(text, PACE)
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "said.wav"
            manner = ("--setf", "duration_stretch=1.18", "--setf", "int_f0_target_mean=190")
            command = ["flite", "-voice", name, *manner, "-t", text, "-o", str(path)]
            subprocess.run(command, check=True)
            samples, rate = soundfile.read(path, dtype="float32")
        clip = Clip(samples, rate)
    dry = to_pcm(clip).astype(np.float32) / np.float32(32768)
    return to_pcm(Clip(in_room(trimmed(dry), rng), RATE))


def recorded(row: Row, audio: Path) -> Pcm:
    """The part of a recording that a row of the manifest names."""
    path = Path(row["path"])
    pcm = read_pcm(path if path.is_absolute() else audio / path)
    start, end = row["start_s"], row["end_s"]
    return pcm[
        round(float(start) * RATE) if start else 0 : round(float(end) * RATE) if end else None
    ]


def understood(trial: Trial, takes: Sequence[Take]) -> int:
    """How many takes the ears would act on."""
    return sum(trial.hear(take).understood for take in takes)


def suggested(vocabulary: Vocabulary) -> Iterator[str]:
    """The phrase of each command that the coach itself suggests."""
    known = set(vocabulary.meanings.values())
    yield from (vocabulary.suggest(c) for c in Command if Meaning(c) in known)


def told(lesson: Lesson) -> str:
    """What was learnt, in a few words."""
    spellings = ", ".join(f"{a} = {b}" for a, b in lesson.person.spellings.items())
    return f"factor {lesson.person.factor}" + (f", {spellings}" if spellings else "")


def synthetic(app: App, rows: Sequence[Row], audio: Path, others: Sequence[Pcm]) -> None:
    """Enrol each voice in each size, and test it on other recordings."""
    vocabulary = app.content.vocabulary
    lab = Lab(app.recognizer, vocabulary, app.model.words())
    for size in SIZES:
        total: dict[str, int] = defaultdict(int)
        for voice in VOICES:
            rng = np.random.default_rng(SEED)
            enrolled = [
                Take(text, sized(spoken(voice, text, rng), size)) for text in suggested(vocabulary)
            ]
            mine = [r for r in rows if r["speaker"] == voice and r["text"] in vocabulary.meanings]
            tested = [Take(r["text"], sized(recorded(r, audio), size)) for r in mine[::EVERY]]
            lesson = learn(enrolled, lab)
            counts = {
                "before": understood(lab.trial(ANYBODY), tested),
                "after": understood(lab.trial(lesson.person), tested),
                "other before": other_speech(lab.trial(ANYBODY), others, size),
                "other after": other_speech(lab.trial(lesson.person), others, size),
            }
            for name, count in counts.items():
                total[name] += count
            total["of"] += len(tested)
            print(
                f"  {voice} x{size}: {counts['before']} -> {counts['after']} of {len(tested)}; "
                f"{told(lesson)}; its own forecast {lesson.before} -> {lesson.after} of "
                f"{len(enrolled)}",
                flush=True,
            )
        print(
            f"size {size}: {total['before']} -> {total['after']} of {total['of']} understood; "
            f"other words taken for commands {total['other before']} -> {total['other after']} "
            f"of {len(others) * len(VOICES)}",
            flush=True,
        )


def other_speech(trial: Trial, others: Sequence[Pcm], size: float) -> int:
    """How many words that are no commands are taken for one."""
    return sum(trial.acts_on(sized(pcm, size)) for pcm in others)


def people(app: App, rows: Sequence[Row], audio: Path) -> None:
    """Each recording of a command by ears that were fitted to the person's other recordings."""
    by_person: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["kind"] in {"word", "cut-word"}:
            by_person[row["speaker"]].append(row)
    meanings = app.content.vocabulary.meanings
    before = after = count = 0
    for speaker, mine in by_person.items():
        commands = [row for row in mine if row["text"] in meanings]
        if not commands or len(mine) < FEWEST:
            continue
        known = [row for row in mine if all(map(app.model.knows, row["text"].split()))]
        words = [row["text"] for row in known if row["text"] not in meanings]
        vocabulary = with_words(app.content.vocabulary, words)
        takes = [Take(row["text"], recorded(row, audio)) for row in known]
        lesson = learn(takes, Lab(app.recognizer, vocabulary, app.model.words()))
        results = [result for result in lesson.results if result.phrase in meanings]
        was = sum(result.before.understood for result in results)
        now = sum(result.after.understood for result in results)
        before, after, count = before + was, after + now, count + len(results)
        print(f"  {speaker}: {was} -> {now} of {len(results)}; {told(lesson)}", flush=True)
    print(f"people: {before} -> {after} of {count} understood", flush=True)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("audio", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--only", choices=("people", "synthetic"))
    options = parser.parse_args()
    app = App(read_settings(flags={"model": options.model}))
    with options.manifest.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    began = time.perf_counter()
    if options.only != "synthetic":
        people(app, rows, options.audio)
    if options.only != "people":
        meanings = app.content.vocabulary.meanings
        other = [r for r in rows if r["kind"] == "word" and r["text"] not in meanings]
        synthetic(app, rows, options.audio, [recorded(row, options.audio) for row in other[::25]])
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
