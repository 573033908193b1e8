"""Short sounds with one meaning each, made from numbers alone."""

from collections.abc import Mapping

import numpy as np

from skill.core.messages import Tone
from skill.ports import Clip, Samples

Note = tuple[float, int, int]
"""Pitch in Hz, start in ms, length in ms."""

B4, C5, D5, E5, G5, A5, C6 = 493.88, 523.25, 587.33, 659.26, 783.99, 880.00, 1046.50
"""Equal temperament, A4 = 440 Hz. None lies lower: small loudspeakers fade below 500 Hz."""

MELODIES: Mapping[Tone, tuple[Note, ...]] = {
    Tone.HEARD: ((A5, 0, 110),),
    Tone.NOT_NOW: ((D5, 0, 120), (B4, 110, 170)),
    Tone.STEP: ((C5, 0, 140), (G5, 120, 220)),
    Tone.TIME: ((E5, 0, 150), (E5, 170, 170)),
    Tone.MICROPHONE_LOST: ((C6, 0, 100), (E5, 90, 100), (C5, 180, 160)),
    Tone.MICROPHONE_BACK: ((C5, 0, 100), (E5, 90, 100), (C6, 180, 160)),
}
"""One contour each: a tick, a fall, a rise, a knock, a descent, a climb."""

HARMONICS = (1.0, 0.25, 0.08)
"""Strength of the pitch, its octave and its twelfth: a soft mallet rather than a beep."""
ATTACK_MS = 6
RELEASE_MS = 12
DECAYS = 4.0
"""Time constants within a note, so that it is at -35 dB when its release begins."""
PEAK = 0.3
"""-10 dB of full scale: below the voice, whose peaks come to -8 to -1 dB (`speech/level.py`)."""


def chime(tone: Tone, rate: int = 22_050) -> Clip:
    """Make the sound of a tone; the same one every time.

    Args:
        tone: which.
        rate: frames per second of the clip.

    Returns:
        A clip of 110 to 340 ms that begins and ends in silence, peak 0.3.
    """
    melody = MELODIES[tone]
    sound = np.zeros(max(start + length for _, start, length in melody) * rate // 1000)
    for pitch, start, length in melody:
        first, frames = start * rate // 1000, length * rate // 1000
        sound[first : first + frames] += _note(pitch, frames, rate)[: len(sound) - first]
    samples: Samples = (sound * (PEAK / np.abs(sound).max())).astype(np.float32)
    return Clip(samples, rate)


def _note(pitch: float, frames: int, rate: int) -> Samples:
    time = np.arange(frames) / rate
    sound = sum(
        strength * np.sin(2 * np.pi * pitch * number * time)
        for number, strength in enumerate(HARMONICS, start=1)
        if pitch * number < rate / 2
    )
    envelope = np.exp(-DECAYS * np.arange(frames) / frames)
    envelope *= np.clip(np.arange(frames) * 1000 / rate / ATTACK_MS, 0, 1)
    envelope *= np.clip(np.arange(frames)[::-1] * 1000 / rate / RELEASE_MS, 0, 1)
    return np.asarray(sound * envelope, np.float32)
