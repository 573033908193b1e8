"""Carries out what the coach wants to be heard: text and tones to clips, clips to the speaker."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np

from skill.core.messages import Chime, Say, Tone
from skill.errors import VoiceError
from skill.ports import Clip, Speaker, Voice

PEAK = 0.98
"""Louder samples are clipped here: just below what every sound card can play."""


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
        self._waiting: tuple[Say, Future[Clip]] | None = None
        self._wanted: list[tuple[str, int]] = []
        self._prepared: set[tuple[str, int]] = set()
        self._preparing: Future[Clip] | None = None
        self.troubles: list[str] = []

    def say(self, line: Say, at: int) -> None:
        """Speak a line from microphone frame `at` on, or as soon as it is rendered."""
        self._prepared.add((line.text, line.pace))
        self._waiting = (line, self._worker.submit(self._voice.render, line.text, line.pace))
        self._start(at)

    def chime(self, chime: Chime, at: int) -> None:
        """Play a tone."""
        self.speaker.play(_louder(self._chime(chime.tone), chime.volume), chime.token, at)

    def hush(self, at: int) -> None:
        """Be silent; a line that is still being rendered will not be played."""
        self._waiting = None
        self.speaker.stop(at)

    def prepare(self, lines: Iterable[tuple[str, int]]) -> None:
        """Have lines (text, pace) ready for later; they replace what was wanted before."""
        self._wanted = [line for line in lines if line not in self._prepared]

    def poll(self, at: int) -> Sequence[int]:
        """Start what has become ready; return the tokens of lines that have ended."""
        self._start(at)
        self._render_ahead()
        return self.speaker.poll(at)

    def _start(self, at: int) -> None:
        if self._waiting is None or not self._waiting[1].done():
            return
        line, future = self._waiting
        self._waiting = None
        self.speaker.play(self._clip(line, future), line.token, at)

    def _clip(self, line: Say, future: Future[Clip]) -> Clip:
        try:
            clip = future.result()
        except VoiceError as error:
            self.troubles.append(f"A line could not be spoken ({line.text}): {error}")
            return _louder(self._chime(Tone.NOT_NOW), line.volume)
        return _louder(_delayed(clip, line.pause_ms), line.volume)

    def _render_ahead(self) -> None:
        busy = self._preparing is not None and not self._preparing.done()
        if busy or self._waiting is not None or not self._wanted:
            return
        text, pace = self._wanted.pop(0)
        self._prepared.add((text, pace))
        self._preparing = self._worker.submit(self._voice.render, text, pace)


def _delayed(clip: Clip, pause_ms: int) -> Clip:
    silence = np.zeros(clip.rate * pause_ms // 1000, np.float32)
    return Clip(np.concatenate([silence, clip.samples]), clip.rate)


def _louder(clip: Clip, decibels: int) -> Clip:
    if decibels == 0:
        return clip
    scaled = clip.samples * np.float32(10 ** (decibels / 20))
    return Clip(np.clip(scaled, -PEAK, PEAK), clip.rate)
