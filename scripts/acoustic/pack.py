"""Everything that training on a GPU needs, in folders that are small enough to be sent to one.

`train.py` reads features of copies that were changed on a CPU; `train_gpu.py` changes the sound
itself, anew in every batch, so it needs each recording once. Recordings are put one after the other
into files of ten minutes (Ogg Opus, `BITS` a second), each beginning at a frame of 10 ms:

    BUILD/pack/F/NAME-NNN.ogg, BUILD/pack/F/NAME-NNN.npz, NAME one of GROUPS, F a folder's number
    BUILD/pack/0/rooms.npz: impulse responses

Needs what `align`, `transcribe`, `synthesise`, `music` and `clatter` wrote. A file that exists is
not made again.

Usage: pack.py AUDIO_FOLDER BUILD_FOLDER [--size MIB] [--jobs N]
"""

import argparse
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf
from align import Alignment
from corpus import Part, room_files
from features import PLANS, chosen, label, label_noise, noises, said_alone
from frames import SHIFT
from packed import GROUPS, LONGEST_ROOM, NOISE, ROOMS
from sound import RATE, Wave, read_wave, to_pcm
from stage import stage, whole, workers

KILOBITS = 20
"""Of Opus, a second."""
ENCODER = (
    *("opusenc", "--quiet", "--raw", "--raw-rate", str(RATE), "--raw-chan", "1"),
    *("--bitrate", str(KILOBITS), "--comp", "2"),
)
"""Five times as fast as libsndfile, which leaves no choice of the complexity."""
PART_SECONDS = 600

Item = Alignment | Path


@dataclass(frozen=True, slots=True)
class Task:
    """One file to make: `items` are alignments of recordings under `root`, or files of noise."""

    output: Path
    root: Path
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording, and what is said in it.

    Attributes:
        wave: the samples, a whole number of frames of 10 ms.
        units: of each frame, as in `features`.
        words: first frame, frame after the last, and whether the word is a phrase of the coach's,
            shape (words, 3).
    """

    wave: Wave
    units: npt.NDArray[np.uint16]
    words: npt.NDArray[np.int32]


def whole_frames(wave: Wave) -> Wave:
    """With zeros up to the next frame."""
    return np.pad(wave, (0, -len(wave) % SHIFT))


def spoken(alignment: Alignment, root: Path) -> Recording:
    """A recording of somebody."""
    wave = whole_frames(read_wave(root / alignment.path))
    words = [
        (word.start, word.end, word.text in said_alone())
        for word in alignment.words
        if not word.silent
    ]
    units = label(alignment.words, len(wave))[: len(wave) // SHIFT]
    return Recording(wave, units, np.array(words, dtype=np.int32).reshape(-1, 3))


def noisy(file: Path) -> Recording:
    """A recording without speech, as loud as can be."""
    wave = whole_frames(read_wave(file))
    wave = wave * np.float32(30_000 / max(1.0, float(np.abs(wave).max())))
    units = label_noise(file, wave)[: len(wave) // SHIFT]
    return Recording(wave, units, np.zeros((0, 3), np.int32))


def pack(task: Task) -> str:
    """Make one file in a worker."""
    made = [
        spoken(item, task.root) if isinstance(item, Alignment) else noisy(item)
        for item in task.items
    ]
    frames = np.array([len(one.units) for one in made], dtype=np.int64)
    first = np.concatenate([[0], np.cumsum(frames)[:-1]])
    words = [
        one.words + np.array([start, start, 0]) for one, start in zip(made, first, strict=True)
    ]
    with whole(task.output) as unfinished:
        subprocess.run(
            [*ENCODER, "-", str(unfinished)],
            input=to_pcm(np.concatenate([one.wave for one in made])),
            check=True,
            capture_output=True,
        )
        np.savez_compressed(
            task.output.with_suffix(".npz"),
            first=first,
            frames=frames,
            unit=np.concatenate([one.units for one in made]),
            words=np.concatenate(words).astype(np.int32),
            words_of=np.repeat(np.arange(len(made)), [len(one.words) for one in made]),
        )
    return task.output.name


def parts(items: Sequence[Item], seconds: Sequence[float]) -> Iterator[tuple[Item, ...]]:
    """Neighbours, up to PART_SECONDS long."""
    some: list[Item] = []
    total = 0.0
    for item, length in zip(items, seconds, strict=True):
        if some and total + length > PART_SECONDS:
            yield tuple(some)
            some, total = [], 0.0
        some.append(item)
        total += length
    if some:
        yield tuple(some)


def items_of(group: str, audio: Path, build: Path) -> tuple[Path, list[Item], list[float]]:
    """A group's root, what it consists of, and how long each is in seconds."""
    if group in NOISE:
        files = noises(group, audio, build)
        return audio, list(files), [sf.info(file).duration for file in files]
    plan = PLANS[group]
    alignments = chosen(plan, build)
    root = audio if plan.manifest == "corpus" else build
    return root, list(alignments), [one.seconds for one in alignments]


def pack_rooms(audio: Path, file: Path) -> None:
    """Write the impulse responses of the training rooms, each from its direct sound on."""
    responses = [read_wave(one) / 32768 for one in room_files(audio, Part.TRAIN)]
    rooms = np.zeros((len(responses), LONGEST_ROOM), np.float32)
    for room, response in zip(rooms, responses, strict=True):
        some = response[int(np.argmax(np.abs(response))) :][:LONGEST_ROOM]
        room[: len(some)] = some / np.abs(some).max()
    np.savez_compressed(file, rooms=rooms)


def main() -> None:
    """Make the missing files, then deal them to folders."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audio", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("--groups", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--size", type=float, default=58, help="MiB in a folder, at most")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    folder = options.build / "pack"
    folder.mkdir(exist_ok=True)
    there = {file.name for file in folder.glob("*/*.ogg")}
    tasks = []
    for group in options.groups:
        root, items, seconds = items_of(group, options.audio, options.build)
        print(f"{group}: {len(items)} recordings, {sum(seconds) / 3600:.2f} hours", flush=True)
        for number, some in enumerate(parts(items, seconds)):
            task = Task(folder / f"{group}-{number:03}.ogg", root, some)
            if task.output.name not in there and not task.output.exists():
                tasks.append(task)
    with workers(options.jobs) as pool:
        for name in pool.imap_unordered(pack, tasks):
            print(name, flush=True)
    deal(folder, options.size * 2**20)
    pack_rooms(options.audio, folder / "0" / ROOMS)


def deal(folder: Path, most: float) -> None:
    """Move all files into folders of at most so many bytes."""
    for file in sorted(folder.glob("*.ogg")):
        pair = (file, file.with_suffix(".npz"))
        size = sum(one.stat().st_size for one in pair)
        number = 0
        while (there := folder / str(number)).exists() and held(there) + size > most:
            number += 1
        there.mkdir(exist_ok=True)
        for one in pair:
            one.rename(there / one.name)


def held(folder: Path) -> int:
    """Bytes in a folder's files."""
    return sum(file.stat().st_size for file in folder.iterdir())


if __name__ == "__main__":
    stage(main)
