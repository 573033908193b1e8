"""What can be said at all, for every engine alike."""

import re
import textwrap

from skill.errors import VoiceError

_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def speakable(text: str) -> str:
    """Text that every engine takes as words.

    Control characters become spaces (espeak-ng stops at a NUL and takes ^A for a command to
    itself), and so do halves of surrogate pairs, which UTF-8 cannot express.

    Raises:
        VoiceError: if there is no letter and no digit in it.
    """
    words = _NOT_TEXT.sub(" ", text).strip()
    if not any(character.isalnum() for character in words):
        raise unspeakable(text)
    return words


def unspeakable(text: str) -> VoiceError:
    """The error for a text that makes no sound."""
    shown = textwrap.shorten(text, 40, placeholder="...")
    return VoiceError(
        f"The line {shown!a} has nothing in it that this voice can say.",
        "Write it with words or digits of the voice's language.",
    )
