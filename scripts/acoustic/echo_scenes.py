"""Makes conversations in which a coach's loudspeaker is heard, for `echo_train.py` to learn from.

Somebody plays lines (the coach, or readers) through a loudspeaker that distorts, in a room made by
pyroomacoustics; somebody else says words at the same microphone, or nobody does. The product's own
filter (`skill/echo/kalman.py`) takes out what it can. What is left, and what should be, is written
as powers of bands. Every range here is a guess about living rooms. None of the recorded rooms is
used: those measure. A shard that exists is not made again.

Usage: PYTHONPATH=. echo_scenes.py AUDIO_FOLDER BUILD_FOLDER [--first N] [--shards N] [--jobs N]
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyroomacoustics as pra
from augment import chance, coloured_noise, recorded_noise, speech_rms
from corpus import Part, noise_files, read_utterances
from scipy.signal import fftconvolve, lfilter
from sound import RATE, Wave, read_wave
from stage import stage, whole, workers
from synthesise import generator

from skill.echo.bands import FRAME, HOP, powers, spectrum
from skill.echo.kalman import KalmanFilter

FOLDER = "echo"
SECONDS, WARM_UP = 16, 12
SCENES = 20
"""In a shard."""
ROOMS = 200
NEAR_A_WALL = 0.03
"""Metres: nothing is nearer."""
HEADPHONES = 0.25
"""Share of scenes in which nothing of the coach reaches the microphone."""
FULL_SCALE = 32768


@dataclass(frozen=True, slots=True)
class Sources:
    """Files to play, and to say."""

    lines: tuple[Path, ...]
    readers: tuple[Path, ...]
    people: tuple[Path, ...]
    noises: tuple[Wave, ...]


@cache
def sources(audio: Path, build: Path) -> Sources:
    """The training parts of everything."""
    heard = [u for u in read_utterances(build / "corpus.tsv") if u.part == Part.TRAIN]
    made = [u for u in read_utterances(build / "synthetic.tsv") if u.part == Part.TRAIN]
    by = {
        name: tuple(audio / u.path for u in heard if u.corpus == name)
        for name in ("librispeech", "kathleen", "speechocean762", "speech_commands", "wakewords")
    }
    people = (
        *by["speechocean762"],
        *by["wakewords"],
        *by["speech_commands"][::2],
        *(build / u.path for u in made[::3]),
    )
    readers = by["librispeech"] + by["kathleen"][::2] + by["speechocean762"][::4]
    lines = tuple(sorted(Path("models/voice-en/lines").glob("*.o*")))
    music = tuple(
        read_wave(file) for file in sorted((build / "music-made").glob("*[0-9].flac"))[::4]
    )
    noises = tuple(read_wave(file) for file in noise_files(audio, Part.TRAIN))
    return Sources(lines, readers, people, noises + music)


@cache
def rooms(build: Path) -> list[tuple[Wave, Wave]]:
    """Answers of made rooms: from the loudspeaker, and from the person, direct sounds 1."""
    file = build / FOLDER / "rooms.npz"
    with np.load(file) as kept:
        return [(kept[f"{n}a"], kept[f"{n}b"]) for n in range(ROOMS)]


def make_rooms(file: Path) -> None:
    """Living rooms of 2.5 to 7 m with a reverberation time of 0.3 to 0.9 s."""
    rng = np.random.default_rng(0)
    answers: dict[str, Wave] = {}
    for number in range(ROOMS):
        size = rng.uniform([2.5, 2.5, 2.2], [7.0, 6.0, 3.2])
        absorption, order = pra.inverse_sabine(rng.uniform(0.3, 0.9), size)
        room = pra.ShoeBox(
            size, fs=RATE, materials=pra.Material(absorption), max_order=min(order, 25)
        )
        microphone = rng.uniform([0.5, 0.5, 0.05], size - [0.5, 0.5, 0.8])
        room.add_microphone(microphone)
        for least, most in ((0.1, 2.5), (0.3, 2.0)):
            while True:
                way = rng.normal(size=3)
                place = microphone + way / np.linalg.norm(way) * rng.uniform(least, most)
                if np.all(place > NEAR_A_WALL) and np.all(place < size - NEAR_A_WALL):
                    break
            room.add_source(place)
        room.compute_rir()
        for name, answer in zip("ab", room.rir[0], strict=True):
            peak = int(np.argmax(np.abs(answer)))
            cut = np.asarray(answer[max(0, peak - 16) : peak + RATE * 6 // 10], np.float32)
            answers[f"{number}{name}"] = cut / np.abs(cut).max()
    with whole(file) as unfinished:
        np.savez(unfinished, **answers)


def talk(
    files: tuple[Path, ...], length: int, gaps: tuple[float, float], rng: np.random.Generator
) -> Wave:
    """Recordings one after another, levelled, with gaps of so many seconds between."""
    track = np.zeros(length, np.float32)
    at = int(RATE * rng.uniform(0, gaps[1]))
    while at < length:
        sound = read_wave(files[rng.integers(len(files))])
        sound = sound / max(speech_rms(sound), 30.0)
        part = sound[: length - at]
        track[at : at + len(part)] = part
        at += len(sound) + int(RATE * rng.uniform(*gaps))
    return track


def loudspeaker(sound: Wave, rng: np.random.Generator) -> Wave:
    """What a small one makes of a sound: limits, and no bass."""
    if chance(rng, 0.8):
        drive, lean = rng.uniform(0.3, 2.0), rng.uniform(0, 0.3)
        sound = (np.tanh(drive * sound + lean) - np.tanh(lean)) / drive
    pole = np.exp(-2 * np.pi * rng.uniform(60, 350) / RATE)
    sound = lfilter([1, -1], [1, -pole], sound)
    return np.asarray(lfilter([1.0, rng.uniform(-0.4, 0.4)], [1.0], sound), np.float32)


def delayed(sound: Wave, rng: np.random.Generator) -> Wave:
    """Some devices are slow, and some have a clock of their own."""
    delay = rng.uniform(0.0, 0.32) * RATE
    drift = 1e-6 * rng.choice([0, 0, 0, 20, -20, 5, -5, 100])
    at = np.arange(len(sound)) * (1 + drift) - int(delay)
    return np.interp(at, np.arange(len(sound)), sound, left=0, right=0).astype(np.float32)


def scene(audio: Path, build: Path, rng: np.random.Generator) -> dict[str, Wave]:
    """One conversation: powers of bands, shape (hops, BANDS), and when somebody speaks."""
    have = sources(audio, build)
    warm = WARM_UP if chance(rng, 0.6) else 0
    length = (SECONDS + warm) * RATE
    lines = have.lines if chance(rng, 0.7) else have.readers
    played = talk(lines, length, (0.2, 0.9), rng)
    if chance(rng, 0.3):
        played[: int(rng.uniform(0, 3) * RATE) + warm * RATE] = 0
    played *= np.float32(10 ** (rng.uniform(-30, -14) / 20))
    played = np.clip(played, -1, 1)
    there, here = rooms(build)[rng.integers(ROOMS)]
    echo = fftconvolve(loudspeaker(delayed(played, rng), rng), there)[:length]
    level = 10 ** (rng.uniform(-48, -18) / 20)
    said = np.zeros(length, np.float32)
    if chance(rng, 0.7):
        gaps = (0.5, 2.0) if chance(rng, 0.3) else (2.0, 6.0)
        said = talk(have.people, length, gaps, rng)
        if chance(rng, 0.7):
            said = fftconvolve(said, here)[:length].astype(np.float32)
    ratio = 10 ** (rng.uniform(-22, 16) / 20)
    if chance(rng, HEADPHONES):
        ratio = 0.0
    echo *= level * ratio / max(speech_rms(echo * FULL_SCALE) / FULL_SCALE, 1e-5)
    around = coloured_noise(length, rng) * np.float32(10 ** (rng.uniform(-85, -62) / 20))
    if chance(rng, 0.35):
        loud = level * 10 ** (-rng.uniform(3, 30) / 20)
        around = around + recorded_noise(length, have.noises, rng) * np.float32(loud)
    near = said * np.float32(level) + around
    heard = np.clip(near + echo, -1, 1).astype(np.float32)
    heard = (np.rint(heard * FULL_SCALE) / FULL_SCALE).astype(np.float32)
    left, taken = cancelled(heard, played)
    skip = warm * RATE
    found = {
        name: banded(sound[skip:])
        for name, sound in (("left", left), ("taken", taken), ("played", played), ("near", near))
    }
    speech = banded(said[skip:] * np.float32(level)).mean(axis=1)
    found["voice"] = (speech > max(1e-4 * level**2, 0)).astype(np.float32)[:, np.newaxis]
    return found


def cancelled(heard: Wave, played: Wave) -> tuple[Wave, Wave]:
    """What the product's filter leaves, and what it takes."""
    learner = KalmanFilter()
    pairs = [
        learner.clean(heard[at : at + HOP], played[at : at + HOP])
        for at in range(0, len(heard) - HOP + 1, HOP)
    ]
    return np.concatenate([rest for rest, _ in pairs]), np.concatenate([echo for _, echo in pairs])


def banded(sound: Wave) -> Wave:
    """Powers of bands of the frames that end with each hop."""
    padded = np.concatenate([np.zeros(HOP, np.float32), sound])
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    return powers(spectrum(frames))


def make(task: tuple[Path, Path, int]) -> None:
    """Write a shard."""
    audio, build, number = task
    file = build / FOLDER / f"{number:03d}.npz"
    if file.exists():
        return
    rng = generator(f"echo {number}")
    scenes = [scene(audio, build, rng) for _ in range(SCENES)]
    shard = {name: np.stack([one[name] for one in scenes]) for name in scenes[0]}
    with whole(file) as unfinished:
        np.savez(
            unfinished,
            **{
                name: np.log10(value + 1e-12).astype(np.float16)
                if name != "voice"
                else value.astype(np.int8)
                for name, value in shard.items()
            },
        )
    print(file, flush=True)


def make_shards(make: Callable[[tuple[Path, Path, int]], None], what: str, shards: int) -> None:
    """The program that makes shards in the made rooms.

    Args:
        make: writes the shard of that number, unless it is there, from audio and into build.
        what: said in the program's help.
        shards: how many, if nobody says otherwise.
    """
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("audio", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("--shards", type=int, default=shards)
    parser.add_argument("--first", type=int, default=0, help="go on from this shard")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    (options.build / FOLDER).mkdir(exist_ok=True)
    kept = options.build / FOLDER / "rooms.npz"
    if not kept.exists():
        make_rooms(kept)
    numbers = range(options.first, options.shards)
    tasks = [(options.audio, options.build, number) for number in numbers]
    with workers(options.jobs) as crew:
        for _ in crew.imap_unordered(make, tasks):
            pass


if __name__ == "__main__":
    stage(lambda: make_shards(make, __doc__.splitlines()[0], 60))
