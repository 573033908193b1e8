"""Recordings that can be learnt from, and those that cannot."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.enrolment.takes import FEWEST, flaw, read_takes
from skill.errors import RecordingError
from skill.ports import Pcm
from tests.support.tones import int16, sine

RATE = 16_000
PHRASES = ("next", "back", "start rolling")
GOOD = int16(sine(300, 0.6, RATE))


def write(folder: Path, name: str, pcm: Pcm = GOOD, rate: int = RATE) -> None:
    soundfile.write(folder / name, pcm, rate)


def fill(folder: Path) -> None:
    for number in range(FEWEST):
        write(folder, f"next.{number}.wav")


def test_names_say_what_is_said(tmp_path: Path) -> None:
    fill(tmp_path)
    write(tmp_path, "Start_rolling.kitchen.flac", rate=44_100)
    write(tmp_path, "back.ogg")
    (tmp_path / "notes.txt").write_text("not a recording", encoding="utf-8")
    phrases = [take.phrase for take in read_takes(tmp_path, PHRASES)]
    assert sorted(phrases) == sorted(["back", "start rolling", *["next"] * FEWEST])


def test_a_name_may_be_written_as_macos_does(tmp_path: Path) -> None:
    fill(tmp_path)
    write(tmp_path, unicodedata.normalize("NFD", "zurück.wav"))
    assert read_takes(tmp_path, (*PHRASES, "zurück"))[-1].phrase == "zurück"


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    fill(tmp_path)
    write(tmp_path, "nixt.wav")
    write(tmp_path, "back.quiet.wav", np.zeros(RATE, np.int16))
    write(tmp_path, "back.click.wav", np.pad(GOOD[:800], (0, RATE)))
    loud = np.clip(GOOD.astype(np.int32) * 8, -32768, 32767).astype(np.int16)
    write(tmp_path, "back.loud.wav", loud)
    write(tmp_path, "back.long.wav", np.tile(GOOD, 20))
    (tmp_path / "back.broken.wav").write_bytes(b"RIFF")
    with pytest.raises(RecordingError) as raised:
        read_takes(tmp_path, PHRASES)
    text = str(raised.value)
    for words in (
        "6 recordings cannot be used",
        'nixt.wav: "nixt" is no command; did you mean "next"?',
        "back.quiet.wav is silent",
        "back.click.wav holds less than 120 ms",
        "back.loud.wav is clipped",
        "back.long.wav is 12 s long",
        "back.broken.wav is not a sound file",
    ):
        assert words in text
    assert text.endswith("enrol again.")


def test_too_few(tmp_path: Path) -> None:
    write(tmp_path, "next.wav")
    with pytest.raises(RecordingError, match=f"holds 1 usable.*at least {FEWEST}"):
        read_takes(tmp_path, PHRASES)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="There is no folder"):
        read_takes(tmp_path / "none", PHRASES)


def test_a_loud_but_whole_recording_is_fine() -> None:
    assert flaw(int16(sine(300, 0.6, RATE, peak=0.99))) is None
    assert flaw(int16(sine(300, 0.6, RATE, peak=0.01))) is None
    assert flaw(np.zeros(0, np.int16)) is not None


def test_a_constant_offset_is_no_sound() -> None:
    hiss = np.random.default_rng(1).normal(500, 5, RATE).astype(np.int16)
    assert "is silent" in (flaw(hiss) or "")
    hiss[: RATE // 20] += np.int16(1000) * np.where(np.arange(RATE // 20) % 8 < 4, 1, -1).astype(
        np.int16
    )
    assert "less than" in (flaw(hiss) or "")
