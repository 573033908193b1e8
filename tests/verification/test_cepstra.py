"""Cepstra: what the network was trained on, Kaldi's."""

import numpy as np
import pytest

from skill.ports import Pcm
from skill.verification.cepstra import BINS, LENGTH, SHIFT, cepstra

KALDI = {
    3: (70.342, 27.109, -61.330, 63.706, 37.095, -207.388, -120.599, 25.900),
    7: (63.589, -1.808, 57.310, 74.114, -201.550, -7.407, -78.471, -129.971),
}
"""Of `sound()`, by kaldi-native-fbank 1.23.0 with the options of models/ears-en/conf/mfcc.conf and
without dither: the first eight of two frames."""


def sound(samples: int = 1600) -> Pcm:
    """A tone and one that rises."""
    at = np.arange(samples) / 16_000
    rising = 1000 * np.sin(2 * np.pi * (500 + 20_000 * at) * at)
    whole: Pcm = np.rint(3000 * np.sin(2 * np.pi * 440 * at) + rising).astype(np.int16)
    return whole


@pytest.mark.parametrize("frame", list(KALDI))
def test_they_are_kaldis(frame: int) -> None:
    assert cepstra(sound())[frame, :8] == pytest.approx(KALDI[frame], abs=0.005)


@pytest.mark.parametrize(
    ("samples", "frames"),
    [(0, 0), (LENGTH - 1, 0), (LENGTH, 1), (LENGTH + SHIFT - 1, 1), (LENGTH + SHIFT, 2)],
)
def test_one_for_each_whole_window(samples: int, frames: int) -> None:
    assert cepstra(sound(samples)).shape == (frames, BINS)


def test_loudness_is_in_the_first_alone() -> None:
    change = cepstra(2 * sound()) - cepstra(sound())
    assert change[:, 0] == pytest.approx(np.sqrt(BINS) * np.log(4), abs=0.01)
    assert np.abs(change[:, 1:]).max() < 0.01


def test_silence_of_zeros_is_a_number() -> None:
    assert np.isfinite(cepstra(np.zeros(1600, np.int16))).all()
