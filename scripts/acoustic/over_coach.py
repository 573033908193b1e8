"""Makes words said into the coach's lines, for the ears to learn from.

What a loudspeaker covers, and what the product's canceller then takes along, is a faint beginning:
the "p" of "pause". So people of the training part talk while the coach does, in made rooms
(`echo_scenes`), and the ears get to see what the whole canceller (`skill/echo`) makes of it;
what is left of the coach is silence to them. A shard that exists is not made again: like those of
`features` they are BUILD/features/coach-0-NN.npz.

Usage: PYTHONPATH=. over_coach.py AUDIO_FOLDER BUILD_FOLDER [--first N] [--shards N] [--jobs N]
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from align import Alignment
from augment import chance, coloured_noise, speech_rms
from echo_scenes import (
    FULL_SCALE,
    ROOMS,
    delayed,
    loudspeaker,
    make_shards,
    rooms,
    sources,
    talk,
)
from features import PLANS, Example, Mfcc, Units, chosen, label, targets, write_shard
from frames import SHIFT
from scipy.signal import fftconvolve
from sound import RATE, Wave, read_wave
from stage import stage
from synthesise import generator

from skill.echo.bands import HOP
from skill.echo.canceller import EchoCanceller
from skill.echo.cancelling import ONSET
from skill.echo.suppressor import Suppressor
from skill.echo.weights import read_weights

SECONDS = 60
SCENES = 12
"""In a shard."""
SHARES = {"synthetic": 0.45, "single": 0.35, "sentences": 0.2}
"""Of whose words."""
LONGEST = 4.0
"""Seconds: nobody interrupts with more."""
VOICE_DB, ECHO_DB = (-48.0, -16.0), (-14.0, 10.0)
"""Of full scale, a person; and the echo, relative to them."""
BLOCK = 5
"""Hops that a session's microphone brings at once."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording of the training part."""

    file: Path
    alignment: Alignment


@cache
def people(audio: Path, build: Path) -> dict[str, list[Spoken]]:
    """Whose words there are, by plan."""
    return {
        name: [
            Spoken((audio if PLANS[name].manifest == "corpus" else build) / one.path, one)
            for one in chosen(PLANS[name], build)
            if sum(len(word.segments) > 0 for word in one.words) and one.seconds < LONGEST
        ]
        for name in SHARES
    }


def words_said(
    have: dict[str, list[Spoken]], length: int, here: Wave, rng: np.random.Generator
) -> tuple[Wave, Units]:
    """Somebody's words one after another, level 1, and the units of every 10 ms."""
    track = np.zeros(length, np.float32)
    units = label([], length)
    far = chance(rng, 0.7)
    at = int(rng.uniform(2, 8) * RATE) // SHIFT * SHIFT
    while True:
        name = rng.choice(list(SHARES), p=list(SHARES.values()))
        spoken = have[name][rng.integers(len(have[name]))]
        wave = read_wave(spoken.file)
        if at + len(wave) + RATE > length:
            return track, units
        heard = wave / max(speech_rms(wave), 30.0)
        if far:
            heard = fftconvolve(heard, here)[: len(wave) + RATE // 3]
        track[at : at + len(heard)] += heard
        first, count = at // SHIFT, len(wave) // SHIFT
        units[first : first + count] = label(spoken.alignment.words, len(wave))[:count]
        at += (len(wave) + int(rng.uniform(0.5, 2.0) * RATE)) // SHIFT * SHIFT


def scene(audio: Path, build: Path, rng: np.random.Generator) -> tuple[Mfcc, Units]:
    """A minute of somebody who interrupts the coach again and again, as the ears get it."""
    length = SECONDS * RATE
    have = sources(audio, build)
    played = talk(have.lines, length, (0.2, 0.6), rng)
    played = np.clip(played * np.float32(10 ** (rng.uniform(-26, -14) / 20)), -1, 1)
    there, here = rooms(build)[rng.integers(ROOMS)]
    echo = fftconvolve(loudspeaker(delayed(played, rng), rng), there)[:length]
    level = 10 ** (rng.uniform(*VOICE_DB) / 20)
    ratio = 10 ** (rng.uniform(*ECHO_DB) / 20)
    echo *= level * ratio / max(speech_rms(echo * FULL_SCALE) / FULL_SCALE, 1e-5)
    said, units = words_said(people(audio, build), length, here, rng)
    around = coloured_noise(length, rng) * np.float32(10 ** (rng.uniform(-90, -66) / 20))
    heard = np.clip(said * np.float32(level) + echo + around, -1, 1).astype(np.float32)
    heard = (np.rint(heard * FULL_SCALE) / FULL_SCALE).astype(np.float32)
    clean = cleaned(heard, played) * np.float32(FULL_SCALE)
    return targets(Example(clean, units), rng)


def cleaned(heard: Wave, played: Wave) -> Wave:
    """What the product's canceller leaves, with the beginnings that it takes back."""
    canceller = EchoCanceller(Suppressor(read_weights(Path("models/echo"))))
    hops = [
        canceller.clean(heard[at : at + HOP], played[at : at + HOP])
        for at in range(0, len(heard) - HOP + 1, HOP)
    ]
    out = np.stack([hop.passed for hop in hops])
    talking = False
    for first in range(0, len(hops), BLOCK):
        block = hops[first : first + BLOCK]
        if any(hop.talk for hop in block) and not talking:
            start = max(0, first - ONSET)
            out[start : first + BLOCK] = [hop.ungated for hop in hops[start : first + BLOCK]]
        talking = block[-1].talk
    # The canceller is one hop late.
    return np.concatenate([*out[1:], np.zeros(HOP, np.float32)])


def make(task: tuple[Path, Path, int]) -> None:
    """Write a shard."""
    audio, build, number = task
    file = build / "features" / f"coach-0-{number:02}.npz"
    if file.exists():
        return
    rng = generator(f"over coach {number}")
    made = [scene(audio, build, rng) for _ in range(SCENES)]
    write_shard(file, made)
    print(file.name, flush=True)


if __name__ == "__main__":
    stage(lambda: make_shards(make, __doc__.splitlines()[0], 24))
