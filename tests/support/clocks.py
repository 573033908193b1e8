"""A microphone's time beside the machine's."""

import time

from skill.audio.microphone import Microphone
from skill.ports import RATE, Block, BlockKind
from tests.support.waiting import LONG_S

ENOUGH = 5
"""So many blocks that come no sooner than one before are what a microphone delivers now."""


def until(microphone: Microphone, kind: BlockKind, seconds: float = LONG_S) -> list[Block]:
    """Blocks up to the first of a kind; how long it may take."""
    end, blocks = time.monotonic() + seconds, []
    for block in microphone.blocks():
        blocks.append(block)
        if block.kind is kind:
            break
        assert time.monotonic() < end, f"no {kind} block in {seconds} s"
    return blocks


def behind(microphone: Microphone) -> tuple[list[Block], float]:
    """Some blocks, and how many seconds later than its own time the soonest of them came.

    The others were held up, by a busy machine or because they had piled up, and tell nothing of the
    microphone's time. Only the difference of two such figures means anything.
    """
    blocks: list[Block] = []
    late: list[float] = []
    for block in microphone.blocks():
        blocks.append(block)
        late.append(time.monotonic() - block.end_frame / RATE)
        if len(late) > ENOUGH and min(late[:-ENOUGH]) <= min(late[-ENOUGH:]):
            break
    return blocks, min(late)
