"""The command line, as somebody types it."""

from dataclasses import dataclass

import pytest

from skill.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


def run(capfd: pytest.CaptureFixture[str], *args: object) -> Done:
    """Run `roller-coach ARGS` in this process."""
    capfd.readouterr()
    code = 0
    try:
        main([str(arg) for arg in args])
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capfd.readouterr()
    return Done(code, out, err)
