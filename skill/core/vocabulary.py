"""What a person can say: phrases and the commands they mean."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['\u2018\u2019\u02bc](?=[^\W\d_])")
"""Phones and word processors write curved ones."""


class Care(StrEnum):
    """What a mistake about a command costs, and so how sure the listener must be."""

    PROTECTED = "protected"
    """Missing it is worse than doing it for nothing: stop, pain."""
    LIGHT = "light"
    """Doing it for nothing is mended with one word."""
    COSTLY = "costly"
    """Doing it for nothing loses the person's place or ends the session."""


class Command(StrEnum):
    """Everything a person can tell the coach, in the order of the table."""

    START = "start"
    NEXT = "next"
    BACK = "back"
    REPEAT = "repeat"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    PAIN = "pain"
    SKIP = "skip"
    START_OVER = "start_over"
    EXERCISE = "exercise"
    MORE_TIME = "more_time"
    TELL_MORE = "tell_more"
    WHERE = "where"
    HOW_LONG = "how_long"
    HELP = "help"
    CHECK = "check"
    SAY_LESS = "say_less"
    SAY_MORE = "say_more"
    SLOWER = "slower"
    FASTER = "faster"
    QUIETER = "quieter"
    LOUDER = "louder"
    UNDO = "undo"
    WRONG = "wrong"
    YES = "yes"
    NO = "no"
    GOODBYE = "goodbye"

    @property
    def care(self) -> Care:
        """How sure the listener must be."""
        return CARE.get(self, Care.LIGHT)


SPLICED = 3
"""So many words, at most, has what is spliced out of two protected phrases: "my back halt"."""

CARE: Mapping[Command, Care] = {
    Command.STOP: Care.PROTECTED,
    Command.PAIN: Care.PROTECTED,
    Command.SKIP: Care.COSTLY,
    Command.START_OVER: Care.COSTLY,
    Command.EXERCISE: Care.COSTLY,
    Command.GOODBYE: Care.COSTLY,
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase asks for.

    Attributes:
        command: which command.
        argument: the exercise's id, where its name is in the phrase; otherwise None.
    """

    command: Command
    argument: str | None = None


@dataclass(frozen=True)
class Vocabulary:
    """Phrases and what they mean.

    Attributes:
        meanings: lower-case phrase -> meaning. The first phrase of a meaning is the one the coach
            itself suggests.
        decoys: phrases that sound like commands but mean nothing; they catch other speech.
    """

    meanings: Mapping[str, Meaning]
    decoys: tuple[str, ...] = ()

    @cached_property
    def grammar(self) -> tuple[str, ...]:
        """Every phrase a recogniser must know: commands, then decoys."""
        return (*self.meanings, *self.decoys)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every single word of the grammar."""
        return frozenset(word for phrase in self.grammar for word in phrase.split())

    @cached_property
    def _openings(self) -> frozenset[str]:
        return frozenset(
            opening
            for phrase in self.grammar
            for opening in _openings(phrase)
            if opening in self.meanings and self.meanings[opening] != self.meanings.get(phrase)
        )

    @cached_property
    def _names(self) -> Mapping[Meaning, str]:
        """The first phrase of each meaning."""
        return {meaning: phrase for phrase, meaning in reversed(tuple(self.meanings.items()))}

    @cached_property
    def _outcries(self) -> Mapping[str, Command]:
        """The protected phrases."""
        each = self.meanings.items()
        return {text: one.command for text, one in each if one.command.care is Care.PROTECTED}

    @cached_property
    def _begins(self) -> Mapping[str, Command]:
        """How protected phrases of several words begin, but for what is a phrase by itself."""
        begins = {text.split()[0]: one for text, one in self._outcries.items() if " " in text}
        return {word: one for word, one in begins.items() if word not in self.meanings}

    @cached_property
    def _ends(self) -> frozenset[str]:
        """How protected phrases end, but for words that other phrases have."""
        foreign = [text for text in self.grammar if text not in self._outcries]
        others = {word for text in foreign for word in text.split()}
        return frozenset(text.split()[-1] for text in self._outcries) - others

    @cached_property
    def _cried(self) -> frozenset[str]:
        """Every word of protected phrases."""
        return frozenset(word for text in self._outcries for word in text.split())

    def outcry(self, text: str) -> Command | None:
        """The protected command that words come to: they are a phrase of it, or nearly.

        Vosk makes a bigram of the phrases, so "I'm hurt" may come out as "I'm halt". What begins as
        one protected phrase and ends as another is hardly anything else.
        """
        if text in self.meanings or text in self.decoys:
            return self._outcries.get(text)
        first, *others = text.split()
        cried = 0 < len(others) < SPLICED and self._cried.issuperset(others)
        return self._begins.get(first) if cried and others[-1] in self._ends else None

    def is_opening(self, phrase: str) -> bool:
        """Whether a longer phrase that means something else begins with this one.

        Such a phrase is worth waiting for. "Next" need not wait for "next step": the rest of it,
        alone, is no phrase.
        """
        return phrase in self._openings

    def ending(self, words: Sequence[str]) -> str:
        """The longest phrase that words end with; empty if they end with none."""
        endings = (" ".join(words[at:]) for at in range(len(words)))
        return next((ending for ending in endings if ending in self.meanings), "")

    def suggest(self, command: Command, argument: str | None = None) -> str:
        """The phrase by which the coach itself names a command.

        Raises:
            KeyError: if the vocabulary has no phrase for it.
        """
        return self._names[Meaning(command, argument)]

    def suggestions(self, commands: Iterable[Command]) -> tuple[str, ...]:
        """The phrase for each of these commands that has one without an argument."""
        names = self._names
        wanted = (Meaning(command) for command in commands)
        return tuple(names[meaning] for meaning in wanted if meaning in names)


def _openings(phrase: str) -> Iterator[str]:
    words = phrase.split()
    return (" ".join(words[:count]) for count in range(1, len(words)))


def contains(sentence: str, phrase: str) -> bool:
    """Whether a sentence contains the words of a phrase, in order and side by side."""
    return f" {plain(phrase)} " in f" {plain(sentence)} "


def plain(text: str) -> str:
    """Lower-case words with single spaces; apostrophes in words stay, other punctuation goes."""
    words = _APOSTROPHE.split(unicodedata.normalize("NFC", text).lower())
    kept = ("".join(c if c.isalnum() else " " for c in part) for part in words)
    return " ".join("'".join(kept).split())
