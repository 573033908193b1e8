import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.ports import Samples
from skill.speech import level

RATE = 16_000


def tone(seconds: float, size: float, hz: float = 200.0) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return (size * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def decibels(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


def test_trim_leaves_the_same_short_silence_before_and_after() -> None:
    speech = tone(0.5, 0.4)
    hiss = np.random.default_rng(1).normal(0, 0.0003, RATE).astype(np.float32)
    for before, after in ((silence(0.3), silence(0.7)), (hiss, hiss), (silence(2), hiss)):
        trimmed = level.trim(np.concatenate([before, speech, after]), RATE)
        assert len(trimmed) == pytest.approx(RATE * (0.010 + 0.5 + 0.030), abs=8)


def test_trim_keeps_pauses_inside() -> None:
    whole = np.concatenate([tone(0.2, 0.4), silence(1), tone(0.2, 0.4)])
    assert len(level.trim(whole, RATE)) == pytest.approx(1.4 * RATE, abs=8)


def test_ends_fade_even_where_speech_starts_and_ends_at_once() -> None:
    faded = level.trim(np.full(RATE, 0.5, np.float32), RATE)
    assert faded[0] == faded[-1] == 0
    assert np.abs(np.diff(faded)).max() < 0.5 / (0.004 * RATE)


def test_trim_leaves_its_argument_alone() -> None:
    samples = np.full(RATE, 0.5, np.float32)
    level.trim(samples, RATE)
    level.master(samples, RATE)
    assert np.all(samples == 0.5)


@pytest.mark.parametrize(
    "samples",
    [[], [0.0] * 100, [0.00005] * 100, [0.5, np.nan, 0.5], [np.inf] * 3],
    ids=["nothing", "silence", "hiss", "not a number", "infinite"],
)
def test_no_sound_becomes_an_empty_array(samples: list[float]) -> None:
    for treat in (level.trim, level.master):
        result = treat(np.array(samples, np.float32), RATE)
        assert result.shape == (0,)
        assert result.dtype == np.float32


@pytest.mark.parametrize("size", [0.001, 0.05, 1.0, 30.0])
def test_quiet_and_loud_voices_become_equally_loud(size: float) -> None:
    assert decibels(level.master(tone(2, size), RATE)) == pytest.approx(-20, abs=0.2)


def test_pauses_do_not_make_speech_louder() -> None:
    speech = tone(0.5, 0.1)
    paused = level.master(np.concatenate([speech, silence(2), speech]), RATE)
    assert decibels(paused[: RATE // 2]) == pytest.approx(-20, abs=0.2)


def test_a_peak_makes_the_line_softer_and_is_not_clipped() -> None:
    samples = tone(1, 0.02)
    samples[RATE // 2] = 1.0
    result = level.master(samples, RATE)
    assert np.abs(result).max() == pytest.approx(10 ** (-1 / 20), abs=1e-4)
    ratio = result[1000:7000] / samples[1000:7000].clip(1e-9)
    assert np.median(ratio[samples[1000:7000] > 0.01]) == pytest.approx(0.8913, abs=1e-3)


@given(
    st.lists(st.floats(-40, 40, width=32), max_size=300),
    st.sampled_from([8_000, 16_000, 22_050, 48_000]),
)
def test_result_is_always_playable(values: list[float], rate: int) -> None:
    result = level.master(np.array(values, np.float32), rate)
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    if len(result):
        assert np.abs(result).max() <= 0.8914


@given(
    st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=2_000),
    st.sampled_from([8_000, 16_000, 22_050, 24_000]),
)
def test_no_line_begins_or_ends_with_a_click(values: list[float], rate: int) -> None:
    samples = np.array(values, np.float32)
    result = np.abs(level.trim(samples, rate))
    length = min(rate * level.FADE_MS // 1000, len(result) // 2)
    ramp = np.abs(samples).max() * np.arange(length) / max(length, 1) + 1e-6
    assert np.all(result[:length] <= ramp)
    assert np.all(result[::-1][:length] <= ramp)
