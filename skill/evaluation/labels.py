"""What a phrase is counted as: its command, or itself where the run counts words of its own."""

from collections.abc import Iterable

from skill.core.vocabulary import Command, Meaning, Vocabulary

BORROWED = Command.REPEAT
"""The command whose care such words have: an everyday one."""
OWN = "the word "
"""Begins the argument of their meanings, so that no two words mean the same."""


def with_words(vocabulary: Vocabulary, words: Iterable[str]) -> Vocabulary:
    """A vocabulary in which further words are commands of their own.

    Recordings of words that are no commands ("up", "left") can then tell about hits. A word that
    is a phrase of a command already stays that; one that is a decoy is none any more.
    """
    new = {word: Meaning(BORROWED, OWN + word) for word in words if word not in vocabulary.meanings}
    decoys = tuple(phrase for phrase in vocabulary.decoys if phrase not in new)
    return Vocabulary({**vocabulary.meanings, **new}, decoys)


def label(vocabulary: Vocabulary, phrase: str) -> str:
    """A `Command`'s value, or a word of the run's own; empty for what is no phrase."""
    meaning = vocabulary.meanings.get(phrase)
    if meaning is None:
        return ""
    own = meaning.argument is not None and meaning.argument.startswith(OWN)
    return phrase if own else meaning.command.value


def labels(vocabulary: Vocabulary) -> frozenset[str]:
    """Every label that the phrases of a vocabulary have."""
    return frozenset(label(vocabulary, phrase) for phrase in vocabulary.meanings)
