"""A session as people would tell it: who said what, and when."""

import difflib
from collections.abc import Iterable, Iterator, Sequence

from skill.core.messages import (
    Chime,
    Effect,
    Event,
    Finish,
    Heard,
    Ignored,
    MicrophoneBack,
    MicrophoneLost,
    Say,
    SpeakerBack,
    SpeakerLost,
)
from skill.journal import Entry

PERSON = "you"
COACH = "coach"


def describe(message: Event | Effect) -> tuple[str, str] | None:
    """Who and what, for a message that belongs to the dialogue; None for any other."""
    match message:
        case Heard():
            by = f" (by {message.source})" if message.source else ""
            return PERSON, message.phrase + by
        case Say():
            return COACH, message.text
        case Chime():
            return COACH, f"(chime: {message.tone.value.replace('_', ' ')})"
        case Ignored():
            return PERSON, f"[{message.text}] ignored: {message.reason}"
        case MicrophoneLost():
            return PERSON, "(the microphone is gone)"
        case MicrophoneBack():
            return PERSON, "(the microphone is back)"
        case SpeakerLost():
            return COACH, "(the speaker is gone)"
        case SpeakerBack():
            return COACH, "(the speaker is back)"
        case Finish():
            return COACH, "(the end)"
        case _:
            return None


def clock(milliseconds: int) -> str:
    """Minutes, seconds and tenths: ``03:07.4``."""
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000 // 100}"


def tell(entries: Iterable[Entry]) -> Iterator[str]:
    """The dialogue without times, one line each: what an expected dialogue file holds."""
    for entry in entries:
        described = describe(entry.message)
        if described is not None:
            yield f"{described[0]}: {described[1]}"


def differences(expected: Sequence[str], actual: Sequence[str]) -> tuple[str, ...]:
    """A unified diff of two dialogues; empty if they are the same."""
    return tuple(difflib.unified_diff(expected, actual, "expected", "this time", lineterm="", n=2))
