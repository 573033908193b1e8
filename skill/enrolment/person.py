"""What the coach knows about one person's voice, as a plain value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from skill.core.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Person:
    """One person's voice.

    Attributes:
        factor: how many times higher and faster the voice is played to the recogniser
            (`skill.recognition.pitched`).
        spellings: what the recogniser writes when they speak -> the phrase that they said.
    """

    factor: float = 1.0
    spellings: Mapping[str, str] = field(default_factory=dict)

    def vocabulary(self, common: Vocabulary, knows: Callable[[str], bool]) -> Vocabulary:
        """Everybody's vocabulary with this person's spellings as further phrases.

        A spelling is left out if its phrase is gone from the commands file, if it has become a
        phrase itself, or if the recogniser's model lacks a word of it.

        Args:
            common: everybody's.
            knows: whether the model knows a word.
        """
        own = {
            spelling: common.meanings[phrase]
            for spelling, phrase in self.spellings.items()
            if phrase in common.meanings
            and spelling not in common.meanings
            and all(map(knows, spelling.split()))
        }
        decoys = tuple(decoy for decoy in common.decoys if decoy not in own)
        return Vocabulary({**common.meanings, **own}, decoys)


ANYBODY = Person()
"""Somebody of whom nothing is known."""
