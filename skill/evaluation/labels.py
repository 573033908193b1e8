"""What a phrase is counted as: its command, with the exercise that it names, or itself where the
run counts words of its own.
"""

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
    """A `Command`'s value, followed by the exercise's id where the phrase names one: who asked for
    another is not served. Or a word of the run's own; empty for what is no phrase.
    """
    meaning = vocabulary.meanings.get(phrase)
    if meaning is None:
        return ""
    if meaning.argument is None:
        return meaning.command.value
    own = meaning.argument.startswith(OWN)
    return phrase if own else f"{meaning.command.value} {meaning.argument}"


def is_meant(acted_on: str, expected: str) -> bool:
    """Whether a label is what was expected; where no exercise is named, any is."""
    any_exercise = expected == Command.EXERCISE and acted_on.startswith(f"{Command.EXERCISE} ")
    return acted_on == expected or any_exercise


def labels(vocabulary: Vocabulary) -> frozenset[str]:
    """Every label that may be expected of a vocabulary."""
    found = frozenset(label(vocabulary, phrase) for phrase in vocabulary.meanings)
    asked = any(is_meant(one, Command.EXERCISE) for one in found)
    return found | {Command.EXERCISE.value} if asked else found
