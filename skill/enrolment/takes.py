"""Recordings of known phrases, and whether they can be learnt from."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from skill.audio.pcm import read_pcm, speech_frames
from skill.errors import RecordingError, counted, listed
from skill.guessing import nearest
from skill.ports import RATE, Pcm

ENDINGS = frozenset({".wav", ".flac", ".ogg", ".opus"})
SILENT = 100
"""Peak of int16 samples: nearly 50 dB below full scale, less than any voice in the same room."""
SHORTEST_MS, LONGEST_MS = 120, 8_000
"""The shortest commands ("ow", "no") last some 200 ms; no command lasts 3 s."""
CLIPPED_SHARE = 0.01
"""Of the loud samples, so many at the very limit make a flat top that can be heard."""
FULL_SCALE = 32_700
FEWEST = 8
"""Takes, below which chance decides."""
SHOWN = 8
"""Mistakes told at once."""


@dataclass(frozen=True, slots=True)
class Take:
    """One recording of one phrase.

    Attributes:
        phrase: what is said.
        pcm: int16, shape (frames,), at 16 kHz.
    """

    phrase: str
    pcm: Pcm


def read_takes(folder: Path, phrases: Iterable[str]) -> tuple[Take, ...]:
    """Read a folder of recordings named after their words: ``start rolling.wav``, ``next.2.ogg``.

    What follows the first dot only tells several takes of a phrase apart.

    Args:
        folder: WAV, FLAC, Ogg or Opus files; other files are not looked at.
        phrases: those that may be said.

    Raises:
        RecordingError: with every recording that cannot be used, or if there are too few.
    """
    if not folder.is_dir():
        raise RecordingError(f"There is no folder {folder} of recordings.", "Check --from.")
    known = frozenset(phrases)
    takes: list[Take] = []
    mistakes: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in ENDINGS:
            continue
        # macOS writes an umlaut as two characters.
        name = unicodedata.normalize("NFC", path.name)
        phrase = name.split(".", 1)[0].replace("_", " ").lower().strip()
        if phrase not in known:
            hint = nearest(phrase, sorted(known)) or "name it after a phrase of the commands file"
            mistakes.append(f'{path}: "{phrase}" is no command; {hint}')
            continue
        try:
            take = Take(phrase, read_pcm(path))
        except RecordingError as error:
            mistakes.append(str(error))
            continue
        wrong = flaw(take.pcm)
        if wrong is None:
            takes.append(take)
        else:
            mistakes.append(f"{path} {wrong}")
    if mistakes:
        raise _unusable(mistakes)
    enough(takes, str(folder))
    return tuple(takes)


def enough(takes: Iterable[Take], where: str) -> None:
    """Check that there are enough recordings to learn from.

    Raises:
        RecordingError: if there are not.
    """
    count = len(tuple(takes))
    if count < FEWEST:
        raise RecordingError(
            f"{where} holds {count} usable recordings; chance would decide.",
            f"Record at least {FEWEST} different commands, better all of them.",
        )


def flaw(pcm: Pcm) -> str | None:
    """Why a recording cannot be learnt from, with what to do; None if it can. A constant offset is
    no sound.
    """
    length = len(pcm) * 1000 // RATE
    loud = np.abs(pcm.astype(np.int32))
    offset = round(float(pcm.mean())) if len(pcm) else 0
    peak = int(np.abs(pcm.astype(np.int32) - offset).max(initial=0))
    if peak < SILENT:
        return "is silent; check the microphone's level or mute switch and record it again."
    if length > LONGEST_MS:
        return f"is {length / 1000:.0f} s long; record one command by itself."
    if 10 * int(speech_frames(pcm).sum()) < SHORTEST_MS:
        return f"holds less than {SHORTEST_MS} ms of sound; record the whole command."
    tops = int((loud >= FULL_SCALE).sum())
    if tops > CLIPPED_SHARE * int((loud > peak // 4).sum()):
        return "is clipped: far too loud; turn the microphone down or step back."
    return None


def _unusable(mistakes: list[str]) -> RecordingError:
    count = len(mistakes)
    more = [f"... and {count - SHOWN} more."] if count > SHOWN else []
    return RecordingError(
        f"{counted(count, 'recording')} cannot be used:",
        "Mend or remove these and enrol again.",
        listed((*mistakes[:SHOWN], *more)),
    )
