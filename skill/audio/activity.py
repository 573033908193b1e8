"""Is somebody speaking? WebRTC's detector behind `skill.ports.VoiceDetector`."""

from collections.abc import Sequence

import numpy as np
import webrtcvad

from skill.ports import Block, BlockKind, Pcm

RATE = 16_000
FRAMES = RATE // 100
MODE = 2
"""0 (most things are a voice) to 3 (few are). Over 58 single words in quiet, mode 2 saw the end
70 ms late with 3 of 4 times less cut off than mode 3; see ARCHITECTURE.md, "The end of a voice"."""


class WebRtcVoiceDetector:
    """A Gaussian mixture over six bands; 0.2 ms of computing per second of sound.

    It looks back over some 70 ms by itself, which a listener adds to its own patience. Loud steady
    noise and tones are a voice to it: there, the recogniser's own endpointer has to do.
    """

    def __init__(self) -> None:
        self._vad = webrtcvad.Vad(MODE)
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
        frames = (pcm[at : at + FRAMES].tobytes() for at in range(0, whole, FRAMES))
        scores = [float(self._vad.is_speech(frame, RATE)) for frame in frames]
        return scores if block.kind is BlockKind.HEARD else [0.0] * len(scores)
