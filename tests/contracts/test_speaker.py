"""What every speaker promises, kept by the headless time line and by a real loudspeaker."""

import time
from collections.abc import Iterator
from typing import Protocol

import pytest

from skill.audio.loudspeaker import Loudspeaker
from skill.audio.session_file import SessionWriter, TeeSpeaker
from skill.audio.timeline import TimelineSpeaker
from skill.ports import Clip, Speaker
from tests.support.pulse import running_pulseaudio
from tests.support.tones import sine

RATE = 16_000


class Clock(Protocol):
    """The microphone's clock: lets frames pass, and says how many have passed."""

    def __call__(self, frames: int) -> int: ...


def counting() -> Clock:
    now = 0

    def clock(frames: int) -> int:
        nonlocal now
        now += frames
        return now

    return clock


def waiting() -> Clock:
    start = time.monotonic()

    def clock(frames: int) -> int:
        time.sleep(frames / RATE)
        return round((time.monotonic() - start) * RATE)

    return clock


Made = tuple[Speaker, Clock]


@pytest.fixture(scope="module")
def loudspeaker() -> Iterator[Made]:
    with running_pulseaudio(), Loudspeaker(rate=RATE) as speaker:
        yield speaker, waiting()


@pytest.fixture(
    params=["time line", "with a file", pytest.param("loudspeaker", marks=pytest.mark.device)]
)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    match request.param:
        case "loudspeaker":
            yield request.getfixturevalue("loudspeaker")
        case "time line":
            yield TimelineSpeaker(RATE), counting()
        case _:
            with SessionWriter(tmp_path_factory.mktemp("speaker") / "a.wav", RATE) as writer:
                yield TeeSpeaker(TimelineSpeaker(RATE), writer), counting()


def tokens_in(made: Made, seconds: float) -> list[int]:
    """What is reported while this time passes."""
    speaker, clock = made
    tokens: list[int] = []
    end = clock(0) + round(seconds * RATE)
    while (now := clock(80)) < end:
        tokens += speaker.poll(now)
    return tokens


def clip(seconds: float, rate: int = 22_050) -> Clip:
    return Clip(sine(500, seconds, rate), rate)


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_an_end_is_reported_once_and_not_too_soon(made: Made, rate: int) -> None:
    speaker, clock = made
    speaker.play(clip(0.2, rate), 1, clock(0))
    assert tokens_in(made, 0.15) == []
    assert tokens_in(made, 0.3) == [1]
    assert tokens_in(made, 0.05) == []


def test_a_stopped_clip_never_ends(made: Made) -> None:
    speaker, clock = made
    speaker.play(clip(0.1), 1, clock(0))
    assert tokens_in(made, 0.05) == []
    speaker.stop(clock(0))
    assert tokens_in(made, 0.3) == []


def test_a_replaced_clip_never_ends_but_the_new_one_does(made: Made) -> None:
    speaker, clock = made
    speaker.play(clip(0.2), 1, clock(0))
    assert tokens_in(made, 0.05) == []
    speaker.play(clip(0.1), 2, clock(0))
    assert tokens_in(made, 0.4) == [2]


def test_an_end_is_not_lost_when_the_next_clip_comes_before_it_was_asked_for(made: Made) -> None:
    speaker, clock = made
    speaker.play(clip(0.05), 1, clock(0))
    speaker.play(clip(0.05), 2, clock(RATE * 3 // 10))
    assert tokens_in(made, 0.3) == [1, 2]


def test_stopping_twice_or_in_silence_is_nothing(made: Made) -> None:
    speaker, clock = made
    speaker.stop(clock(0))
    speaker.stop(clock(0))
    assert tokens_in(made, 0.1) == []
    speaker.play(clip(0.05), 3, clock(0))
    assert tokens_in(made, 0.3) == [3]


def test_a_clip_without_samples_ends_at_once(made: Made) -> None:
    speaker, clock = made
    speaker.play(clip(0), 4, clock(0))
    assert tokens_in(made, 0.2) == [4]
