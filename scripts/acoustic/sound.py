"""Reading recordings: any file that soundfile knows, as 16 kHz mono."""

from math import gcd
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf
from scipy.signal import resample_poly

RATE = 16000
"""Samples per second of everything the network hears."""

Wave = npt.NDArray[np.float32]
"""Shape (samples,), on the scale of 16-bit integers: full scale is 32768, as Kaldi has it."""


def read_wave(path: Path) -> Wave:
    """The first channel of a file, resampled to `RATE`.

    Raises:
        FileNotFoundError: if there is no such file.
        soundfile.LibsndfileError: if it is broken.
    """
    path.stat()  # soundfile does not tell what is missing from what is broken
    samples, rate = sf.read(path, dtype="float32", always_2d=True)
    wave = samples[:, 0] * np.float32(32768)
    if rate != RATE:
        common = gcd(rate, RATE)
        wave = resample_poly(wave, RATE // common, rate // common)
    return np.asarray(wave, dtype=np.float32)


def to_pcm(wave: Wave) -> bytes:
    """16-bit little-endian samples, clipped at full scale."""
    return np.clip(np.rint(wave), -32768, 32767).astype("<i2").tobytes()
