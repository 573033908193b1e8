"""Turns a commands file into a vocabulary: phrases, what they mean, and where each is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from skill.content.places import Document, Trail, sentence
from skill.content.schema import DECOY
from skill.content.templates import TemplateError, expand, is_phrase, straight, uses_slot
from skill.core.vocabulary import Command, Meaning, Vocabulary

MAX_PHRASE_WORDS = 6
"""A longer order is not said the same way twice."""
WITH_EXERCISE = frozenset({Command.START.value, Command.EXERCISE.value})
"""The commands that may name an exercise."""
MAX_PHRASES = 2000
"""Ten times the built-in vocabulary; a recogniser's grammar has to stay small."""


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """What was read of a commands file, as far as it could be.

    Attributes:
        meanings: phrase -> meaning; None for a decoy.
        origins: phrase -> file, place and line where it is written.
    """

    meanings: dict[str, Meaning | None] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def commands(self) -> list[str]:
        """The phrases that are obeyed."""
        return [phrase for phrase, meaning in self.meanings.items() if meaning is not None]

    def vocabulary(self) -> Vocabulary:
        """The same as the core wants it."""
        return Vocabulary(
            {phrase: meaning for phrase, meaning in self.meanings.items() if meaning is not None},
            tuple(phrase for phrase, meaning in self.meanings.items() if meaning is None),
        )


def read_phrases(
    document: Document, called: Mapping[str, Mapping[str, str]], mistakes: list[str]
) -> Phrasebook:
    """Expand every template of a commands file.

    Args:
        document: the commands file.
        called: an exercise's id -> what people call it -> where that is written.
        mistakes: gets a sentence for each thing that is wrong.
    """
    book = Phrasebook()
    rules = {
        str(trail[-1]): straight(rule)
        for trail in document.entries(("expansion_rules",))
        if isinstance(rule := document.at(trail), str)
    }
    for trail, intent, template in _templates(document):
        try:
            phrases = _meant(intent, template, rules, called)
        except TemplateError as error:
            mistakes.append(document.mistake(trail, error.problem, error.remedy))
            continue
        if len(book.meanings) + len(phrases) > MAX_PHRASES:
            problem = f"here the phrases become more than {MAX_PHRASES}"
            mistakes.append(document.mistake(trail, problem, "use fewer or shorter sentences"))
            break
        for phrase, meaning, named in phrases:
            origin = named or document.place(trail)
            wrong = _add(book, origin, phrase, meaning)
            if wrong:
                mistakes.append(sentence(origin, *wrong))
    if set(book.meanings.values()) & {Meaning(Command.START, identity) for identity in called}:
        _check_plain_start(document, book, mistakes)
    return book


def _check_plain_start(document: Document, book: Phrasebook, mistakes: list[str]) -> None:
    if Meaning(Command.START) not in book.meanings.values():
        problem = "every sentence names an exercise, so nobody can simply start"
        mistakes.append(
            document.mistake(("intents", "start"), problem, "add one without {exercise}")
        )


def _templates(document: Document) -> Iterator[tuple[Trail, str, str]]:
    """Trail, intent and text of every sentence below a known intent."""
    for intent in document.entries(("intents",)):
        if intent[-1] not in {*Command, DECOY}:
            continue
        for block in document.entries((*intent, "data")):
            for trail in document.entries((*block, "sentences")):
                text = document.at(trail)
                if isinstance(text, str):
                    yield trail, str(intent[-1]), straight(text)


def _meant(
    intent: str, template: str, rules: Mapping[str, str], called: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, Meaning | None, str]]:
    """Every phrase of a template, with its meaning, and where its exercise is named, if it has one.

    Raises:
        TemplateError: if it cannot be expanded, or names an exercise where that has no sense.
    """
    with_slot = uses_slot(template, rules)
    if with_slot and intent not in WITH_EXERCISE:
        raise TemplateError(
            f"{intent} takes no exercise",
            f"use {{exercise}} only in {' and '.join(sorted(WITH_EXERCISE))}",
        )
    if intent == Command.EXERCISE and not with_slot:
        raise TemplateError(f'"{template}" names no exercise', "put {exercise} into it")
    if not with_slot:
        meaning = None if intent == DECOY else Meaning(Command(intent))
        return [(phrase, meaning, "") for phrase in expand(template, rules, ())]
    return [
        (phrase, Meaning(Command(intent), identity), place)
        for identity, names in called.items()
        for name, place in names.items()
        for phrase in expand(template, rules, (name,))
    ]


def _add(
    book: Phrasebook, origin: str, phrase: str, meaning: Meaning | None
) -> tuple[str, str] | None:
    """Keep a phrase, or return what is wrong with it and what to do."""
    if not phrase:
        return "the sentence can be empty", "leave one word outside the brackets"
    if not is_phrase(phrase):
        return f'"{phrase}" is not lower-case words', "use lower-case letters and apostrophes only"
    if len(phrase.split()) > MAX_PHRASE_WORDS:
        return f'"{phrase}" has more than {MAX_PHRASE_WORDS} words', "shorten it"
    if phrase in book.meanings and book.meanings[phrase] != meaning:
        other = book.meanings[phrase]
        owner = DECOY if other is None else other.command.value
        return f'"{phrase}" is already a phrase of {owner} in {book.origins[phrase]}', "keep one"
    book.meanings.setdefault(phrase, meaning)
    book.origins.setdefault(phrase, origin)
    return None
