"""Amplifiers are woken before the first word, and only when they may sleep."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from skill.audio.loudspeaker import Loudspeaker
from skill.audio.timeline import TimelineSpeaker
from skill.audio.waking import ASLEEP_S, HISS_DB, LEAD_DB, LEAD_MS, Hiss, WakingSpeaker, led_in
from skill.ports import Clip, Pcm, Samples
from tests.support.pulse import WIRE_RATE, Pulse, running_pulseaudio
from tests.support.tones import first_sound, sine
from tests.support.waiting import wait_until

RATE = 16_000
LEAD = LEAD_MS * RATE // 1000


def decibels(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


class Taking:
    """A time line that keeps what it is given."""

    def __init__(self) -> None:
        self.clips: list[Clip] = []
        self._speaker = TimelineSpeaker()

    def play(self, clip: Clip, token: int, at: int) -> None:
        self.clips.append(clip)
        self._speaker.play(clip, token, at)

    def stop(self, at: int) -> None:
        self._speaker.stop(at)

    def lower(self, at: int, *, low: bool) -> None:
        self._speaker.lower(at, low=low)

    def poll(self, at: int) -> Sequence[int]:
        return self._speaker.poll(at)


@pytest.mark.parametrize("rate", [16_000, 22_050])
def test_a_lead_in_is_quiet_and_the_words_follow_it_unchanged(rate: int) -> None:
    words = sine(300, 1, rate) + np.float32(1e-3)
    led = led_in(Clip(words, rate))
    length = LEAD_MS * rate // 1000
    assert led.rate == rate
    assert len(led.samples) == len(words) + length
    np.testing.assert_array_equal(led.samples[length:], words)
    assert decibels(led.samples[length // 5 : length]) == pytest.approx(LEAD_DB, abs=1)
    assert abs(led.samples[0]) < 1e-5, "it begins without a click"


@pytest.mark.parametrize("pause_s", [0.1, 0.25, 0.8])
def test_a_pause_is_used_for_it(pause_s: float) -> None:
    pause, words = round(pause_s * RATE), sine(300, 1, RATE) + np.float32(1e-3)
    led = led_in(Clip(np.pad(words, (pause, 0)), RATE))
    begins = max(pause, LEAD)
    assert len(led.samples) == begins + len(words)
    np.testing.assert_array_equal(led.samples[begins:], words)
    assert not led.samples[: begins - LEAD].any()
    assert led.samples[begins - LEAD + 1 : begins].all()


def test_silence_alone_becomes_the_lead_in() -> None:
    assert len(led_in(Clip(np.zeros(100, np.float32), RATE)).samples) == LEAD


def test_only_the_first_line_after_a_long_silence_is_led_in() -> None:
    taking = Taking()
    speaker = WakingSpeaker(taking)
    line = Clip(sine(300, 1, RATE) + np.float32(1e-3), RATE)
    end = LEAD + RATE
    awake = end + ASLEEP_S * RATE - 1
    speaker.play(line, 1, 0)
    speaker.play(line, 2, awake)
    asleep = awake + RATE + ASLEEP_S * RATE
    speaker.play(line, 3, asleep)
    speaker.stop(asleep + 800)
    speaker.play(line, 4, asleep + 800 + ASLEEP_S * RATE)
    lengths = [len(clip.samples) - RATE for clip in taking.clips]
    assert lengths[:2] == [LEAD, 0]
    assert [length > 0 for length in lengths] == [True, False, True, True]
    assert list(speaker.poll(asleep * 2)) == [1, 2, 4]


def test_a_hiss_goes_on_without_a_seam_and_is_too_quiet_to_be_heard() -> None:
    hiss, other = Hiss(RATE), Hiss(RATE)
    whole = hiss.next(5 * RATE)
    parts = np.concatenate([other.next(frames) for frames in [191] * (5 * RATE // 191)])
    np.testing.assert_array_equal(whole[: len(parts)], parts)
    assert decibels(whole) == pytest.approx(HISS_DB, abs=0.1)
    assert np.abs(np.rint(whole * 32767)).max() >= 1, "16 bits can carry it"


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


def full_scale(pcm: Pcm) -> Samples:
    return np.asarray(pcm / 32768, np.float32)


@pytest.mark.device
def test_a_real_loudspeaker_is_woken_before_the_first_word(pulse: Pulse) -> None:
    before = pulse.speaker()
    with Loudspeaker() as loudspeaker:
        wait_until(lambda: len(before.samples()) > WIRE_RATE // 2, what="half a second")
        heard = pulse.speaker()
        # Whoever records takes their time to begin.
        wait_until(lambda: len(heard.samples()) > WIRE_RATE // 2, what="the silence before it")
        WakingSpeaker(loudspeaker).play(Clip(sine(800, 0.2, RATE), RATE), token=1, at=0)
        wait_until(lambda: np.abs(heard.samples()).max(initial=0) > 10_000, what="the word")
        sound = full_scale(heard.samples())
    word = first_sound(sound, 0.02)
    lead = sound[word - WIRE_RATE // 5 : word - WIRE_RATE // 100]
    assert decibels(lead) == pytest.approx(LEAD_DB, abs=2)
    assert not sound[: word - WIRE_RATE * 3 // 10].any(), "before it, there is nothing"


@pytest.mark.device
def test_a_loudspeaker_that_keeps_awake_is_never_quite_silent(pulse: Pulse) -> None:
    with Loudspeaker(awake=True) as loudspeaker:
        heard = pulse.speaker()
        wait_until(lambda: heard.samples().any(), what="the hiss")
        heard = pulse.speaker()
        wait_until(lambda: len(heard.samples()) > WIRE_RATE // 2, what="half a second")
        silent = full_scale(heard.samples())
        loudspeaker.play(Clip(sine(800, 0.2, RATE), RATE), token=1, at=0)
        wait_until(lambda: loudspeaker.poll(0), what="the clip's end")
        wait_until(lambda: np.abs(heard.samples()).max() > 10_000, what="the clip")
        sound = full_scale(heard.samples())
    assert decibels(silent) == pytest.approx(HISS_DB, abs=1)
    assert np.abs(sound).max() == pytest.approx(0.5, rel=0.05)
