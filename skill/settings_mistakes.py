"""What is wrong with settings: a sentence of our own for each mistake."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from skill.guessing import nearest

WHOLE = "a whole number"
WORDS = "words in quotes"
TRUTH = "true or false"
WANTED = {
    "string_type": WORDS,
    "int_type": WHOLE,
    "bool_type": TRUTH,
    "bool_parsing": TRUTH,
    "tuple_type": f"{WORDS}, or a list of them",
    "path_type": "the name of a file or folder, in quotes",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "string_too_long": "{max_length} letters at most",
    "string_too_short": "a word at least",
}
"""Pydantic's kind of error -> what a value must be."""
SEVERAL_KINDS = {"microphone_channel": 'a number from 0 on, or "mix"'}
"""Settings that take values of several kinds, of each of which pydantic complains."""
FOLLOWING = "default_factory_not_called"
"""Pydantic's kind of error for a default that depends on another value, which is wrong."""
SHOWN = 40
"""Characters of a wrong value: enough to find it."""


def sentences(
    errors: Iterable[Mapping[str, Any]], known: Sequence[str], place: Callable[[str], str]
) -> list[str]:
    """One for each setting that is wrong: where it was given, what is wrong, and the remedy.

    Args:
        errors: pydantic's.
        known: names of all settings.
        place: where one was given, by its name.
    """
    found: dict[str, str] = {}
    for error in errors:
        name = str(error["loc"][0])
        if error["type"] != FOLLOWING and name not in found:
            found[name] = f"{place(name)}: {_mistake(name, error, known)}"
    return list(found.values())


def line_of(name: str, text: str) -> int | None:
    """In which line of a TOML file a setting stands, from 1; None where that cannot be seen."""
    begins = re.compile(rf"""\s*\[?\s*(?P<quote>["']?){re.escape(name)}(?P=quote)\s*[=.\]]""")
    numbered = enumerate(text.splitlines(), 1)
    return next((number for number, line in numbered if begins.match(line)), None)


def _mistake(name: str, error: Mapping[str, Any], known: Sequence[str]) -> str:
    if error["type"] == "extra_forbidden":
        hint = nearest(name, known) or f"there are {', '.join(known)}."
        return f'there is no setting "{name}"; {hint}'
    if error["type"] == "value_error":
        return f"{name} is {_shown(error['input'])}: {error['ctx']['error']}."
    wanted = SEVERAL_KINDS.get(name) or WANTED.get(error["type"], "")
    if not wanted:
        return f"{name} is {_shown(error['input'])}: {error['msg']}; write another."
    must = wanted.format(**error.get("ctx", {}))
    return f"{name} is {_shown(error['input'])}; write {must}."


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
