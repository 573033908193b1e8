"""When the sound of a line or chime begins, in frames of the microphone."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.core.messages import Chime, Say, Tone
from skill.ports import Clip
from skill.speech.narrator import Inline, Narrator
from tests.support.room import Beeps, tone


class Later(Executor):
    """Work that is done when the test says so."""

    def __init__(self) -> None:
        self._open: list[tuple[Future[Any], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._open.append((future, fn(*args, **kwargs)))
        return future

    def finish(self) -> None:
        for future, made in self._open:
            future.set_result(made)
        self._open.clear()


class Started:
    """A speaker that notes where sound begins."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self.lowered: list[tuple[int, bool]] = []

    def play(self, clip: Clip, token: int, at: int) -> None:
        first = int(np.flatnonzero(clip.samples)[0])
        self.at.append(at + first * 16_000 / clip.rate)

    def stop(self, at: int) -> None:
        pass

    def lower(self, at: int, *, low: bool) -> None:
        self.lowered.append((at, low))

    def poll(self, at: int) -> Sequence[int]:
        return []


@given(st.integers(0, 3_000), st.integers(0, 60_000))
def test_the_time_that_rendering_takes_is_part_of_the_pause(pause_ms: int, took: int) -> None:
    speaker, worker = Started(), Later()
    narrator = Narrator(Beeps(), speaker, tone, worker)
    narrator.say(Say(1, "line", pause_ms), 1_000)
    narrator.poll(1_000 + took // 2)
    assert speaker.at == []
    worker.finish()
    narrator.poll(1_000 + took)
    assert speaker.at == [1_000 + max(pause_ms * 16, took)]


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
@pytest.mark.parametrize("pause_ms", [0, 1, 300])
def test_a_chime_has_a_pause_too(rate: int, pause_ms: int) -> None:
    def chime(_tone: Tone) -> Clip:
        return Clip(np.full(rate // 10, 0.1, np.float32), rate)

    speaker = Started()
    narrator = Narrator(Beeps(), speaker, chime, Inline())
    narrator.chime(Chime(1, Tone.TIME, pause_ms=pause_ms), 800)
    assert speaker.at == pytest.approx([800 + 16 * pause_ms], abs=1)


def test_a_line_that_was_hushed_while_it_was_rendered_is_never_heard() -> None:
    speaker, worker = Started(), Later()
    narrator = Narrator(Beeps(), speaker, tone, worker)
    narrator.say(Say(1, "line", 300), 0)
    narrator.hush(100)
    worker.finish()
    narrator.poll(10_000)
    assert speaker.at == []


def test_a_line_that_cannot_be_spoken_is_a_chime_at_its_moment() -> None:
    speaker = Started()
    narrator = Narrator(Beeps(), speaker, tone, Inline())
    narrator.say(Say(1, "unspeakable", 500), 0)
    assert speaker.at == [8_000]
    assert len(narrator.troubles) == 1
