"""Loads a routine, phrases and commands, or reports every mistake in all three at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from skill.content.commands import Phrasebook, read_phrases
from skill.content.document import read_document
from skill.content.places import Document
from skill.content.routine import build_routine, called_names, check_order
from skill.content.schema import CommandsFile, PhrasesFile, RoutineFile
from skill.content.shape import fit
from skill.content.spoken import check_phrases, check_routine
from skill.core.phrases import PHRASES as NAMES
from skill.core.phrases import Pauses, Phrases
from skill.core.routine import Routine
from skill.core.vocabulary import Vocabulary
from skill.errors import ContentError
from skill.languages import DATA, languages

ROUTINE = DATA / "routines/back.yaml"
PHRASES = DATA / "phrases/en.yaml"
COMMANDS = DATA / "commands/en.yaml"


@dataclass(frozen=True, slots=True)
class Content:
    """Everything the coach works from, complete and checked.

    Attributes:
        routine, phrases, vocabulary: for the core.
        origins: phrase of the vocabulary -> file, place and line where it is written.
    """

    routine: Routine
    phrases: Phrases
    vocabulary: Vocabulary
    origins: Mapping[str, str] = field(default_factory=dict)


def load_content(
    routine: Path = ROUTINE, phrases: Path = PHRASES, commands: Path = COMMANDS
) -> Content:
    """Read and check three content files.

    Raises:
        ContentError: with every mistake of all three files.
    """
    mistakes: list[str] = []
    routine_document = read_document(routine, mistakes)
    phrases_document = read_document(phrases, mistakes)
    commands_document = read_document(commands, mistakes)
    routine_file = routine_document and fit(routine_document, RoutineFile, mistakes)
    phrases_file = phrases_document and fit(phrases_document, PhrasesFile, mistakes)
    commands_file = commands_document and fit(commands_document, CommandsFile, mistakes)

    called = called_names(routine_document, mistakes) if routine_document else {}
    book = Phrasebook()
    if commands_document:
        book = read_phrases(commands_document, called, mistakes)
    if routine_document:
        check_routine(routine_document, book.commands(), mistakes)
        check_order(routine_document, mistakes)
    if phrases_document:
        check_phrases(phrases_document, book.commands(), mistakes)
    _check_languages((routine_document, phrases_document, commands_document), mistakes)

    if mistakes or not (routine_file and phrases_file and commands_file):
        raise ContentError(list(dict.fromkeys(mistakes)))
    lines = {name: tuple(getattr(phrases_file.lines, name)) for name in NAMES}
    spoken = Phrases(lines, Pauses(**phrases_file.pauses_ms.model_dump()))
    return Content(build_routine(routine_file), spoken, book.vocabulary(), book.origins)


def _check_languages(documents: tuple[Document | None, ...], mistakes: list[str]) -> None:
    """The routine's language is the session's."""
    routine, *others = documents
    wanted = routine.at(("language",)) if routine else None
    for document in others:
        language = document.at(("language",)) if document else None
        if document and isinstance(wanted, str) and isinstance(language, str):
            if language == wanted:
                continue
            mistakes.append(
                document.mistake(
                    ("language",),
                    f'the language is "{language}", but the routine\'s is "{wanted}"',
                    _of_one_language(routine, document),
                )
            )


def _of_one_language(routine: Document | None, other: Document) -> str:
    """What to do about two files, one of which may be the person's own."""
    remedy = "use files of one language"
    own = [one for one in (routine, other) if one and DATA not in Path(one.file).parents]
    language = own[0].at(("language",)) if len(own) == 1 else None
    if language in languages():
        return f"{remedy}, or those that come with the coach: --language {language}"
    return remedy
