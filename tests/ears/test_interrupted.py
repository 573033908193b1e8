"""Vosk, interrupted while it loads."""

import subprocess
import sys

import pytest

PROGRAM = """
import skill.recognition.vosk
import vosk
half_made = vosk.NAME.__new__(vosk.NAME)
del half_made
"""


@pytest.mark.parametrize("name", ["Model", "KaldiRecognizer"])
def test_what_ctrl_c_left_half_made_goes_without_a_traceback(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("NAME", name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
