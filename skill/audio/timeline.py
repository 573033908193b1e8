"""A speaker without a loudspeaker: clips on the microphone's time line."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import soxr

from skill.audio.deck import fade_out
from skill.audio.lowering import Lowering
from skill.ports import RATE, Clip, Samples

REMEMBERED_S = 5
"""How long `played` knows of a clip that is over."""


@dataclass
class _Piece:
    """A clip from microphone frame `start` on; cut short at frame `until`."""

    clip: Clip
    start: int
    until: int
    rate: int

    @cached_property
    def samples(self) -> Samples:
        """At the microphone's rate."""
        resampled: Samples = soxr.resample(self.clip.samples, self.clip.rate, self.rate, "HQ")
        return resampled

    def add_to(self, track: Samples, first: int) -> None:
        """Add what sounds from frame `first` on, faded out where it was cut."""
        fade = fade_out(self.rate)
        begin, end = max(first, self.start), min(first + len(track), self.until + len(fade))
        part = self.samples[begin - self.start : max(0, end - self.start)].copy()
        fading = max(0, begin - self.until)
        tail = part[max(0, self.until - begin) :]
        tail *= fade[fading : fading + len(tail)]
        track[begin - first : begin - first + len(part)] += part


class TimelineSpeaker:
    """Knows when each clip ends and what it sounds like, and makes no sound.

    Args:
        rate: frames per second of the microphone's clock.
    """

    def __init__(self, rate: int = RATE) -> None:
        self._rate = rate
        self._token: int | None = None
        self._ended: list[int] = []
        self._pieces: list[_Piece] = []
        self._lowering = Lowering(rate)

    def play(self, clip: Clip, token: int, at: int) -> None:
        """Start a clip at microphone frame `at`, instead of what was playing then."""
        self.stop(at)
        self._token = token
        oldest = at - REMEMBERED_S * self._rate
        self._pieces = [piece for piece in self._pieces if piece.until >= oldest]
        self._pieces.append(_Piece(clip, at, at + frames_at(clip, self._rate), self._rate))

    def stop(self, at: int) -> None:
        """Stop at microphone frame `at`; a clip that is over by then has ended by itself."""
        self._notice_end(at)
        if self._token is not None:
            self._token = None
            self._pieces[-1].until = at

    def lower(self, at: int, *, low: bool) -> None:
        """Play softly from microphone frame `at` on, or as usual again."""
        self._lowering.turn(at, low=low)

    def poll(self, at: int) -> Sequence[int]:
        """Tokens of clips whose last frame is before microphone frame `at`, each once."""
        self._notice_end(at)
        tokens, self._ended = self._ended, []
        return tokens

    @property
    def changes(self) -> int:
        """It is one and the same."""
        return 0

    def played(self, start_frame: int, frames: int) -> Samples:
        """What was played in these frames, within the last few seconds: a `skill.ports.Playback`.

        Float32, shape (frames,), at the microphone's rate.
        """
        track = np.zeros(frames, np.float32)
        for piece in self._pieces:
            piece.add_to(track, start_frame)
        return self._lowering.shape(track, start_frame)

    def _notice_end(self, at: int) -> None:
        if self._token is not None and self._pieces[-1].until <= at:
            self._ended.append(self._token)
            self._token = None


def frames_at(clip: Clip, rate: int) -> int:
    """The length of a clip in frames of another rate, rounded up: a part of a frame counts."""
    return -(-len(clip.samples) * rate // clip.rate)
