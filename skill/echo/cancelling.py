"""A microphone without the coach's own voice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from skill.echo.gate import Gate
from skill.echo.kalman import HOP, KalmanFilter
from skill.ports import AudioSource, Block, BlockKind, Pcm, Playback, Samples

FULL_SCALE = 32768


@dataclass
class EchoCancelled:
    """Another source's blocks, after the echo of what was played has been taken out.

    Nothing is delayed: a block goes out as soon as it has come in.

    Args:
        source: its blocks are whole numbers of 10 ms long.
        playback: what the speaker gave out.
    """

    source: AudioSource
    playback: Playback
    _filter: KalmanFilter = field(default_factory=KalmanFilter)
    _gate: Gate = field(default_factory=Gate)

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
        left, passed = [], []
        for at in range(0, len(heard), HOP):
            rest, echo = self._filter.clean(heard[at : at + HOP], played[at : at + HOP])
            left.append(rest)
            passed.append(self._gate.pass_on(rest, echo))
        return replace(block, pcm=_to_pcm(passed), uncovered=_to_pcm(left))


def _to_pcm(hops: Sequence[Samples]) -> Pcm:
    whole = np.rint(np.concatenate(hops) * FULL_SCALE)
    return np.clip(whole, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
