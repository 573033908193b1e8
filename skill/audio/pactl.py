"""Asks the sound server with `pactl`: PulseAudio, or PipeWire speaking its language."""

import os
import subprocess
from collections.abc import Sequence

SECONDS = 3.0
"""An answer takes some 10 ms; a server that hangs must not hang us."""
HUNG_S = 8.0
"""After so long a server hangs, and is not only busy: on a core with four busy programs of higher
priority, an answer took half a second."""


def environment() -> dict[str, str]:
    """Of every `pactl`: its answers are read, so they must be in English."""
    # One name comes and goes in another thread, while a device is being opened (`streams.py`).
    found = {name: os.environ.get(name) for name in list(os.environ)}
    return {name: value for name, value in found.items() if value is not None} | {"LC_ALL": "C"}


def ask(*order: str) -> str:
    """What it prints; nothing without the program, without a server, or if that hangs."""
    try:
        return _answer(order, SECONDS)
    except subprocess.TimeoutExpired:
        return ""


def is_hung() -> bool:
    """Whether there is a server that takes a call and does not answer it."""
    try:
        _answer(("info",), HUNG_S)
    except subprocess.TimeoutExpired:
        return True
    return False


def _answer(order: Sequence[str], seconds: float) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            ["pactl", *order],  # noqa: S607 - wherever the system has it
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""
