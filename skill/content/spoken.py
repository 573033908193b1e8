"""Checks of everything the coach says: one short sentence each, and no command among the words.

The coach hears itself through the microphone. A sentence with a live command in it would be
obeyed, so such words come in by a placeholder only, in the lines that teach them.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from skill.content.places import Document, Trail
from skill.content.templates import straight
from skill.core.phrases import COMMAND_PLACEHOLDERS, FRAGMENTS, PHRASES, placeholders
from skill.core.vocabulary import Care, Command
from skill.guessing import nearest

MAX_WORDS = 15
"""More is hard to follow for somebody who lies on a roller; a placeholder counts as one word."""
MAX_BREATH_WORDS = 12
"""At the 150 words a minute of calm speech, five seconds, after which a person takes a breath; a
voice breathes only where there is a mark."""
TEACHING = ("greeting", "help")
"""The only lines that may name stop and pain, which are obeyed even while the coach speaks."""
SENTENCE_FIELDS = frozenset({"intro", "full", "brief", "more", "breath", "ending", "text"})
NAMEABLE = frozenset(COMMAND_PLACEHOLDERS) - {f"say_{Command.EXERCISE}"}
"""Placeholders for commands; an exercise needs its name, which ``{exercise}`` gives."""
PROTECTED = frozenset(
    name for name, command in COMMAND_PLACEHOLDERS.items() if command.care is Care.PROTECTED
)

_WORD = re.compile(r"\{[^{}]*\}|[^\W\d_]+(?:'[^\W\d_]+)*|\d+")
_MARK = re.compile(r"[,;:.!?\u2013\u2014](?!\w)")
_ENDED_INSIDE = re.compile(r"[.!?]\s+\S")
_NAMED = re.compile(r"[*#~<>\\]")
"""As of text that is marked up: "asterisk asterisk gently"."""
_PLAIN_BRACES = re.compile(r"(?:[^{}]|\{[a-z_]+\})*")


def words_of(sentence: str) -> list[str]:
    """Lower-case words as a microphone would hear them; a placeholder stays in its braces."""
    return _WORD.findall(straight(sentence.lower()))


def held(words: Sequence[str], commands: Collection[str]) -> list[str]:
    """The commands that occur as consecutive words, without those inside a longer one."""
    heard = f" {' '.join(words)} "
    # Hundreds of commands for each sentence, nearly none of which is in it even as letters.
    inside = [command for command in commands if command in heard]
    found = [f" {command} " for command in inside if f" {command} " in heard]
    return [
        command.strip()
        for command in found
        if not any(command in longer and command != longer for longer in found)
    ]


def check_routine(document: Document, commands: Collection[str], mistakes: list[str]) -> None:
    """Check every sentence and title of a routine."""
    checks = _Checks(document, commands, mistakes)
    for trail, text in _texts(document, ()):
        name = _field(trail)
        if name == "title":
            checks.title(trail, text)
        elif name in SENTENCE_FIELDS:
            checks.sentence(trail, text)
            checks.no_braces(trail, text)


def check_phrases(document: Document, commands: Collection[str], mistakes: list[str]) -> None:
    """Check every line of a phrases file."""
    checks = _Checks(document, commands, mistakes)
    for line in document.entries(("lines",)):
        name = str(line[-1])
        if name not in PHRASES:
            continue
        texts = list(_texts(document, line))
        for trail, text in texts:
            checks.placeholders(trail, text, name)
            if name in FRAGMENTS:
                checks.words(trail, text)
            else:
                checks.sentence(trail, text)
        if name in FRAGMENTS and len(texts) > 1:
            checks.add(line, "this is a piece of a sentence", "write one entry only")


def _field(trail: Trail) -> str:
    names = [key for key in trail if isinstance(key, str)]
    return names[-1] if names else ""


def _texts(document: Document, below: Trail) -> Iterator[tuple[Trail, str]]:
    value = document.at(below)
    if value and isinstance(value, str):
        yield below, value
    for trail in document.entries(below):
        yield from _texts(document, trail)


@dataclass(frozen=True, slots=True)
class _Checks:
    document: Document
    commands: Collection[str]
    mistakes: list[str]

    def add(self, trail: Trail, problem: str, remedy: str) -> None:
        self.mistakes.append(self.document.mistake(trail, problem, remedy))

    def sentence(self, trail: Trail, text: str) -> None:
        if not text.rstrip().endswith((".", "!", "?")):
            self.add(trail, f'"{text}" does not end like a sentence', self._ending_of(trail))
        if _ENDED_INSIDE.search(text):
            self.add(trail, f'"{text}" is more than one sentence', "make each its own entry")
        self.words(trail, text)

    def _ending_of(self, trail: Trail) -> str:
        """What a sentence lacks that has no end: in a list in [ ] each comma ends an entry."""
        last = trail[-1]
        rest = self.document.at((*trail[:-1], last + 1)) if isinstance(last, int) else None
        if isinstance(rest, str) and rest[:1].islower():
            return "if a comma in [ ] has cut it, put the whole sentence in quotes"
        return "add a full stop"

    def words(self, trail: Trail, text: str, *, may_hold: Collection[str] = ()) -> None:
        words = words_of(text)
        if not text.isprintable():
            problem = f'"{text}" has a line break or a character that cannot be spoken'
            self.add(trail, problem, "write it as plain text in one line")
        if mark := _NAMED.search(text):
            problem = f'"{text}" has a {mark[0]}, which voices read by its name'
            self.add(trail, problem, "leave it out, or write a word")
        if not words:
            self.add(trail, f'"{text}" has no words', "write some or remove it")
        if len(words) > MAX_WORDS:
            self.add(
                trail,
                f'"{text}" has {len(words)} words, more than the {MAX_WORDS} people can follow',
                "split or shorten it",
            )
        elif (longest := max(len(words_of(part)) for part in _MARK.split(text))) > MAX_BREATH_WORDS:
            self.add(
                trail,
                f'"{text}" has {longest} words in one breath, more than {MAX_BREATH_WORDS}',
                "put a comma where you would breathe",
            )
        for command in held(words, self.commands):
            if command in may_hold:
                continue
            self.add(
                trail,
                f'"{text}" holds the command "{command}", which the coach would hear itself say',
                "say it in other words",
            )

    def title(self, trail: Trail, text: str) -> None:
        if text.rstrip().endswith((".", "!", "?")):
            self.add(trail, f'the title "{text}" ends like a sentence', "remove the last mark")
        self.no_braces(trail, text)
        # An exercise's title is how people learn what to ask for, so it may be its own name.
        names = map(self.document.at, self.document.entries((*trail[:-1], "called")))
        own = {straight(name) for name in names if isinstance(name, str)}
        self.words(trail, text, may_hold=own)

    def no_braces(self, trail: Trail, text: str) -> None:
        if "{" in text or "}" in text:
            self.add(trail, f'nothing is filled in here, but "{text}" has braces', "remove them")

    def placeholders(self, trail: Trail, text: str, line: str) -> None:
        if not _PLAIN_BRACES.fullmatch(text):
            self.add(trail, f'the braces in "{text}" hold no plain name', "write {name}")
            return
        used = placeholders(text)
        filled = {*PHRASES[line], *NAMEABLE}
        for name in sorted(used - filled):
            names = ", ".join(f"{{{known}}}" for known in sorted(PHRASES[line]))
            remedy = nearest(name, filled) or (f"use {names}" if names else "remove it")
            self.add(trail, f'nobody fills "{{{name}}}" in this line', remedy)
        for name in sorted(used & PROTECTED) if line not in TEACHING else ():
            self.add(
                trail,
                f'"{{{name}}}" is obeyed even while the coach speaks, '
                f"so only {' and '.join(TEACHING)} may name it",
                "say it in other words",
            )
