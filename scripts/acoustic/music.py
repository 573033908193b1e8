"""Makes music, so that the network learns what is no speech: no recording of any is free enough.

Pieces of twenty seconds out of a random key, tempo and band: drums, a bass, held chords and one or
two leads. Chords and leads are harmonics under a random spectral envelope with peaks where vowels
have theirs, and they glide and vibrate, because what is taken for a word is what sounds like a
voice. A piece that exists is not made again.

Usage: music.py BUILD_FOLDER [--pieces N]
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf
from augment import add_room, chance, rms, synthetic_room
from scipy.signal import butter, sosfilt
from sound import RATE, Wave
from stage import stage, whole
from synthesise import generator

SECONDS = 20
PIECES = 240
FOLDER = "music-made"
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 3, 5, 7, 10))
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 10), (0, 3, 7, 10), (0, 5, 7))
HIGHEST_HZ = 7_000.0


@dataclass(frozen=True, slots=True)
class Timbre:
    """How an instrument sounds.

    Attributes:
        slope: dB an octave, negative.
        peaks: resonances in Hz, shape (peaks,).
        heights: how far they stand out, in dB, shape (peaks,).
        odd: whether even harmonics are weak, as in a clarinet.
        attack, decay: seconds.
        vibrato: share of the frequency.
        breath: level of noise beside the tone.
    """

    slope: float
    peaks: Wave
    heights: Wave
    odd: bool
    attack: float
    decay: float
    vibrato: float
    breath: float


def random_timbre(rng: np.random.Generator) -> Timbre:
    """Some instrument, or something near a voice."""
    count = int(rng.integers(5))
    return Timbre(
        slope=float(rng.uniform(-15, -3)),
        peaks=rng.uniform(250, 3500, count).astype(np.float32),
        heights=rng.uniform(3, 20, count).astype(np.float32),
        odd=chance(rng, 0.2),
        attack=float(10 ** rng.uniform(-2.5, -0.7)),
        decay=float(10 ** rng.uniform(-1.0, 0.7)),
        vibrato=float(rng.choice([0.0, rng.uniform(0.002, 0.02)])),
        breath=float(rng.choice([0.0, 10 ** rng.uniform(-3, -1)])),
    )


def level_at(timbre: Timbre, hertz: float, number: int) -> float:
    """The level of a harmonic, as a factor."""
    bumps = timbre.heights / (1 + np.square((hertz - timbre.peaks) / (80 + 0.08 * timbre.peaks)))
    decibels = timbre.slope * np.log2(number) + float(bumps.sum())
    if timbre.odd and number % 2 == 0:
        decibels -= 20
    return float(10 ** (decibels / 20))


def note(key: float, seconds: float, timbre: Timbre, rng: np.random.Generator) -> Wave:
    """One tone of a MIDI key (fractions allowed), shape (samples,)."""
    time = np.arange(int(seconds * RATE)) / RATE
    hertz = 440.0 * 2 ** ((key - 69) / 12)
    bend = 1 + timbre.vibrato * np.sin(2 * np.pi * rng.uniform(4, 7) * time + rng.uniform(0, 6))
    if chance(rng, 0.2):
        bend *= 2 ** (rng.uniform(-3, 3) / 12 * np.exp(-time / 0.08))
    phase = 2 * np.pi * np.cumsum(hertz * bend) / RATE
    tone = np.zeros(len(time))
    for number in range(1, min(40, int(HIGHEST_HZ / hertz)) + 1):
        tone += level_at(timbre, number * hertz, number) * np.sin(number * phase)
    tone += timbre.breath * rms(tone.astype(np.float32)) * rng.standard_normal(len(time)) * 3
    swell = np.minimum(1, time / timbre.attack) * np.exp(-time / timbre.decay)
    swell *= np.clip((seconds - time) / 0.03, 0, 1)
    return (tone * swell).astype(np.float32)


def passing(sound: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    """What of a sound lies between two frequencies in Hz."""
    band = butter(2, (low, high), "bandpass", fs=RATE, output="sos")
    return np.asarray(sosfilt(band, sound))


def drum(kind: int, rng: np.random.Generator) -> Wave:
    """A bass drum (0), a snare or clap (1), or a cymbal (2)."""
    time = np.arange(RATE // 3) / RATE
    noise = rng.standard_normal(len(time))
    if kind == 0:
        sweep = rng.uniform(40, 60) * time - rng.uniform(2, 6) * np.exp(-time / 0.02)
        return (np.sin(2 * np.pi * sweep) * np.exp(-time / rng.uniform(0.05, 0.2))).astype(
            np.float32
        )
    edges = (700, 5000) if kind == 1 else (4000, 7500)
    noise = passing(noise, *edges)
    decay = rng.uniform(0.02, 0.12) if kind == 1 else rng.uniform(0.01, 0.2)
    body = np.sin(2 * np.pi * rng.uniform(150, 300) * time) * np.exp(-time / 0.05)
    return ((noise + (0.5 * body if kind == 1 else 0)) * np.exp(-time / decay)).astype(np.float32)


def put(track: Wave, at: float, sound: Wave) -> None:
    """Add a sound to a track from a time in seconds."""
    start = int(at * RATE)
    piece = sound[: max(0, len(track) - start)]
    track[start : start + len(piece)] += piece


def rhythm(beat: float, rng: np.random.Generator) -> Wave:
    """Drums: a random bar of sixteenths, repeated with changes."""
    track = np.zeros(SECONDS * RATE, np.float32)
    sounds = [drum(kind, rng) * np.float32(rng.uniform(0.2, 1)) for kind in range(3)]
    bar = rng.random((3, 16)) < np.array([[0.2], [0.15], [0.4]])
    bar[0, 0] = bar[1, 4] = bar[1, 12] = True
    for index in range(int(SECONDS / beat * 4)):
        for kind in range(3):
            if bar[kind, index % 16] != chance(rng, 0.05):
                put(track, index * beat / 4, sounds[kind] * np.float32(rng.uniform(0.6, 1)))
    return track


def melody(root: int, beat: float, rng: np.random.Generator) -> Wave:
    """A lead that wanders along a scale."""
    track = np.zeros(SECONDS * RATE, np.float32)
    scale, timbre = SCALES[rng.integers(len(SCALES))], random_timbre(rng)
    place, at = int(rng.integers(0, 14)), 0.0
    while at < SECONDS:
        length = beat * float(rng.choice([0.25, 0.5, 0.5, 1, 1, 2]))
        place = int(np.clip(place + rng.integers(-3, 4), 0, 20))
        if chance(rng, 0.85):
            key = root + 12 * (place // len(scale)) + scale[place % len(scale)]
            put(track, at, note(key, length * 1.05, timbre, rng))
        at += length
    return track


def harmony(root: int, beat: float, rng: np.random.Generator) -> Wave:
    """Held or struck chords over a bass."""
    track = np.zeros(SECONDS * RATE, np.float32)
    high, low = random_timbre(rng), random_timbre(rng)
    length = beat * float(rng.choice([1, 2, 4]))
    steps = rng.choice([0, 2, 3, 5, 7, 9], 4)
    for index in range(int(SECONDS / length) + 1):
        base = root + int(steps[index % 4])
        for interval in CHORDS[rng.integers(len(CHORDS))]:
            put(track, index * length, note(base + interval, length * 1.1, high, rng))
        put(track, index * length, 2 * note(base - 24, length, low, rng))
    return track


def piece(number: int) -> Wave:
    """Piece `number`, shape (SECONDS * 16000,), at -20 dB of full scale in float."""
    rng = generator(f"music {number}")
    beat, root = 60 / float(rng.uniform(60, 170)), int(rng.integers(45, 64))
    parts = [melody(root, beat, rng)]
    if chance(rng, 0.7):
        parts.append(rhythm(beat, rng))
    if chance(rng, 0.7):
        parts.append(harmony(root, beat, rng))
    if chance(rng, 0.3):
        parts.append(melody(root + 12, beat, rng))
    mixed = sum(
        (part / np.float32(rms(part)) * np.float32(10 ** (rng.uniform(-12, 0) / 20)))
        for part in parts
    )
    wet = add_room(np.asarray(mixed, np.float32), synthetic_room(rng))
    return np.asarray(np.clip(wet / rms(wet) * 0.1, -1, 1), np.float32)


def write_pieces(told: str, folder: str, count: int, make: Callable[[int], Wave]) -> None:
    """The command line of a maker: writes the pieces that are missing.

    Args:
        told: what it does, in a sentence.
        folder: in BUILD.
        count: of pieces, unless told otherwise.
        make: a piece of a number, float32 within 1.
    """
    parser = argparse.ArgumentParser(description=told)
    parser.add_argument("build", type=Path)
    parser.add_argument("--pieces", type=int, default=count)
    options = parser.parse_args()
    there = options.build / folder
    there.mkdir(exist_ok=True)
    for number in range(options.pieces):
        file = there / f"{number:03}.flac"
        if not file.exists():
            with whole(file) as unfinished:
                sf.write(unfinished, make(number), RATE)
    print(f"{options.pieces} pieces of {SECONDS} s in {there}")


if __name__ == "__main__":
    stage(lambda: write_pieces(__doc__.splitlines()[0], FOLDER, PIECES, piece))
