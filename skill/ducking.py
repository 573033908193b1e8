"""Keeps the music low for as long as the coach speaks."""

from typing import Protocol

from skill.core.coach import Coach
from skill.core.messages import Effect, Event, Say
from skill.ports import RATE, Block

AFTERWARDS_MS = 1_200
"""Music comes back this long after the last word: sentences of a reply are 450 to 800 ms apart."""


class Music(Protocol):
    """Sound that can be lowered; calls may be nested."""

    def lower(self) -> None:
        """Make it quiet."""
        ...

    def restore(self) -> None:
        """Let it be as it was, once everybody who lowered it has said so."""
        ...


class Ducking:
    """Watches a session: lowers the music at a line, and restores it after a silence.

    Args:
        music: what is lowered.
    """

    def __init__(self, music: Music) -> None:
        self._music = music
        self._low = False
        self._spoke = 0

    def message(self, at: int, message: Event | Effect) -> None:
        """Lower the music for a line. A chime is short enough without."""
        if isinstance(message, Say) and not self._low:
            self._low = True
            self._music.lower()

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Restore it when the coach has been silent for a while."""
        if coach.saying:
            self._spoke = block.end_frame
        elif self._low and block.end_frame - self._spoke >= AFTERWARDS_MS * RATE // 1000:
            self._low = False
            self._music.restore()
