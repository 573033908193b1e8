"""Making one recording sound like many: rooms, noises, microphones, levels, speeds.

Every probability and range here is a guess about living rooms and cheap microphones, not a
measurement; what they are good for shows on the dev recordings only.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from corpus import Part, noise_files, room_files
from scipy.signal import fftconvolve, lfilter, resample_poly
from sound import RATE, Wave, read_wave

FULL_SCALE = 32768.0
LONGEST_ROOM_S = 0.8


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Recorded noises and room responses that may be used for training."""

    noises: tuple[Wave, ...]
    rooms: tuple[Wave, ...]


def read_surroundings(audio: Path) -> Surroundings:
    """The training part of `audio`/noise and `audio`/rooms."""
    return Surroundings(
        tuple(read_wave(file) for file in noise_files(audio, Part.TRAIN)),
        tuple(read_wave(file) for file in room_files(audio, Part.TRAIN)),
    )


def chance(rng: np.random.Generator, probability: float) -> bool:
    """A thrown dice."""
    return float(rng.random()) < probability


def rms(wave: Wave) -> float:
    """Root mean square, never zero."""
    return float(np.sqrt(np.mean(np.square(wave, dtype=np.float64)) + 1e-9))


def speech_rms(wave: Wave) -> float:
    """Level of the loud half of a recording's 20 ms stretches: silence around it counts not."""
    stretch = RATE // 50
    count = max(1, len(wave) // stretch)
    power = np.square(np.resize(wave, count * stretch).astype(np.float64)).reshape(count, -1)
    loud = np.sort(power.mean(axis=1))[count // 2 :]
    return float(np.sqrt(loud.mean() + 1e-9))


def change_speed(wave: Wave, percent: int) -> Wave:
    """Play faster (above 100) or slower, which also shifts the pitch."""
    return np.asarray(resample_poly(wave, 100, percent), dtype=np.float32)


def coloured_noise(length: int, rng: np.random.Generator) -> Wave:
    """White to brown noise of level 1."""
    white = rng.standard_normal(length)
    noise = lfilter([1.0], [1.0, -rng.choice([0.0, rng.uniform(0.7, 0.99)])], white)
    return np.asarray(noise / rms(noise), dtype=np.float32)


def recorded_noise(length: int, noises: tuple[Wave, ...], rng: np.random.Generator) -> Wave:
    """A random stretch of a random noise, repeated if it is too short, of level 1."""
    noise = noises[rng.integers(len(noises))]
    start = rng.integers(max(1, len(noise) - length))
    piece = np.resize(noise[start : start + length], length)
    return np.asarray(piece / max(rms(piece), 1.0), dtype=np.float32)


def synthetic_room(rng: np.random.Generator) -> Wave:
    """Direct sound, some reflections and a decaying tail, duller than what makes it.

    The tail is noise that decays (Polack, "La transmission de l'energie sonore dans les
    salles", 1988): 60 dB in 0.15 to 1 s. What is reflected is 12 dB fainter to 14 dB louder than
    the direct sound: in the rooms that were measured it is up to 15 dB louder.
    """
    seconds = float(np.exp(rng.uniform(np.log(0.15), np.log(1.0))))
    length = int(RATE * LONGEST_ROOM_S)
    decay = np.exp(-6.9 * np.arange(length) / (seconds * RATE))
    tail = rng.standard_normal(length) * decay
    tail[: int(rng.uniform(0.002, 0.02) * RATE)] = 0.0
    places = rng.integers(RATE // 500, RATE // 20, size=int(rng.integers(3, 12)))
    loud = float(np.abs(tail).max()) * rng.uniform(0.5, 3.0, size=len(places))
    tail[places] += loud * decay[places] * rng.choice([-1.0, 1.0], size=len(places))
    pole = rng.uniform(0.0, 0.7)
    tail = lfilter([1.0 - pole], [1.0, -pole], tail)
    tail *= 10 ** (rng.uniform(-12, 14) / 20) / np.sqrt(np.square(tail).sum() + 1e-12)
    tail = np.clip(tail, -0.9, 0.9)  # the direct sound stays the loudest: labels begin there
    tail[0] = 1.0
    return np.asarray(tail, dtype=np.float32)


def add_room(wave: Wave, room: Wave) -> Wave:
    """Convolve with a room response; the direct sound stays where it was."""
    direct = int(np.argmax(np.abs(room)))
    wet = fftconvolve(wave, room)[direct : direct + len(wave)]
    return np.asarray(wet, dtype=np.float32)


def change_microphone(wave: Wave, rng: np.random.Generator) -> Wave:
    """Tilt the spectrum by a first-order filter, and at times cut its top or bottom."""
    tilt = rng.uniform(-0.4, 0.4)
    changed = lfilter([1.0, tilt], [1.0], wave)
    if chance(rng, 0.3):
        pole = rng.uniform(0.3, 0.7)
        changed = lfilter([1.0 - pole], [1.0, -pole], changed)
    if chance(rng, 0.3):
        changed = lfilter([1.0, -1.0], [1.0, -rng.uniform(0.9, 0.98)], changed)
    return np.asarray(changed, dtype=np.float32)


def surround(wave: Wave, around: Surroundings, rng: np.random.Generator) -> Wave:
    """Put a recording into a random room, before a random microphone, in random noise.

    Returns:
        as long as `wave`; speech at -50 to -12 dB of full scale; noise 3 to 30 dB below it in
        two thirds of all cases, and otherwise only a microphone's own.
    """
    if chance(rng, 0.3):
        wave = add_room(wave, around.rooms[rng.integers(len(around.rooms))])
    elif chance(rng, 0.43):
        wave = add_room(wave, synthetic_room(rng))
    if chance(rng, 0.4):
        wave = change_microphone(wave, rng)
    level = FULL_SCALE * 10 ** (rng.uniform(-50, -12) / 20)
    wave = wave * np.float32(level / speech_rms(wave))
    if chance(rng, 0.67):
        if chance(rng, 0.6):
            noise = recorded_noise(len(wave), around.noises, rng)
        else:
            noise = coloured_noise(len(wave), rng)
        wave = wave + noise * np.float32(level / 10 ** (rng.uniform(3, 30) / 20))
    wave = wave + coloured_noise(len(wave), rng) * np.float32(rng.uniform(0.0, 10.0))
    if chance(rng, 0.05):
        wave = wave * np.float32(FULL_SCALE * rng.uniform(1.2, 3.0) / np.abs(wave).max())
    return np.clip(wave, -FULL_SCALE, FULL_SCALE - 1).astype(np.float32)
