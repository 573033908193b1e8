"""A microphone without the coach's own voice."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from skill.echo.bands import HOP
from skill.echo.canceller import EchoCanceller
from skill.ports import (
    NOTHING,
    AudioSource,
    Block,
    BlockKind,
    Pcm,
    Playback,
    Samples,
    decibels,
)

FULL_SCALE = 32768
ONSET = 20
"""Hops that are recognised again once somebody is known to talk: an "s" is over before that."""

LONG_S = 0.5
"""A shorter hole in what is heard is a dropout of the same stream."""


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
    _ungated: deque[Samples] = field(default_factory=lambda: deque(maxlen=ONSET))
    _talk: bool = False
    _lost: int = 0
    _changes: int = 0

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
            # A short loss is followed, for the filter is needed after it; after the end it is not.
            cleaned = block if block.kind is BlockKind.ENDED else self._clean(block)
            yield cleaned if block.kind is BlockKind.HEARD else block

    def _notice_devices(self, lost: int) -> None:
        """After a longer loss the microphone has been opened again, and so may the speaker be."""
        reopened = not lost and self._lost >= LONG_S * self.rate
        changes = self.playback.changes
        if reopened or changes != self._changes:
            self.canceller.forget_path()
        self._changes = changes
        self._lost = self._lost + lost if lost else 0

    def _clean(self, block: Block) -> Block:
        if len(block.pcm) % HOP:
            raise ValueError(f"a block of {len(block.pcm)} frames is no multiple of {HOP}")
        heard: Samples = (block.pcm / FULL_SCALE).astype(np.float32)
        played = self.playback.played(block.start_frame, len(heard))
        lost = block.kind is not BlockKind.HEARD
        self._notice_devices(len(block.pcm) if lost else 0)
        hops = self.canceller.clean(heard, played, lost=lost)
        begins = any(hop.talk for hop in hops) and not self._talk
        again = _pcm(self._ungated) if begins else NOTHING
        self._talk = hops[-1].talk
        self._ungated.extend(hop.ungated for hop in hops)
        return replace(
            block,
            pcm=_pcm(h.ungated if begins else h.passed for h in hops),
            again=again,
            others=tuple(hop.others for hop in hops),
            echo=tuple(decibels(hop.echo * FULL_SCALE**2) for hop in hops),
            alike=tuple(hop.alike for hop in hops),
            anew=any(hop.anew for hop in hops),
        )


def _pcm(hops: Iterable[Samples]) -> Pcm:
    parts = list(hops)
    whole = np.rint(np.concatenate(parts) * FULL_SCALE) if parts else NOTHING
    return np.clip(whole, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
