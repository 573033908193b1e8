"""Writes the words of the OpenVoiceOS skill from our own commands and phrases.

    .venv/bin/python scripts/ovos/words.py

With --check nothing is written; the exit code tells whether everything is current.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from skill.content.load import COMMANDS, PHRASES, ROUTINE, Content, load_content
from skill.core.coach import Book
from skill.core.phrases import PHRASES as NAMES
from skill.core.vocabulary import Command, Meaning

LOCALE = Path(__file__).parent.parent.parent / "skill/assistants/ovos/locale/en-US"
OURS = "rolling"
"""A phrase with this word, or with "start" or "go to" and an exercise, is ours from anywhere.
"Ready" and "side to side" are everybody's: they are taken once the coach is awake."""
EXAMPLES = (Command.START, Command.NEXT, Command.WHERE, Command.HELP)


def files(content: Content) -> dict[str, str]:
    """Name and text of every file of the folder."""
    meanings = content.vocabulary.meanings
    written = {
        f"{command.value}.voc": _lines(
            phrase for phrase, meaning in meanings.items() if meaning.command is command
        )
        for command in Command
    }
    written["start_rolling.intent"] = _lines(
        phrase for phrase, meaning in meanings.items() if _is_ours(phrase, meaning, content)
    )
    said = Book(content.routine, content.phrases, content.vocabulary).suggestions
    for name, slots in NAMES.items():
        values = {slot: f"{{{slot}}}" for slot in slots}
        text = " ".join(content.phrases.get(name, **{**said, **values}))
        written[f"{name}.dialog"] = text + "\n"
    written["skill.json"] = json.dumps(_card(content), indent=2) + "\n"
    return written


def _is_ours(phrase: str, meaning: Meaning, content: Content) -> bool:
    if meaning.command not in {Command.START, Command.EXERCISE}:
        return False
    bare = {name for exercise in content.routine.exercises for name in exercise.called}
    return OURS in phrase.split() or (meaning.argument is not None and phrase not in bare)


def _lines(phrases: Iterable[str]) -> str:
    return "".join(f"{phrase}\n" for phrase in phrases)


def _card(content: Content) -> Mapping[str, object]:
    examples = [content.vocabulary.suggest(command) for command in EXAMPLES]
    return {
        "name": "Roller coach",
        "description": f"Coaches {content.routine.title}, a foam rolling routine, by voice.",
        "examples": examples,
        "tags": ["foam rolling", "pilates", "fitness", "offline"],
        "license": "GPL-3.0-or-later",
    }


def stale(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Names of files that are missing, differ, or should not be there."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*")}
    return sorted(name for name in {*there, *wanted} if there.get(name) != wanted.get(name))


def main() -> int:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    wanted = files(load_content(ROUTINE, PHRASES, COMMANDS))
    if parser.parse_args().check:
        names = stale(LOCALE, wanted)
        print("\n".join(names) or "current")
        return 1 if names else 0
    LOCALE.mkdir(parents=True, exist_ok=True)
    for name in stale(LOCALE, wanted):
        if name in wanted:
            (LOCALE / name).write_text(wanted[name], encoding="utf-8")
        else:
            (LOCALE / name).unlink()
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
