"""The slip of two clocks, told from the path that a filter learns."""

import numpy as np
import pytest

from skill.echo.bands import HOP
from skill.echo.drift import MOST, ROOM, TAPS, Drift
from skill.echo.kalman import KalmanFilter
from skill.ports import Samples

RATE = 16_000
SECONDS = 12


def sound(seconds: float = SECONDS) -> Samples:
    """Noise that falls by 6 dB an octave, as speech about does, with pauses."""
    white = np.random.default_rng(3).normal(0, 1, round(seconds * RATE))
    spectrum = np.fft.rfft(white) / np.maximum(np.fft.rfftfreq(len(white), 1 / 500), 0.5)
    wave = np.fft.irfft(spectrum, len(white)) * (np.sin(np.arange(len(white)) / 3_000) > -0.5)
    made: Samples = (0.1 * wave / wave.std()).astype(np.float32)
    return made


def slipping(wave: Samples, ppm: float, delay: int = 400) -> Samples:
    """The wave, late, from a clock that goes faster by so much; band-limited enough for lines."""
    at = np.arange(len(wave)) * (1 + ppm * 1e-6) - delay
    fine = np.fft.irfft(np.fft.rfft(wave), 8 * len(wave)) * 8
    late: Samples = np.interp(at * 8, np.arange(len(fine)), fine).astype(np.float32)
    return late


@pytest.mark.parametrize("ppm", [-100, -20, 0, 20, 100])
def test_the_rate_is_found_from_what_the_filter_learns(ppm: float) -> None:
    played = sound()
    heard = slipping(played, ppm)
    drift, echo = Drift(), KalmanFilter()
    echo._drift = drift
    for at in range(0, len(played), HOP):
        echo.clean(heard[at : at + HOP], played[at : at + HOP])
    assert drift.rate * 1e6 == pytest.approx(ppm, abs=3)


@pytest.mark.parametrize("slip", [0.0, 0.25, 0.5, 7.75, -3.4, 400.0, -400.0])
def test_the_reference_is_the_sound_a_little_later(slip: float) -> None:
    wave = np.sin(np.arange(20 * HOP) * 2 * np.pi * 1_000 / RATE).astype(np.float32)
    drift = Drift()
    drift._slip = slip
    late = np.concatenate([drift.follow(wave[at : at + HOP]) for at in range(0, len(wave), HOP)])
    delay = ROOM + TAPS // 2 - np.clip(slip, -ROOM, ROOM)
    expected = np.sin((np.arange(len(wave)) - delay) * 2 * np.pi * 1_000 / RATE)
    assert np.abs(late - expected)[2 * HOP :].max() < 1e-3


def test_a_rate_that_no_sound_card_has_is_not_believed() -> None:
    drift, rng = Drift(), np.random.default_rng(4)
    for _ in range(2_000):
        drift.look((rng.normal(size=(2, HOP + 1)) + 1j).astype(np.complex64))
        assert abs(drift.rate) <= MOST
