"""What a recogniser believes it is hearing, or has heard."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and when in the session it was said."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an utterance.

    Attributes:
        text: lower-case words with single spaces between, ``[unk]`` for anything outside the
            grammar.
        start_ms, end_ms: where its first word begins and its last one ends, in the session.
        share: its posterior probability, 0 to 1, among all that the recogniser considered. A closed
            grammar makes 1.0 of any speech (vosk-api #741), so a high share alone proves nothing.
        words: one by one, where the recogniser tells.
    """

    text: str
    start_ms: int
    end_ms: int
    share: float
    words: tuple[Word, ...] = ()

    @classmethod
    def of(cls, words: Iterable[Word], share: float) -> "Reading":
        """The one that these words make; there must be one."""
        said = tuple(words)
        text = " ".join(word.text for word in said)
        return cls(text, said[0].start_ms, said[-1].end_ms, share, said)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The readings of one utterance.

    Attributes:
        readings: the likeliest first; empty when nothing is heard; a partial has one.
        final: False for a partial, which may still change; True once the utterance is over.
    """

    readings: tuple[Reading, ...]
    final: bool

    @property
    def text(self) -> str:
        """The likeliest reading's words."""
        return self.readings[0].text if self.readings else ""

    def without(self, strange: Callable[[Word], bool]) -> "Hypothesis":
        """One without the words that are somebody else's; if there are no others, as it is."""
        readings = [_without(reading, strange) for reading in self.readings]
        left = tuple(reading for reading in readings if reading is not None)
        return replace(self, readings=left) if left else self


def _without(reading: Reading, strange: Callable[[Word], bool]) -> Reading | None:
    if not reading.words:
        return reading
    words = [word for word in reading.words if not strange(word)]
    return Reading.of(words, reading.share) if words else None
