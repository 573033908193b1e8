"""A real loudspeaker as a speaker."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from skill.audio.deck import Deck, Sound
from skill.audio.devices import Direction, find_device, open_speaker
from skill.audio.timeline import frames_at
from skill.audio.waking import Hiss
from skill.closing import Closing
from skill.ports import Clip, Samples

OVERDUE_S = 2
"""A clip that has not ended this long after it should have is reported all the same, so that a
speaker that has died does not leave the coach waiting."""


@dataclass(frozen=True, slots=True)
class _Playing:
    """A clip that has been asked for and has not ended."""

    sound: Sound
    token: int
    overdue: int


class Loudspeaker(Closing):
    """Plays clips at once; the stream always runs, so amplifiers stay awake between clips.

    `play` and `stop` only name the sound that is wanted; the output callback takes it up when
    the device asks for its next frames (about every 12 ms) and fades the old one out over 10 ms.
    What the device has already taken, some 50 ms, still sounds.

    Args:
        name: part of the device's name; None for the system's default.
        rate: frames per second of the microphone's clock, for `at`.
        awake: whether silence is a hiss that nobody hears, instead of zeros.

    Raises:
        DeviceError: if there is no such device, or it cannot be opened.
    """

    def __init__(self, name: str | None = None, rate: int = 16_000, *, awake: bool = False) -> None:
        device = find_device(Direction.SPEAKER, name)
        self.name = device.name
        self._rate = rate
        self._device_rate = device.rate
        self._deck = Deck(device.rate)
        self._hiss = Hiss(device.rate) if awake else None
        self._playing: _Playing | None = None
        self._ended: list[int] = []
        self._stream = open_speaker(device, self._fill)
        self._latency = round(self._stream.latency * device.rate)

    def close(self) -> None:
        """Fall silent and give the device back."""
        self._stream.close()

    def play(self, clip: Clip, token: int, at: int) -> None:
        """Start a clip now, instead of what is playing; `at` is the microphone's frame now."""
        samples = clip.samples
        if clip.rate != self._device_rate:
            samples = soxr.resample(samples, clip.rate, self._device_rate, "HQ")
        overdue = at + frames_at(clip, self._rate) + OVERDUE_S * self._rate
        self._notice_end(at)
        self._playing = _Playing(Sound(samples), token, overdue)
        self._deck.wanted = self._playing.sound

    def stop(self, at: int) -> None:
        """Be silent now; `at` is the microphone's frame now."""
        self._notice_end(at)
        self._fall_silent()

    def poll(self, at: int) -> Sequence[int]:
        """Tokens of clips whose last frame has left the device, each reported once."""
        self._notice_end(at)
        tokens, self._ended = self._ended, []
        return tokens

    def _notice_end(self, at: int) -> None:
        playing = self._playing
        if playing is None:
            return
        end = playing.sound.end
        played = end is not None and self._deck.filled >= end + self._latency
        if played or at >= playing.overdue:
            self._ended.append(playing.token)
            self._fall_silent()

    def _fall_silent(self) -> None:
        self._playing = None
        self._deck.wanted = None

    def _fill(self, out: Samples, frames: int, _time: object, _status: object) -> None:
        sound = self._deck.fill(frames)
        if self._hiss is not None:
            sound = sound + self._hiss.next(frames)
        out[:] = sound[:, np.newaxis]
