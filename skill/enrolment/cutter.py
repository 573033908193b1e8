"""Cuts one spoken phrase out of a microphone's blocks."""

from enum import StrEnum

import numpy as np

from skill.ports import RATE, Block, Pcm, VoiceDetector

AROUND_MS = 300
"""Kept before and after the voice: detectors notice it late, and words begin softly."""
END_MS = 700
"""Silence that ends a phrase; pauses between the words of one are shorter."""
LEAST_MS = 100
"""Shorter voices are clicks and coughs."""
VOICE = 0.5
"""From this probability on, 10 ms count as voice."""
LONGEST_MS = 5_000
"""A voice that goes on for longer is no command."""


class State(StrEnum):
    """How far a cutter has come."""

    WAITING = "waiting"
    CUT = "cut"
    NOBODY = "nobody"
    """Nothing was said in time."""


class Cutter:
    """Waits for a voice, and ends when it has ended.

    Args:
        detector: tells voice from everything else.
        patience_ms: how long to wait for a voice.

    Attributes:
        state: `CUT` once `pcm` holds the phrase.
        pcm: int16, shape (frames,), at 16 kHz, with a little around the voice.
    """

    def __init__(self, detector: VoiceDetector, patience_ms: int) -> None:
        self._detector = detector
        self._patience_ms = patience_ms
        self._sound: list[Pcm] = []
        self._voiced: list[bool] = []
        self.state = State.WAITING
        self.pcm: Pcm = np.zeros(0, np.int16)

    def feed(self, block: Block) -> State:
        """Hear one block."""
        self._sound.append(block.pcm)
        self._voiced += [probability >= VOICE for probability in self._detector.feed(block)]
        voiced = np.flatnonzero(self._voiced)
        now = len(self._voiced) * 10
        if len(voiced) * 10 < LEAST_MS:
            if now >= self._patience_ms:
                self.state = State.NOBODY
            elif len(voiced) and now - (int(voiced[-1]) + 1) * 10 >= END_MS:
                # A click is over, and no beginning of what is said seconds later.
                self._voiced = [False] * len(self._voiced)
            return self.state
        begun, ended = int(voiced[0]) * 10, (int(voiced[-1]) + 1) * 10
        if now - ended >= END_MS or ended - begun >= LONGEST_MS:
            self._cut(begun - AROUND_MS, ended + AROUND_MS)
        return self.state

    def _cut(self, start_ms: int, end_ms: int) -> None:
        sound = np.concatenate(self._sound)
        self.pcm = sound[max(0, start_ms) * RATE // 1000 : end_ms * RATE // 1000]
        self.state = State.CUT
