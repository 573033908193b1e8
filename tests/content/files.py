"""Copies of the built-in content that a test may spoil."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from skill.content.load import COMMANDS, PHRASES, ROUTINE, Content, load_content
from skill.errors import ContentError


@dataclass(frozen=True)
class Files:
    """A routine, phrases and commands in a folder of their own."""

    routine: Path
    phrases: Path
    commands: Path

    @classmethod
    def copy(cls, folder: Path) -> "Files":
        names = {"routine.yaml": ROUTINE, "phrases.yaml": PHRASES, "commands.yaml": COMMANDS}
        for name, source in names.items():
            (folder / name).write_bytes(source.read_bytes())
        return cls(*(folder / name for name in names))

    def load(self) -> Content:
        return load_content(self.routine, self.phrases, self.commands)

    def mistakes(self) -> list[str]:
        with pytest.raises(ContentError) as caught:
            self.load()
        return list(caught.value.mistakes)

    def only_mistake(self) -> str:
        (mistake,) = self.mistakes()
        return mistake


def change(path: Path, *changes: tuple[str, str]) -> None:
    """Replace texts that occur in the file; the first occurrence of each."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def line_of(path: Path, text: str) -> int:
    """The line in which a text first stands, from 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)
