"""Is `roller-coach enrol` worth it? Before and after, on recordings that were not enrolled.

    .venv/bin/python scripts/try_enrolment.py build/acoustic/measure.tsv ../shared/audio

Synthetic voices that the model has never heard say each command once, slowly and higher, in a
simulated room; the test is their dry recordings in the manifest, at their own speed and pitch.
Each voice is also played 1.2 and 1.3 times higher, as a child's would be, and 0.85 times, deeper.
Of people (Speech Commands, speechocean762), every second word is enrolled and the others are
tested; all of their words count as commands here.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr

sys.path.insert(0, str(Path(__file__).parent.parent))

from studio import in_room, trimmed

from skill.app import App
from skill.audio.pcm import FRAME, read_pcm, to_pcm
from skill.core.vocabulary import Command, Meaning, Vocabulary
from skill.enrolment.learning import Lab, Lesson, learn
from skill.enrolment.person import ANYBODY
from skill.enrolment.takes import Take
from skill.enrolment.trial import Trial
from skill.evaluation.labels import with_words
from skill.mouth import make_voice
from skill.ports import RATE, Clip, Pcm
from skill.settings import read_settings

VOICES = ("flite-slt", "espeak-f5", "espeak-david", "espeak-anika", "espeak-grandma")
SIZES = (1.2, 0.85, 1.0, 1.3)
PACE = 85
SEED = 7
EVERY = 9
"""Of a voice's recordings in the manifest, this share is tested."""
FEWEST, MOST = 8, 60
"""Recordings that a real person is enrolled with, at least, and that are used of them at most."""
LETTERS, STEPS, AROUND = 4, 30, 3
"""Of words cut out of sentences: least letters, least length, and what is kept on either side, both
in steps of 10 ms."""

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
    return f"factor {lesson.person.factor}"


def synthetic(
    app: App, rows: Sequence[Row], audio: Path, others: Sequence[Pcm], voices: Sequence[str]
) -> None:
    """Enrol each voice in each size, and test it on other recordings."""
    vocabulary = app.content.vocabulary
    lab = Lab(app.hearing.ears_for, vocabulary)
    for size in SIZES:
        total: dict[str, int] = defaultdict(int)
        for voice in voices:
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
            f"of {len(others) * len(voices)}",
            flush=True,
        )


def other_speech(trial: Trial, others: Sequence[Pcm], size: float) -> int:
    """How many words that are no commands are taken for one."""
    return sum(trial.acts_on(sized(pcm, size)) for pcm in others)


def people(app: App, rows: Sequence[Row], audio: Path, alignments: Path) -> None:
    """Enrol each real person with half of their words, and test on the other half."""
    words = cut_out(rows, audio, alignments)
    for row in rows:
        if row["kind"] == "word" and app.hearing.model.knows(row["text"]):
            words[row["speaker"]].append(Take(row["text"], recorded(row, audio)))
    total: dict[str, int] = defaultdict(int)
    for speaker, every in sorted(words.items()):
        takes = [take for take in every if app.hearing.model.knows(take.phrase)][:MOST]
        enrolled, tested = takes[::2], takes[1::2]
        if len(enrolled) < FEWEST:
            continue
        lab = Lab(
            app.hearing.ears_for,
            with_words(app.content.vocabulary, {take.phrase for take in takes}),
        )
        lesson = learn(enrolled, lab)
        before = understood(lab.trial(ANYBODY), tested)
        after = understood(lab.trial(lesson.person), tested)
        for name, count in (("before", before), ("after", after), ("of", len(tested))):
            total[name] += count
        total["people"] += 1
        total["changed"] += lesson.person != ANYBODY
        if lesson.person != ANYBODY:
            print(f"  {speaker}: {before} -> {after} of {len(tested)}; {told(lesson)}", flush=True)
    print(
        f"{total['people']} people: {total['before']} -> {total['after']} of {total['of']} words "
        f"understood; something was learnt of {total['changed']}",
        flush=True,
    )


def cut_out(rows: Sequence[Row], audio: Path, alignments: Path) -> dict[str, list[Take]]:
    """Speaker -> the longer words of their sentences, where the aligner found them."""
    aligned = {}
    with alignments.open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            aligned[Path(entry["path"]).name] = entry["words"]
    words: dict[str, list[Take]] = defaultdict(list)
    for row in rows:
        if row["kind"] != "sentence":
            continue
        pcm = recorded(row, audio)
        for word, phones in aligned.get(Path(row["path"]).name, ()):
            # Each phone is its name, its beginning and its length, in steps of 10 ms.
            start, end = phones[0][1], phones[-1][1] + phones[-1][2]
            if len(word) >= LETTERS and word != "<sil>" and end - start >= STEPS:
                sound = pcm[max(0, start - AROUND) * FRAME : (end + AROUND) * FRAME]
                words[row["speaker"]].append(Take(word, sound))
    return words


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("audio", type=Path)
    parser.add_argument("--alignments", type=Path, default=Path("build/acoustic/corpus.jsonl"))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--voices", nargs="+", default=VOICES)
    parser.add_argument("--only", choices=("people", "synthetic"))
    options = parser.parse_args()
    needed = [options.manifest, options.audio]
    if options.only != "synthetic":
        needed.append(options.alignments)
    for path in needed:
        if not path.exists():
            parser.exit(
                2,
                f'try_enrolment.py: {path} is not there; the README, under "Figures", says where '
                f"the recordings come from, and what makes the other files.\n",
            )
    app = App(read_settings(flags={"model": options.model}))
    with options.manifest.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    began = time.perf_counter()
    if options.only != "synthetic":
        people(app, rows, options.audio, options.alignments)
    if options.only != "people":
        meanings = app.content.vocabulary.meanings
        other = [r for r in rows if r["kind"] == "word" and r["text"] not in meanings]
        others = [recorded(row, options.audio) for row in other[::25]]
        synthetic(app, rows, options.audio, others, options.voices)
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
