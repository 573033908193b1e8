"""A speaker without a loudspeaker: clips on the microphone's time line."""

from collections.abc import Sequence
from dataclasses import dataclass

from skill.ports import Clip


@dataclass(frozen=True, slots=True)
class _Playing:
    token: int
    end: int


class TimelineSpeaker:
    """Knows when each clip ends, and makes no sound.

    Args:
        rate: frames per second of the microphone's clock.
    """

    def __init__(self, rate: int = 16_000) -> None:
        self._rate = rate
        self._playing: _Playing | None = None
        self._ended: list[int] = []

    def play(self, clip: Clip, token: int, at: int) -> None:
        """Start a clip at microphone frame `at`, instead of what is playing then."""
        self.stop(at)
        self._playing = _Playing(token, at + frames_at(clip, self._rate))

    def stop(self, at: int) -> None:
        """Stop at microphone frame `at`; a clip that is over by then has ended by itself."""
        self._notice_end(at)
        self._playing = None

    def poll(self, at: int) -> Sequence[int]:
        """Tokens of clips whose last frame is before microphone frame `at`, each once."""
        self._notice_end(at)
        tokens, self._ended = self._ended, []
        return tokens

    def _notice_end(self, at: int) -> None:
        if self._playing is not None and self._playing.end <= at:
            self._ended.append(self._playing.token)
            self._playing = None


def frames_at(clip: Clip, rate: int) -> int:
    """The length of a clip in frames of another rate, rounded up: a part of a frame counts."""
    return -(-len(clip.samples) * rate // clip.rate)
