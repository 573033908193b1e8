"""What every voice must do, whoever makes the sound."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from skill.errors import VoiceError
from skill.ports import Clip, Voice
from skill.speech.cache import CachedVoice
from skill.speech.espeak import EspeakVoice
from skill.speech.piper import PiperSpeech
from tests.support.tiny_piper import write_voice

LINE = "Roll from side to side, slowly."
ODD = [
    "12:30, on 2026-11-22; 90° and 3.5 kg!",
    "Well done 🙂👍🏽",
    "🙂",
    "Привет, мир.",
    "日本語です。",
    "١٢٣",
    "",
    " \t\n",
    "...",
    "?!",
    "a",
    "[[nonsense]] [[",
    "<break/> & <speak>",
    "zero\0zero \x01+99P bell\x07",
    "half a pair: \ud83d",
    "e\u0301\u0301\u0301 \u202e rtl \u200b",
    "x" * 300,
]

Maker = Callable[[Path], tuple[Voice, Voice]]
"""Makes a voice, and one of the same engine with other settings."""


def espeak(_: Path) -> tuple[Voice, Voice]:
    return EspeakVoice(), EspeakVoice(pitch=20)


def espeak_variant(_: Path) -> tuple[Voice, Voice]:
    return EspeakVoice("en-gb+f3", words_per_minute=160), EspeakVoice("en-gb+f4")


def piper(folder: Path) -> tuple[Voice, Voice]:
    return PiperSpeech(write_voice(folder)), PiperSpeech(write_voice(folder, "low", base_hz=90.0))


def piper_speakers(folder: Path) -> tuple[Voice, Voice]:
    path = write_voice(folder, speakers=3)
    return PiperSpeech(path), PiperSpeech(path, speaker=2)


def cached(folder: Path) -> tuple[Voice, Voice]:
    keep = partial(CachedVoice, folder=folder / "cache", memory_bytes=0)
    return keep(EspeakVoice()), keep(EspeakVoice(pitch=20))


def cached_in_memory(folder: Path) -> tuple[Voice, Voice]:
    nowhere = folder / "a file"
    nowhere.write_text("in the way")
    keep = partial(CachedVoice, folder=nowhere / "cache")
    return keep(EspeakVoice()), keep(EspeakVoice(pitch=20))


@pytest.fixture(
    scope="module",
    params=[espeak, espeak_variant, piper, piper_speakers, cached, cached_in_memory],
    ids=lambda make: make.__name__,
)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> object:
    make: Maker = request.param
    return make(tmp_path_factory.mktemp("voice"))


@pytest.fixture
def voice(pair: tuple[Voice, Voice]) -> Voice:
    return pair[0]


@pytest.fixture
def other(pair: tuple[Voice, Voice]) -> Voice:
    return pair[1]


def same(one: Clip, two: Clip) -> bool:
    return one.rate == two.rate and np.array_equal(one.samples, two.samples)


def check_sound(clip: Clip) -> None:
    samples = clip.samples
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert 8000 <= clip.rate <= 48000
    assert np.abs(samples).max() <= 1.0
    assert np.sqrt(np.mean(samples**2)) > 0.01, "as good as silent"
    assert np.abs(samples[[0, -1]]).max() < 0.001, "clicks"
    assert np.abs(samples[:16]).max() < 0.3, "starts too suddenly"


def test_words_are_sound(voice: Voice) -> None:
    clip = voice.render(LINE, 100)
    check_sound(clip)
    assert 0.5 < clip.seconds < 6


def test_same_line_sounds_the_same_whatever_was_said_between(voice: Voice, other: Voice) -> None:
    first = voice.render(LINE, 100)
    voice.render("Something else entirely, quite a bit longer.", 120)
    other.render(LINE, 100)
    assert same(voice.render(LINE, 100), first)


def test_a_faster_pace_is_shorter(voice: Voice) -> None:
    seconds = {pace: voice.render(LINE, pace).seconds for pace in (50, 70, 85, 100, 130, 200)}
    assert seconds[50] >= seconds[70] > seconds[85] > seconds[100] > seconds[130] > seconds[200]
    assert seconds[70] / seconds[100] == pytest.approx(100 / 70, rel=0.1)
    assert seconds[100] / seconds[200] == pytest.approx(2, rel=0.2)


def test_different_lines_differ(voice: Voice) -> None:
    assert not same(voice.render("Left.", 100), voice.render("Right.", 100))


def test_other_settings_change_sound_and_identity(voice: Voice, other: Voice) -> None:
    assert voice.identity != other.identity
    assert not same(voice.render(LINE, 100), other.render(LINE, 100))


def test_all_lines_are_equally_loud(voice: Voice) -> None:
    levels = [
        20 * np.log10(np.sqrt(np.mean(voice.render(text, 100).samples ** 2)))
        for text in ("Stop.", LINE, "Breathe in, and out.")
    ]
    assert max(levels) - min(levels) < 3.5
    assert -26 < min(levels) < -18


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:12]))
def test_odd_text_is_said_or_refused(voice: Voice, text: str) -> None:
    try:
        clip = voice.render(text, 100)
    except VoiceError as error:
        assert "has nothing in it" in error.problem  # noqa: PT017 - both outcomes are right
        str(error).encode()
    else:
        check_sound(clip)


@pytest.mark.parametrize("text", ["", " \n", "🙂", "...", "?!"])
def test_what_has_no_words_is_refused(voice: Voice, text: str) -> None:
    with pytest.raises(VoiceError, match="nothing in it"):
        voice.render(text, 100)


def test_very_long_text_is_said_to_its_end(voice: Voice) -> None:
    text = "Roll on. " * 1_111
    assert voice.render(text, 200).seconds > 300 * voice.render("Roll on.", 200).seconds
