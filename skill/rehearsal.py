"""A rehearsal: a person who answers the coach, placed relative to what it says.

A fixed recording cannot answer prompts. A rehearsal can: its script says *when* something is said
in terms of the coach ("400 ms after it fell silent", "900 ms into its line", "20 s into the
movement"), and its source mixes the recorded commands in at just that moment.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from skill.core.coach import Coach, Phase
from skill.core.messages import Chime, Effect, Event, Hush, Say, SpeechEnded
from skill.ports import BLOCK, RATE, Block, BlockKind, Pcm

SEED = 20_261_122
"""The background noise is the same in every run."""
PATIENCE_MS = 300_000
"""So long a part waits for its moment, beyond the time that it wants to pass itself."""
ANSWER_MS = 2_500
"""Nobody waits longer than this for an answer before saying the next thing."""


class When(StrEnum):
    """What a line waits for."""

    SILENT = "silent"
    """The coach has answered, or has had time to, and has been silent for so long."""
    SPEAKING = "speaking"
    """The coach has been speaking one line for so long."""
    ROLLING = "rolling"
    """The movement has lasted for so long, and the coach is silent."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the person says.

    Attributes:
        when, after_ms: the moment.
        text: the words, lower case.
        sound: int16, shape (frames,), at 16 kHz.
    """

    when: When
    after_ms: int
    text: str
    sound: Pcm


class RehearsedPerson:
    """An audio source and an observer of the session it takes part in.

    Args:
        parts: what is said, in order; each waits for its moment after the one before is over.
        background: loudness of the room's noise, as a root mean square of int16 samples.

    Attributes:
        said: (start ms, end ms, text) of every part so far, for labels and expectations.
    """

    rate = RATE

    def __init__(self, parts: Sequence[Part], background: float = 8.0) -> None:
        self._parts = list(parts)
        self._noise = np.random.default_rng(SEED)
        self._background = background
        self._playing: Pcm = np.zeros(0, np.int16)
        self._free_since = 0
        self._silent_since = 0
        self._speaking_since: int | None = None
        self._answered = True
        self._coach: Coach | None = None
        self.said: list[tuple[int, int, str]] = []
        self._missed: list[str] = []

    @property
    def missed(self) -> list[str]:
        """Texts whose moment did not come in `PATIENCE_MS`, or before the session ended."""
        return [*self._missed, *(part.text for part in self._parts)]

    # The audio source

    def blocks(self) -> Iterator[Block]:
        """Yield 50 ms at a time; once everything is said, silence marked as the end."""
        start = 0
        while True:
            self._maybe_speak(start * 1000 // RATE)
            over = not self._parts and not len(self._playing)
            pcm = self._room(self._take())
            yield Block(
                start, pcm, BlockKind.ENDED if over and self._settled() else BlockKind.HEARD
            )
            start += BLOCK

    def _settled(self) -> bool:
        coach = self._coach
        return coach is None or (coach.speaking is None and not coach.queue)

    def _take(self) -> Pcm:
        sound, self._playing = self._playing[:BLOCK], self._playing[BLOCK:]
        return np.pad(sound, (0, BLOCK - len(sound)))

    def _room(self, sound: Pcm) -> Pcm:
        noise = self._noise.normal(0.0, self._background, BLOCK)
        return np.clip(sound + noise, -32768, 32767).astype(np.int16)

    def _maybe_speak(self, now: int) -> None:
        if len(self._playing) or not self._parts:
            return
        part = self._parts[0]
        if self._due(part, now):
            self._playing = part.sound
            end = now + len(part.sound) * 1000 // RATE
            self.said.append((now, end, part.text))
        elif now - self._free_since < PATIENCE_MS + part.after_ms:
            return
        else:
            self._missed.append(part.text)
            end = now
        self._free_since = self._silent_since = end
        self._answered = False
        self._parts.pop(0)

    def _due(self, part: Part, now: int) -> bool:
        coach = self._coach
        if coach is None or now < self._free_since:
            return False
        silent = coach.speaking is None and not coach.queue
        checks: dict[When, Callable[[], bool]] = {
            When.SILENT: lambda: (
                silent
                and (self._answered or now - self._free_since >= ANSWER_MS)
                and now - self._silent_since >= part.after_ms
            ),
            When.SPEAKING: lambda: (
                self._speaking_since is not None and now - self._speaking_since >= part.after_ms
            ),
            When.ROLLING: lambda: (
                silent and coach.phase is Phase.ROLLING and coach.rolled(now) >= part.after_ms
            ),
        }
        return checks[part.when]()

    # The observer

    def message(self, at: int, message: Event | Effect) -> None:
        """Notice when the coach begins and ends to speak."""
        match message:
            case Say():
                self._speaking_since = at + message.pause_ms
                self._answered = True
            case Chime():
                self._speaking_since = None
                self._answered = True
            case Hush() | SpeechEnded():
                self._speaking_since = None
                self._silent_since = max(self._silent_since, at)
            case _:
                pass

    def block(self, _block: Block, coach: Coach, _partial: str) -> None:
        """Notice how the coach stands."""
        self._coach = coach
