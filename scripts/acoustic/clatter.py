"""Makes sounds of a household, so that the network learns what is no speech.

The recordings of noise are few, and a dog, a clock or a fire that is not among them was taken for a
word. So pieces of twenty seconds are made of what such sounds are made of: struck things (decaying
tones that are no harmonics), crackle, bursts of noise, drops, animals' cries (harmonics that glide
under moving peaks, rough or clear), engines. Each piece repeats two to four sounds, in time or at
random, with little changes, in a room. A piece that exists is not made again.

Usage: clatter.py BUILD_FOLDER [--pieces N]
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from augment import add_room, chance, coloured_noise, rms, synthetic_room
from music import HIGHEST_HZ, SECONDS, level_at, passing, put, random_timbre, write_pieces
from sound import RATE, Wave
from stage import stage
from synthesise import generator

PIECES = 360
FOLDER = "clatter-made"

Seconds = npt.NDArray[np.float64]


def times(seconds: float) -> Seconds:
    """The moment of each sample."""
    return np.arange(int(seconds * RATE)) / RATE


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A random number whose logarithm is even."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def struck(rng: np.random.Generator) -> Wave:
    """A knock, a tick, a clink: one blow on a thing with two to nine tones of its own."""
    hardest = between(rng, 0.004, 0.25)
    time = times(min(1.0, 6 * hardest) + 0.02)
    sound = np.zeros(len(time))
    base = between(rng, 90, 3000)
    for _ in range(int(rng.integers(2, 10))):
        hertz = min(HIGHEST_HZ, base * between(rng, 1, 9))
        decay = hardest * float(rng.uniform(0.2, 1))
        sound += rng.normal() * np.sin(2 * np.pi * hertz * time) * np.exp(-time / decay)
    blow = rng.standard_normal(len(time)) * np.exp(-time / between(rng, 0.0005, 0.012))
    return (sound + float(rng.uniform(0.2, 4)) * blow).astype(np.float32)


def crackle(rng: np.random.Generator) -> Wave:
    """A fire, paper, gravel: clicks of very different strengths, close together."""
    time = times(float(rng.uniform(0.1, 2.5)))
    clicks = rng.random(len(time)) < between(rng, 4, 400) / RATE
    strength = clicks * rng.pareto(float(rng.uniform(1.0, 2.5)), len(time)).clip(0, 30)
    low = between(rng, 100, 2500)
    high = min(7500.0, low * between(rng, 1.5, 12))
    clicking = strength * rng.choice([-1, 1], len(time))
    return passing(clicking, low, high).astype(np.float32)


def burst(rng: np.random.Generator) -> Wave:
    """A puff, a splash, a brush, a sneeze: noise in a band that may move, and swells and fades."""
    time = times(between(rng, 0.02, 1.2))
    share = time / time[-1]
    low, wide = between(rng, 80, 4000), between(rng, 1.3, 15)
    bands = []
    for shift in (1.0, between(rng, 0.5, 2)):
        lowest = min(6500.0, low * shift)
        noise = rng.standard_normal(len(time))
        bands.append(passing(noise, lowest, min(7600.0, lowest * wide)))
    moved = bands[0] * (1 - share) + bands[1] * share
    rise, fall = float(rng.uniform(0.3, 3)), float(rng.uniform(0.5, 5))
    swell = (share + 1e-3) ** rise * (1 - share) ** fall
    return (moved * swell / swell.max()).astype(np.float32)


def drop(rng: np.random.Generator) -> Wave:
    """A drop, a bubble, a chirp: one tone that glides and dies away."""
    time = times(between(rng, 0.03, 0.3))
    hertz = between(rng, 250, 4500) * np.exp(float(rng.normal(0, 0.6)) * time / time[-1])
    phase = 2 * np.pi * np.cumsum(np.minimum(hertz, HIGHEST_HZ)) / RATE
    return (np.sin(phase) * np.exp(-time / between(rng, 0.01, 0.1))).astype(np.float32)


def curve(count: int, spread: float, rng: np.random.Generator) -> Seconds:
    """A smooth random line through three to five points, as a factor around 1, shape (count,)."""
    points = int(rng.integers(3, 6))
    heights = rng.normal(0, spread, points)
    return np.exp(np.interp(np.linspace(0, points - 1, count), np.arange(points), heights))


def cry(rng: np.random.Generator) -> Wave:
    """A bark, a crow, a mew, a creak: harmonics that glide under peaks that move."""
    time = times(between(rng, 0.05, 1.3))
    share = time / time[-1]
    hertz = between(rng, 110, 2200) * curve(len(time), 0.3, rng)
    hertz *= 1 + float(rng.choice([0, between(rng, 0.003, 0.05)])) * rng.standard_normal(len(time))
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    first, last = random_timbre(rng), random_timbre(rng)
    sound = np.zeros(len(time))
    middle = float(hertz.mean())
    for number in range(1, min(40, int(HIGHEST_HZ / hertz.max())) + 1):
        level = level_at(first, number * middle, number) * (1 - share)
        level += level_at(last, number * middle, number) * share
        sound += level * np.sin(number * phase + rng.uniform(0, 6))
    sound /= rms(sound.astype(np.float32))
    if chance(rng, 0.5):
        sound *= 1 + float(rng.uniform(0.3, 1)) * np.sin(phase / int(rng.integers(2, 5)))
    if chance(rng, 0.4):
        sound = np.tanh(float(rng.uniform(1, 8)) * sound)
    hoarse = between(rng, 0.005, 1.0) * rng.standard_normal(len(time)) * curve(len(time), 0.5, rng)
    swell = np.minimum(1, time / between(rng, 0.002, 0.1)) * np.clip((1 - share) * 4, 0, 1)
    return ((sound + hoarse) * swell * curve(len(time), 0.5, rng)).astype(np.float32)


def engine(rng: np.random.Generator) -> Wave:
    """A motor, a drill, a fan: many harmonics of a low tone, beating, in noise."""
    time = times(float(rng.uniform(0.3, 6)))
    hertz = between(rng, 20, 400) * curve(len(time), 0.15, rng)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    timbre = random_timbre(rng)
    sound = np.zeros(len(time))
    for number in range(1, 30):
        level = level_at(timbre, number * float(hertz.mean()), number)
        sound += level * np.sin(number * phase + rng.uniform(0, 6))
    sound /= rms(sound.astype(np.float32))
    sound += between(rng, 0.05, 2) * coloured_noise(len(time), rng)
    beat = 1 + float(rng.uniform(0, 1)) * np.sin(2 * np.pi * between(rng, 0.5, 30) * time)
    edges = np.clip(np.minimum(time, time[-1] - time) / between(rng, 0.005, 0.5), 0, 1)
    return (sound * beat * edges).astype(np.float32)


KINDS: tuple[Callable[[np.random.Generator], Wave], ...] = (
    struck, struck, crackle, burst, burst, drop, cry, cry, cry, engine,
)  # fmt: skip
"""What is picked from; some more often."""


def moments(rng: np.random.Generator) -> list[float]:
    """When a sound is repeated: in time, at random, or in groups, in seconds."""
    gap = between(rng, 0.15, 4)
    found, at = [], float(rng.uniform(0, min(gap, 2)))
    steady, group = chance(rng, 0.4), int(rng.choice([1, 1, 2, 3, 4]))
    while at < SECONDS:
        found += [at + number * 0.3 * gap for number in range(group)]
        at += gap * group if steady else gap * group * float(rng.exponential(1) + 0.2)
    return found


def series(rng: np.random.Generator) -> Wave:
    """One sound, or two by turns, again and again, each time a little different."""
    track = np.zeros(SECONDS * RATE, np.float32)
    kind = KINDS[rng.integers(len(KINDS))]
    seeds = rng.integers(1 << 32, size=int(rng.choice([1, 1, 2, 2, 6])))
    vary = float(rng.choice([0.05, 0.5]))
    for number, at in enumerate(moments(rng)):
        sound = kind(np.random.default_rng(seeds[number % len(seeds)]))
        loud = float(np.abs(sound).max()) + 1e-6
        put(track, at, sound / np.float32(loud) * np.float32(np.exp(rng.normal(0, vary))))
    return track


def piece(number: int) -> Wave:
    """Piece `number`, shape (SECONDS * 16000,), its loudest sample at half of full scale."""
    rng = generator(f"clatter {number}")
    parts = [series(rng) for _ in range(int(rng.integers(2, 5)))]
    mixed = sum(part * np.float32(between(rng, 0.1, 1)) for part in parts)
    wet = add_room(np.asarray(mixed, np.float32), synthetic_room(rng))
    wet += coloured_noise(len(wet), rng) * np.float32(between(rng, 1e-5, 0.03))
    return np.asarray(wet / np.abs(wet).max() * 0.5, np.float32)


if __name__ == "__main__":
    stage(lambda: write_pieces(__doc__.splitlines()[0], FOLDER, PIECES, piece))
