"""The last minutes of both voices, in memory only."""

from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

from skill.audio.session_file import SessionWriter
from skill.ports import RATE, Block, BlockKind, Clip


@dataclass(frozen=True, slots=True)
class _Order:
    """From microphone frame `at` on this clip, or silence, left the speaker."""

    at: int
    clip: Clip | None


@dataclass(frozen=True, slots=True)
class _Turn:
    """From microphone frame `at` on the speaker was low, or not."""

    at: int
    low: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a session: from one frame of the microphone up to another."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What a ring held at one moment; it does not change any more.

    Attributes:
        blocks: of the microphone, one after the other; at least one.
        orders: what the speaker was told to play, the oldest first.
        turns: when it was lowered, and raised again.
        rate: frames per second of the blocks.
    """

    blocks: tuple[Block, ...]
    orders: tuple[_Order, ...]
    turns: tuple[_Turn, ...]
    rate: int

    @property
    def start_frame(self) -> int:
        """Where it begins, in frames of the session."""
        return self.blocks[0].start_frame

    @property
    def lost(self) -> tuple[Span, ...]:
        """Where the microphone delivered nothing; the sound has zeros there."""
        spans: list[Span] = []
        for block in self.blocks:
            if block.kind is not BlockKind.LOST:
                continue
            if spans and spans[-1].end == block.start_frame:
                spans[-1] = Span(spans[-1].start, block.end_frame)
            else:
                spans.append(Span(block.start_frame, block.end_frame))
        return tuple(spans)

    def write(self, path: Path) -> None:
        """Write it as a session file: the person on the left, the coach on the right.

        Raises:
            StorageError: if the file cannot be written.
        """
        waiting = deque(self.orders)
        turns = deque(self.turns)
        with SessionWriter(path, self.rate) as writer:
            for block in self.blocks:
                while waiting and waiting[0].at <= block.end_frame:
                    order = waiting.popleft()
                    if order.clip is None:
                        writer.stop(order.at)
                    else:
                        writer.play(order.clip, order.at)
                while turns and turns[0].at <= block.end_frame:
                    turn = turns.popleft()
                    writer.lower(turn.at, low=turn.low)
                writer.hear(block)


class Ring:
    """Forgets whatever is older than so many seconds. A `skill.audio.session_file.Tape`.

    Args:
        seconds: how far it reaches back. A minute takes 1.9 MB.
    """

    def __init__(self, seconds: int) -> None:
        self._frames = seconds * RATE
        self._blocks: deque[Block] = deque()
        self._orders: deque[_Order] = deque()
        self._turns: deque[_Turn] = deque()

    def hear(self, block: Block) -> None:
        """Add what the microphone heard; blocks come in order, without gaps."""
        # A copy: the samples may be a small part of a large array, which would be kept with them.
        self._blocks.append(replace(block, pcm=block.pcm.copy()))
        while block.end_frame - self._blocks[0].end_frame >= self._frames:
            self._blocks.popleft()
        start = self._blocks[0].start_frame
        # The last of each before the start may still hold; those before it have been replaced.
        for told in (self._orders, self._turns):
            while len(told) > 1 and told[1].at <= start:
                told.popleft()

    def play(self, clip: Clip, at: int) -> None:
        """A clip left the speaker at microphone frame `at`, instead of what was playing."""
        self._orders.append(_Order(at, clip))

    def stop(self, at: int) -> None:
        """The speaker fell silent at microphone frame `at`."""
        self._orders.append(_Order(at, None))

    def lower(self, at: int, *, low: bool) -> None:
        """The speaker was lowered at microphone frame `at`, or raised again."""
        self._turns.append(_Turn(at, low))

    def cut(self) -> Cut | None:
        """What it holds now; None before the first block."""
        if not self._blocks:
            return None
        return Cut(tuple(self._blocks), tuple(self._orders), tuple(self._turns), RATE)
