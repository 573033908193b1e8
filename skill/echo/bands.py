"""Short spectra and the bands that they are summed up in.

Frames of 20 ms, one every 10 ms, under the root of a Hann window, so that taking a signal apart
and adding it up again gives the signal back, 10 ms later. The bands are triangles on the mel scale
whose weights add up to 1 in every bin, so that gains of bands become gains of bins.
"""

import numpy as np
import numpy.typing as npt

from skill.ports import RATE, Samples

HOP = 160
FRAME = 2 * HOP
BINS = HOP + 1
BANDS = 32
FAINTEST = 1e-10
"""Power of a bin that counts as nothing, about that of half a step of 16 bits."""
WINDOW: Samples = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(
    np.float32
)

Spectrum = npt.NDArray[np.complex64]


def _weights() -> Samples:
    mel = 1127 * np.log1p(np.arange(BINS) * RATE / FRAME / 700)
    place = mel / mel[-1] * (BANDS - 1)
    distance = np.abs(place[np.newaxis] - np.arange(BANDS)[:, np.newaxis])
    return np.asarray(np.maximum(0, 1 - distance), np.float32)


WEIGHTS = _weights()
"""Shape (BANDS, BINS)."""
_MEANS: Samples = (WEIGHTS / np.maximum(WEIGHTS.sum(axis=1, keepdims=True), 1e-6)).astype(
    np.float32
)


def spectrum(frames: Samples) -> Spectrum:
    """Spectra, shape (..., BINS), of frames of samples within 1, shape (..., FRAME)."""
    return np.fft.rfft(frames * WINDOW).astype(np.complex64)


def wave(spectra: Spectrum) -> Samples:
    """Windowed frames, shape (..., FRAME), to be added up half over each other."""
    return np.asarray(np.fft.irfft(spectra) * WINDOW, np.float32)


def power(sound: Samples) -> float:
    """Mean square of a stretch of samples, which must not be empty.

    A hop is so short that `np.mean` would mostly keep its own books: 20 times the time.
    """
    return float(np.dot(sound, sound)) / len(sound)


def hop_powers(hops: Samples) -> list[float]:
    """`power` of each of several stretches, shape (hops, samples)."""
    sums: list[float] = np.einsum("ij,ij->i", hops, hops).tolist()
    return [total / hops.shape[1] for total in sums]


def squares(spectra: Spectrum) -> Samples:
    """Squares of the moduli, of the same shape; without the root that `np.abs` draws."""
    return np.square(spectra.real) + np.square(spectra.imag)


def powers(spectra: Spectrum) -> Samples:
    """Mean power of each band, shape (..., BANDS), of spectra of shape (..., BINS)."""
    return np.asarray(squares(spectra) @ _MEANS.T / FRAME, np.float32)


def feature(power: Samples) -> Samples:
    """Powers of bands as a network likes them: logarithms, about 0, mostly within 2."""
    return np.asarray((np.log10(power + FAINTEST) + 7) / 2, np.float32)


def likeness(one: Samples, other: Samples) -> float:
    """How much two sounds are of one colour, however loud: the correlation of the logarithms of
    their bands' powers, of shape (BANDS,), -1 to 1; 0 where one of them is nothing.
    """
    shapes = feature(np.stack((one, other)))
    first, second = shapes - shapes.mean(axis=1, keepdims=True)
    scale = float(np.sqrt(first @ first * (second @ second)))
    return float(first @ second) / scale if scale > 0 else 0.0
