"""What a developer's tool writes into the repository it does not write when asked for help."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("name", ["make_demo", "make_recordings", "man", "readme"])
def test_help_makes_nothing(checkout: Path, name: str) -> None:
    told = subprocess.run(
        [sys.executable, f"scripts/{name}.py", "--help"],
        cwd=checkout,
        env={"PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.startswith(f"usage: {name}.py"), told.stderr
    assert told.returncode == 0
