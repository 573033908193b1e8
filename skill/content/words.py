"""What the companion page shows and what prompts outside a session say, as data of a language."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, create_model

from skill.content.document import read_document
from skill.content.places import Document
from skill.content.schema import Language, Strict
from skill.content.shape import fit
from skill.core.phrases import placeholders
from skill.errors import ContentError

PAGE: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("name", "position", "now", "commands", "also"), frozenset[str]()),
    **dict.fromkeys(("dialogue", "sessions", "no_script", "written"), frozenset[str]()),
    **dict.fromkeys(("asleep", "setting_up", "rolling", "paused", "hurt"), frozenset[str]()),
    **dict.fromkeys(("done", "getting_ready", "connected", "connecting"), frozenset[str]()),
    **dict.fromkeys(("over", "deaf", "mute", "not_sent"), frozenset[str]()),
    "step": frozenset({"number", "total"}),
    **dict.fromkeys(("you_said", "hearing", "unheard", "left"), frozenset({"words"})),
    "past": frozenset({"week", "week_minutes", "streak"}),
    "days": frozenset({"days"}),
}
"""Everything on the page that does not come from the coach -> what is filled in."""
PROMPTS: Mapping[str, frozenset[str]] = {
    "say": frozenset({"phrase"}),
    "silence": frozenset(),
    "enrol": frozenset(),
}
"""Everything that is said outside a session -> what is filled in."""

Label = Annotated[str, Field(min_length=1, max_length=400)]


def _fields(names: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    return {
        name: (Label, Field(description=f"Filled in: {', '.join(sorted(filled)) or 'nothing'}."))
        for name, filled in names.items()
    }


PageModel = create_model("PageModel", __base__=Strict, __doc__="The page.", **_fields(PAGE))
PromptsModel = create_model("PromptsModel", __base__=Strict, __doc__="Prompts.", **_fields(PROMPTS))


class WordsFile(Strict):
    """The page's words, and the prompts of tests."""

    language: Language
    page: PageModel  # type: ignore[valid-type]  # made from PAGE
    drawings: dict[str, Label] = Field(
        default={}, description='What a drawing shows, by its name "exercise.step".'
    )
    prompts: PromptsModel  # type: ignore[valid-type]  # made from PROMPTS


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
