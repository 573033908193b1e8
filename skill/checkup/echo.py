"""How long after it was played, and how loud, the microphone hears the speaker."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skill.ports import Samples

LOWEST_HZ, HIGHEST_HZ = 400.0, 6_000.0
"""What small loudspeakers give back and 16 kHz can carry."""
CHIRP_S = 0.6
CHIRP_PEAK = 0.25
"""About as loud as the coach's voice."""
FADE_S = 0.02
LONGEST_S = 2.0
"""No echo comes later; Bluetooth takes up to half a second."""
SHARP = 8.0
"""How far the peak of the correlation must stand above the rest, in standard deviations: the
highest of 32,000 values of noise alone comes to about 4.5."""
CERTAIN = 2 * SHARP
"""Below, both halves of a recording must tell the same delay: a person who says what was just said
comes to 8.5 by chance, and at another delay each time."""
APART_S = 0.005
"""Around the peak, the room's reflections are no noise."""

Spectrum = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Echo:
    """What a microphone hears of the speaker beside it.

    Attributes:
        delay_ms: from playing to hearing: buffers, converters and air.
        sharpness: how clearly it was found, in standard deviations.
    """

    delay_ms: float
    sharpness: float


def chirp(rate: int) -> Samples:
    """A sweep over all pitches of speech, 0.6 s: its place can be told to a sample, and a person
    takes it for a bird.

    Args:
        rate: frames per second.
    """
    time = np.arange(round(CHIRP_S * rate)) / rate
    growth = np.log(HIGHEST_HZ / LOWEST_HZ) / CHIRP_S
    sound = np.sin(2 * np.pi * LOWEST_HZ / growth * (np.exp(growth * time) - 1))
    edge = np.clip(np.minimum(time, time[::-1]) / FADE_S, 0, 1)
    return np.asarray(CHIRP_PEAK * sound * edge, np.float32)


def find_echo(played: Samples, heard: Samples, rate: int) -> Echo | None:
    """Find what was played in what was heard, by the phase of their cross-correlation.

    After Knapp and Carter, "The generalized correlation method for estimation of time delay"
    (1976), within the band of `chirp`.

    Args:
        played: float32, shape (frames,), on the microphone's clock; zeros where nothing was.
        heard: the microphone's, of the same length.
        rate: frames per second of both.

    Returns:
        The echo, or None if nothing of it is heard.
    """
    found = _sharpest(played, heard, rate)
    if found is None or found.sharpness < SHARP:
        return None
    if found.sharpness >= CERTAIN:
        return found
    half = len(played) // 2
    parts = (
        _sharpest(played[:half], heard[:half], rate),
        _sharpest(played[half:], heard[half:], rate),
    )
    delays = [part.delay_ms for part in parts if part is not None]
    same = all(abs(delay - found.delay_ms) <= APART_S * 1000 for delay in delays)
    return found if same else None


def _sharpest(played: Samples, heard: Samples, rate: int) -> Echo | None:
    """The best guess at an echo, however bad."""
    if not played.any() or not heard.any():
        return None
    size = 1 << (len(played) + round(LONGEST_S * rate)).bit_length()
    cross = np.conj(np.fft.rfft(played, size)) * np.fft.rfft(heard, size)
    hertz = np.fft.rfftfreq(size, 1 / rate)
    cross[(hertz < LOWEST_HZ) | (hertz > HIGHEST_HZ)] = 0
    strength = np.abs(cross)
    cross /= np.maximum(strength, 1e-3 * strength.max(initial=1e-20))
    lags = np.fft.irfft(cross, size)[: round(LONGEST_S * rate)]
    at = int(np.argmax(np.abs(lags)))
    apart = round(APART_S * rate)
    rest = np.concatenate((lags[: max(0, at - apart)], lags[at + apart :]))
    sharpness = float(np.abs(lags[at]) / max(rest.std(), 1e-20))
    return Echo(at * 1000 / rate, sharpness)
