"""What the network sees (40 MFCCs every 10 ms) and should say (one unit every 30 ms).

Recordings are made into shards, BUILD/features/NAME-COPY-NUMBER.npz, each with `mfcc` (float16,
shape (frames, 40)), `unit` (uint16, shape (frames / 3,)) and `length` (int32: 30 ms frames of each
recording in turn). Copy 0 of a recording is as it was recorded, further copies are changed by
`augment`. A shard that exists is not made again.

Usage: features.py AUDIO_FOLDER BUILD_FOLDER PLAN... [--draw WORD] [--jobs N], each PLAN one of
PLANS, noise, music or clatter
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import kaldi_native_fbank as knf
import numpy as np
import numpy.typing as npt
from align import AlignedWord, Alignment, read_alignments
from augment import (
    Surroundings,
    chance,
    change_speed,
    coloured_noise,
    read_surroundings,
    rms,
    surround,
)
from clatter import FOLDER as CLATTER_FOLDER
from commands import all_phrases
from corpus import Part, Utterance, noise_files, read_utterances
from frames import CEPSTRA, CROPPED, IGNORED, SHIFT, STRIDE, WANTED
from lexicon import SIL, SPN
from music import FOLDER as MUSIC_FOLDER
from sound import RATE, Wave, read_wave
from stage import stage, whole, workers
from synthesise import generator
from transcribe import DOUBTED
from units import unit, units_of

Mfcc = npt.NDArray[np.float16]
Units = npt.NDArray[np.uint16]

LOUD_NOISES = ("Dogbark", "Babycry", "sneeze", "Rooster", "miaow", CLATTER_FOLDER)
"""In the paths of noise files whose loud parts count as SPN; all other noise is SIL."""


def mfcc_options() -> knf.MfccOptions:
    """The same numbers as conf/mfcc.conf; the dither is added with the noise instead."""
    options = knf.MfccOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.samp_freq = RATE
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = CEPSTRA
    options.mel_opts.low_freq = 20
    options.mel_opts.high_freq = 7600
    options.num_ceps = CEPSTRA
    options.use_energy = False
    return options


def mfcc(wave: Wave) -> npt.NDArray[np.float32]:
    """Cepstra of a recording, shape (frames, 40), frame i from sample 160 i, 25 ms long."""
    computer = knf.OnlineMfcc(mfcc_options())
    computer.accept_waveform(RATE, wave)
    computer.input_finished()
    frames = [computer.get_frame(number) for number in range(computer.num_frames_ready)]
    return np.stack(frames) if frames else np.zeros((0, CEPSTRA), dtype=np.float32)


def dithered(wave: Wave, rng: np.random.Generator) -> Wave:
    """Rounded to 16 bits, and the dither that Vosk adds (standard deviation 1)."""
    return (np.rint(wave) + rng.standard_normal(len(wave))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Example:
    """A recording and its units for each frame of 10 ms."""

    wave: Wave
    units: Units


def label(words: Sequence[AlignedWord], samples: int) -> Units:
    """The unit of every frame of 10 ms; frames outside all words are SIL."""
    units = np.full(samples // SHIFT + 1, unit(SIL, 0), dtype=np.uint16)
    for word in words:
        if word.text == DOUBTED:
            units[word.start : word.end] = IGNORED
            continue
        numbers = units_of([segment.phone for segment in word.segments])
        for number, segment in zip(numbers, word.segments, strict=True):
            units[segment.start : segment.start + segment.length] = number
    return units


@cache
def said_alone() -> frozenset[str]:
    """Words that are whole phrases of the coach's."""
    return frozenset(phrase for phrase in all_phrases() if " " not in phrase)


def crop(example: Example, words: Sequence[AlignedWord], rng: np.random.Generator) -> Example:
    """One to three neighbouring words, cut from the sentence with 20-60 ms on either side; mostly
    (`WANTED`) a word that is a whole phrase, if there is one.
    """
    spoken = [word for word in words if not word.silent]
    first = int(rng.integers(len(spoken)))
    last = min(len(spoken) - 1, first + int(rng.integers(3)))
    phrases = [number for number, word in enumerate(spoken) if word.text in said_alone()]
    if phrases and chance(rng, WANTED):
        first = last = phrases[rng.integers(len(phrases))]
    start = max(0, spoken[first].start - int(rng.integers(2, 7)))
    end = min(len(example.units), spoken[last].end + int(rng.integers(2, 7)))
    units = example.units[start:end].copy()
    units[: spoken[first].start - start] = unit(SIL, 0)
    units[spoken[last].end - start :] = unit(SIL, 0)
    return Example(example.wave[start * SHIFT : end * SHIFT], units)


def faster(example: Example, percent: int) -> Example:
    """The example at another speed, its units moved along."""
    wave = change_speed(example.wave, percent)
    frames = np.arange(len(wave) // SHIFT + 1) * percent // 100
    return Example(wave, example.units[np.minimum(frames, len(example.units) - 1)])


def pad(example: Example, rng: np.random.Generator) -> Example:
    """Silence of 0.1 to 0.6 s before and 0.1 to 0.7 s after."""
    before, after = int(rng.integers(10, 60)), int(rng.integers(10, 70))
    wave = np.concatenate(
        [np.zeros(before * SHIFT), example.wave, np.zeros(after * SHIFT)], dtype=np.float32
    )
    return Example(wave, np.pad(example.units, (before, after), constant_values=unit(SIL, 0)))


def blend_edges(example: Example, rng: np.random.Generator) -> Example:
    """Fill exact zeros of the padding with the faintest noise of a microphone."""
    hiss = coloured_noise(len(example.wave), rng) * np.float32(rng.uniform(0.0, 12.0))
    return Example(example.wave + hiss, example.units)


def targets(example: Example, rng: np.random.Generator) -> tuple[Mfcc, Units]:
    """MFCCs and every third unit, three frames for each unit."""
    cepstra = mfcc(dithered(example.wave, rng))
    count = len(cepstra) // STRIDE
    return (
        cepstra[: count * STRIDE].astype(np.float16),
        example.units[: count * STRIDE : STRIDE],
    )


def make(alignment: Alignment, task: "Task") -> tuple[Mfcc, Units]:
    """One copy of a recording, or of some of its words."""
    rng = generator(f"{alignment.path} {task.copy}{' alone' * task.cropped}{task.draw}")
    wave = read_wave(task.root / alignment.path)
    example = Example(wave, label(alignment.words, len(wave)))
    if task.copy == 0 and not task.cropped:
        return targets(blend_edges(pad(example, rng), rng), rng)
    spoken = sum(not word.silent for word in alignment.words)
    if spoken > 1 and (task.cropped or chance(rng, CROPPED)):
        example = crop(example, alignment.words, rng)
    if chance(rng, 0.7):
        example = faster(example, int(rng.integers(86, 116)))
    example = pad(example, rng)
    around = surroundings(task.audio)
    return targets(Example(surround(example.wave, around, rng), example.units), rng)


def label_noise(file: Path, wave: Wave) -> Units:
    """The unit of every frame of 10 ms of a recording without speech."""
    units = label([], len(wave))
    if any(name in str(file) for name in LOUD_NOISES):
        frames = np.resize(wave, len(units) * SHIFT).reshape(len(units), SHIFT)
        power = np.convolve(np.square(frames).mean(axis=1), np.ones(9) / 9, mode="same")
        units[power > power.max() / 100] = unit(SPN, 0)
    return units


def make_noise(file: Path | None, copy: int) -> tuple[Mfcc, Units]:
    """A recording without speech; no file: five seconds of nothing, or of the faintest noise."""
    rng = generator(f"{file} {copy}")
    if file is None:
        wave = coloured_noise(5 * RATE, rng) * np.float32(rng.choice([0.0, rng.uniform(0, 30)]))
        return targets(Example(wave, label([], len(wave))), rng)
    wave = read_wave(file)
    if copy:
        wave = change_speed(wave, int(rng.integers(75, 134)))
    level = 32768 * 10 ** (rng.uniform(-60, -15) / 20)
    wave = wave * np.float32(level / max(rms(wave), 1.0))
    return targets(Example(np.clip(wave, -32768, 32767), label_noise(file, wave)), rng)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which recordings to make into shards, and how often.

    Attributes:
        manifest: name of a manifest in BUILD.
        alignments: name of its alignments there.
        part: which part of it.
        corpora: which corpora of it; empty: all.
        copies: numbers of the copies (0: unchanged).
        cropped: only sentences with words that are whole phrases, and of those no more than a few
            words.
    """

    manifest: str
    alignments: str
    part: Part
    corpora: tuple[str, ...]
    copies: range
    cropped: bool = False


AGAIN = "again"
"""Alignments by `realign`, which stand in for the first ones where they are there; not on dev, so
that runs of training can be compared."""
SENTENCES = ("speechocean762", "kathleen")
PLANS = {
    "dev": Plan("corpus", "corpus", Part.DEV, (), range(2)),
    "dev-synthetic": Plan("synthetic", "synthetic", Part.DEV, (), range(2)),
    "sentences": Plan("corpus", "corpus", Part.TRAIN, SENTENCES, range(6)),
    "single": Plan("corpus", "corpus", Part.TRAIN, ("speech_commands", "wakewords"), range(4)),
    "synthetic": Plan("synthetic", "synthetic", Part.TRAIN, (), range(3)),
    "read": Plan("corpus", "corpus", Part.TRAIN, ("librispeech",), range(16)),
    "alone": Plan(
        "corpus", "corpus", Part.TRAIN, (*SENTENCES, "librispeech"), range(16), cropped=True
    ),
    "transcribed": Plan("corpus", "transcribed", Part.TRAIN, (), range(8)),
}
MADE = {"music": MUSIC_FOLDER, "clatter": CLATTER_FOLDER}
"""Plans of sounds that were made, and their folders in BUILD."""
NOISE_COPIES = {"noise": 6, "music": 4, "clatter": 4}
"""Plans without speech, and how many copies they have."""
Item = Alignment | Path | None
"""Something to make an example of: speech, a noise file, or (None) digital silence."""
SHARD = 400
"""Recordings in a shard."""


@dataclass(frozen=True, slots=True)
class Task:
    """One shard to make: `items` are alignments, or noise files (None: digital silence); `cropped`
    as in `Plan`; with another `draw` all chances fall differently.
    """

    output: Path
    root: Path
    audio: Path
    copy: int
    items: tuple[Item, ...]
    cropped: bool = False
    draw: str = ""


@cache
def surroundings(audio: Path) -> Surroundings:
    """This process's noises and rooms."""
    return read_surroundings(audio)


def make_shard(task: Task) -> str:
    """Make one shard in a worker."""
    made = [
        make(item, task) if isinstance(item, Alignment) else make_noise(item, task.copy)
        for item in task.items
    ]
    write_shard(task.output, made)
    return task.output.name


def write_shard(file: Path, made: Sequence[tuple[Mfcc, Units]]) -> None:
    """Write examples, one after the other."""
    with whole(file) as unfinished:
        np.savez(
            unfinished,
            mfcc=np.concatenate([cepstra for cepstra, _ in made]),
            unit=np.concatenate([units for _, units in made]),
            length=np.array([len(units) for _, units in made], dtype=np.int32),
        )


def chosen(plan: Plan, build: Path) -> list[Alignment]:
    """The alignments of a plan, in an order that mixes speakers."""
    utterances = {u.path: u for u in read_utterances(build / f"{plan.manifest}.tsv")}

    def wanted(utterance: Utterance) -> bool:
        return utterance.part is plan.part and utterance.corpus in (
            plan.corpora or (utterance.corpus,)
        )

    file = build / f"{plan.alignments}.jsonl"
    again = build / f"{AGAIN}.jsonl"
    if plan.manifest == plan.alignments == "corpus" and plan.part is Part.TRAIN and again.exists():
        file = again
    alignments = [
        alignment
        for alignment in read_alignments(file)
        if alignment.path in utterances
        and wanted(utterances[alignment.path])
        and not (plan.cropped and said_alone().isdisjoint(word.text for word in alignment.words))
    ]
    order = generator(plan.alignments).permutation(len(alignments))
    return [alignments[number] for number in order]


def batched(items: Sequence[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """Neighbours in groups of `size`, the last one smaller."""
    remaining = iter(items)
    while batch := tuple(islice(remaining, size)):
        yield batch


def noises(name: str, audio: Path, build: Path) -> list[Path]:
    """The files of a plan without speech."""
    if name in MADE:
        return sorted((build / MADE[name]).glob("*[0-9].flac"))
    return noise_files(audio, Part.TRAIN)


def plan_tasks(name: str, audio: Path, build: Path, draw: str) -> list[Task]:
    """All shards of a plan that are not there yet, copy by copy."""
    cropped = False
    if name in NOISE_COPIES:
        copies = range(NOISE_COPIES[name])
        root = audio
        items: Sequence[Item] = noises(name, audio, build)
        if name not in MADE:
            items = [*items, *[None] * 40]
    else:
        plan = PLANS[name]
        copies, cropped = plan.copies, plan.cropped
        root = audio if plan.manifest == "corpus" else build
        items = chosen(plan, build)
    folder = build / "features"
    folder.mkdir(exist_ok=True)
    tasks = [
        Task(folder / f"{name}-{copy}-{number:02}.npz", root, audio, copy, batch, cropped, draw)
        for copy in copies
        for number, batch in enumerate(batched(items, SHARD))
    ]
    return [task for task in tasks if not task.output.exists()]


def main() -> None:
    """Make the missing shards of the plans that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audio", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("plans", nargs="+", choices=[*PLANS, *NOISE_COPIES])
    parser.add_argument("--draw", default="", help="a word: other chances than without, or another")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    tasks = [
        task
        for name in options.plans
        for task in plan_tasks(name, options.audio, options.build, options.draw)
    ]
    tasks.sort(key=lambda task: task.copy)  # training can start on the first copies
    with workers(options.jobs) as pool:
        for name in pool.imap_unordered(make_shard, tasks):
            print(name, flush=True)


if __name__ == "__main__":
    stage(main)
