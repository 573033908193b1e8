"""A real microphone as an audio source."""

import queue
import time
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from skill.audio.block_builder import BlockBuilder
from skill.audio.devices import Direction, find_device, open_microphone
from skill.closing import Closing
from skill.ports import Block

PATIENCE_S = 1.0
"""Without a frame for this long, the microphone counts as lost; PulseAudio's hiccups are
shorter."""
QUEUE_CHUNKS = 1000
"""Some 10 s of the callback's chunks of 8 to 12 ms: longer than any pause of the main loop."""


class Microphone(Closing):
    """Captures at the device's own rate and yields blocks at the coach's.

    Time is the count of captured frames and never stands still: frames that nobody fetched in
    time, and frames that do not come at all, become blocks marked `BlockKind.LOST`; in the second
    case the wall clock paces them.

    Args:
        name: part of the device's name; None for the system's default.
        rate: frames per second of the blocks.
        block_ms: length of a block in milliseconds, 20 to 100.

    Raises:
        DeviceError: if there is no such device, or it cannot be opened.
    """

    def __init__(self, name: str | None = None, rate: int = 16_000, block_ms: int = 50) -> None:
        device = find_device(Direction.MICROPHONE, name)
        self.name = device.name
        self._rate = rate
        self._block_s = block_ms / 1000
        self._device_rate = device.rate
        self._builder = BlockBuilder(device.rate, rate, rate * block_ms // 1000)
        self._queue: queue.Queue[tuple[int, bytes]] = queue.Queue(QUEUE_CHUNKS)
        self._counted = 0
        self._blocks = self._deliver()
        self._stream = open_microphone(device, self._capture)

    def close(self) -> None:
        """Give the device back."""
        self._stream.close()

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        return self._rate

    def blocks(self) -> Iterator[Block]:
        """Yield blocks of equal length for ever, as they are captured.

        There is one pass: a second call goes on where the first one stopped.
        """
        return self._blocks

    def _capture(
        self, buffer: bytes | memoryview, frames: int, _time: object, _status: object
    ) -> None:
        start = self._counted
        self._counted += frames
        with suppress(queue.Full):
            self._queue.put_nowait((start, bytes(buffer)))

    def _deliver(self) -> Iterator[Block]:
        expected, patience, last = 0, PATIENCE_S, time.monotonic()
        while True:
            try:
                start, data = self._queue.get(timeout=patience)
            except queue.Empty:
                now = time.monotonic()
                yield from self._builder.lost(round((now - last) * self._device_rate))
                patience, last = self._block_s, now
                continue
            if start > expected:
                yield from self._builder.lost(start - expected)
            pcm = np.frombuffer(data, np.int16)
            yield from self._builder.heard(pcm)
            expected, patience, last = start + len(pcm), PATIENCE_S, time.monotonic()
