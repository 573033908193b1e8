"""Carries out what the coach wants to be heard: text and tones to clips, clips to the speaker."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

import numpy as np

from skill.core.messages import Chime, Say, Tone
from skill.errors import VoiceError
from skill.ports import RATE, Clip, Speaker, Voice
from skill.speech.limiter import louder


class Inline(Executor):
    """Runs everything at once, in the caller's thread: headless runs are deterministic so."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run `fn` and return a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except VoiceError as error:
            future.set_exception(error)
        return future


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A line that is being rendered; its sound is to begin at microphone frame `starts`."""

    line: Say
    future: Future[Clip]
    starts: int


class Narrator:
    """Renders lines, on a worker, and plays them in the order asked.

    Args:
        voice: renders sentences.
        speaker: plays clips.
        chime: makes the clip of a tone.
        worker: `Inline` headless; one thread live, so that the microphone is never kept waiting.
        ahead: whether lines are rendered before they are needed; headless nobody waits for them.

    Attributes:
        ahead: whether `prepare` is worth calling.
        troubles: what went wrong with lines, one sentence each; the session goes on.
    """

    def __init__(
        self,
        voice: Voice,
        speaker: Speaker,
        chime: Callable[[Tone], Clip],
        worker: Executor,
        *,
        ahead: bool = True,
    ) -> None:
        self.ahead = ahead
        self._voice = voice
        self.speaker = speaker
        self._chime = chime
        self._worker = worker
        self._waiting: _Waiting | None = None
        self._wanted: list[tuple[str, int]] = []
        self._prepared: set[tuple[str, int]] = set()
        self._preparing: Future[Clip] | None = None
        self.troubles: list[str] = []
        self._low = False

    def say(self, line: Say, at: int) -> None:
        """Speak a line when its pause, counted from microphone frame `at`, is over, or as soon
        after as it is rendered: the time that rendering takes is part of the pause.
        """
        self._prepared.add((line.text, line.pace))
        future = self._worker.submit(self._voice.render, line.text, line.pace)
        self._waiting = _Waiting(line, future, _after(line.pause_ms, at))
        self._start(at)

    def chime(self, chime: Chime, at: int) -> None:
        """Play a tone when its pause, counted from microphone frame `at`, is over."""
        clip = louder(self._chime(chime.tone), chime.volume)
        self._play(clip, chime.token, at, _after(chime.pause_ms, at))

    def hush(self, at: int) -> None:
        """Be silent; a line that is still being rendered will not be played."""
        self._waiting = None
        self.speaker.stop(at)

    def lower(self, at: int, *, low: bool) -> None:
        """Speak softly from microphone frame `at` on, or as usual again."""
        if low != self._low:
            self._low = low
            self.speaker.lower(at, low=low)

    def prepare(self, lines: Iterable[tuple[str, int]]) -> None:
        """Have lines (text, pace) ready for later; they replace what was wanted before."""
        self._wanted = [line for line in lines if line not in self._prepared]

    def poll(self, at: int) -> Sequence[int]:
        """Start what has become ready; return the tokens of lines that have ended."""
        self._start(at)
        self._render_ahead()
        return self.speaker.poll(at)

    def _start(self, at: int) -> None:
        waiting = self._waiting
        if waiting is None or not waiting.future.done():
            return
        self._waiting = None
        clip = louder(self._clip(waiting.line, waiting.future), waiting.line.volume)
        self._play(clip, waiting.line.token, at, waiting.starts)

    def _clip(self, line: Say, future: Future[Clip]) -> Clip:
        try:
            return future.result()
        except VoiceError as error:
            self.troubles.append(f"A line could not be spoken ({line.text}): {error}")
            return self._chime(Tone.NOT_NOW)

    def _play(self, clip: Clip, token: int, at: int, starts: int) -> None:
        """Play a clip at microphone frame `at` so that its sound begins at frame `starts`."""
        silence = np.zeros(max(0, starts - at) * clip.rate // RATE, np.float32)
        self.speaker.play(Clip(np.concatenate([silence, clip.samples]), clip.rate), token, at)

    def _render_ahead(self) -> None:
        busy = self._preparing is not None and not self._preparing.done()
        if busy or self._waiting is not None or not self._wanted:
            return
        text, pace = self._wanted.pop(0)
        self._prepared.add((text, pace))
        self._preparing = self._worker.submit(self._voice.render, text, pace)


def _after(pause_ms: int, at: int) -> int:
    return at + RATE * pause_ms // 1000
