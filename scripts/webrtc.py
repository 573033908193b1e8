"""WebRTC's echo canceller (third version, in livekit's wheel), to compare the coach's own with.

`module-echo-cancel` of PulseAudio and PipeWire is of the same family. `pip install livekit`; it is
no part of the product.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from livekit.rtc import AudioFrame
from livekit.rtc.apm import AudioProcessingModule

from skill.ports import RATE, AudioSource, Block, Pcm, Playback

HOP = RATE // 100


@dataclass
class WebRtcCancelled:
    """Another source's blocks, which are whole numbers of 10 ms long, after WebRTC's canceller.

    Args:
        source: a microphone at 16 kHz.
        playback: what the speaker gave out.
    """

    source: AudioSource
    playback: Playback
    rate: int = RATE
    _module: AudioProcessingModule = field(
        default_factory=lambda: AudioProcessingModule(echo_cancellation=True)
    )

    def blocks(self) -> Iterator[Block]:
        """Yield them, cleaned."""
        for block in self.source.blocks():
            played = self.playback.played(block.start_frame, len(block.pcm))
            reference = np.clip(np.rint(played * 32767), -32768, 32767).astype(np.int16)
            hops = [
                self._clean(block.pcm[at : at + HOP], reference[at : at + HOP])
                for at in range(0, len(block.pcm), HOP)
            ]
            yield replace(block, pcm=np.concatenate(hops))

    def _clean(self, heard: Pcm, played: Pcm) -> Pcm:
        self._module.process_reverse_stream(_frame(played))
        frame = _frame(heard)
        self._module.process_stream(frame)
        return np.frombuffer(bytes(frame.data), np.int16)


def _frame(pcm: Pcm) -> AudioFrame:
    return AudioFrame(bytearray(pcm.tobytes()), RATE, 1, HOP)
