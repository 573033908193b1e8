"""Music is low while the coach speaks and between the sentences of a reply, and not for longer."""

from dataclasses import replace

import numpy as np

from skill.core.coach import Coach
from skill.core.messages import Chime, Say, Tone
from skill.ducking import AFTERWARDS_MS, Ducking
from skill.ports import Block
from tests.support.book import new_coach

SILENT = new_coach()
BLOCK = 800


class Counting:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def lower(self) -> None:
        self.calls.append("lower")

    def restore(self) -> None:
        self.calls.append("restore")


class Evening:
    """A session's messages and blocks, for `Ducking`."""

    def __init__(self) -> None:
        self.music = Counting()
        self._ducking = Ducking(self.music)
        self._frame = 0

    def line(self, seconds: float) -> None:
        say = Say(1, "Roll slowly.")
        self._ducking.message(0, say)
        self.blocks(seconds, replace(SILENT, speaking=say))

    def chime(self) -> None:
        chime = Chime(2, Tone.STEP)
        self._ducking.message(0, chime)
        self.blocks(0.3, replace(SILENT, speaking=chime))

    def blocks(self, seconds: float, coach: Coach = SILENT) -> None:
        for _ in range(round(seconds * 20)):
            block = Block(self._frame, np.zeros(BLOCK, np.int16))
            self._frame = block.end_frame
            self._ducking.block(block, coach, "")


def test_one_reply_lowers_it_once() -> None:
    evening = Evening()
    evening.line(3)
    evening.blocks(0.8)
    evening.line(2)
    assert evening.music.calls == ["lower"]
    evening.blocks(AFTERWARDS_MS / 1000 - 0.1)
    assert evening.music.calls == ["lower"]
    evening.blocks(0.2)
    assert evening.music.calls == ["lower", "restore"]
    evening.line(1)
    assert evening.music.calls == ["lower", "restore", "lower"]


def test_chimes_and_silence_leave_it_alone() -> None:
    evening = Evening()
    evening.chime()
    evening.blocks(5)
    assert evening.music.calls == []
