"""Writes the man page, docs/roller-coach.1, from the command line itself.

    .venv/bin/python scripts/man.py

With --check nothing is written; the exit code tells whether it is current.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parent.parent))

import skill
from skill import errors
from skill.cli import cli
from skill.errors import CoachError

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
What would otherwise be typed each time.
.TP
.I ~/.local/state/roller\\-coach
The bookmark, the last session's journal, and recordings if they were asked for.
.TP
.I ~/.cache/roller\\-coach
Rendered lines.
"""


def page() -> str:
    """The whole page."""
    commands = "".join(_command(cli, "roller-coach"))
    return HEAD + ".SH COMMANDS\n" + commands + FILES + "".join(_exit_codes())


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
    yield ".SH EXIT STATUS\n.TP\n0\nAll went well.\n.TP\n2\nThe command was used wrongly.\n"
    kinds = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, CoachError) and kind.__doc__
    }
    for kind in sorted(kinds - {CoachError}, key=lambda kind: kind.exit_code):
        first = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        yield f".TP\n{kind.exit_code}\n{_plain(first)}\n"
    yield ".TP\n130\nInterrupted by Ctrl\\-C.\n"


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
