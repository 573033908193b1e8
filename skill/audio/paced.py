"""A recording that takes as long as it lasts, for those who watch."""

import time
from collections.abc import Iterator

from skill.ports import AudioSource, Block


class Paced:
    """An audio source at the pace of a microphone.

    Args:
        source: what it hands on; no block before its last sample would have been captured.
    """

    def __init__(self, source: AudioSource) -> None:
        self._source = source

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        return self._source.rate

    def blocks(self) -> Iterator[Block]:
        """The source's blocks, each when it is due."""
        due: float | None = None
        for block in self._source.blocks():
            due = time.monotonic() if due is None else due
            due += len(block.pcm) / self.rate
            time.sleep(max(0.0, due - time.monotonic()))
            yield block
