"""The languages of the coach: which files, models and voices belong together."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from skill.errors import ContentError

DATA = Path(__file__).parent / "data"
LIST = DATA / "languages.toml"
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """What the choice of a language chooses.

    Attributes:
        code: two letters, "de".
        name: as its speakers call it.
        routine, phrases, commands, words, demo: files below `DATA`; `words` are the page's and
            the prompts', `demo` is the recorded session.
        models: recognisers' models, the best first; the last comes with the coach.
        voices: the best first; the last always works.
        espeak: espeak-ng's name of the language.
        stopgap: why somebody should install a better model than the last; empty: no reason.
    """

    code: str
    name: str
    routine: str
    phrases: str
    commands: str
    words: str
    demo: str
    models: tuple[str, ...]
    voices: tuple[str, ...]
    espeak: str
    stopgap: str = ""


@cache
def languages() -> Mapping[str, Language]:
    """Every language by its two letters."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return {code: _language(code, fields) for code, fields in listed.items()}


def _language(code: str, fields: Mapping[str, object]) -> Language:
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in fields.items()}
    return Language(code, **values)  # type: ignore[arg-type]  # the file's own test checks them


def find_language(code: str) -> Language:
    """A language by its two letters.

    Raises:
        ContentError: if the coach does not speak it.
    """
    known = languages()
    if code not in known:
        raise ContentError([f'{LIST}: there is no language "{code}"; {one_of_them()}.'])
    return known[code]


def one_of_them() -> str:
    """What to write where a language is no such: half a sentence."""
    spoken = ", ".join(f"{one.code} ({one.name})" for one in languages().values())
    return f"use one of {spoken}, or add it as docs/languages.md tells"
