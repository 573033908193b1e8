"""The power cut after every write: a few moments of `scripts/pi/snapshots.py`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_disk_that_a_cut_may_leave_is_bad() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/pi/snapshots.py", "--moments", "20"],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 moments" in done.stdout
    assert "bad: 0" in done.stdout
