"""Writes the README's table and dialogues anew, from the program and its recorded session.

.venv/bin/python scripts/readme.py
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from skill.app import App
from skill.cli.content import markdown_table
from skill.settings import DEMO, Settings

README = Path(__file__).parent.parent / "README.md"
DIALOGUE = DEMO.with_suffix(".txt")


def filled(text: str, name: str, content: str) -> str:
    """The text with everything between the marks of `name` replaced."""
    marks = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    return marks.sub(lambda _: f"<!-- {name} -->\n{content}\n<!-- /{name} -->", text)


def moment(dialogue: str) -> str:
    """Six lines of it: a movement begins, and something hurts."""
    lines = dialogue.splitlines()
    pain = lines.index("you: ouch")
    return "\n".join(lines[pain - 4 : pain + 2])


def current(text: str) -> str:
    """The README as it should be."""
    text = filled(text, "table", markdown_table(App(Settings())))
    dialogue = DIALOGUE.read_text(encoding="utf-8").strip()
    text = filled(text, "moment", f"```\n{moment(dialogue)}\n```")
    return filled(text, "dialogue", f"```\n{dialogue}\n```")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
