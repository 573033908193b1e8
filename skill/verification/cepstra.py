"""Mel-frequency cepstra as Kaldi computes them (feature-window.cc, mel-computations.cc), for
`conf/mfcc.conf` of the models made here.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from skill.ports import RATE, Pcm

Floats = npt.NDArray[np.float32]

SHIFT, LENGTH, PADDED = 160, 400, 512
BINS = 40
LOW, HIGH = 20.0, 7600.0
EMPHASIS = 0.97
LIFTER = 22.0
"""Kaldi's default: the higher cepstra vary less."""


def cepstra(pcm: Pcm) -> Floats:
    """Of each whole 25 ms, every 10 ms: shape (frames, 40).

    Args:
        pcm: shape (samples,), at 16 kHz.
    """
    if len(pcm) < LENGTH:
        return np.zeros((0, BINS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(pcm.astype(np.float32), LENGTH)[::SHIFT]
    centred = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate((centred[:, :1], centred[:, :-1]), axis=1)
    spectrum = np.fft.rfft((centred - EMPHASIS * before) * _window(), PADDED)[:, :-1]
    power = np.square(np.abs(spectrum)).astype(np.float32) @ _bands()
    found: Floats = np.log(np.maximum(power, np.finfo(np.float32).eps)) @ _cosines()
    return found


@cache
def _window() -> Floats:
    """Povey's: a Hann window to the power of 0.85."""
    turn = 2 * np.pi * np.arange(LENGTH) / (LENGTH - 1)
    return ((0.5 - 0.5 * np.cos(turn)) ** 0.85).astype(np.float32)


def _mel(frequency: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return 1127.0 * np.log1p(np.asarray(frequency, np.float64) / 700.0)


@cache
def _bands() -> Floats:
    """Triangles in mel, shape (256, 40)."""
    edges = np.linspace(_mel(LOW), _mel(HIGH), BINS + 2)
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    at = _mel(np.arange(PADDED // 2) * RATE / PADDED)[:, None]
    rising, falling = (at - left) / (middle - left), (right - at) / (right - middle)
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


@cache
def _cosines() -> Floats:
    """The cosine transform with its lifter, shape (bands, cepstra)."""
    order = np.arange(BINS)
    waves = np.cos(np.pi / BINS * (order[:, None] + 0.5) * order)
    waves *= np.sqrt(np.where(order == 0, 1.0, 2.0) / BINS)
    found: Floats = (waves * (1 + 0.5 * LIFTER * np.sin(np.pi * order / LIFTER))).astype(np.float32)
    return found
