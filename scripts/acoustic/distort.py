"""Fresh changes of every batch of MFCCs: other vocal tracts, noises, microphones, gaps.

`augment` changes sound, which takes time and disk, so each recording has a few changed copies only.
What is here costs next to nothing and is drawn anew whenever a window is used. MFCCs are a cosine
transform of the logarithms of 40 mel bands; all changes are made to the bands.

    warp    the frequency axis is stretched by up to `WARP` each way: longer and shorter vocal
            tracts (Jaitly and Hinton, "Vocal tract length perturbation", 2013)
    noise   the energies of a recorded noise are added, seldom those of somebody else's speech;
            phases are not known here, so energies simply add up
    tilt    a smooth random curve is added to all frames: microphones, rooms, levels
    pace    time is stretched by up to a quarter either way (`at_pace`, apart from the others)
    masks   some neighbouring bands, and some stretches of time, are set to the window's mean
            (Park et al., "SpecAugment", 2019)
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

BANDS = 40
LIFTER = 22.0
"""Kaldi's default for MFCCs."""
LOW_HZ, HIGH_HZ = 20.0, 7600.0

WARP = 0.14
SLOWEST, FASTEST = 0.8, 1.25
STEADY = 0.4
"""Share of windows whose pace stays as it was."""
TILT_DB = 6.0
"""Standard deviation of the first two cosines of the curve that is added."""
CURVES = 6
NOISY, BABBLING = 0.6, 0.1
"""Shares of windows with a noise, and with another window's speech, added."""
NOISE_DB, BABBLE_DB = (0.0, 25.0), (10.0, 25.0)
"""How far below the speech they are."""
BAND_MASKS, WIDEST_MASK = 2, 6
TIME_MASKS, LONGEST_MASK = 3, 24
"""Stretches of at most so many frames of 10 ms."""

Matrix = npt.NDArray[np.float32]


@cache
def cosines() -> Matrix:
    """Kaldi's map from mel bands to liftered cepstra, shape (40, 40)."""
    order = np.arange(BANDS)[:, None]
    band = np.arange(BANDS)[None, :] + 0.5
    transform = np.sqrt(2 / BANDS) * np.cos(np.pi / BANDS * order * band)
    transform[0] = np.sqrt(1 / BANDS)
    lifter = 1 + 0.5 * LIFTER * np.sin(np.pi * np.arange(BANDS) / LIFTER)
    return np.asarray(transform * lifter[:, None], dtype=np.float32)


@cache
def from_cosines() -> Matrix:
    """The way back, from cepstra to the logarithms of the bands, shape (40, 40)."""
    return np.linalg.inv(cosines().astype(np.float64)).astype(np.float32)


def pace(rng: np.random.Generator) -> float:
    """How many times faster a window is to be spoken."""
    return 1.0 if rng.random() < STEADY else float(rng.uniform(SLOWEST, FASTEST))


def at_pace(frames: Matrix, count: int) -> Matrix:
    """Cepstra of another number of frames, linear between neighbours.

    Args:
        frames: shape (frames, 40).
        count: of frames to make of them.
    """
    place = np.linspace(0, len(frames) - 1, count, dtype=np.float32)
    below = np.minimum(place.astype(int), len(frames) - 2)
    share = (place - below).astype(np.float32)[:, None]
    return np.asarray(frames[below] * (1 - share) + frames[below + 1] * share)


def mel(hertz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Kaldi's mel scale."""
    return np.asarray(1127.0 * np.log1p(hertz / 700.0))


def warp_bands(factor: float) -> Matrix:
    """Moves what is at a frequency to `factor` times it, linear between bands, shape (40, 40)."""
    edges = np.linspace(mel(np.array(LOW_HZ)), mel(np.array(HIGH_HZ)), BANDS + 2)
    centres = 700.0 * np.expm1(edges[1:-1] / 1127.0)
    source = np.interp(mel(centres / factor), edges[1:-1], np.arange(BANDS))
    below = np.minimum(source.astype(int), BANDS - 2)
    share = source - below
    matrix = np.zeros((BANDS, BANDS), dtype=np.float32)
    rows = np.arange(BANDS)
    matrix[rows, below] += (1 - share).astype(np.float32)
    matrix[rows, below + 1] += share.astype(np.float32)
    return matrix


def in_bands(rng: np.random.Generator) -> Matrix:
    """A random warp, as a map from cepstra to bands."""
    return warp_bands(1 + float(rng.uniform(-WARP, WARP))) @ from_cosines()


def mask(bands: Tensor, rng: np.random.Generator) -> None:
    """Set random bands and stretches of one window, shape (40, frames), to their means."""
    means = bands.mean(1)
    for _ in range(int(rng.integers(BAND_MASKS + 1))):
        first = int(rng.integers(BANDS - WIDEST_MASK))
        last = first + int(rng.integers(1, WIDEST_MASK + 1))
        bands[first:last] = means[first:last, None]
    for _ in range(int(rng.integers(TIME_MASKS + 1))):
        first = int(rng.integers(bands.shape[1] - LONGEST_MASK))
        bands[:, first : first + int(rng.integers(3, LONGEST_MASK + 1))] = means[:, None]


def tilt(rng: np.random.Generator) -> Matrix:
    """What is added to the cepstra of all frames, shape (40,): a smooth curve over the bands."""
    size = TILT_DB * np.log(10) / 10 / np.maximum(1, np.arange(CURVES))
    curve = np.zeros(BANDS, dtype=np.float32)
    curve[:CURVES] = rng.normal(0, size)
    shape = np.cos(np.pi / BANDS * np.arange(CURVES)[:, None] * (np.arange(BANDS) + 0.5))
    return np.asarray(cosines() @ (curve[:CURVES] @ shape), dtype=np.float32)


def loudness(bands: Tensor) -> float:
    """Mean of the logarithms of all bands' energies in the louder half of a window's frames."""
    by_frame = bands.mean(0)
    return float(by_frame[by_frame >= by_frame.median()].mean())


def mix(bands: Tensor, other: Tensor, below_db: float) -> None:
    """Add the energies of `other`, both of shape (40, frames), `below_db` below the speech."""
    gain = loudness(bands) - loudness(other) - below_db * float(np.log(10)) / 10
    torch.logaddexp(bands, other + gain, out=bands)


def add_noise(bands: Tensor, noises: Tensor, rng: np.random.Generator) -> None:
    """Add noise or babble to some windows of a batch.

    Args:
        bands: shape (batch, 40, frames); changed in place.
        noises: MFCCs of noise, shape (frames, 40), as float16.
        rng: draws which, and how loud.
    """
    frames = bands.shape[2]
    spoken = bands.clone()
    for window in bands:
        dice = rng.random()
        if dice < NOISY:
            start = int(rng.integers(len(noises) - frames))
            noise = torch.from_numpy(from_cosines()) @ noises[start : start + frames].float().T
            mix(window, noise, float(rng.uniform(*NOISE_DB)))
        elif dice < NOISY + BABBLING:
            other = spoken[int(rng.integers(len(spoken)))]
            mix(window, other.flip(1), float(rng.uniform(*BABBLE_DB)))


def distort(mfcc: Tensor, noises: Tensor, rng: np.random.Generator) -> Tensor:
    """Change every window of a batch in its own way.

    Args:
        mfcc: shape (batch, 40, frames of 10 ms).
        noises: MFCCs of noise, shape (frames, 40), as float16.
        rng: draws everything.
    """
    maps = torch.from_numpy(np.stack([in_bands(rng) for _ in mfcc]))
    bands = maps @ mfcc
    add_noise(bands, noises, rng)
    for window in bands:
        mask(window, rng)
    tilts = torch.from_numpy(np.stack([tilt(rng) for _ in mfcc]))
    return torch.from_numpy(cosines()) @ bands + tilts[:, :, None]
