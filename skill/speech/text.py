"""What can be said at all, for every engine alike, and what is put into words before it is."""

import re
import string
import textwrap
import unicodedata

from skill.errors import VoiceError

RULE = "text 3"
"""Part of every voice's identity: change it whenever the same text would be read differently."""

_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_PICTURES = re.compile(
    "[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\ufe00-\ufe0f\u200d\u20e3\U0001f000-\U0001faff\U000e0000-\U000e007f]+"
)
"""Arrows, signs and emoji, which espeak-ng would read by their names: "slightly smiling face"."""
_FRACTIONS = {"1/2": "\u00bd", "1/3": "\u2153", "2/3": "\u2154", "1/4": "\u00bc", "3/4": "\u00be"}
_FRACTION = re.compile(r"(?<![\d/])(1/[234]|[23]/[34])(?![\d/])")
"""Read as "one slash two", unless it is one character: then "a half", in any language."""
_ONE = r"(?<![\d.,/-])(?<!\u2013)1\s?"
_ENGLISH = (
    (re.compile(_ONE + r"(?:s|secs?)\b(?:\.(?= [a-z]))?"), "1 second"),
    (re.compile(_ONE + r"mins?\b(?:\.(?= [a-z]))?"), "1 minute"),
    (re.compile(_ONE + r"kg\b"), "1 kilogram"),
    (re.compile(_ONE + r"cm\b"), "1 centimetre"),
    (re.compile(_ONE + r"[x\u00d7](?!\w)"), "once"),
    (re.compile(r"\b(\d{1,3})\s?(?:s|secs?)\b(?:\.(?= [a-z]))?"), r"\1 seconds"),
    (re.compile(r"\b(\d{1,3})\s?mins?\b(?:\.(?= [a-z]))?"), r"\1 minutes"),
    (re.compile(r"(?<=\d)\s?kg\b"), " kilograms"),
    (re.compile(r"(?<=\d)\s?cm\b"), " centimetres"),
    (re.compile(r"(?<![\d-])(\d{1,3})[-\u2013](\d{1,3})(?![\d-])"), r"\1 to \2"),
    (re.compile(r"(?<=\d)\s?[x\u00d7](?!\w)"), " times"),
)
"""What espeak-ng reads as "thirties", "five ex" or "twenty dash thirty"."""
_SENTENCE_END = re.compile(r"(?<=[.!?\u2026])[\"')\]]*\s+|\n\s*\n")


def speakable(text: str, language: str = "") -> str:
    """Text that every engine takes as words.

    Control characters become spaces (espeak-ng stops at a NUL and takes ^A for a command to
    itself), and so do halves of surrogate pairs, which UTF-8 cannot express, and pictures. In
    English, words of other scripts are left out, as they would be read as "Chinese letter,
    Chinese letter", and a few short forms are written out.

    Args:
        text: anything.
        language: espeak-ng's name of the language it is read in, "en-us"; empty: unknown.

    Raises:
        VoiceError: if there is no letter and no digit in it that can be read.
    """
    words = _PICTURES.sub(" ", _NOT_TEXT.sub(" ", text))
    words = _FRACTION.sub(lambda found: _FRACTIONS.get(found[0], found[0]), words)
    if language.lower().startswith("en"):
        for short, long in _ENGLISH:
            words = short.sub(long, words)
        words = "".join(one if _is_latin(one) else " " for one in words)
    words = words.strip()
    if not any(character.isalnum() for character in words):
        raise unspeakable(text)
    return words


def left_out(text: str, language: str) -> tuple[str, ...]:
    """The words of a text that are not read in a language, or not as they are written.

    Args:
        text: anything.
        language: as for `speakable`.
    """
    if not language.lower().startswith("en"):
        return ()
    words = (word.strip(string.punctuation) for word in text.split())
    return tuple(word for word in words if not all(map(_is_latin, word)))


def _is_latin(character: str) -> bool:
    if character.isascii() or not character.isalpha():
        return True
    name = unicodedata.name(character, "")
    return "LATIN" in name or "ORDINAL" in name


def sentences(text: str, longest: int) -> list[str]:
    """A long text in the pieces in which it is best spoken.

    Args:
        text: any text.
        longest: characters in one piece; a longer sentence is divided between words.
    """
    whole = (" ".join(part.split()) for part in _SENTENCE_END.split(text))
    return [piece for part in whole for piece in textwrap.wrap(part, longest)]


class UnspeakableError(VoiceError):
    """A text that makes no sound, by a voice that is as it should be."""


def unspeakable(text: str) -> UnspeakableError:
    """The error for a text that makes no sound."""
    shown = textwrap.shorten(text, 40, placeholder="...")
    return UnspeakableError(
        f"The line {shown!r} has nothing in it that this voice can say.",
        "Write it with words or digits of the voice's language.",
    )
