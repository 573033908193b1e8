"""A real microphone as an audio source."""

import queue
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skill.audio.block_builder import BlockBuilder
from skill.audio.caretaker import STOPPED_S, Caretaker
from skill.audio.choosing import listed
from skill.audio.clock_map import ClockMap
from skill.audio.devices import Device, Direction
from skill.audio.overdrive import is_overdriven
from skill.audio.pulse import is_switched_off
from skill.audio.rate_watch import PATIENCE_S
from skill.audio.streams import Callback, Stream, open_microphone
from skill.closing import Closing
from skill.errors import DeviceError
from skill.ports import RATE, Block, Pcm

BLOCK_MS = 50
MUTED_S = 20
"""Zeros for so long since it was opened come from a microphone that is switched off: a room always
makes a sound. Later there may be longer gaps, in headsets that fall silent between words; then the
sound server is asked."""
QUEUE_CHUNKS = 1000
"""Some 10 s of the callback's chunks of 8 to 12 ms: longer than any pause of the main loop."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one call of the callback brought.

    Attributes:
        start: count of the stream's frames before it.
        seconds: when it was delivered, on PortAudio's clock.
        data: int16, all channels side by side.
    """

    start: int
    seconds: float
    data: bytes


def open_channel(device: Device, callback: Callback, channel: int | None) -> Stream:
    """Start capturing a channel of a microphone, among others of its channels; see `picked`.

    Raises:
        DeviceError: if the device cannot be opened, or lacks the channel.
    """
    if channel is not None and channel >= device.channels:
        raise DeviceError(
            f'The microphone "{device.name}" has no channel {channel}.',
            f"Choose microphone_channel from 0 to {device.channels - 1}, or mix.",
        )
    # Asked for one channel, the system mixes them all.
    return open_microphone(device, callback, 1 if channel is None else max(2, channel + 1))


def picked(data: bytes | memoryview, channels: int, channel: int | None) -> Pcm:
    """Of int16, so many channels side by side, the wanted one, or the average of all."""
    frames: Pcm = np.frombuffer(data, np.int16).reshape(-1, channels)
    if channels == 1:
        return frames[:, 0]
    if channel is None:
        return np.asarray(frames.mean(axis=1), np.int16)
    return frames[:, channel]


class Intake:
    """One opened stream of a microphone.

    Args:
        device: opened at once.
        channel: which channel will be wanted, from 0; None for a mix.

    Attributes:
        frames: captured so far, whether they were fetched or not.
        primed: frames that come without a microphone that lives: none do.
        overruns: how often the device had to throw sound away, or nobody fetched it in time.

    Raises:
        DeviceError: if the device cannot be opened, or lacks the channel.
    """

    def __init__(self, device: Device, channel: int | None) -> None:
        self.device = device
        self.frames = 0
        self.primed = 0
        self.overruns = 0
        self._channel = channel
        self._chunks: queue.SimpleQueue[Chunk] = queue.SimpleQueue()
        self.stream = open_channel(device, self._capture, channel)

    def next(self, timeout: float) -> Chunk | None:
        """The oldest chunk that has not been fetched; None if none comes in time, and of a stream
        that is stale.
        """
        try:
            chunk = self._chunks.get(timeout=timeout)
        except queue.Empty:
            return None
        return None if self.stream.stale else chunk

    def mono(self, chunk: Chunk) -> Pcm:
        """The wanted channel, or the average of all."""
        return picked(chunk.data, self.stream.channels, self._channel)

    def _capture(self, buffer: bytes | memoryview, frames: int, time: Any, status: Any) -> None:
        # A SimpleQueue's put never waits, and nothing here does more than copy 12 ms of sound.
        start = self.frames
        self.frames += frames
        if status.input_overflow:
            self.overruns += 1
        if self._chunks.qsize() < QUEUE_CHUNKS:
            self._chunks.put(Chunk(start, time.currentTime, bytes(buffer)))
        else:
            self.overruns += 1


class Microphone(Closing):
    """Captures at the device's own rate and yields blocks at the coach's.

    Time is the count of captured frames and never stands still: frames that nobody fetched in
    time, and frames that do not come at all, become blocks marked `BlockKind.LOST`; in the second
    case the wall clock paces them, while a `Caretaker` looks for the microphone.

    Args:
        name: parts of device names, the most wanted first, or one of them; None for the system's
            default.
        rate: frames per second of the blocks.
        channel: which of several channels to hear, from 0; None for a mix of all.

    Attributes:
        clock: when each frame of the blocks was delivered, later than it was captured by a time
            that stays the same. The time of capture that PortAudio tells wanders by 15 ms within
            a minute on PulseAudio; averaged over half a second, that of delivery by 0.2 ms.

    Raises:
        DeviceError: if there is no such device, or it cannot be opened.
    """

    def __init__(
        self,
        name: str | Sequence[str] | None = None,
        rate: int = RATE,
        channel: int | None = None,
    ) -> None:
        self._rate = rate
        self.clock = ClockMap(rate)
        self._overruns = 0
        self._zeros = 0
        self._overdriven_s = 0.0
        self._stopped_s = 0.0
        self._alive = False
        self._blocks = self._deliver()
        self._caretaker = Caretaker(
            Direction.MICROPHONE, listed(name), lambda device: Intake(device, channel)
        )
        self._intake = self._caretaker.first
        self.name = self._intake.device.name
        self._builder = BlockBuilder(self._intake.device.rate, rate, rate * BLOCK_MS // 1000)

    def close(self) -> None:
        """Give the device back."""
        self._caretaker.close()

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        return self._rate

    @property
    def overruns(self) -> int:
        """How often sound has been lost on its way to us, over all streams so far."""
        return self._overruns + self._intake.overruns

    @property
    def stopped_s(self) -> float:
        """For how many seconds this process has been stopped so far: its time stood still."""
        return self._caretaker.stopped_s()

    @property
    def overdriven_s(self) -> float:
        """For how many seconds it has been at its converter's limit so far, in stretches of some
        12 ms.
        """
        return self._overdriven_s

    @property
    def hears_nothing(self) -> bool:
        """Whether only zeros have come for `MUTED_S` or more, and were no gap between words.

        That takes some milliseconds to tell, but only of a microphone that is silent.
        """
        if self._zeros < MUTED_S * self._intake.device.rate:
            return False
        return not self._alive or is_switched_off()

    def blocks(self) -> Iterator[Block]:
        """Yield blocks of equal length for ever, as they are captured.

        There is one pass: a second call goes on where the first one stopped.
        """
        return self._blocks

    def _deliver(self) -> Iterator[Block]:
        expected, last, lost = 0, time.monotonic(), False
        while True:
            intake, chunk = self._next(self._caretaker.current)
            now = time.monotonic()
            if self._has_stood_still():
                # As while a machine sleeps: nothing of it was lost, or is heard.
                last = now
                self._intake.stream.stale = True
                chunk = chunk if intake is not self._intake else None
            if chunk is None:
                if lost or now - last >= PATIENCE_S:
                    yield from self._lost(now - last)
                    last, lost = now, True
                continue
            if intake is not self._intake:
                yield from self._lost(now - last)
                self._change_to(intake)
                expected = chunk.start
            if chunk.start > expected:
                yield from self._builder.lost(chunk.start - expected)
            pcm = intake.mono(chunk)
            sounds = bool(pcm.any())
            self._alive = self._alive or sounds
            self._zeros = 0 if sounds else self._zeros + len(pcm)
            if is_overdriven(pcm):
                self._overdriven_s += len(pcm) / intake.device.rate
            blocks = self._builder.heard(pcm)
            self.clock.note(self._builder.next_frame, chunk.seconds)
            # Before the yield: whoever handles the blocks may take their time.
            gone = intake is not self._caretaker.current
            last = min(now, last + len(pcm) / intake.device.rate) if gone else now
            expected, lost = chunk.start + len(pcm), False
            yield from blocks

    def _has_stood_still(self) -> bool:
        """Whether the process was stopped since the last call."""
        before, self._stopped_s = self._stopped_s, self._caretaker.stopped_s()
        return self._stopped_s - before > STOPPED_S / 2

    def _next(self, current: Intake | None) -> tuple[Intake, Chunk | None]:
        """The next chunk and where it is from; None if there is none within a block's time."""
        left = self._intake.next(0)  # of one that is gone, too: it was heard
        if left is not None:
            return self._intake, left
        if current is None:
            time.sleep(BLOCK_MS / 1000)
            return self._intake, None
        if current is self._intake:
            return current, current.next(BLOCK_MS / 1000)
        return current, _latest(current, BLOCK_MS / 1000)

    def _lost(self, seconds: float) -> Sequence[Block]:
        self.clock.restart()
        return self._builder.lost(round(seconds * self._intake.device.rate))

    def _change_to(self, intake: Intake) -> None:
        self._overruns += self._intake.overruns
        self._intake = intake
        self._zeros, self._alive = 0, False
        self.name = intake.device.name
        self._builder.restart(intake.device.rate)


def _latest(intake: Intake, timeout: float) -> Chunk | None:
    """The newest chunk: a stream that was on trial has piled up what is over by now."""
    chunk = intake.next(timeout)
    while (newer := intake.next(0)) is not None:
        chunk = newer
    return chunk
