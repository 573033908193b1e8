"""A microphone without the coach's own voice."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from skill.echo.bands import FRAME, HOP, WINDOW, spectrum, wave
from skill.echo.kalman import KalmanFilter
from skill.echo.suppressor import Suppressor
from skill.ports import AudioSource, Block, BlockKind, Pcm, Playback, Samples

FULL_SCALE = 32768
TAIL = 70
"""Hops after the last sound of the coach in which its echo may still arrive: 300 ms on the way and
400 ms of the room's answer."""
FORGETTING = 300
"""Hops of silence after which what was said before tells nothing."""
HALVES = np.square(WINDOW)


@dataclass
class EchoCancelled:
    """Another source's blocks, after the echo of what was played has been taken out.

    What comes out is 10 ms late, always.

    Args:
        source: its blocks are whole numbers of 10 ms long.
        playback: what the speaker gave out.
        suppressor: silences the filter's rest.
    """

    source: AudioSource
    playback: Playback
    suppressor: Suppressor
    _filter: KalmanFilter = field(default_factory=KalmanFilter)
    _before: list[Samples] = field(default_factory=lambda: [np.zeros(HOP, np.float32)] * 3)
    _tail: Samples = field(default_factory=lambda: np.zeros(HOP, np.float32))
    _silent: int = FORGETTING

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        return self.source.rate

    def blocks(self) -> Iterator[Block]:
        """Yield the source's blocks, cleaned; those that were not heard are left as they are.

        Raises:
            ValueError: if a block is not a whole number of 10 ms long.
        """
        for block in self.source.blocks():
            cleaned = self._clean(block)
            yield cleaned if block.kind is BlockKind.HEARD else block

    def _clean(self, block: Block) -> Block:
        if len(block.pcm) % HOP:
            raise ValueError(f"a block of {len(block.pcm)} frames is no multiple of {HOP}")
        heard: Samples = (block.pcm / FULL_SCALE).astype(np.float32)
        played = self.playback.played(block.start_frame, len(heard))
        passed = [
            self._pass_on(heard[at : at + HOP], played[at : at + HOP])
            for at in range(0, len(heard), HOP)
        ]
        whole = np.rint(np.concatenate(passed) * FULL_SCALE)
        pcm: Pcm = np.clip(whole, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
        return replace(block, pcm=pcm)

    def _pass_on(self, heard: Samples, played: Samples) -> Samples:
        left, taken = self._filter.clean(heard, played)
        now = [left, taken, played]
        frames = np.stack([np.concatenate(pair) for pair in zip(self._before, now, strict=True)])
        self._before = now
        self._silent = 0 if played.any() else self._silent + 1
        if self._silent < TAIL:
            spectra = spectrum(frames)
            gains, _ = self.suppressor.gains(*spectra)
            shaped = wave(spectra[0] * gains)
        else:
            shaped = frames[0] * HALVES
            if self._silent == FORGETTING:
                self.suppressor.forget()
        passed = self._tail + shaped[:HOP]
        self._tail = shaped[HOP:FRAME]
        return passed
