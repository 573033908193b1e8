"""Numbers that every stage shares, and how recordings are read."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf
from scipy.signal import butter, sosfiltfilt

RATE = 24_000
"""Samples a second, those of the recordings."""
HOP = 240
"""Samples between frames: 10 ms."""
FFT = 1024
BINS = FFT // 2 + 1
BANDS = 80
"""Of the spectral envelope, evenly spaced on the mel scale."""
BREATH_BANDS = 8
"""Of the aperiodicity."""
LOW_HZ, HIGH_HZ = 40.0, 12_000.0
LEVEL_DB = -23.0
"""Of the loud half of every recording, against full scale."""

Wave = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]


def read_wave(file: Path) -> Wave:
    """A recording without rumble, at the common level, shape (samples,).

    Raises:
        ValueError: if it is not mono at RATE.
    """
    wave, rate = sf.read(file)
    if rate != RATE or wave.ndim != 1:
        raise ValueError(f"{file} is not mono at {RATE} Hz")
    wave = sosfiltfilt(butter(2, 50, "highpass", fs=RATE, output="sos"), wave)
    frames = np.resize(wave, len(wave) // HOP * HOP).reshape(-1, HOP)
    power = np.sort(np.square(frames).mean(axis=1))
    level = np.sqrt(power[len(power) // 2 :].mean())
    return np.asarray(wave * (10 ** (LEVEL_DB / 20) / level), dtype=np.float64)


def mel(hertz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """O'Shaughnessy's mel scale."""
    return np.asarray(1127.0 * np.log1p(hertz / 700.0))


def centres(bands: int) -> npt.NDArray[np.float64]:
    """Middle frequencies in Hz of bands that are evenly spaced in mel, shape (bands,)."""
    edges = mel(np.array([LOW_HZ, HIGH_HZ]))
    return np.asarray(700.0 * np.expm1(np.linspace(edges[0], edges[1], bands) / 1127.0))


def spread(bands: int) -> Matrix:
    """From bands to bins of the Fourier transform, linear in between, shape (bands, BINS)."""
    bins = np.arange(BINS) * RATE / FFT
    places = np.interp(mel(bins), mel(centres(bands)), np.arange(bands))
    below = np.minimum(places.astype(int), bands - 2)
    share = places - below
    matrix = np.zeros((bands, BINS), dtype=np.float32)
    matrix[below, np.arange(BINS)] = 1 - share
    matrix[below + 1, np.arange(BINS)] += share
    return matrix


def gather(bands: int) -> Matrix:
    """From bins to bands: triangles around the middle frequencies, shape (BINS, bands)."""
    matrix = spread(bands).T.astype(np.float64)
    return np.asarray(matrix / matrix.sum(axis=0), dtype=np.float32)
