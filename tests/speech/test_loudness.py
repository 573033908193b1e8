"""Every line of the built-in content as loud as the others, by a measure that is not our own."""

import numpy as np
import pytest

from skill.app import App
from skill.core.coach import Book
from skill.core.repertoire import repertoire
from skill.ports import Clip
from skill.settings import Settings
from skill.speech.espeak import EspeakVoice
from tests.support.loudness import lufs
from tests.support.tones import sine

EVERY = 9
"""Every ninth line; all of them take half a minute."""
TOLERANCE_LU = 1.0
"""EBU R 128's for what is live."""


@pytest.fixture(scope="module")
def spoken() -> list[Clip]:
    content = App(Settings()).content
    lines = repertoire(Book(content.routine, content.phrases, content.vocabulary))
    voice = EspeakVoice()
    return [voice.render(text, pace) for text, pace in lines[::EVERY]]


@pytest.mark.parametrize("rate", [22_050, 24_000, 48_000])
def test_the_measure_is_the_standards(rate: int) -> None:
    """ITU-R BS.1770-4: a full-scale sine of 997 Hz in one channel is -3.01 LUFS."""
    assert lufs(Clip(sine(997, 3, rate, 1.0), rate)) == pytest.approx(-3.01, abs=0.1)


def test_lines_are_equally_loud_and_leave_room_for_peaks(spoken: list[Clip]) -> None:
    levels = np.array([lufs(clip) for clip in spoken])
    assert len(levels) > 30
    assert np.abs(levels - levels.mean()).max() < TOLERANCE_LU
    assert np.std(levels) < TOLERANCE_LU / 2
    assert max(np.abs(clip.samples).max() for clip in spoken) <= 10 ** (-1 / 20)


def test_lines_begin_and_end_in_silence(spoken: list[Clip]) -> None:
    for clip in spoken:
        edge = clip.rate // 500
        for side in (clip.samples[:edge], clip.samples[::-1][:edge]):
            assert abs(side[0]) < 1e-4
            assert np.abs(np.diff(side)).max() < 0.01
