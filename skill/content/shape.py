"""Compares a document with its model and says every difference in a sentence of our own."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from textwrap import shorten
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from skill.content.places import Document, Trail
from skill.content.schema import BELOW, IntentModel
from skill.guessing import did_you_mean

Model = TypeVar("Model", bound=BaseModel)

SHOWN_NAMES = 8
"""More known names are not listed."""
SHOWN_TEXT = 40
"""Characters of a wrong value: enough to find it."""

MAPPING = ("a mapping", "write names with a colon and their values")
WANTED = {
    "string_type": ("text", "write words, in quotes if need be"),
    "int_type": ("a whole number", "write digits without quotes"),
    "list_type": ("a list", "begin each entry with a dash"),
    "dict_type": MAPPING,
    "model_type": MAPPING,
    "greater_than_equal": ("at least {ge}", "write a larger number"),
    "less_than_equal": ("at most {le}", "write a smaller number"),
    "string_too_long": ("at most {max_length} characters long", "shorten it"),
    "string_too_short": ("text", "write something or remove it"),
    "literal_error": ("{expected}", "write one of these"),
    "language": ("two lower-case letters", 'write "en" for English'),
    "id": ("lower-case letters, digits, - and _", 'write something like "side-to-side"'),
}
"""Pydantic's kind of error -> what the value must be, and the remedy."""
ENTRIES = {
    "missing": ("it is missing", "add it"),
    "too_short": ("the list is empty", "add an entry"),
    "called": ("nobody can ask for this exercise without a name", "add one"),
    "too_long": ("the list has more than {max_length} entries", "remove some"),
}
"""Pydantic's kind of error -> problem and remedy, where there is no single value to show."""


Below = Mapping[str, type[BaseModel]]


def fit(
    document: Document, model: type[Model], mistakes: list[str], below: Below = BELOW
) -> Model | None:
    """Make a model of a document, or None after adding a sentence for each difference.

    Args:
        document: what was read.
        model: what it must be.
        mistakes: grows by the differences.
        below: which model describes what stands below a key.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        mistakes.extend(_sentences(document, model, error.errors(include_url=False), below))
        return None


def _sentences(
    document: Document,
    model: type[BaseModel],
    errors: Iterable[Mapping[str, Any]],
    below: Below,
) -> list[str]:
    found = [(error, _trail(document, error["loc"])) for error in errors]
    missing = {trail for error, trail in found if error["type"] == "missing"}
    misspelt: dict[Trail, str] = {}
    for error, trail in found:
        if error["type"] == "extra_forbidden":
            hint, meant = _meant(model, trail, missing, below)
            misspelt[trail] = hint
            missing -= {meant}
    return [
        document.mistake(trail, "unknown name", misspelt[trail])
        if trail in misspelt
        else document.mistake(trail, *_explained(document, error, trail))
        for error, trail in found
        if error["type"] != "missing" or trail in missing
    ]


def _meant(
    model: type[BaseModel], trail: Trail, missing: set[Trail], below: Below
) -> tuple[str, Trail]:
    """A remedy for an unknown name, and the missing field that it must have been meant for."""
    name, inside = str(trail[-1]), trail[:-1]
    above = [key for key in inside if isinstance(key, str)]
    owner = model if not above else below.get(above[-1])
    known = list(owner.model_fields) if owner else list(IntentModel.model_fields)
    absent = [field for field in known if (*inside, field) in missing]
    for fields in (absent, known):
        near = get_close_matches(name, fields, n=1)
        if near:
            return did_you_mean(near), (*inside, near[0])
    if len(known) > SHOWN_NAMES:
        return "remove it", ()
    return f"remove it or use one of {', '.join(known)}", ()


def _trail(document: Document, loc: tuple[int | str, ...]) -> Trail:
    """Pydantic's location without the parts that name types instead of places."""
    trail: Trail = ()
    for key in loc:
        if (*trail, key) in document.lines or key == loc[-1]:
            trail = (*trail, key)
    return trail


def _explained(document: Document, error: Mapping[str, Any], trail: Trail) -> tuple[str, str]:
    """What is wrong, and the remedy."""
    kind, context = error["type"], error.get("ctx", {})
    written = document.written.get(trail, "")
    if kind == "string_type" and isinstance(error["input"], bool):
        truth = str(error["input"]).lower()
        return f"YAML reads the bare word {written} as {truth}", f'write it in quotes: "{written}"'
    if kind == "string_pattern_mismatch":
        kind = "language" if trail[-1] == "language" else "id"
    if kind == "too_short" and trail[-1] == "called":
        kind = "called"
    if kind in ENTRIES:
        problem, remedy = ENTRIES[kind]
        return problem.format(**context), remedy
    if kind in WANTED:
        wanted, remedy = WANTED[kind]
        shown = _shown(error["input"], written)
        return f"this must be {wanted.format(**context)}, not {shown}", remedy
    return str(error["msg"]).rstrip("."), "correct it"


def _shown(value: object, written: str) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if not written and isinstance(value, str):
        written = value
    if not written:
        return "nothing"
    return f'"{shorten(written, SHOWN_TEXT, placeholder="...")}"'
