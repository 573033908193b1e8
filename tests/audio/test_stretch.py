"""Sound moved from one clock to another keeps its pitch, its level and its place."""

import numpy as np
import pytest

from skill.audio.stretch import stretch
from skill.ports import Samples

RATES = [(44_100, 16_000), (48_000, 16_000), (16_000, 16_000), (22_050, 16_000)]


def tone(hertz: float, rate: int, drift: float = 0.0) -> Samples:
    return np.sin(2 * np.pi * hertz * np.arange(rate * 2) / rate / (1 + drift)).astype(np.float32)


def moved(sound: Samples, rate: int, other: int, drift: float) -> Samples:
    """Half a second from 0.7 s on, block by block as a session asks for it."""
    blocks = []
    for number in range(10):
        first = (0.7 + number * 0.05) * rate * (1 + drift)
        last = (0.7 + (number + 1) * 0.05) * rate * (1 + drift)
        blocks.append(stretch(lambda at, n: sound[at : at + n], first, last, other // 20))
    return np.concatenate(blocks)


@pytest.mark.parametrize(("rate", "other"), RATES)
@pytest.mark.parametrize("drift", [0.0, 20e-6, -100e-6])
@pytest.mark.parametrize("hertz", [300, 1000, 3000])
def test_a_tone_arrives_where_it_belongs(rate: int, other: int, drift: float, hertz: int) -> None:
    out = moved(tone(hertz, rate, drift), rate, other, drift)
    there = np.sin(2 * np.pi * hertz * (0.7 + np.arange(len(out)) / other))
    # 26 dB down at worst, at 3 kHz; room and loudspeaker are further off.
    assert np.abs(out - there).max() < 0.05


def test_what_would_fold_over_is_gone() -> None:
    out = moved(tone(12_000, 44_100), 44_100, 16_000, 0.0)
    assert np.abs(out).max() < 0.01
