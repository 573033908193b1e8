"""Sentences as Piper's phoneme numbers, and who trains.

A recording is held out, for measuring only, when the number of its prompt is divisible by twenty.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from piper.phonemize_espeak import EspeakPhonemizer

ESPEAK_VOICE = "en-us"
PAD, BEGIN, END = "_", "^", "$"
MODIFIERS = "ˈˌːˑʲʰʷ̩̃"
"""Say how a neighbour is spoken, and take no time of their own."""
PAUSES = " .,;:!?-—()\"'^$"
"""Take time only if the speaker rests there."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A recorded sentence.

    Attributes:
        name: of the recording, without folder and ending.
        text: what is said.
        phonemes: Piper's, one character each, from `^` to `$`, without padding.
        held_out: whether it only measures.
    """

    name: str
    text: str
    phonemes: tuple[str, ...]
    held_out: bool


@cache
def phonemizer() -> EspeakPhonemizer:
    """Espeak-ng, as piper-tts carries it."""
    return EspeakPhonemizer()


def phonemes_of(text: str) -> tuple[str, ...]:
    """Phonemes of a text, from `^` to `$`; sentences are joined by a space.

    Phonemes that Piper has no number for are left out, as Piper itself does.
    """
    sentences = phonemizer().phonemize(ESPEAK_VOICE, text)
    joined = [phoneme for sentence in sentences for phoneme in (*sentence, " ")][:-1]
    return (BEGIN, *(phoneme for phoneme in joined if phoneme in DEFAULT_PHONEME_ID_MAP), END)


def number(phoneme: str) -> int:
    """Piper's number of a phoneme."""
    return int(DEFAULT_PHONEME_ID_MAP[phoneme][0])


def prompt_of(name: str) -> int:
    """The four digits of the prompt's number in a recording's name."""
    found = re.search(r"arctic_[ab](\d{4})", name)
    if found is None:
        raise ValueError(f"{name} has no prompt's number in its name")
    return int(found[1])


def is_held_out(name: str) -> bool:
    """Whether a recording only measures."""
    return prompt_of(name) % 20 == 0


def sentences(audio: Path) -> list[Sentence]:
    """All of the speaker's recordings that have a transcript."""
    with (audio / "speech.tsv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row[0].startswith("kathleen/") and row[1]
        ]
    return [
        Sentence(name, text, phonemes_of(text), is_held_out(name))
        for path, text, *_ in rows
        for name in [Path(path).stem]
    ]
