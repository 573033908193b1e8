"""Recordings as assistants send them, through the real ears."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.app import App
from skill.assistants.utterance import Recording, transcribe
from skill.settings import Settings

RECORDINGS = Path(__file__).parent.parent / "recordings"


@pytest.fixture(scope="module")
def hear() -> Callable[[Recording], str]:
    app = App(Settings())
    make_ears, vocabulary = app.hearing.ear_maker(app.content), app.content.vocabulary
    return lambda recording: transcribe(recording, make_ears().recognizer, vocabulary)


def sound(name: str, channels: int = 1) -> Recording:
    pcm, rate = soundfile.read(RECORDINGS / f"{name}.flite-slt.ogg", dtype="int16")
    data = np.repeat(pcm[:, None], channels, axis=1).astype("<i2").tobytes()
    return Recording(data, rate, channels)


@pytest.mark.parametrize("name", ["start over", "next step", "how long"])
def test_a_command(hear: Callable[[Recording], str], name: str) -> None:
    assert hear(sound(name)) == name


def test_stereo_at_another_rate(hear: Callable[[Recording], str]) -> None:
    one = sound("next step")
    pcm = np.frombuffer(one.data, "<i2").astype(np.float64)
    thrice = np.interp(np.arange(0, len(pcm), 1 / 3), np.arange(len(pcm)), pcm)
    data = np.repeat(thrice[:, None], 2, axis=1).astype("<i2").tobytes()
    assert hear(Recording(data, one.rate * 3, 2)) == "next step"


def test_nothing_and_half_a_sample(hear: Callable[[Recording], str]) -> None:
    assert hear(Recording(b"", 16_000, 1)) == ""
    assert hear(Recording(bytes(32_001), 16_000, 2)) == ""


def test_other_talk(hear: Callable[[Recording], str]) -> None:
    other = sorted((RECORDINGS / "other").glob("*flite*.ogg"))[0]
    pcm, rate = soundfile.read(other, dtype="int16")
    assert hear(Recording(pcm.tobytes(), rate, 1)) == ""
