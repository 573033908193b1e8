"""An adaptive filter that learns how the coach's speech sounds at the microphone.

A partitioned-block Kalman filter in the frequency domain (Enzner and Vary, "Frequency-domain
adaptive Kalman filter for acoustic echo control in hands-free telephones", Signal Processing 2006;
Kuech, Mabande and Enzner, "State-space architecture of the partitioned-block-based acoustic echo
controller", ICASSP 2014). It weighs what it knows of the room against what it hears, in every
frequency and for every part of the echo's path, so it learns quickly from echo alone, hardly at all
while somebody talks over it, and needs no detector that tells the two apart.
"""

import numpy as np
import numpy.typing as npt

from skill.echo.bands import HOP, squares
from skill.echo.drift import Drift
from skill.ports import Samples

Spectra = npt.NDArray[np.complex64]
Powers = npt.NDArray[np.float32]

PARTS = 64
"""The echo's path is as long as so many hops, 640 ms: up to 300 ms on its way to the microphone,
and the first, louder part of a room's answer."""
CHANGE = 0.9998
"""How much of the path is the same after a hop; the rest is what people who move change. Twelve
seconds of speech later 29.5 dB of an echo were gone; with 0.9995 25.8 dB (medians of 20 scenes)."""
MEMORY = 0.8
"""How much of the estimated near end's power is the same after a hop."""
DOUBT, FADING = 1.0, 0.1
"""Power that the echo's path is expected to have before anything is known of it, and how much less
(natural logarithm) in each part than in the one before: a room's answer dies away. With it, 15.6 dB
of an echo were gone in the second and third second of speech; with the same power for all parts
11.5 dB (a kitchen, 40 ms late, mildly distorted)."""
FLOOR = 1e-8


class KalmanFilter:
    """Takes an echo out of what a microphone heard, hop by hop."""

    def __init__(self) -> None:
        bins = HOP + 1
        self._silent = PARTS
        self._recent = np.zeros(2 * HOP, np.float32)
        self._reference: Spectra = np.zeros((PARTS, bins), np.complex64)
        self._path: Spectra = np.zeros((PARTS, bins), np.complex64)
        expected = DOUBT * np.exp(-FADING * np.arange(PARTS, dtype=np.float32))
        self._doubt: Powers = np.repeat(expected[:, np.newaxis], bins, axis=1)
        self._near: Powers = np.full(bins, FLOOR, np.float32)
        self._drift = Drift()

    def clean(
        self, heard: Samples, played: Samples, *, learn: bool = True
    ) -> tuple[Samples, Samples]:
        """Take the echo of all that was played until now out of a hop.

        Args:
            heard: by the microphone, float32, shape (HOP,).
            played: what left the speaker at the same time, shape (HOP,).
            learn: whether what was heard tells anything of the echo's path.

        Returns:
            what is left, and the echo that was taken out, each of shape (HOP,).
        """
        self._silent = 0 if played.any() else self._silent + 1
        slipping = self._drift.follow(played)
        if self._silent > PARTS:
            return heard, np.zeros_like(heard)
        self._recent = np.concatenate([self._recent[HOP:], slipping])
        self._reference = np.roll(self._reference, 1, axis=0)
        self._reference[0] = np.fft.rfft(self._recent)
        whole = np.fft.irfft((self._reference * self._path).sum(axis=0))
        echo: Samples = whole[HOP:].astype(np.float32)
        left: Samples = heard - echo
        if learn:
            self._learn(left)
            self._drift.look(self._path)
        return left, echo

    def pass_by(self, hops: int) -> None:
        """Let so many hops pass in which nothing is played, as for `PARTS` hops before them."""
        self._silent += hops
        self._drift.pass_by(hops)

    def _learn(self, left: Samples) -> None:
        late = np.concatenate([np.zeros(HOP, np.float32), left])
        error: Spectra = np.asarray(np.fft.rfft(late), np.complex64)
        self._near = MEMORY * self._near + (1 - MEMORY) * squares(error)
        power = squares(self._reference)
        expected = (power * self._doubt).sum(axis=0) + 2 * self._near + FLOOR
        gain = self._doubt / expected
        step = np.fft.irfft(gain * self._reference.conj() * error, axis=1)
        step[:, HOP:] = 0
        self._path = CHANGE * (self._path + np.fft.rfft(step, axis=1).astype(np.complex64))
        known = np.maximum(1 - 0.5 * gain * power, 0)
        moved = (1 - CHANGE**2) * squares(self._path)
        self._doubt = (CHANGE**2 * known * self._doubt + moved).astype(np.float32)
