"""Sounds put together: levels, rooms, distances. Waves are float64 in units of 16-bit samples."""

import numpy as np
import numpy.typing as npt

from skill.ports import RATE, Pcm

Wave = npt.NDArray[np.float64]

STRETCH = RATE // 50
SILENCE = 1e-9
FULL_SCALE = 32767.0
DIRECT = RATE // 400
"""Samples around the peak of a room's response that are the direct sound: 2.5 ms, as in the
usual direct-to-reverberant ratio (ACE Challenge, Eaton et al. 2016)."""
FARTHER_DB = -12.0
"""Of the direct sound, four times as far away: it falls with the distance while the room's echoes
stay about as loud everywhere."""
FAR_LEVEL = 32768 * 10 ** (-45 / 20)
"""What a voice across the room amounts to at a microphone set up for one nearby: -45 dB of full
scale, 27 dB above the faint noise of every clip. A guess, as in scripts/acoustic/augment.py."""


def rms(wave: Wave) -> float:
    """Root mean square, never zero."""
    return float(np.sqrt(np.mean(np.square(wave)) + SILENCE)) if len(wave) else SILENCE


def speech_rms(wave: Wave) -> float:
    """Level of the loud half of a recording's 20 ms stretches: silence around it counts not."""
    if len(wave) < STRETCH:
        return rms(wave)
    whole = wave[: len(wave) // STRETCH * STRETCH].reshape(-1, STRETCH)
    power = np.sort(np.square(whole).mean(axis=1))
    return float(np.sqrt(power[len(power) // 2 :].mean() + SILENCE))


def ratio(decibels: float) -> float:
    """Decibels as a factor of amplitude."""
    return float(10 ** (decibels / 20))


def scaled(wave: Wave, level: float, measured: float) -> Wave:
    """A wave whose level was measured, brought to another; silence stays silent."""
    return wave * (level / max(measured, 1.0))


def in_room(speech: Wave, response: Wave, direct_db: float = 0.0) -> Wave:
    """Speech as it sounds in a room: as long as it was, and its start stays in place.

    Args:
        speech: what is said.
        response: the room's, to an impulse.
        direct_db: how much louder the direct sound is to be than in the response.
    """
    direct = int(np.argmax(np.abs(response)))
    heard = response.copy()
    heard[max(0, direct - DIRECT) : direct + DIRECT] *= ratio(direct_db)
    length = len(speech) + len(heard) - 1
    product = np.fft.rfft(speech, length) * np.fft.rfft(heard, length)
    wet = np.fft.irfft(product, length)[direct : direct + len(speech)]
    return np.asarray(wet, np.float64)


def cut_off(wave: Wave) -> Wave:
    """What a converter makes of it that is given too much."""
    return np.clip(wave, -FULL_SCALE, FULL_SCALE)


def to_samples(wave: Wave) -> Pcm:
    """Round to 16 bit; what would be too loud is made quieter as a whole, never clipped."""
    peak = float(np.abs(wave).max(initial=0.0))
    return np.rint(wave * min(1.0, FULL_SCALE / max(peak, 1.0))).astype(np.int16)
