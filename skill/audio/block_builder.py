"""Makes equal blocks of what a device delivers, at another rate, and keeps time over losses."""

import math
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
import soxr

from skill.ports import Block, BlockKind, Pcm


class BlockBuilder:
    """Resamples a stream of device frames and cuts it into blocks on a fixed grid.

    Output frame n is what the device had n / `rate` seconds after its first frame, whatever was
    lost before. soxr's filter holds back up to 40 ms of sound from a 44.1 or 48 kHz device.

    Args:
        device_rate: frames per second that come in.
        rate: frames per second of the blocks.
        block_frames: length of every block.
    """

    def __init__(self, device_rate: int, rate: int, block_frames: int) -> None:
        self._device_rate = device_rate
        self._rate = rate
        self._size = block_frames
        self._stream = self._resampler()
        self._taken = 0
        self._base = 0
        self._position = 0
        self._pending: Pcm = np.zeros(0, np.int16)
        self._lost: deque[tuple[int, int]] = deque()

    @property
    def next_frame(self) -> float:
        """Position, on the blocks' grid, of the next device frame to be taken."""
        return self._base + self._taken * self._rate / self._device_rate

    def restart(self, device_rate: int) -> None:
        """Go on with another stream, at the place where the one before ended."""
        end = round(self.next_frame)
        held_back = max(0, end - self._position - len(self._pending))
        self._pending = np.pad(self._pending, (0, held_back))
        self._base, self._taken, self._device_rate = end, 0, device_rate
        self._stream = self._resampler()

    def _resampler(self) -> Any:
        if self._device_rate == self._rate:
            return None
        return soxr.ResampleStream(self._device_rate, self._rate, 1, "int16", "HQ")

    def heard(self, pcm: Pcm) -> Sequence[Block]:
        """Take frames of the device, shape (frames,); return the blocks they complete."""
        self._taken += len(pcm)
        samples = pcm if self._stream is None else self._stream.resample_chunk(pcm)
        self._pending = np.concatenate((self._pending, samples))
        count = len(self._pending) // self._size
        return [self._next_block() for _ in range(count)]

    def lost(self, frames: int) -> Sequence[Block]:
        """Stand in for device frames that will never come; return the blocks they complete.

        A block with any lost frame in it is zeros, marked `BlockKind.LOST`.
        """
        first = math.floor(self.next_frame)
        last = math.ceil(self.next_frame + frames * self._rate / self._device_rate)
        self._lost.append((first, last))
        return self.heard(np.zeros(frames, np.int16))

    def _next_block(self) -> Block:
        start, end = self._position, self._position + self._size
        pcm, self._pending = self._pending[: self._size], self._pending[self._size :]
        self._position = end
        touched = any(first < end and last > start for first, last in self._lost)
        while self._lost and self._lost[0][1] <= end:
            self._lost.popleft()
        if touched:
            return Block(start, np.zeros_like(pcm), BlockKind.LOST)
        return Block(start, pcm)
