"""The phrases of a commands file in hassil's intents format, expanded.

Handles what the project's file uses: `(a|b)`, `[optional]` and `{exercise}`, which stands for the
`called` lists of the routines in the same language.
"""

import re
from itertools import product
from pathlib import Path

import yaml

DATA = Path(__file__).parents[2] / "skill" / "data"
ENGLISH = "en"
EXTRA_PHRASES = Path(__file__).with_name("phrases.txt")
DECOY = "decoy"
"""The intent that means nothing: its phrases catch other speech."""

_INNERMOST = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")


def expand(template: str) -> list[str]:
    """Every phrase of a template, in order, with single spaces.

    >>> expand("say [it] (again|twice)")
    ['say again', 'say twice', 'say it again', 'say it twice']
    """
    match = _INNERMOST.search(template)
    if match is None:
        return [" ".join(template.split())]
    group, optional = match.groups()
    choices = group.split("|") if group is not None else ["", *optional.split("|")]
    head, tail = template[: match.start()], template[match.end() :]
    return [phrase for choice in choices for phrase in expand(f"{head}{choice}{tail}")]


def exercise_names(language: str = ENGLISH) -> list[str]:
    """What the exercises of all routines in a language are called."""
    routines = (yaml.safe_load(file.read_text()) for file in sorted(DATA.glob("routines/*.yaml")))
    return [
        name
        for routine in routines
        if routine["language"] == language
        for exercise in routine["exercises"]
        for name in exercise["called"]
    ]


def fill(template: str, names: list[str]) -> list[str]:
    """The template with each `{...}` replaced by every name."""
    pieces = re.split(r"\{[^}]*\}", template)
    fillings = product(names, repeat=len(pieces) - 1)
    return [
        "".join(piece + word for piece, word in zip(pieces, (*filling, ""), strict=True))
        for filling in fillings
    ]


def read_commands(language: str = ENGLISH) -> dict[str, list[str]]:
    """Phrases by intent, without doubles."""
    names = exercise_names(language)
    intents = yaml.safe_load((DATA / "commands" / f"{language}.yaml").read_text())["intents"]
    return {
        str(intent): list(
            dict.fromkeys(
                phrase
                for block in body["data"]
                for sentence in block["sentences"]
                for template in fill(str(sentence), names)
                for phrase in expand(template)
            )
        )
        for intent, body in intents.items()
    }


def command_phrases() -> list[str]:
    """Every phrase that does something."""
    return [
        phrase
        for intent, phrases in read_commands().items()
        if intent != DECOY
        for phrase in phrases
    ]


def read_lines(file: Path) -> list[str]:
    """The lines of a text file that are neither empty nor comments."""
    return [line for line in file.read_text().splitlines() if line and not line.startswith("#")]


def all_phrases(language: str = ENGLISH) -> list[str]:
    """Commands and decoys, and in English phrases.txt, without doubles."""
    known = [phrase for phrases in read_commands(language).values() for phrase in phrases]
    extra = read_lines(EXTRA_PHRASES) if language == ENGLISH else []
    return list(dict.fromkeys([*known, *extra]))
