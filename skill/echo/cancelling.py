"""A microphone without the coach's own voice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from skill.echo.bands import HOP
from skill.echo.canceller import EchoCanceller
from skill.ports import AudioSource, Block, BlockKind, Playback, Samples

FULL_SCALE = 32768


@dataclass
class EchoCancelled:
    """Another source's blocks, after the echo of what was played has been taken out.

    Args:
        source: its blocks are whole numbers of 10 ms long.
        playback: what the speaker gave out.
        canceller: does it.
    """

    source: AudioSource
    playback: Playback
    canceller: EchoCanceller

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
            self.canceller.clean(heard[at : at + HOP], played[at : at + HOP])
            for at in range(0, len(heard), HOP)
        ]
        whole = np.rint(np.concatenate(passed) * FULL_SCALE)
        return replace(block, pcm=np.clip(whole, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16))
