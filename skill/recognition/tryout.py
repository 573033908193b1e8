"""Tries a model in a process of its own: ``python -m skill.recognition.tryout FOLDER``.

Vosk may end the whole process over a damaged file, and that must not be the coach's.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from skill.errors import ModelError

FAULTY, UNUSABLE = 1, 2
"""How the other process ends: Python's own code for a mistake of ours, and that of a model which
Vosk refuses. A signal is less than zero."""


def try_out(folder: Path) -> None:
    """Load a model and recognise a moment of silence with it, elsewhere.

    Raises:
        ModelError: if that did not work.
    """
    done = subprocess.run(  # noqa: S603 - this very module, and the folder as one argument
        [sys.executable, "-m", __name__, str(folder.absolute())],
        # What this process can import, whatever has been put into its path since it began.
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        check=False,
    )
    said_there = done.stderr.decode(errors="replace")
    if done.returncode == FAULTY:
        raise RuntimeError(said_there)
    # OpenFst reports a graph that it could not read, and Vosk goes on without it.
    complaints = _complaints(said_there)
    if done.returncode or complaints:
        said = f"; Vosk says: {complaints[0].rstrip('.')}" if complaints else ""
        raise ModelError(
            f"Vosk cannot use the model in {folder}: a file in it is damaged or cut short{said}.",
            "Copy or install the model again.",
        )


def _complaints(log: str) -> list[str]:
    """What Vosk and OpenFst call errors, without the places in their sources."""
    found = (re.fullmatch(r"ERROR(?: \(.*:\d+\))?:? *(.+)", line) for line in log.splitlines())
    return [line[1] for line in found if line]


def _main(folder: str) -> None:
    # Who calls try_out need not wait for vosk.
    from skill.ports import RATE, Block  # noqa: PLC0415
    from skill.recognition.vosk import VoskModel, VoskRecognizer, speak_up  # noqa: PLC0415

    speak_up()
    try:
        recognizer = VoskRecognizer(VoskModel(Path(folder)), ())
    except ModelError:
        sys.exit(UNUSABLE)
    recognizer.feed(Block(0, np.zeros(RATE, np.int16)))
    recognizer.flush()


if __name__ == "__main__":
    _main(sys.argv[1])
