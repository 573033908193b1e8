"""The last minutes of both voices, in memory only."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from skill.audio.session_file import SessionWriter, from_pcm, to_pcm
from skill.ports import NOTHING, RATE, AudioSource, Block, BlockKind, Clip, Pcm, Playback, Samples


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
        coach: what the speaker played meanwhile, for each block; empty where that was nothing.
        rate: frames per second of the blocks.
    """

    blocks: tuple[Block, ...]
    coach: tuple[Pcm, ...]
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
        with SessionWriter(path, self.rate) as writer:
            for block, coach in zip(self.blocks, self.coach, strict=True):
                if len(coach):
                    writer.play(Clip(from_pcm(coach), self.rate), block.start_frame)
                writer.hear(block)


class Ring:
    """Forgets whatever is older than so many seconds.

    Args:
        seconds: how far it reaches back. A minute takes 1.9 MB, and as much where the coach speaks.
    """

    def __init__(self, seconds: int) -> None:
        self._frames = seconds * RATE
        self._blocks: deque[tuple[Block, Pcm]] = deque()

    def hear(self, block: Block, played: Samples) -> None:
        """Add what the microphone heard, and what was played meanwhile; blocks come in order,
        without gaps.
        """
        # Copies: the samples may be a small part of a large array, which would be kept with them.
        coach = to_pcm(played)
        heard = replace(block, pcm=block.pcm.copy())
        self._blocks.append((heard, coach if coach.any() else NOTHING))
        while block.end_frame - self._blocks[0][0].end_frame >= self._frames:
            self._blocks.popleft()

    def cut(self) -> Cut | None:
        """What it holds now; None before the first block."""
        if not self._blocks:
            return None
        blocks, coach = zip(*self._blocks, strict=True)
        return Cut(blocks, coach, RATE)


@dataclass(frozen=True, slots=True)
class Ringed:
    """A source whose blocks also go to a ring, with what the microphone may have heard of the
    coach: where a line lay is known to the speaker, and not to whoever ordered it.

    Attributes:
        source: of the blocks.
        playback: what the speaker played.
        ring: gets both.
    """

    source: AudioSource
    playback: Playback
    ring: Ring

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        return self.source.rate

    def blocks(self) -> Iterator[Block]:
        """Yield the source's blocks, each after it has gone to the ring."""
        for block in self.source.blocks():
            self.ring.hear(block, self.playback.played(block.start_frame, len(block.pcm)))
            yield block
