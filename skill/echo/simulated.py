"""A room in which the microphone hears the speaker: for tests, measurements, rehearsals."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from skill.ports import AudioSource, Block, Playback, Samples

FULL_SCALE = 32768
DRIVE = 1.0
"""How far a small loudspeaker is driven into its limits: tanh(x) flattens a peak of full scale to
0.76 of it; a sine of half scale gets 2 % of third harmonic."""


@dataclass(frozen=True, slots=True)
class Room:
    """How sound gets from the speaker to the microphone.

    Attributes:
        response: to an impulse, float32, at the microphone's rate; its peak is the direct sound.
        gain: factor of amplitude.
        delay: frames until the direct sound arrives, the devices' own latency included.
        drift_ppm: how much faster the speaker's clock goes than anybody knows of, in millionths.
        distorted: whether the speaker is a small one, driven hard.
    """

    response: Samples
    gain: float = 1.0
    delay: int = 640
    drift_ppm: float = 0.0
    distorted: bool = True

    def echo(self, playback: Playback, start_frame: int, frames: int) -> Samples:
        """What of all that was played reaches the microphone in these frames, shape (frames,)."""
        lead = int(np.argmax(np.abs(self.response)))
        slip = start_frame * self.drift_ppm * 1e-6
        first = start_frame - self.delay + lead - len(self.response) + 1
        whole = int(np.floor(slip))
        near = playback.played(first + whole, frames + len(self.response) + 1)
        at = np.arange(frames + len(self.response) - 1) + (slip - whole)
        sound = np.interp(at, np.arange(len(near)), near)
        if self.distorted:
            sound = np.tanh(DRIVE * sound) / DRIVE
        # What wraps around falls on samples that are left out; powers of two are quick.
        size = 1 << (len(sound) - 1).bit_length()
        product = np.fft.rfft(sound, size) * np.fft.rfft(self.response, size)
        wet = np.fft.irfft(product, size)[len(self.response) - 1 :][:frames]
        return (self.gain * wet).astype(np.float32)


@dataclass
class Echoing:
    """Another source's blocks, with the coach's voice added as a room would.

    Args:
        source: the person.
        playback: what the speaker gave out; it must still know the last half second.
        room: between the two.
    """

    source: AudioSource
    playback: Playback
    room: Room

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        return self.source.rate

    def blocks(self) -> Iterator[Block]:
        """Yield the source's blocks with the echo in them."""
        for block in self.source.blocks():
            echo = self.room.echo(self.playback, block.start_frame, len(block.pcm))
            loud = np.rint(block.pcm + echo * FULL_SCALE)
            yield replace(block, pcm=np.clip(loud, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16))
