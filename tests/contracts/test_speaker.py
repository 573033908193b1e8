"""What every speaker promises, kept by the headless time line and by a real loudspeaker."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
import soundfile

from skill.audio.loudspeaker import OVERDUE_S, Loudspeaker
from skill.audio.lowering import LOW_DB
from skill.audio.session_file import SessionWriter, TeeSpeaker
from skill.audio.timeline import TimelineSpeaker
from skill.ports import Block, Clip, Pcm, Speaker
from tests.support.pulse import WIRE_RATE, Pulse, running_pulseaudio
from tests.support.tones import last_sound, sine
from tests.support.waiting import LONG_S, wait_until

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


Audible = tuple[Speaker, Clock, Callable[[], Pcm], int]
"""A speaker with its clock, all that it has played so far, and the rate of that."""


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as running:
        yield running


@pytest.fixture(scope="module")
def loudspeaker(pulse: Pulse) -> Iterator[Made]:
    with Loudspeaker(rate=RATE) as speaker:
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


@pytest.fixture(params=["file", pytest.param("loudspeaker", marks=pytest.mark.device)])
def audible(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Audible]:
    """Every speaker that makes something to be heard."""
    if request.param == "loudspeaker":
        heard = request.getfixturevalue("pulse").speaker()
        yield *request.getfixturevalue("loudspeaker"), heard.samples, WIRE_RATE
        return
    with SessionWriter(tmp_path / "a.wav", RATE) as writer:
        now = 0

        def clock(frames: int) -> int:
            nonlocal now
            if frames:
                writer.hear(Block(now, np.zeros(frames, np.int16)))
            now += frames
            return now

        def heard() -> Pcm:
            writer.close()
            return np.asarray(soundfile.read(tmp_path / "a.wav", dtype="int16")[0][:, 1])

        yield TeeSpeaker(TimelineSpeaker(RATE), writer), clock, heard, RATE


def pass_time(clock: Clock, seconds: float) -> int:
    """Let time pass in blocks; return the frame of the clock."""
    for _ in range(round(seconds * 20)):
        clock(RATE // 20)
    return clock(0)


def tokens_in(made: Made, seconds: float) -> list[int]:
    """What is reported while this time passes."""
    speaker, clock = made
    tokens: list[int] = []
    end = clock(0) + round(seconds * RATE)
    while (now := clock(80)) < end:
        tokens += speaker.poll(now)
    return tokens


def tokens_until(made: Made, last: int) -> list[int]:
    """What is reported until a token is."""
    speaker, clock = made
    tokens: list[int] = []
    end = clock(0) + round(LONG_S * RATE)
    while last not in tokens and (now := clock(80)) < end:
        tokens += speaker.poll(now)
    return tokens


def clip(seconds: float, rate: int = 22_050) -> Clip:
    return Clip(sine(500, seconds, rate), rate)


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_an_end_is_reported_once_and_not_too_soon(made: Made, rate: int) -> None:
    speaker, clock = made
    begun = clock(0)
    speaker.play(clip(0.2, rate), 1, begun)
    assert tokens_until(made, 1) == [1]
    assert 0.2 <= (clock(0) - begun) / RATE < 0.2 + OVERDUE_S, "it was seen to end"
    assert tokens_in(made, 0.05) == []


def test_a_stopped_clip_never_ends(made: Made) -> None:
    speaker, clock = made
    speaker.play(clip(0.4), 1, clock(0))
    assert tokens_in(made, 0.05) == []
    speaker.stop(clock(0))
    assert tokens_in(made, 0.5) == []


def test_a_replaced_clip_never_ends_but_the_new_one_does(made: Made) -> None:
    speaker, clock = made
    speaker.play(clip(0.4), 1, clock(0))
    assert tokens_in(made, 0.05) == []
    speaker.play(clip(0.1), 2, clock(0))
    assert tokens_until(made, 2) == [2]
    assert tokens_in(made, 0.4) == []


def test_an_end_is_not_lost_when_the_next_clip_comes_before_it_was_asked_for(made: Made) -> None:
    speaker, clock = made
    speaker.play(clip(0.05), 1, clock(0))
    speaker.play(clip(0.05), 2, clock(RATE * 6 // 10))
    assert tokens_until(made, 2) == [1, 2]


def test_stopping_twice_or_in_silence_is_nothing(made: Made) -> None:
    speaker, clock = made
    speaker.stop(clock(0))
    speaker.stop(clock(0))
    assert tokens_in(made, 0.1) == []
    speaker.play(clip(0.05), 3, clock(0))
    assert tokens_until(made, 3) == [3]


def test_a_clip_without_samples_ends_at_once(made: Made) -> None:
    speaker, clock = made
    speaker.play(clip(0), 4, clock(0))
    assert tokens_until(made, 4) == [4]


HERTZ, PEAK = 300, 16_384


@pytest.mark.parametrize("replaced", [False, True], ids=["stopped", "replaced"])
def test_what_is_cut_fades_out_in_ten_milliseconds_without_a_click(
    audible: Audible, *, replaced: bool
) -> None:
    speaker, clock, heard, rate = audible
    speaker.play(Clip(sine(HERTZ, 5, 22_050), 22_050), 1, clock(0))
    at = pass_time(clock, 0.4)
    if replaced:
        speaker.play(Clip(np.zeros(22_050, np.float32), 22_050), 2, at)
    else:
        speaker.stop(at)
    speaker.stop(pass_time(clock, 0.4))
    wait_until(lambda: not heard()[-rate // 20 :].any(), what="silence in the recording")
    sound = heard().astype(int)
    steepest = PEAK * (2 * np.pi * HERTZ / rate + np.pi / 2 / (rate / 100))
    # A busy machine leaves holes, and the speaker counts them: then only the cut itself tells.
    holes = isinstance(speaker, Loudspeaker) and speaker.underruns > 0
    first = last_sound(sound, 0.95 * PEAK) - rate // 100 if holes else 0
    # A resampler rings a little; a hard cut is a step of up to 16,384.
    assert np.abs(np.diff(sound[first:])).max() < 1.3 * steepest
    fading = last_sound(sound, 0.002 * PEAK) - last_sound(sound, 0.95 * PEAK)
    assert 5 < fading * 1000 / rate < 12


def test_what_is_lowered_is_softer_without_a_click_and_comes_back(audible: Audible) -> None:
    speaker, clock, heard, rate = audible
    speaker.play(Clip(sine(HERTZ, 5, 22_050), 22_050), 1, clock(0))
    speaker.lower(pass_time(clock, 0.4), low=True)
    speaker.lower(pass_time(clock, 0.5), low=False)
    speaker.stop(pass_time(clock, 0.4))
    pass_time(clock, 0.2)
    wait_until(lambda: not heard()[-rate // 20 :].any(), what="silence in the recording")
    sound = heard().astype(float)
    sound = sound[np.flatnonzero(sound)[0] : last_sound(sound, 0.95 * PEAK)]
    length = rate // 20
    peaks = np.abs(sound[: len(sound) // length * length]).reshape(-1, length).max(axis=1) / PEAK
    low = peaks < 10 ** ((LOW_DB + 1) / 20)
    assert 7 <= low.sum() <= 11, "for half a second, in steps of 50 ms"
    assert peaks[low] == pytest.approx(10 ** (LOW_DB / 20), rel=0.1)
    assert not low[:4].any()
    assert not low[-4:].any()
    if not (isinstance(speaker, Loudspeaker) and speaker.underruns):
        assert np.abs(np.diff(sound)).max() < 1.3 * PEAK * 2 * np.pi * HERTZ / rate + 50
