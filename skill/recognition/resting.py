"""Any recogniser, resting while the room is as quiet as it was."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence

from skill.core.hypothesis import Hypothesis
from skill.ports import Block, BlockKind, Recognizer

ROOM_S = 3.0
"""The room is what so much sound was like."""
ROOM_SHARE = 0.3
"""Of its blocks are quieter than the room's level: while somebody talks, most are louder."""
SPREADS = 3.0
"""A rise is so many times further above the room's level than its quietest block is below it. Over
50 ms, the level of white noise has a standard deviation of 0.2 dB, that of a rumbling room 1 dB."""
LEAST_DB, MOST_DB = 2.0, 4.0
"""No rise is less; and more than the second always is one, for a word that rises by less is
drowned, and no command anyway (`Tuning.standing_out`)."""
AWAKE_S = 1.5
"""How long it goes on after the last rise: a word's end, and the endpoint after it."""
RECYCLE_S = 10.0
"""Of rest, after which the inner recogniser is recycled, once: nobody waits for it now."""
KEPT_S = 0.5
"""So much of what was slept through is heard after all, before what woke it: the word's onset, and
some of the room, which the recogniser's features lean on."""


class RestingRecognizer:
    """Gives another recogniser only what rises above the room's noise, and half a second before it.

    Decoding is most of what listening costs, and a room is quiet most of the time. While something
    is being recognised, it never rests.

    Args:
        inner: hears what is not slept through. Its blocks may have gaps between them, but not
            within an utterance.
        rate: frames per second of every block.
    """

    def __init__(self, inner: Recognizer, rate: int) -> None:
        self._inner = inner
        self._rate = rate
        self._room: deque[tuple[int, float]] = deque()
        self._levels: list[float] = []  # of the room, the lowest first
        self._kept: deque[Block] = deque()
        self._raised_at: int | None = None
        self._partial = ""
        self._rests_since: int | None = None
        self._recycled = False

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        """Hear one block; return the hypotheses that changed."""
        if self._has_risen(block) or self._raised_at is None:
            self._raised_at = block.end_frame
        quiet = block.end_frame - self._raised_at >= AWAKE_S * self._rate
        if quiet and not self._partial:
            return self._rest(block)
        self._rests_since, self._recycled = None, False
        heard = [found for kept in (*self._kept, block) for found in self._hear(kept)]
        self._kept.clear()
        return heard

    def flush(self) -> Hypothesis:
        """End the utterance now."""
        self._partial = ""
        return self._inner.flush()

    def recycle(self) -> None:
        """Drop what has piled up."""
        self._inner.recycle()

    def _rest(self, block: Block) -> Sequence[Hypothesis]:
        self._kept.append(block)
        while self._kept[0].end_frame <= block.end_frame - KEPT_S * self._rate:
            self._kept.popleft()
        if self._rests_since is None:
            self._rests_since = block.start_frame
            # An utterance must not go on across what is slept through.
            return (self._inner.flush(),)
        if not self._recycled and block.end_frame - self._rests_since >= RECYCLE_S * self._rate:
            self._recycled = True
            self._inner.recycle()
        return ()

    def _hear(self, block: Block) -> Sequence[Hypothesis]:
        heard = self._inner.feed(block)
        for hypothesis in heard:
            self._partial = "" if hypothesis.final else hypothesis.text
        return heard

    def _has_risen(self, block: Block) -> bool:
        """Whether it is louder than the room is wont to be; a lost block is not."""
        if block.kind is not BlockKind.HEARD:
            return False
        (level,) = block.levels(1)
        levels = self._levels
        self._room.append((block.end_frame, level))
        insort(levels, level)
        while self._room[0][0] <= block.end_frame - ROOM_S * self._rate:
            _, gone = self._room.popleft()
            del levels[bisect_left(levels, gone)]
        room = levels[int(ROOM_SHARE * len(levels))]
        rise = min(MOST_DB, max(LEAST_DB, SPREADS * (room - levels[0])))
        return level - room >= rise or len(block.again) > 0
