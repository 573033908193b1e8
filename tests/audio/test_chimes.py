"""Chimes are short, soft, clean and distinct."""

import itertools

import numpy as np
import pytest

from skill.audio.chimes import chime
from skill.core.messages import Tone
from skill.ports import Samples
from tests.support.tones import pitch

EVERY = [(tone, rate) for tone in Tone for rate in (16_000, 22_050, 48_000)]


def contour(samples: Samples, rate: int) -> tuple[float, float]:
    """Pitch of the first 80 ms and of the last 100."""
    return pitch(samples[: rate * 80 // 1000], rate), pitch(samples[-rate // 10 :], rate)


@pytest.mark.parametrize(("tone", "rate"), EVERY)
def test_a_chime_is_short_moderate_and_without_clicks(tone: Tone, rate: int) -> None:
    clip = chime(tone, rate)
    samples = clip.samples
    assert samples.dtype == np.float32
    assert clip.rate == rate
    assert 0.08 <= clip.seconds <= 0.35
    assert np.abs(samples).max() == pytest.approx(0.3, abs=1e-4)
    assert abs(samples[0]) < 1e-3
    assert abs(samples[-1]) < 1e-3
    # A click is energy far above the highest partial, 3.2 kHz.
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    assert spectrum[hertz > 5_000].sum() < 1e-4 * spectrum.sum()


def test_the_same_tone_sounds_the_same_every_time() -> None:
    for tone in Tone:
        np.testing.assert_array_equal(chime(tone).samples, chime(tone).samples)


def test_contours_say_what_is_meant() -> None:
    rise = {tone: np.subtract(*contour(chime(tone).samples, 22_050)[::-1]) for tone in Tone}
    assert rise[Tone.NOT_NOW] < -40
    assert rise[Tone.STEP] > 200
    assert rise[Tone.MICROPHONE_BACK] > 400
    assert abs(rise[Tone.TIME]) < 15
    assert abs(rise[Tone.HEARD]) < 15


def test_no_two_chimes_are_alike() -> None:
    for one, other in itertools.combinations(Tone, 2):
        a, b = chime(one).samples, chime(other).samples
        size = max(len(a), len(b))
        a, b = np.pad(a, (0, size - len(a))), np.pad(b, (0, size - len(b)))
        assert np.dot(a, b) < 0.5 * np.sqrt(np.dot(a, a) * np.dot(b, b)), (one, other)
