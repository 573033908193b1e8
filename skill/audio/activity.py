"""Is somebody speaking? WebRTC's detector and the level, behind `skill.ports.VoiceDetector`."""

from collections import deque
from collections.abc import Sequence

import numpy as np
import webrtcvad

from skill.ports import RATE, Block, BlockKind, Pcm, decibels

FRAMES = RATE // 100
MODE = 2
"""0 (most things are a voice) to 3 (few are). Over 58 single words in quiet, mode 2 saw the end
70 ms late with 3 of 4 times less cut off than mode 3; see ARCHITECTURE.md, "The end of a voice"."""


class _Lowest:
    """The lowest of the last values, without looking at all of them each time: one that a later
    one undercuts is never asked for again.

    Args:
        count: how many values are the last.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken = 0
        self._candidates: deque[tuple[int, float]] = deque()

    def after(self, value: float) -> float:
        """Take in one more, and tell."""
        while self._candidates and self._candidates[-1][1] >= value:
            self._candidates.pop()
        self._candidates.append((self._taken, value))
        self._taken += 1
        if self._candidates[0][0] < self._taken - self._count:
            self._candidates.popleft()
        return self._candidates[0][1]


class Level:
    """Is it louder than the room? Tells a word from a steady noise, which WebRTC's detector cannot.

    The room is the quietest 50 ms of the last 3 s, after Martin, "Noise power spectral density
    estimation based on optimal smoothing and minimum statistics" (2001); a voice is what rises
    `RISE` of the way from there to the loudest 50 ms of the last second, or has done so in the last
    70 ms, about as long as WebRTC's detector goes on after an end. A constant offset is no sound.
    """

    RISE = 0.4
    LEAST_DB = 4.0
    """Rises that are smaller are the noise's own."""
    SMOOTH, ROOM, LOUD, HOLD = 5, 300, 100, 7
    """In steps of 10 ms."""

    def __init__(self) -> None:
        self._powers: deque[float] = deque(maxlen=self.SMOOTH)
        self._offsets: deque[float] = deque(maxlen=self.SMOOTH)
        self._room = _Lowest(self.ROOM)
        self._loud = _Lowest(self.LOUD)
        self._held = 0

    def are_raised(self, frames: Pcm) -> list[bool]:
        """Hear some more: 10 ms each, shape (n, FRAMES)."""
        samples = frames.astype(np.float64)
        powers = np.einsum("ij,ij->i", samples, samples) / FRAMES
        offsets = samples.sum(axis=1) / FRAMES
        pairs = zip(powers.tolist(), offsets.tolist(), strict=True)
        return [self._is_raised(power, offset) for power, offset in pairs]

    def _is_raised(self, power: float, offset: float) -> bool:
        self._powers.append(power)
        self._offsets.append(offset)
        count = len(self._powers)
        smooth = sum(self._powers) / count - (sum(self._offsets) / count) ** 2
        level = decibels(max(smooth, 0.0))
        room, loud = self._room.after(level), -self._loud.after(-level)
        raised = level - room >= max(self.LEAST_DB, self.RISE * (loud - room))
        self._held = self.HOLD if raised else max(0, self._held - 1)
        return self._held > 0


class WebRtcVoiceDetector:
    """A Gaussian mixture over six bands, and `Level`: a voice is what both take for one.

    The mixture looks back over some 70 ms by itself, which a listener adds to its own patience.
    """

    def __init__(self) -> None:
        self._vad = webrtcvad.Vad(MODE)
        self._level = Level()
        self._rest: Pcm = np.zeros(0, np.int16)

    def feed(self, block: Block) -> Sequence[float]:
        """Hear one block of 16 kHz sound.

        Returns:
            1.0 or 0.0 for each 10 ms that has become complete. Frames completed by a lost block,
            or one after the end, are silence.
        """
        pcm = np.concatenate((self._rest, block.pcm))
        whole = len(pcm) - len(pcm) % FRAMES
        self._rest = pcm[whole:]
        frames = pcm[:whole].reshape(-1, FRAMES)
        voices = [self._vad.is_speech(frame.tobytes(), RATE) for frame in frames]
        raised = self._level.are_raised(frames)
        if block.kind is not BlockKind.HEARD:
            return [0.0] * len(frames)
        return [float(voice and loud) for voice, loud in zip(voices, raised, strict=True)]
