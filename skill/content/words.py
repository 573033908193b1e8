"""What the companion page shows and what prompts outside a session say, as data of a language."""

from collections.abc import Mapping
from pathlib import Path

from skill.content.document import read_document
from skill.content.labels import PAGE, PROMPTS
from skill.content.places import Document
from skill.content.schema import WordsFile
from skill.content.shape import fit
from skill.core.phrases import placeholders
from skill.errors import ContentError


class Words:
    """Words by name.

    Attributes:
        language: two letters.
        page: names in `PAGE`.
        drawings: what each drawing shows, by its name; where there is nothing, what it says itself.
        prompts: names in `PROMPTS`.
    """

    def __init__(self, file: WordsFile) -> None:
        self.language = file.language
        self.page: Mapping[str, str] = dict(file.page)
        self.drawings: Mapping[str, str] = file.drawings
        self.prompts: Mapping[str, str] = dict(file.prompts)


def read_words(path: Path) -> Words:
    """Read a file of words.

    Raises:
        ContentError: with every mistake in it.
    """
    mistakes: list[str] = []
    document = read_document(path, mistakes)
    file = document and fit(document, WordsFile, mistakes)
    if document:
        for part, names in (("page", PAGE), ("prompts", PROMPTS)):
            _check_names(document, part, names, mistakes)
    if mistakes or not file:
        raise ContentError(mistakes)
    return Words(file)


def _check_names(
    document: Document, part: str, names: Mapping[str, frozenset[str]], mistakes: list[str]
) -> None:
    for name, filled in names.items():
        text = document.at((part, name))
        if not isinstance(text, str):
            continue
        try:
            used = placeholders(text)
        except ValueError:
            used = frozenset({"?"})
        if used != filled:
            wanted = " and ".join(f"{{{one}}}" for one in sorted(filled)) or "no braces"
            problem = f'"{text}" must hold {wanted}'
            mistakes.append(document.mistake((part, name), problem, "write just these"))
