"""What every recogniser promises."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from skill.audio.pcm import read_pcm
from skill.core.hypothesis import Hypothesis
from skill.errors import ModelError
from skill.ports import Block, Pcm, Recognizer
from skill.recognition.resting import RestingRecognizer
from skill.recognition.vosk import VoskModel, VoskRecognizer
from skill.settings import Settings
from tests.support.sphinx import needs_sphinx

RATE = 16_000
GRAMMAR = ("start rolling", "tell me more", "what can i say", "goodbye")
Maker = Callable[[Sequence[str]], Recognizer]


@cache
def model() -> VoskModel:
    return VoskModel(Settings().model)


def vosk(grammar: Sequence[str]) -> Recognizer:
    return VoskRecognizer(model(), grammar)


def resting(grammar: Sequence[str]) -> Recognizer:
    return RestingRecognizer(vosk(grammar), RATE)


def sphinx(grammar: Sequence[str]) -> Recognizer:
    from skill.recognition.sphinx import SphinxRecognizer  # noqa: PLC0415 # see needs_sphinx

    return SphinxRecognizer(grammar)


@pytest.fixture(params=[vosk, resting, pytest.param(sphinx, id="pocketsphinx", marks=needs_sphinx)])
def make(request: pytest.FixtureRequest) -> Maker:
    made: Maker = request.param
    return made


def noise(seconds: float) -> Pcm:
    return np.random.default_rng(1).normal(0, 8, round(seconds * RATE)).astype(np.int16)


def said(checkout: Path, name: str) -> Pcm:
    pcm = read_pcm(checkout / "tests" / "recordings" / f"{name}.ogg")
    return np.concatenate([noise(1), pcm, noise(1.5)])


def hear(
    recognizer: Recognizer, pcm: Pcm, first: int = 0, size: int = 800
) -> tuple[list[Hypothesis], list[Hypothesis]]:
    """Partials and finals."""
    heard = [
        hypothesis
        for at in range(0, len(pcm), size)
        for hypothesis in recognizer.feed(Block(first + at, pcm[at : at + size]))
    ]
    return [one for one in heard if not one.final], [one for one in heard if one.final]


@pytest.mark.parametrize("size", [320, 800, 1600])
def test_a_phrase_comes_once_as_final_at_its_place(make: Maker, checkout: Path, size: int) -> None:
    pcm = said(checkout, "what can i say.flite-slt")
    first = 5 * RATE
    recognizer = make(GRAMMAR)
    hear(recognizer, noise(5))
    recognizer.recycle()
    partials, finals = hear(recognizer, pcm, first, size)
    assert [one.text for one in finals if one.text] == ["what can i say"]
    if make in {vosk, resting}:
        assert "what can i say" in [one.text for one in partials]
    assert all(len(one.readings) <= 1 for one in partials)
    best = next(one for one in finals if one.text).readings[0]
    assert 5_900 <= best.start_ms < best.end_ms <= 5_000 + len(pcm) * 1000 // RATE


@pytest.mark.parametrize("make", [vosk, resting])
def test_a_word_is_in_its_place_after_sound_that_came_twice(make: Maker, checkout: Path) -> None:
    recognizer = make(GRAMMAR)
    recognizer.feed(Block(0, noise(1)))
    recognizer.feed(Block(RATE, noise(0.05), again=noise(1)))
    first = round(1.05 * RATE)
    _, finals = hear(recognizer, said(checkout, "start rolling.flite-slt"), first)
    best = next(one for one in finals if one.text).readings[0]
    assert best.start_ms == pytest.approx(2_050, abs=200)


def test_shares_are_a_probability_and_the_likeliest_reading_is_first(
    make: Maker, checkout: Path
) -> None:
    recognizer = make(GRAMMAR)
    _, finals = hear(recognizer, said(checkout, "start rolling.flite-slt"))
    readings = next(one for one in finals if one.text).readings
    assert all(0 <= reading.share <= 1 for reading in readings)
    assert sum(reading.share for reading in readings) == pytest.approx(1, abs=0.01)
    assert readings[0].share == max(reading.share for reading in readings)
    assert all(reading.end_ms > reading.start_ms for reading in readings)


def test_a_flush_ends_the_utterance_at_once_and_what_follows_is_a_new_one(
    make: Maker, checkout: Path
) -> None:
    recognizer = make(GRAMMAR)
    pcm = said(checkout, "what can i say.flite-slt")
    spoken = len(pcm) - round(1.4 * RATE)
    _, early = hear(recognizer, pcm[:spoken])
    assert [one.text for one in early if one.text] == []
    assert recognizer.flush().text == "what can i say"
    _, late = hear(recognizer, noise(1.5), spoken)
    _, again = hear(recognizer, pcm, spoken + round(1.5 * RATE))
    assert [one.text for one in (*late, *again) if one.text] == ["what can i say"]


def test_nothing_said_is_nothing_heard(make: Maker) -> None:
    recognizer = make(GRAMMAR)
    partials, finals = hear(recognizer, noise(3))
    flushed = recognizer.flush()
    assert flushed.final
    assert [one.text for one in (*partials, *finals, flushed) if one.text] == []


def test_after_recycling_it_hears_as_before(make: Maker, checkout: Path) -> None:
    recognizer = make(GRAMMAR)
    pcm = said(checkout, "what can i say.flite-slt")
    hear(recognizer, pcm[: RATE * 3 // 2])
    recognizer.recycle()
    _, finals = hear(recognizer, pcm, RATE * 3 // 2)
    assert [one.text for one in finals if one.text] == ["what can i say"]


def test_a_word_that_it_does_not_know_is_named(make: Maker) -> None:
    with pytest.raises(ModelError, match="zzyzx"):
        make([*GRAMMAR, "go zzyzx"])
