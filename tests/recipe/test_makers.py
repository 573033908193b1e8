"""A developer's tool starts in a fresh checkout as its first lines say, and writes nothing when it
is asked for help.
"""

import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = (
    "acoustic/german",
    "acoustic/tune_german",
    "clocks",
    "hear_language",
    "hear_orders",
    "make_demo",
    "make_recordings",
    "man",
    "ovos/words",
    "own_voice",
    "page_pictures",
    "pi/budget",
    "pi/power_cuts",
    "pi/snapshots",
    "pi/week",
    "pull_plug",
    "readme",
    "soak",
    "try_enrolment",
)


@pytest.mark.parametrize("name", TOOLS)
def test_help_needs_no_path_and_makes_nothing(checkout: Path, name: str) -> None:
    told = subprocess.run(
        [sys.executable, f"scripts/{name}.py", "--help"],
        cwd=checkout,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.startswith(f"usage: {Path(name).name}.py"), told.stderr
    assert told.returncode == 0
