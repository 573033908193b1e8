"""What a loudspeaker's callback plays: one sound at a time, and none is cut hard."""

from functools import cache

import numpy as np

from skill.audio.lowering import Lowering
from skill.ports import Samples

FADE_MS = 10
"""A sound that is cut falls silent in this time: at once would click, and longer would linger."""


@cache
def fade_out(rate: int) -> Samples:
    """Factors from 1 to 0 over 10 ms, half a cosine, so that neither end has a corner. Everybody
    shares them: they cannot be written to.
    """
    length = FADE_MS * rate // 1000
    fade = (0.5 + 0.5 * np.cos(np.pi * np.arange(length) / max(length, 1))).astype(np.float32)
    fade.setflags(write=False)
    return fade


class Sound:
    """A clip on its way out.

    Args:
        samples: float32, shape (frames,), at the deck's rate.

    Attributes:
        end: count of the deck's frames when its last one had been taken; None until then.
    """

    def __init__(self, samples: Samples) -> None:
        self.end: int | None = None
        self._samples = samples
        self._taken = 0

    @property
    def over(self) -> bool:
        """Whether all of it has been taken."""
        return self._taken == len(self._samples)

    def take(self, frames: int) -> Samples:
        """The next frames; fewer at its end."""
        part = self._samples[self._taken : self._taken + frames]
        self._taken += len(part)
        return part


class Deck:
    """Mixes the sound that is wanted with the fading rest of the one before.

    Only `wanted` and `low` are set from outside; everything else happens in `fill`, which one
    thread calls.

    Args:
        rate: frames per second.

    Attributes:
        wanted: what is to be heard; None: silence.
        low: whether it is to be heard softly.
        filled: frames handed out so far.
    """

    KEPT_S = 10
    """How long what was handed out can be asked for."""

    def __init__(self, rate: int) -> None:
        self.wanted: Sound | None = None
        self.low = False
        self.filled = 0
        self._lowering = Lowering(rate)
        self._kept: Samples = np.zeros(rate * self.KEPT_S, np.float32)
        self._fade = fade_out(rate)
        self._sounding: Sound | None = None
        self._leaving: Samples = np.zeros(0, np.float32)

    def fill(self, frames: int) -> Samples:
        """The next frames, float32; silence where nothing is wanted.

        Runs in an audio callback: it waits for nothing, and makes one array of this length; a few
        where the sound is low.
        """
        out: Samples = np.zeros(frames, np.float32)
        wanted = self.wanted
        if self._sounding is not wanted and self._sounding is not None:
            rest = self._sounding.take(len(self._fade))
            self._leaving = _added(self._leaving, rest * self._fade[: len(rest)])
        self._sounding = wanted
        part = self._leaving[:frames]
        out[: len(part)] = part
        self._leaving = self._leaving[frames:]
        if wanted is not None:
            new = wanted.take(frames)
            out[: len(new)] += new
            if wanted.end is None and wanted.over:
                wanted.end = self.filled + len(new)
        self._lowering.turn(self.filled, low=self.low)
        out = self._lowering.shape(out, self.filled)
        self._keep(out)
        return out

    def handed_out(self, first: int, frames: int) -> Samples:
        """What was handed out from a frame on; zeros for what is too long ago, or still to come.

        May be called while another thread fills the deck.
        """
        size, filled = len(self._kept), self.filled
        numbers = np.arange(first, first + frames)
        known = (numbers >= max(0, filled - size)) & (numbers < filled)
        return np.where(known, self._kept[numbers % size], np.float32(0))

    def _keep(self, out: Samples) -> None:
        size, at = len(self._kept), self.filled % len(self._kept)
        whole = out[-size:]
        head = min(len(whole), size - at)
        self._kept[at : at + head] = whole[:head]
        self._kept[: len(whole) - head] = whole[head:]
        self.filled += len(out)


def _added(one: Samples, other: Samples) -> Samples:
    """The sum of two sounds that begin together."""
    total = np.zeros(max(len(one), len(other)), np.float32)
    total[: len(one)] += one
    total[: len(other)] += other
    return total
