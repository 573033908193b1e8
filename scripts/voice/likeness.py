"""What a sound is made of, every 5 ms, and how far two of them are apart.

Mel-cepstra are those of SPTK: the cepstrum of WORLD's envelope, bent by an all-pass of 0.42, which
is the mel scale at 16 kHz (Fukada et al., "An adaptive algorithm for mel-cepstral analysis of
speech", 1992). The distance is Kubichek's ("Mel-cepstral distance measure for objective speech
quality assessment", 1993), without the 0th, loudness.
"""

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from kept import Arrays, Kept
from scipy.spatial.distance import cdist
from systems import RATE, Wave

with warnings.catch_warnings():  # it asks for an old setuptools, and says so
    warnings.simplefilter("ignore", UserWarning)
    import pyworld

RULE = "likeness 2"
PERIOD_MS = 5.0
HOP = RATE // 200
ORDER = 24
ALPHA = 0.42
FFT = 1024
LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
ACTIVE_DB = -35.0
"""A frame is speech if it comes as near as this to the sound's loudest."""
MCD = 10 / np.log(10) * np.sqrt(2)

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frames:
    """A sound in frames of 5 ms.

    Attributes:
        cepstra: mel-cepstral coefficients 0 to 24, shape (frames, 25).
        pitch: Hz, 0 where there is none, shape (frames,).
        active: whether there is speech, shape (frames,).
    """

    cepstra: Matrix
    pitch: Matrix
    active: npt.NDArray[np.bool_]

    @property
    def voiced(self) -> npt.NDArray[np.bool_]:
        """Shape (frames,)."""
        return np.asarray(self.pitch > 0)


def frames_of(wave: Wave, kept: Kept) -> Frames:
    """Analyse a sound, or take what was found before."""
    return Frames(**kept.arrays(wave.tobytes(), lambda: _analyse(wave.astype(np.float64))))


def _analyse(wave: Matrix) -> Arrays:
    pitch, times = pitch_of(wave)
    # Some noise, as the logarithm of nothing is far from everything.
    faint = wave + np.random.default_rng(0).normal(0, 1e-4, len(wave))
    power = pyworld.cheaptrick(faint, pitch, times, RATE, fft_size=FFT)
    cepstra = np.fft.irfft(np.log(power), axis=1)[:, : FFT // 2 + 1]
    cepstra[:, 0] /= 2
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(wave, 2 * HOP), 4 * HOP)[::HOP]
    loudness = np.square(frames).mean(axis=1)[: len(pitch)]
    loudness = np.pad(loudness, (0, len(pitch) - len(loudness)))
    return {
        "cepstra": cepstra @ _bend(),
        "pitch": pitch,
        "active": loudness > loudness.max() * 10 ** (ACTIVE_DB / 10),
    }


def pitch_of(wave: Matrix) -> tuple[Matrix, Matrix]:
    """Pitch in Hz and times in s.

    Found twice: the second time between 3/4 of the lower and 3/2 of the upper quartile, which
    leaves hardly an octave error (Hirst, "The analysis by synthesis of speech melody", 2011).
    """
    pitch, times = pyworld.dio(wave, RATE, LOWEST_HZ, HIGHEST_HZ, frame_period=PERIOD_MS)
    voiced = pitch[pitch > 0]
    if len(voiced):
        low, high = np.percentile(voiced, [25, 75])
        low, high = max(LOWEST_HZ, 0.75 * low), min(HIGHEST_HZ, 1.5 * high)
        pitch, times = pyworld.dio(wave, RATE, low, high, frame_period=PERIOD_MS)
    return pyworld.stonemask(wave, pitch, times, RATE), times


@cache
def _bend() -> Matrix:
    """From cepstra to mel-cepstra, shape (FFT // 2 + 1, ORDER + 1): SPTK's `freqt`."""
    size = FFT // 2 + 1
    known = np.zeros((size, ORDER + 1))
    for unit in range(size - 1, -1, -1):
        before = known
        known = np.empty_like(before)
        known[:, 0] = ALPHA * before[:, 0]
        known[unit, 0] += 1
        known[:, 1] = (1 - ALPHA**2) * before[:, 0] + ALPHA * before[:, 1]
        for order in range(2, ORDER + 1):
            known[:, order] = before[:, order - 1] + ALPHA * (
                before[:, order] - known[:, order - 1]
            )
    return known


@dataclass(frozen=True, slots=True)
class Difference:
    """Two sounds of one text, one laid over the other.

    Attributes:
        distortion: mel-cepstral, mean over the reference's speech, dB.
        voicing: share of the reference's speech where one has a voice and the other none.
    """

    distortion: float
    voicing: float


def compare(made: Frames, reference: Frames) -> Difference:
    """How far a sound is from a recording, after dynamic time warping."""
    distances = cdist(reference.cepstra[:, 1:], made.cepstra[:, 1:])
    ours, theirs = align(distances)
    counted = reference.active[ours]
    ours, theirs = ours[counted], theirs[counted]
    return Difference(
        float(MCD * distances[ours, theirs].mean()),
        float((reference.voiced[ours] != made.voiced[theirs]).mean()),
    )


def align(distances: Matrix) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The cheapest way from corner to corner by steps of one, in rows, columns or both.

    Worked out by diagonals, whose cells do not depend on each other.
    """
    rows, columns = distances.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0
    for diagonal in range(rows + columns - 1):
        row = np.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
        column = diagonal - row
        ways = (total[row, column], total[row, column + 1], total[row + 1, column])
        total[row + 1, column + 1] = distances[row, column] + np.minimum.reduce(ways)
    row, column, path = rows, columns, []
    while row and column:
        path.append((row - 1, column - 1))
        steps = ((row - 1, column - 1), (row - 1, column), (row, column - 1))
        row, column = min(steps, key=lambda step: total[step])
    both = np.array(path[::-1])
    return both[:, 0], both[:, 1]
