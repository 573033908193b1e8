import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.ports import Clip, Samples
from skill.speech.limiter import PEAK, REACH, louder
from tests.support.tones import sine

RATE = 16_000


def distortion(samples: Samples, hertz: float) -> float:
    """Energy outside the tone, relative to the tone, of the middle second."""
    spectrum = np.abs(np.fft.rfft(samples[RATE // 2 : RATE * 3 // 2] * np.hanning(RATE))) ** 2
    tone = slice(round(hertz) - 3, round(hertz) + 4)
    return float((spectrum.sum() - spectrum[tone].sum()) / spectrum[tone].sum())


@pytest.mark.parametrize("decibels", [-12, -3, 0, 3])
def test_what_fits_is_only_scaled(decibels: int) -> None:
    samples = sine(200, 0.5, RATE, 0.5)
    result = louder(Clip(samples, RATE), decibels)
    assert result.rate == RATE
    assert result.samples == pytest.approx(samples * 10 ** (decibels / 20), abs=1e-6)


@given(
    st.lists(st.floats(-1, 1, width=32), max_size=400),
    st.integers(-12, 12),
    st.sampled_from([800, 8_000, 22_050, 24_000]),
)
def test_nothing_is_ever_louder_than_the_peak(values: list[float], gain: int, rate: int) -> None:
    before = np.array(values, np.float32)
    after = louder(Clip(before, rate), gain).samples
    assert after.dtype == np.float32
    assert after.shape == before.shape
    assert np.abs(after).max(initial=0.0) <= np.float32(PEAK)
    assert np.all(np.sign(after) * np.sign(before) >= 0)
    assert np.all(np.abs(after) <= np.abs(before) * 10 ** (gain / 20) + 1e-6)


def test_only_what_is_near_a_peak_is_turned_down() -> None:
    samples = sine(200, 1, RATE, 0.4)
    samples[8_000:8_016] = 1.0
    result = louder(Clip(samples, RATE), 6).samples
    reach = (2 * REACH + 2) * RATE // 1000
    far = np.r_[0 : 8_000 - reach, 8_016 + reach : RATE]
    assert result[far] == pytest.approx(samples[far] * 10 ** (6 / 20), abs=1e-6)
    assert result[8_008] == pytest.approx(PEAK, abs=0.01)


@pytest.mark.parametrize("hertz", [80, 200, 1_000])
def test_a_tone_stays_a_tone_where_clipping_would_make_others(hertz: int) -> None:
    tone = sine(hertz, 2, RATE, 0.9)
    clipped = np.clip(tone * 2, -PEAK, PEAK)
    assert distortion(clipped, hertz) > 0.01
    assert distortion(louder(Clip(tone, RATE), 6).samples, hertz) < 1e-4


def test_the_gain_falls_and_rises_without_a_step() -> None:
    samples = np.full(RATE, 0.2, np.float32)
    samples[8_000] = 0.9
    result = np.delete(louder(Clip(samples, RATE), 6).samples, 8_000)
    assert result.min() < 0.25
    assert np.abs(np.diff(result)).max() < 0.002


def test_the_clip_itself_is_left_alone() -> None:
    samples = np.full(100, 0.9, np.float32)
    samples.flags.writeable = False
    louder(Clip(samples, RATE), 6)
    assert np.all(samples == np.float32(0.9))
