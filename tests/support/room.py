"""A whole session without models: real loop, real narrator, scripted recogniser and voice."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from skill.audio.timeline import TimelineSpeaker
from skill.core.coach import Coach
from skill.core.listener import Listener
from skill.core.messages import Effect, Event, Say, Tone
from skill.ears import Ears
from skill.errors import VoiceError
from skill.journal import Entry
from skill.ports import Block, BlockKind, Clip
from skill.session import Session
from skill.speech.narrator import Inline, Narrator
from tests.support.book import BOOK, VOCABULARY
from tests.support.scripted import Cue, ScriptedRecognizer

RATE = 16_000
BLOCK = 800


class Beeps:
    """A voice whose every line is a second of quiet tone; "unspeakable" cannot be said."""

    identity = "beeps"

    def render(self, text: str, pace: int) -> Clip:
        if "unspeakable" in text:
            raise VoiceError(f'"{text}" cannot be spoken.', "Change it.")
        return Clip(np.full(RATE * 100 // pace, 0.1, np.float32), RATE)


class CueDetector:
    """Hears a voice exactly while a cue lasts."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._cues = cues

    def feed(self, block: Block) -> Sequence[float]:
        times = range(block.start_frame // 16, block.end_frame // 16, 10)
        return [float(any(cue.start_ms <= at < cue.end_ms for cue in self._cues)) for at in times]


class Blocks:
    """A source of silence: `kinds` says what each stretch of seconds is worth."""

    rate = RATE

    def __init__(self, *kinds: tuple[float, BlockKind], frames: int = BLOCK) -> None:
        self._kinds = kinds
        self._frames = frames

    def blocks(self) -> Iterator[Block]:
        start = 0
        for seconds, kind in (*self._kinds, (3600.0, BlockKind.ENDED)):
            for _ in range(round(seconds * RATE / self._frames)):
                yield Block(start, np.zeros(self._frames, np.int16), kind)
                start += self._frames


class Witness:
    """Keeps all messages."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def message(self, at: int, message: Event | Effect) -> None:
        self.entries.append(Entry(at, message))

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        pass

    @property
    def said(self) -> list[str]:
        return [entry.message.text for entry in self.entries if isinstance(entry.message, Say)]


def tone(_tone: Tone) -> Clip:
    return Clip(np.full(RATE // 5, 0.1, np.float32), RATE)


def session(
    *cues: Cue, source: Blocks | None = None, seconds: float = 60, folder: Path | None = None
) -> tuple[Session, Witness]:
    """A session in which the cues are spoken, and somebody who watches it."""
    witness = Witness()
    ears = Ears(ScriptedRecognizer(cues), CueDetector(cues), Listener(VOCABULARY))
    narrator = Narrator(Beeps(), TimelineSpeaker(RATE), tone, Inline(), ahead=False)
    blocks = source or Blocks((seconds, BlockKind.HEARD))
    return Session(blocks, ears, narrator, Coach(BOOK), (witness,)), witness
