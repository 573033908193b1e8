"""Where in a file something stands, and how that is said to the person who wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten

Trail = tuple[str | int, ...]
"""Keys and indices from the top of a YAML file: ``("exercises", 0, "steps", 2, "title")``."""

SHOWN_CHARACTERS = 300
"""Of a problem, with the text it is about."""
ITEMS = {
    "exercises": "exercise",
    "steps": "step",
    "cues": "cue",
    "data": "block",
    "sentences": "sentence",
}
"""What one entry of a list is called; entries of other lists are sentences of a field."""
NAMED = {"intents": "intent", "lines": "line", "expansion_rules": "rule"}
"""What one entry of a mapping with free names is called."""


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file that could be parsed.

    Attributes:
        file: its path, as it is shown.
        data: what it holds: dict, list, str, int, float, bool or None.
        lines: where each value stands, counted from 1.
        written: every scalar as it is written in the file.
    """

    file: str
    data: object
    lines: Mapping[Trail, int]
    written: Mapping[Trail, str]

    def place(self, trail: Trail) -> str:
        """File, place and line, for the beginning of a mistake."""
        known = trail
        while known and known not in self.lines:
            known = known[:-1]
        parts = [self.file, *map(on_one_line, _parts(self.data, trail))]
        return f"{', '.join(parts)} (line {self.lines.get(known, 1)})"

    def mistake(self, trail: Trail, problem: str, remedy: str) -> str:
        """One finished sentence: where, what is wrong, what to do."""
        return sentence(self.place(trail), problem, remedy)

    def at(self, trail: Trail) -> object:
        """The value at a trail, or None if there is none."""
        value = self.data
        for key in trail:
            value = _child(value, key)
        return value

    def entries(self, trail: Trail) -> list[Trail]:
        """Trails of what a list or mapping holds; none for anything else."""
        value = self.at(trail)
        if isinstance(value, dict):
            return [(*trail, key) for key in value]
        if isinstance(value, list):
            return [(*trail, index) for index in range(len(value))]
        return []


def sentence(where: str, problem: str, remedy: str) -> str:
    """A mistake as a person reads it, on one line."""
    return f"{where}: {on_one_line(problem)}; {remedy}{'' if remedy.endswith('?') else '.'}"


def on_one_line(text: str) -> str:
    """The text without line breaks and what cannot be printed, cut when very long."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(text.split())
    if len(line) <= SHOWN_CHARACTERS:  # as nearly every text is; wrapping takes its time
        return line
    return shorten(line, SHOWN_CHARACTERS, placeholder="...")


def _child(value: object, key: str | int) -> object:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def _parts(data: object, trail: Trail) -> list[str]:
    parts: list[str] = []
    above = ""
    value = data
    for key in trail:
        value = _child(value, key)
        if isinstance(key, int):
            parts.append(_item(above, key, value))
        elif above in NAMED:
            parts.append(f"{NAMED[above]} {key}")
        elif key == "movement":
            parts.append(key)
        elif key not in ITEMS and key not in NAMED:
            parts.append(f"field {key}")
        elif key == trail[-1]:
            parts.append(f"list {key}")
        above = str(key)
    return parts


def _item(above: str, index: int, value: object) -> str:
    name = f"{ITEMS.get(above, 'sentence')} {index + 1}"
    identity = value.get("id") if isinstance(value, dict) else None
    return f"{name} ({identity})" if isinstance(identity, str) else name
