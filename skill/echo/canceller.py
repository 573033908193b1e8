"""Takes the coach's voice out of a microphone's sound, hop by hop."""

from dataclasses import dataclass, field

import numpy as np

from skill.core.recent import UNHEARD
from skill.echo.audible import Audible, change, changes
from skill.echo.bands import (
    FRAME,
    HOP,
    WINDOW,
    Spectrum,
    hop_powers,
    likeness,
    power,
    powers,
    spectrum,
    wave,
)
from skill.echo.gate import Gate
from skill.echo.kalman import PARTS, KalmanFilter
from skill.echo.suppressor import Suppressor
from skill.ports import Samples

FORGETTING = 300
"""Hops of silence after which what was said before tells nothing."""
HALVES: Samples = np.square(WINDOW)
HISS = np.float32(2 / 32768)
"""Level of noise that is added while the coach talks, as faint as any microphone's own: recordings
of nothing at all are like nothing that the network has learnt from."""


@dataclass(frozen=True, slots=True)
class Hop:
    """What is left of 10 ms.

    Attributes:
        passed: for the recogniser, float32, shape (HOP,).
        ungated: the same, as if somebody had been talking.
        talk: whether somebody talks, or just did.
        others: whether somebody other than the coach may be talking.
        echo: power of what the filter took: the coach, as the microphone heard it.
        alike: how much what the filter left is of the same colour (`likeness`); 0 where it is not
            certain that the microphone hears the coach, `UNHEARD` where it does not.
        anew: whether it has just become known that the microphone hears the coach.
    """

    passed: Samples
    ungated: Samples
    talk: bool
    others: bool
    echo: float
    alike: float
    anew: bool


@dataclass
class EchoCanceller:
    """First the filter takes what it can, then the suppressor sees who is talking.

    What comes out is one hop, 10 ms, late. While the coach is silent, or the microphone does not
    hear it, that is what came in.

    Args:
        suppressor: silences the filter's rest.
    """

    suppressor: Suppressor
    _filter: KalmanFilter | None = None
    _gate: Gate = field(default_factory=Gate)
    _audible: Audible = field(default_factory=lambda: Audible(faintest=float(HISS**2)))
    _frames: Samples = field(default_factory=lambda: np.zeros((4, FRAME), np.float32))
    _tail: Samples = field(default_factory=lambda: np.zeros((2, HOP), np.float32))
    _silent: int = FORGETTING
    _random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def forget_path(self) -> None:
        """Another device plays or hears: what is known of the echo's way would be in the way, for
        the filter takes six seconds of speech to unlearn a shift of 25 ms, and two to begin anew.
        """
        self._filter = None

    def clean(self, heard: Samples, played: Samples, *, lost: bool = False) -> list[Hop]:
        """What was heard from one hop ago on, without the coach.

        Args:
            heard: by the microphone, float32 within 1, shape (n * HOP,).
            played: what left the speaker at the same time, of the same shape.
            lost: whether nothing was heard, not even the room: nothing is learnt from it.
        """
        hops, voices = heard.reshape(-1, HOP), played.reshape(-1, HOP)
        silent = self._silent > PARTS and not played.any()
        if silent or not self._audible.possible:
            return self._pass(hops, voices, lost=lost)
        return [self._clean(*pair, lost=lost) for pair in zip(hops, voices, strict=True)]

    def _pass(self, heard: Samples, played: Samples, *, lost: bool) -> list[Hop]:
        """Hops, shape (n, HOP), in which nothing of the coach is heard: as `_clean`, all at once,
        for nearly all hops of a day are like that. That it is heard again is noticed after them.
        """
        heard = heard.copy()
        speaking = []
        for at, voice in enumerate(played):
            speaking.append(self._count_silence(sounds=bool(voice.any())))
            if speaking[-1]:
                heard[at] += self._hiss()
        unheard = not self._audible.possible
        if unheard:
            # What it knew of the speaker is of no use once that is heard again.
            self._filter = None
        elif self._filter is not None:
            self._filter.pass_by(len(heard))
        if not lost:
            for changed, left, voice in zip(
                changes(heard), hop_powers(heard), hop_powers(played), strict=True
            ):
                self._audible.learn(changed, changed, voice)
                self._gate.learn(left)
        first = self._tail + self._frames[-1, HOP:] * HALVES[:HOP]
        passed = [(first[0], first[1]), *((hop, hop) for hop in heard[:-1])]
        for frame, now in zip(self._frames, (heard[-1], 0, played[-1], heard[-1]), strict=True):
            frame[HOP:] = now
        self._tail[:] = heard[-1] * HALVES[HOP:]
        return [
            Hop(*both, True, True, 0.0, UNHEARD if unheard and speaks else 0.0, anew=False)
            for both, speaks in zip(passed, speaking, strict=True)
        ]

    def _count_silence(self, *, sounds: bool) -> bool:
        """Whether the coach speaks in a hop, or just did."""
        self._silent = 0 if sounds else self._silent + 1
        if self._silent == FORGETTING:
            self.suppressor.forget()
        return self._silent <= PARTS

    def _hiss(self) -> Samples:
        return HISS * self._random.standard_normal(HOP, np.float32)

    def _clean(self, heard: Samples, played: Samples, *, lost: bool) -> Hop:
        """What was heard one hop ago.

        Args:
            heard: by the microphone, float32 within 1, shape (HOP,).
            played: what left the speaker at the same time, shape (HOP,).
            lost: whether nothing was heard, not even the room: nothing is learnt from it.
        """
        speaking = self._count_silence(sounds=bool(played.any()))
        if speaking:
            heard = heard + self._hiss()
        left, taken = self._without_echo(heard, played, lost=lost)
        knew = self._audible.certain
        if not lost:
            self._audible.learn(change(heard), change(left), power(played))
            self._gate.learn(power(left))
        frames = self._frames
        frames[:, :HOP] = frames[:, HOP:]
        for frame, now in zip(frames, (left, taken, played, heard), strict=True):
            frame[HOP:] = now
        shaped = np.empty((2, FRAME), np.float32)
        shaped[:] = frames[-1] * HALVES
        alike = UNHEARD if speaking and not self._audible.possible else 0.0
        echoing = speaking and self._audible.certain
        if speaking and self._audible.possible:
            # The network gets to know the room before it is asked.
            spectra = spectrum(frames[:-1])
            bands = powers(spectra)
            suppressed = self._suppressed(spectra[0], bands)
            if echoing:  # else what is taken may be a person whom the filter has begun to follow
                shaped, alike = suppressed, likeness(*bands[:2])
        passed, ungated = self._tail + shaped[:, :HOP]
        self._tail = shaped[:, HOP:]
        talk = not echoing or self._gate.is_open
        # Known by its loudness alone, it may be a person who talks and talks.
        anew = self._audible.explained and not knew
        return Hop(passed, ungated, talk, self._others(speaking), power(taken), alike, anew)

    def _others(self, speaking: bool) -> bool:
        """Whether somebody other than the coach may be talking."""
        if not speaking or not self._audible.possible:
            return True
        return self._gate.is_sure if self._audible.certain else self._audible.unexplained

    def _without_echo(
        self, heard: Samples, played: Samples, *, lost: bool
    ) -> tuple[Samples, Samples]:
        if not self._audible.possible:  # since a hop of this very block
            self._filter = None
            return heard, np.zeros_like(heard)
        self._filter = self._filter or KalmanFilter()
        left, taken = self._filter.clean(heard, played, learn=not lost)
        if lost:
            return heard, np.zeros_like(heard)
        return left, taken

    def _suppressed(self, left: Spectrum, bands: Samples) -> Samples:
        gains, talking = self.suppressor.gains(bands)
        return wave(np.stack(self._gate.pass_on(left, gains, talking)))
