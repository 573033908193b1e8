"""A real loudspeaker as a speaker."""

from collections.abc import Sequence

import numpy as np
import soxr

from skill.audio.devices import Direction, find_device, open_speaker
from skill.audio.timeline import frames_at
from skill.closing import Closing
from skill.ports import Clip, Samples

FADE_MS = 5
"""A clip that is cut goes to silence in this time; at once would click."""
OVERDUE_S = 2
"""A clip that has not ended this long after it should have is reported all the same, so that a
speaker that has died does not leave the coach waiting."""


class _Sound:
    """A clip on its way out; only the output callback moves it."""

    def __init__(self, samples: Samples, token: int, overdue: int) -> None:
        self.samples = samples
        self.token = token
        self.overdue = overdue
        self.taken = 0
        self.end: int | None = None

    def take(self, frames: int) -> Samples:
        part = self.samples[self.taken : self.taken + frames]
        self.taken += len(part)
        return part


class Loudspeaker(Closing):
    """Plays clips at once; the stream always runs, so amplifiers stay awake between clips.

    `play` and `stop` only name the sound that is wanted; the output callback takes it up when
    the device asks for its next frames (about every 12 ms) and fades the old one out over 5 ms.
    What the device has already taken, some 50 ms, still sounds.

    Args:
        name: part of the device's name; None for the system's default.
        rate: frames per second of the microphone's clock, for `at`.

    Raises:
        DeviceError: if there is no such device, or it cannot be opened.
    """

    def __init__(self, name: str | None = None, rate: int = 16_000) -> None:
        device = find_device(Direction.SPEAKER, name)
        self.name = device.name
        self._rate = rate
        self._device_rate = device.rate
        self._fade = np.linspace(
            1, 0, FADE_MS * device.rate // 1000, endpoint=False, dtype=np.float32
        )
        self._wanted: _Sound | None = None
        self._sounding: _Sound | None = None
        self._written = 0
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
        self._wanted = _Sound(samples, token, overdue)

    def stop(self, at: int) -> None:
        """Be silent now; `at` is the microphone's frame now."""
        self._notice_end(at)
        self._wanted = None

    def poll(self, at: int) -> Sequence[int]:
        """Tokens of clips whose last frame has left the device, each reported once."""
        self._notice_end(at)
        tokens, self._ended = self._ended, []
        return tokens

    def _notice_end(self, at: int) -> None:
        sound = self._wanted
        if sound is None:
            return
        played = sound.end is not None and self._written >= sound.end + self._latency
        if played or at >= sound.overdue:
            self._ended.append(sound.token)
            self._wanted = None

    def _fill(self, out: Samples, frames: int, _time: object, _status: object) -> None:
        wanted = self._wanted
        out[:] = 0
        if self._sounding is not wanted and self._sounding is not None:
            tail = self._sounding.take(min(frames, len(self._fade)))
            out[: len(tail)] += (tail * self._fade[: len(tail)])[:, np.newaxis]
        self._sounding = wanted
        if wanted is not None:
            part = wanted.take(frames)
            out[: len(part)] += part[:, np.newaxis]
            if wanted.end is None and wanted.taken == len(wanted.samples):
                wanted.end = self._written + len(part)
        self._written += frames
