"""A real loudspeaker as a speaker."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr

from skill.audio.caretaker import Caretaker
from skill.audio.clock_map import ClockMap
from skill.audio.deck import Deck, Sound
from skill.audio.devices import Device, Direction, open_speaker
from skill.audio.microphone import listed
from skill.audio.rate_watch import PATIENCE_S
from skill.audio.stretch import stretch
from skill.audio.timeline import frames_at
from skill.closing import Closing
from skill.ports import Clip, Samples

OVERDUE_S = 2
"""A clip that has not ended this long after it should have is reported all the same, so that a
speaker that has died does not leave the coach waiting."""


class Outlet:
    """One opened stream of a loudspeaker, which always runs: amplifiers stay awake between clips.

    Args:
        device: opened at once.

    Attributes:
        frames: played so far.
        underruns: how often the device wanted frames sooner than they came.
        latency: frames between the deck and the air.

    Raises:
        DeviceError: if the device cannot be opened.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self.frames = 0
        self.underruns = 0
        self.deck = Deck(device.rate)
        self._clock = ClockMap(device.rate)
        self._stamp = (0, 0.0)
        self._noted = -1
        self.stream = open_speaker(device, self._fill, lambda: self.deck.wanted is not None)
        self.latency = round(self.stream.latency * device.rate)

    @property
    def clock(self) -> ClockMap:
        """When each frame of the deck left the device."""
        frame, seconds = self._stamp
        if seconds and frame != self._noted:
            self._noted = frame
            self._clock.note(frame, seconds)
        return self._clock

    def _fill(self, out: Samples, frames: int, time: Any, status: Any) -> None:
        if status.output_underflow:
            self.underruns += 1
        self._stamp = (self.frames, time.outputBufferDacTime)
        out[:] = self.deck.fill(frames)[:, np.newaxis]
        self.frames += frames


@dataclass(frozen=True, slots=True)
class _Playing:
    """A clip that has been asked for and has not ended; `outlet` is None until there is one."""

    clip: Clip
    token: int
    overdue: int
    outlet: Outlet | None = None
    sound: Sound | None = None


class Loudspeaker(Closing):
    """Plays clips at once, on whatever stream its `Caretaker` holds open.

    `play` and `stop` only name the sound that is wanted; the output callback takes it up when
    the device asks for its next frames (about every 12 ms) and fades the old one out over 10 ms.
    What the device has already taken, some 50 ms, still sounds.

    Args:
        name: parts of device names, the most wanted first, or one of them; None for the system's
            default.
        rate: frames per second of the microphone's clock, for `at`.

    Raises:
        DeviceError: if there is no such device, or it cannot be opened.
    """

    def __init__(
        self,
        name: str | Sequence[str] | None = None,
        rate: int = 16_000,
    ) -> None:
        self._rate = rate
        self._ears: ClockMap | None = None
        self._playing: _Playing | None = None
        self._ended: list[int] = []
        self._underruns = 0
        self._caretaker = Caretaker(Direction.SPEAKER, listed(name), Outlet)
        self._outlet = self._caretaker.first
        self._seen = time.monotonic()
        self.name = self._outlet.device.name

    def close(self) -> None:
        """Fall silent and give the device back."""
        self._caretaker.close()

    def follow(self, ears: ClockMap) -> None:
        """Tell `played` the microphone's clock."""
        self._ears = ears

    @property
    def underruns(self) -> int:
        """How often the device has been without sound, over all streams so far."""
        return self._underruns + self._outlet.underruns

    @property
    def works(self) -> bool:
        """Whether what is played now is heard. A device that is away for less than a second does
        not count, unless a clip was playing.
        """
        outlet = self._current()
        if outlet is None and time.monotonic() - self._seen >= PATIENCE_S:
            return False
        playing = self._playing
        return playing is None or playing.outlet in {None, outlet}

    @property
    def drift_ppm(self) -> float:
        """How much faster than the microphone's the speaker's clock goes, in millionths."""
        if self._ears is None:
            return 0.0
        return self._ears.drift_ppm - self._outlet.clock.drift_ppm

    def play(self, clip: Clip, token: int, at: int) -> None:
        """Start a clip now, instead of what is playing; `at` is the microphone's frame now."""
        overdue = at + frames_at(clip, self._rate) + OVERDUE_S * self._rate
        self._notice_end(at)
        self._fall_silent()
        self._playing = _Playing(clip, token, overdue)
        self._begin()

    def stop(self, at: int) -> None:
        """Be silent now; `at` is the microphone's frame now."""
        self._notice_end(at)
        self._fall_silent()

    def poll(self, at: int) -> Sequence[int]:
        """Tokens of clips whose last frame has left the device, each reported once."""
        self._begin()
        self._notice_end(at)
        tokens, self._ended = self._ended, []
        return tokens

    def played(self, start_frame: int, frames: int) -> Samples:
        """What left the device while the microphone captured these frames, at `rate`; zeros where
        nothing did, and before both clocks are known.

        The clocks' drift is in the map between them, so it is compensated here.
        """
        outlet, ears = self._outlet, self._ears
        if ears is None or not ears.known or not outlet.clock.known:
            return np.zeros(frames, np.float32)
        first, last = (
            outlet.clock.frame_at(ears.seconds_at(frame))
            for frame in (start_frame, start_frame + frames)
        )
        return stretch(outlet.deck.handed_out, first, last, frames)

    def _current(self) -> Outlet | None:
        outlet = self._caretaker.current
        if outlet is not None:
            self._seen = time.monotonic()
            _ = outlet.clock  # takes the newest stamp
            if outlet is not self._outlet:
                self._underruns += self._outlet.underruns
                self._outlet, self.name = outlet, outlet.device.name
        return outlet

    def _begin(self) -> None:
        """Start the clip that waits, if it can be."""
        outlet, playing = self._current(), self._playing
        if outlet is None or playing is None or playing.outlet is not None:
            return
        samples, rate = playing.clip.samples, outlet.device.rate
        if playing.clip.rate != rate:
            samples = soxr.resample(samples, playing.clip.rate, rate, "HQ")
        sound = Sound(samples)
        self._playing = _Playing(playing.clip, playing.token, playing.overdue, outlet, sound)
        outlet.deck.wanted = sound

    def _notice_end(self, at: int) -> None:
        playing = self._playing
        if playing is None:
            return
        if at >= playing.overdue or _is_over(playing):
            self._ended.append(playing.token)
            self._fall_silent()

    def _fall_silent(self) -> None:
        self._playing = None
        self._outlet.deck.wanted = None


def _is_over(playing: _Playing) -> bool:
    if playing.sound is None or playing.outlet is None or playing.sound.end is None:
        return False
    return playing.outlet.frames >= playing.sound.end + playing.outlet.latency
