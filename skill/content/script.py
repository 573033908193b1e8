"""Reads a rehearsal's script: what a person says, and when relative to the coach."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from skill.content.document import read_document
from skill.content.schema import Strict
from skill.content.shape import fit
from skill.core.vocabulary import Command, Vocabulary, plain
from skill.errors import ContentError

WhenName = Literal["silent", "speaking", "rolling"]
EVERY_COMMAND = "every command"
"""Said in place of words: each command in turn, by the phrase that the coach suggests."""


class LineModel(Strict):
    """One thing the person says."""

    say: Annotated[str, Field(min_length=1, max_length=200)]
    when: WhenName = "silent"
    after_ms: Annotated[int, Field(ge=0, le=600_000)] = 400
    voice: str | None = None


class ScriptFile(Strict):
    """A rehearsal."""

    background: Annotated[int, Field(ge=0, le=3000)] = 8
    lines: Annotated[list[LineModel], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One thing the person says.

    Attributes:
        text: the phrase of a command, or other words as they are written.
        when, after_ms: the moment, as in `skill.rehearsal.Part`.
        voice: who says it, if a certain voice should.
    """

    text: str
    when: WhenName
    after_ms: int
    voice: str | None


@dataclass(frozen=True, slots=True)
class Script:
    """A rehearsal's script.

    Attributes:
        background: root mean square of the room's noise, as int16 samples.
        lines: what is said, in order.
    """

    background: int
    lines: tuple[ScriptLine, ...]


def read_script(path: Path, vocabulary: Vocabulary) -> Script:
    """Read a script.

    Raises:
        ContentError: with every mistake in the file.
    """
    mistakes: list[str] = []
    document = read_document(path, mistakes)
    script = document and fit(document, ScriptFile, mistakes, {"lines": LineModel})
    if not script:
        raise ContentError(mistakes)
    lines = tuple(
        ScriptLine(text, line.when, line.after_ms, line.voice)
        for line in script.lines
        for text in _texts(line.say, vocabulary)
    )
    return Script(script.background, lines)


def _texts(said: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What a line stands for. A command is one however it is written: "Next!"."""
    if said == EVERY_COMMAND:
        return vocabulary.suggestions(Command)
    phrase = plain(said)
    return (phrase if phrase in vocabulary.meanings else said,)
