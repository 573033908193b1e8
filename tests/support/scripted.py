"""A recogniser that says what it was told to: for tests of what comes after one."""

from collections.abc import Sequence
from dataclasses import dataclass

from skill.core.hypothesis import Hypothesis, Reading
from skill.ports import RATE, Block


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase that is heard at a given time.

    Attributes:
        start_ms, end_ms: when it is spoken.
        text: its words.
        confidence: share of this reading.
    """

    start_ms: int
    end_ms: int
    text: str
    confidence: float = 1.0


class ScriptedRecognizer:
    """Reports each cue as a partial while it is spoken, and as final when flushed or `endpoint_ms`
    after its end.

    Args:
        cues: in order of time.
        endpoint_ms: silence after which an utterance ends by itself.
    """

    def __init__(self, cues: Sequence[Cue], endpoint_ms: int = 500) -> None:
        self._cues = list(cues)
        self._endpoint_ms = endpoint_ms
        self._partial = ""

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        """Hear one block: only its position matters."""
        now = block.end_frame * 1000 // RATE
        if not self._cues or now < self._cues[0].end_ms:
            return ()
        cue = self._cues[0]
        changed = self._partial != cue.text
        self._partial = cue.text
        if now >= cue.end_ms + self._endpoint_ms:
            return (self.flush(),)
        return (Hypothesis(self._readings(cue), final=False),) if changed else ()

    def flush(self) -> Hypothesis:
        """End the utterance now."""
        if not self._partial:
            return Hypothesis((), final=True)
        self._partial = ""
        return Hypothesis(self._readings(self._cues.pop(0)), final=True)

    def recycle(self) -> None:
        """Nothing piles up here."""

    @staticmethod
    def _readings(cue: Cue) -> tuple[Reading, ...]:
        return (Reading(cue.text, cue.start_ms, cue.end_ms, cue.confidence),)
