"""The built-in ears take commands of people's own, in words that our commands do not have."""

from pathlib import Path

import numpy as np
import pytest
import soxr

from skill.ports import RATE, Block
from skill.recognition.vosk import VoskModel, VoskRecognizer
from skill.settings import Settings
from skill.speech.espeak import EspeakVoice

OWN = (
    "roll the hamstrings",
    "both calves please",
    "now the glutes",
    "left quad",
    "thoracic extension",
    "a large cappuccino with almond milk",
    "double espresso and two spoons of sugar",
    "set the thermostat to sixty degrees",
    "dim the chandelier",
    "shuffle my playlist",
)


@pytest.fixture(scope="module")
def model() -> VoskModel:
    return VoskModel(Settings().model)


def test_they_know_the_words_that_commands_are_made_of(model: VoskModel, checkout: Path) -> None:
    lines = (checkout / "scripts/acoustic/things.txt").read_text(encoding="utf-8").splitlines()
    things = [word for line in lines if not line.startswith("#") for word in line.split()]
    assert [word for word in things if not model.knows(word)] == []
    assert len(things) > 400
    assert len(model.words()) > 20_000


def test_they_are_small(model: VoskModel) -> None:
    size = sum(file.stat().st_size for file in model.folder.rglob("*") if file.is_file())
    assert size < 6_000_000


@pytest.mark.parametrize("voice", ["en-us+Michael", "en-us+steph3"])
def test_a_voice_that_only_measures_is_understood(model: VoskModel, voice: str) -> None:
    heard = {phrase: understood(model, voice, phrase) for phrase in OWN}
    wrong = {phrase: text for phrase, text in heard.items() if phrase != text}
    assert len(wrong) <= 1, wrong


def understood(model: VoskModel, voice: str, phrase: str) -> str:
    """The likeliest reading of a phrase among all of them."""
    clip = EspeakVoice(voice).render(phrase, 100)
    spoken = soxr.resample(clip.samples, clip.rate, RATE) * 12_000
    quiet = np.zeros(RATE // 2)
    pcm = np.rint(np.concatenate((quiet, spoken, quiet))).astype(np.int16)
    recognizer = VoskRecognizer(model, OWN)
    found = [*recognizer.feed(Block(0, pcm)), recognizer.flush()]
    return " ".join(one.readings[0].text for one in found if one.final and one.readings)
