"""When somebody other than the coach may have been talking."""

from collections.abc import Sequence
from dataclasses import dataclass

STEP_MS = 10
MEMORY_MS = 6_000


@dataclass(frozen=True, slots=True)
class Others:
    """The last seconds.

    Attributes:
        talking: for every 10 ms whether somebody may have talked; the newest last.
        until: when the last of them ended, in ms.
    """

    talking: tuple[bool, ...] = ()
    until: int = 0

    def after(self, talking: Sequence[bool], until: int) -> "Others":
        """With some more of them, the last of which ended at `until`."""
        return Others((*self.talking, *talking)[-MEMORY_MS // STEP_MS :], until)

    def since(self, start_ms: int) -> int:
        """For how many milliseconds somebody may have talked since then; all, if nobody knows."""
        if not self.talking:
            return MEMORY_MS
        first = len(self.talking) - (self.until - start_ms) // STEP_MS
        return STEP_MS * sum(self.talking[max(0, first) :])
