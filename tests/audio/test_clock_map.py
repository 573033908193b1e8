"""Jittery stamps become a smooth line that learns how fast a clock goes."""

import numpy as np
import pytest

from skill.audio.clock_map import ClockMap

PERIOD = 512


def noted(
    ppm: float,
    seconds: float,
    rate: int = 48_000,
    *,
    jitter_s: float = 0.005,
    start: float = 1000.0,
    clock: ClockMap | None = None,
) -> ClockMap:
    """A clock whose frames last `ppm` millionths longer than nominal; stamps jitter evenly."""
    clock = clock or ClockMap(rate)
    frames = np.arange(0, seconds * rate, PERIOD)
    true = start + frames / rate * (1 + ppm * 1e-6)
    shaken = true + np.random.default_rng(3).uniform(0, jitter_s, len(frames))
    for frame, at in zip(frames, shaken, strict=True):
        clock.note(float(frame), float(at))
    return clock


@pytest.mark.parametrize("ppm", [0, 20, -20, 100, -100])
def test_the_drift_is_known_within_a_few_millionths_after_a_minute(ppm: float) -> None:
    assert noted(ppm, 60).drift_ppm == pytest.approx(ppm, abs=4)


@pytest.mark.parametrize("ppm", [0, 20, 100])
def test_between_two_clocks_places_are_right_to_a_fraction_of_a_millisecond(ppm: float) -> None:
    ears, mouth = noted(0, 60, 16_000), noted(ppm, 60, 44_100)
    for frame in (16_000 * 40, 16_000 * 59):
        there = mouth.frame_at(ears.seconds_at(frame))
        # Both averages are late by half the jitter, so the difference has none of it.
        true = frame / 16_000 / (1 + ppm * 1e-6) * 44_100
        assert (there - true) / 44_100 == pytest.approx(0, abs=0.0003)


def test_the_line_is_smooth_from_the_beginning() -> None:
    clock = noted(50, 2)
    before = clock.frame_at(1003)
    clock = noted(50, 4)
    assert clock.frame_at(1003) - before == pytest.approx(0, abs=0.001 * 48_000)


def test_one_late_second_is_left_out() -> None:
    clock = noted(20, 30)
    expected = clock.seconds_at(30.5 * 48_000)
    for frame in range(30 * 48_000, 31 * 48_000, PERIOD):
        clock.note(frame, 1000 + frame / 48_000 * (1 + 20e-6) + 0.04)
    assert clock.seconds_at(30.5 * 48_000) == pytest.approx(expected, abs=0.0002)


def test_a_busy_machine_that_is_early_and_late_in_turn_moves_nothing() -> None:
    clock = noted(0, 30)
    expected = clock.seconds_at(34 * 48_000)
    for number in range(1, 10):  # two stamps make one average
        frame = (30 + number) * 24_000 + 30 * 24_000
        late = 0.01 if number // 2 % 2 else -0.01
        clock.note(frame, 1000.0025 + frame / 48_000 + late)
    assert clock.seconds_at(34 * 48_000) == pytest.approx(expected, abs=0.001)


def test_lost_frames_move_the_line_and_leave_its_speed() -> None:
    clock = noted(100, 60)
    for frame in range(60 * 48_000, 65 * 48_000, PERIOD):
        clock.note(frame, 1000.2 + frame / 48_000 * (1 + 100e-6))
    assert clock.seconds_at(64 * 48_000) == pytest.approx(1064.2 + 0.0064, abs=0.001)
    assert clock.drift_ppm == pytest.approx(100, abs=6)


@pytest.mark.parametrize("seconds", [1, 10])
def test_a_new_stream_keeps_the_speed_of_the_one_before(seconds: float) -> None:
    clock = noted(80, 60)
    clock.restart()
    assert not clock.known
    noted(80, seconds, start=5000, clock=clock)
    assert clock.known
    assert clock.drift_ppm == pytest.approx(80, abs=6)
