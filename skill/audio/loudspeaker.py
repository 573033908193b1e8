"""A real loudspeaker as a speaker."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr

from skill.audio.caretaker import Caretaker
from skill.audio.choosing import listed
from skill.audio.clock_map import ClockMap
from skill.audio.deck import Deck, Sound
from skill.audio.devices import Device, Direction
from skill.audio.rate_watch import PATIENCE_S
from skill.audio.streams import open_speaker
from skill.audio.stretch import stretch
from skill.audio.timeline import frames_at
from skill.audio.waking import Hiss
from skill.closing import Closing
from skill.ports import RATE, Clip, Samples

OVERDUE_S = 2
"""A clip that has not ended this long after it should have is reported all the same, so that a
speaker that has died does not leave the coach waiting."""

STAMPS = 1000
"""As many calls of the callback as may come before somebody looks at the clock."""


class Outlet:
    """One opened stream of a loudspeaker, which always runs: amplifiers stay awake between clips.

    Args:
        device: opened at once.
        awake: whether silence is a hiss that nobody hears, instead of zeros.

    Attributes:
        frames: played so far.
        underruns: how often the device wanted a clip's frames sooner than they came; in silence
            nobody hears it.
        latency: frames between the deck and the air.
        primed: frames that are fetched at once to fill the device's buffer, even while it stands
            still; a little more than that.

    Raises:
        DeviceError: if the device cannot be opened.
    """

    def __init__(self, device: Device, *, awake: bool = False) -> None:
        self.device = device
        self.frames = 0
        self.underruns = 0
        self.deck = Deck(device.rate)
        self._hiss = Hiss(device.rate) if awake else None
        self._clock = ClockMap(device.rate)
        self._stamps: deque[tuple[int, float]] = deque(maxlen=STAMPS)
        self.stream = open_speaker(device, self._fill, lambda: self.deck.wanted is not None)
        self.latency = round(self.stream.latency * device.rate)
        self.primed = 2 * self.latency

    @property
    def clock(self) -> ClockMap:
        """When each frame of the deck was fetched, sooner than it was heard by a time that stays
        the same; see `Microphone.clock`.
        """
        while self._stamps:
            self._clock.note(*self._stamps.popleft())
        return self._clock

    def _fill(self, out: Samples, frames: int, time: Any, status: Any) -> None:
        if status.output_underflow and self.deck.wanted is not None:
            self.underruns += 1
        self._stamps.append((self.frames, time.currentTime))
        sound = self.deck.fill(frames)
        if self._hiss is not None:
            sound = sound + self._hiss.next(frames)
        out[:] = sound[:, np.newaxis]
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
        awake: whether silence is a hiss that nobody hears, instead of zeros.

    Raises:
        DeviceError: if there is no such device, or it cannot be opened.
    """

    def __init__(
        self,
        name: str | Sequence[str] | None = None,
        rate: int = RATE,
        *,
        awake: bool = False,
    ) -> None:
        self._rate = rate
        self._ears: ClockMap | None = None
        self._playing: _Playing | None = None
        self._ended: list[int] = []
        self._underruns = 0
        self._caretaker = Caretaker(
            Direction.SPEAKER, listed(name), lambda device: Outlet(device, awake=awake)
        )
        self._outlet = self._caretaker.first
        self._changes = 0
        self._seen = time.monotonic()
        self._lost = False
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
        outlet, playing = self._current(), self._playing
        gone = outlet is None and (self._lost or time.monotonic() - self._seen >= PATIENCE_S)
        cut = playing is not None and playing.outlet not in {None, outlet}
        self._lost = gone or cut
        return not self._lost

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

    def lower(self, at: int, *, low: bool) -> None:
        """Play softly from now on, or as usual again; another stream, too."""
        self._outlet.deck.low = low

    def poll(self, at: int) -> Sequence[int]:
        """Tokens of clips whose last frame has left the device, each reported once."""
        self._begin()
        self._notice_end(at)
        tokens, self._ended = self._ended, []
        return tokens

    @property
    def changes(self) -> int:
        """How often another stream has taken over."""
        return self._changes

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
        if outlet is not None and outlet.stream.closed:
            outlet = None
        if outlet is not None:
            self._seen = time.monotonic()
            _ = outlet.clock  # takes the newest stamp
            if outlet is not self._outlet:
                self._underruns += self._outlet.underruns
                self._changes += 1
                outlet.deck.low = self._outlet.deck.low
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
