"""Amplifiers that fall asleep: a lead-in before the first word, and a hiss that nobody hears.

Many amplifiers, Bluetooth and HDMI receivers switch off in silence, and take some 200 ms to wake:
the first syllable is lost. Some of them take only digital silence for silence.
"""

from collections.abc import Sequence

import numpy as np

from skill.audio.timeline import frames_at
from skill.ports import RATE, Clip, Samples, Speaker

ASLEEP_S = 3
"""Silence after which an amplifier may sleep."""
LEAD_MS = 250
"""How much sound goes before the first word then: the 200 ms, and a little."""
LEAD_DB = -60.0
"""Root mean square of the lead-in against full scale: enough to wake, too little to notice."""
FADE_MS = 20
HISS_DB = -80.0
"""Root mean square of the hiss: three steps of 16 bits, far below any room."""
SEED = 5


def noise(frames: int, decibels: float) -> Samples:
    """The same white noise every time, of this RMS against full scale."""
    sound = np.random.default_rng(SEED).standard_normal(frames)
    return np.asarray(sound * 10 ** (decibels / 20), np.float32)


class Hiss:
    """White noise without end, cheap enough for an audio callback: one second, again and again.

    Args:
        rate: frames per second.
    """

    def __init__(self, rate: int) -> None:
        self._loop = noise(rate, HISS_DB)
        self._at = 0

    def next(self, frames: int) -> Samples:
        """The next frames, float32."""
        part = np.take(self._loop, np.arange(self._at, self._at + frames), mode="wrap")
        self._at = (self._at + frames) % len(self._loop)
        return part


class WakingSpeaker:
    """A speaker whose first clip after a long silence has a quiet lead-in.

    A pause at the clip's beginning is used for it, so a line is only late where there was none.

    Args:
        speaker: plays.
    """

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._silent_from: int | None = None

    def play(self, clip: Clip, token: int, at: int) -> None:
        """Start a clip, or its lead-in, at microphone frame `at`."""
        since = self._silent_from
        if since is None or at - since >= ASLEEP_S * RATE:
            clip = led_in(clip)
        self._silent_from = at + frames_at(clip, RATE)
        self._speaker.play(clip, token, at)

    def stop(self, at: int) -> None:
        """Be silent from microphone frame `at` on."""
        if self._silent_from is not None:
            self._silent_from = min(self._silent_from, at)
        self._speaker.stop(at)

    def lower(self, at: int, *, low: bool) -> None:
        """Play softly from microphone frame `at` on, or as usual again."""
        self._speaker.lower(at, low=low)

    def poll(self, at: int) -> Sequence[int]:
        """Tokens of clips that have ended by microphone frame `at`, each reported once."""
        return self._speaker.poll(at)


def led_in(clip: Clip) -> Clip:
    """The clip with 250 ms of quiet noise before its first sound, within its silence if it has
    some, and before it otherwise.
    """
    length = LEAD_MS * clip.rate // 1000
    sounding = np.flatnonzero(clip.samples)
    silence = int(sounding[0]) if len(sounding) else len(clip.samples)
    samples = np.pad(clip.samples, (max(0, length - silence), 0))
    first = max(length, silence)
    fade = np.clip(np.arange(length) * 1000 / clip.rate / FADE_MS, 0, 1).astype(np.float32)
    samples[first - length : first] = noise(length, LEAD_DB) * fade
    return Clip(samples, clip.rate)
