"""Writes the man page, docs/roller-coach.1, from the command line itself.

    .venv/bin/python scripts/man.py

With --check nothing is written; the exit code tells whether it is current.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parent.parent))

import skill
from skill import errors
from skill.cli import cli
from skill.errors import CoachError
from skill.settings import Settings

PAGE = Path(__file__).parent.parent / "docs" / "roller-coach.1"
HEAD = f""".\\" Made by scripts/man.py.
.TH ROLLER-COACH 1 "" "roller-coach {skill.__version__}" "User Commands"
.SH NAME
roller\\-coach \\- an offline voice coach for foam rolling
.SH SYNOPSIS
.B roller\\-coach
.I COMMAND
.RI [ OPTIONS ]
.SH DESCRIPTION
You lie on a roller, hands busy, eyes on the ceiling. The coach hears commands such as "start
rolling", "next", "repeat", "pause", "ouch", moves through the routine and answers aloud, without a
network.
"""
FILES = """.SH FILES
.TP
.I ~/.config/roller\\-coach/settings.toml
What would otherwise be typed each time: see SETTINGS.
.TP
.I ~/.local/state/roller\\-coach
The bookmark, the history, the last session's journal, the page's access code, and recordings if
they were asked for.
.TP
.I ~/.local/share/roller\\-coach
Downloaded models and voices, and what `enrol` has learnt.
.TP
.I ~/.cache/roller\\-coach
Rendered lines.
"""
ATTRIBUTE = re.compile(r"^ {8}(\w+(?:, \w+)*): (.*?)(?=^ {8}\w|\Z)", re.MULTILINE | re.DOTALL)
"""In a docstring: names, and what they are, over as many lines as it takes."""


def page() -> str:
    """The whole page."""
    commands = "".join(_command(cli, "roller-coach"))
    return HEAD + ".SH COMMANDS\n" + commands + "".join((*_settings(), FILES, *_exit_codes()))


def described() -> dict[str, str]:
    """The settings, one or several names each, and what their docstring says of them."""
    _, _, attributes = (Settings.__doc__ or "").partition("Attributes:\n")
    found = ((names, " ".join(what.split())) for names, what in ATTRIBUTE.findall(attributes))
    return {names: what[:1].upper() + what[1:] for names, what in found}


def _settings() -> Iterator[str]:
    yield ".SH SETTINGS\nNames in the settings file (TOML).\n"
    for names, what in described().items():
        told = ", ".join(filter(None, map(_default, names.split(", "))))
        yield f".TP\n.B {_plain(names)}\n{_plain(what)}{told and f' [default: {_plain(told)}]'}\n"


def _default(name: str) -> str:
    """As it would stand in the file; nothing for what is empty, or depends on other settings."""
    value = Settings.model_fields[name].default
    shown = isinstance(value, int) or (isinstance(value, str) and value)
    return json.dumps(value) if shown else ""


def _command(group: click.Group, path: str) -> Iterator[str]:
    for name in group.list_commands(click.Context(group, info_name=path)):
        context = click.Context(group, info_name=path)
        command = group.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        pieces = " ".join(command.collect_usage_pieces(inner))
        yield f".SS {_plain(inner.command_path.partition(' ')[2])} {_plain(pieces)}\n"
        yield _plain(" ".join((command.help or "").split())) + "\n"
        for parameter in command.params:
            record = parameter.get_help_record(inner)
            if record is not None:
                yield f".TP\n.B {_plain(record[0])}\n{_plain(record[1])}\n"
        if isinstance(command, click.Group):
            yield from _command(command, inner.command_path)


def _exit_codes() -> Iterator[str]:
    told: dict[int, str] = {}
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, CoachError) and kind is not CoachError:
            what = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
            told[kind.exit_code] = f"{told.get(kind.exit_code, '')} {what}".lstrip()
    told[0] = "All went well."
    told[1] += " Something that `doctor` or `mic-test` found needs doing."
    told[2] = "The command was used wrongly."
    told[130] = "Interrupted by Ctrl-C; 129 and 143: ended by SIGHUP or SIGTERM."
    yield ".SH EXIT STATUS\n"
    for code, what in sorted(told.items()):
        yield f".TP\n{code}\n{_plain(what)}\n"


def _plain(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + escaped if escaped[:1] in {".", "'"} else escaped


def main() -> int:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing: is it current?")
    wanted = page()
    if parser.parse_args().check:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted
        print("current" if current else "run scripts/man.py")
        return 0 if current else 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
