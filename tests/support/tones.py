"""Sounds that tests make and measure."""

from typing import Any

import numpy as np
import numpy.typing as npt

from skill.ports import Pcm, Samples


def sine(hertz: float, seconds: float, rate: int, peak: float = 0.5) -> Samples:
    """A pure tone, float32."""
    return np.asarray(
        peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate), np.float32
    )


def int16(samples: Samples) -> Pcm:
    """Float sound as 16-bit integers."""
    return (samples * 32767).astype(np.int16)


def pitch(samples: npt.NDArray[Any], rate: int) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def first_sound(samples: npt.NDArray[Any], level: float) -> int:
    """Index of the first sample louder than `level`."""
    return int(np.argmax(np.abs(samples.astype(np.float64)) > level))


def last_sound(samples: npt.NDArray[Any], level: float) -> int:
    """Index of the last sample louder than `level`."""
    return len(samples) - 1 - first_sound(samples[::-1], level)
