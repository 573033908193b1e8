"""How natural it sounds, as far as a machine can tell: melody, voice, noise, and life.

None of these numbers is good or bad by itself; a natural voice has those of the speaker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from likeness import HOP, ORDER, PERIOD_MS, Frames, Matrix
from scipy.signal import butter, hilbert, sosfiltfilt
from systems import RATE, Wave

BANDS_HZ = ((50, 2000), (2000, 4000), (4000, 7800))
WINDOW = RATE // 50
"""Samples that are compared with those one period later: 20 ms."""
LAGS = 4
"""Samples that the period may be longer or shorter."""
FLAT_HZ = (1000, 7800)
"""Where the noise of consonants is; below is what is left of the voice."""
FLAT_FFT = 512
MODULATION = 128
"""Frames: 0.64 s."""
DETAIL_HZ = 4.0
"""Slower changes of the sound are the text's own."""


@dataclass(frozen=True, slots=True)
class Manner:
    """A system's figures over all its sounds.

    Attributes:
        pitch_hz: geometric mean.
        range_semitones: from the 5th to the 95th percentile.
        deviation_semitones: standard deviation.
        words_a_minute: while it speaks, pauses inside sentences included.
        flatness_db: of the spectrum in voiceless speech, 1 to 7.8 kHz, mean; white noise: -2.5.
        harmonics_db: in voiced speech, harmonics to noise in each of BANDS_HZ, median.
    """

    pitch_hz: float
    range_semitones: float
    deviation_semitones: float
    words_a_minute: float
    flatness_db: float
    harmonics_db: tuple[float, ...]


def manner(frames: Sequence[Frames], words: Sequence[int], textures: Sequence[Matrix]) -> Manner:
    """Work out the figures of one system.

    Args:
        frames: of every sound.
        words: in each, their number.
        textures: what `texture` gave for each.
    """
    tones = np.concatenate([12 * np.log2(f.pitch[f.voiced & f.active]) for f in frames])
    low, high = np.percentile(tones, [5, 95])
    everything = np.concatenate(textures, axis=0)
    flatness, harmonics = everything[:, 0], everything[:, 1:]
    return Manner(
        pitch_hz=float(2 ** (tones.mean() / 12)),
        range_semitones=float(high - low),
        deviation_semitones=float(tones.std()),
        words_a_minute=60 * sum(words) / sum(_spoken_s(f) for f in frames),
        flatness_db=float(np.nanmean(flatness)),
        harmonics_db=tuple(float(value) for value in np.nanmedian(harmonics, axis=0)),
    )


def _spoken_s(frames: Frames) -> float:
    active = np.flatnonzero(frames.active)
    return float(active[-1] - active[0] + 1) * PERIOD_MS / 1000


def texture(wave: Wave, frames: Frames) -> Matrix:
    """Flatness of voiceless frames and harmonicity of voiced ones, in dB.

    Returns:
        shape (frames, 1 + bands), not a number where it does not apply.
    """
    found = np.full((len(frames.pitch), 1 + len(BANDS_HZ)), np.nan)
    hushed = np.flatnonzero(frames.active & ~frames.voiced)
    found[hushed, 0] = _flatness(wave, hushed)
    sung = np.flatnonzero(frames.active & frames.voiced)
    for number, (low, high) in enumerate(BANDS_HZ, 1):
        part = sosfiltfilt(butter(4, (low, high), "bandpass", fs=RATE, output="sos"), wave)
        found[sung, number] = _harmonics(hilbert(part), sung, RATE / frames.pitch[sung])
    return found


def _flatness(wave: Wave, places: npt.NDArray[np.int64]) -> Matrix:
    padded = np.pad(wave.astype(np.float64), FLAT_FFT)
    index = places[:, None] * HOP + FLAT_FFT // 2 + np.arange(FLAT_FFT)
    power = np.abs(np.fft.rfft(padded[np.minimum(index, len(padded) - 1)] * _hann(FLAT_FFT))) ** 2
    first, last = (hertz * FLAT_FFT // RATE for hertz in FLAT_HZ)
    chosen = power[:, first:last] + 1e-12
    flatness = 10 * (np.log10(chosen).mean(axis=1) - np.log10(chosen.mean(axis=1)))
    return np.asarray(flatness)


def _harmonics(
    band: npt.NDArray[np.complex128], places: npt.NDArray[np.int64], periods: Matrix
) -> Matrix:
    """Likeness of 20 ms to the 20 ms one period later, as a ratio of harmonics to noise in dB.

    After Boersma ("Accurate short-term analysis of the fundamental frequency and the
    harmonics-to-noise ratio of a sampled sound", 1993), on the analytic signal of a band, whose
    absolute correlation does not need the period to a fraction of a sample. Noise alone gives
    -6.5 dB, -7.6 in the highest band.
    """
    padded = np.pad(band, 2 * WINDOW + RATE // 50)
    start = places * HOP + 2 * WINDOW + RATE // 50 - (WINDOW + periods.astype(int)) // 2
    here = padded[np.minimum(start[:, None] + np.arange(WINDOW), len(padded) - 1)]
    best = np.zeros(len(places))
    for lag in range(-LAGS, LAGS + 1):
        later = start + np.round(periods).astype(int) + lag
        there = padded[np.minimum(later[:, None] + np.arange(WINDOW), len(padded) - 1)]
        energy = np.sum(np.abs(here) ** 2, axis=1) * np.sum(np.abs(there) ** 2, axis=1)
        likeness = np.abs(np.sum(here * there.conj(), axis=1)) / np.sqrt(energy + 1e-30)
        best = np.maximum(best, likeness)
    best = np.clip(best, 1e-3, 1 - 1e-4)
    return np.asarray(10 * np.log10(best / (1 - best)))


@cache
def _hann(size: int) -> Matrix:
    return np.hanning(size + 1)[:-1]


def variance(frames: Sequence[Frames]) -> Matrix:
    """Global variance of each cepstral coefficient but the 0th, natural logarithm, shape (24,).

    Toda and Tokuda, "A speech parameter generation algorithm considering global variance", 2007.
    """
    return np.mean([np.log(f.cepstra[f.active, 1:].var(axis=0)) for f in frames], axis=0)


def modulation(frames: Sequence[Frames]) -> Matrix:
    """Modulation spectrum of the cepstra from 4 Hz on, dB, shape (frequencies, 24).

    Takamichi et al., "A postfilter to modify the modulation spectrum in HMM-based speech
    synthesis", 2014.
    """
    total, count = np.zeros((MODULATION // 2 + 1, ORDER)), 0
    for one in frames:
        for start in range(0, len(one.cepstra) - MODULATION + 1, MODULATION // 2):
            piece = one.cepstra[start : start + MODULATION, 1:]
            piece = (piece - piece.mean(axis=0)) * _hann(MODULATION)[:, None]
            total += np.abs(np.fft.rfft(piece, axis=0)) ** 2
            count += 1
    first = int(DETAIL_HZ * MODULATION * PERIOD_MS / 1000)
    return np.asarray(10 * np.log10(total[first:] / count))
