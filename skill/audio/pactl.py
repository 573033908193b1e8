"""Asks the sound server with `pactl`: PulseAudio, or PipeWire speaking its language."""

import os
import subprocess

SECONDS = 3.0
"""An answer takes some 10 ms; a server that hangs must not hang us."""


def environment() -> dict[str, str]:
    """Of every `pactl`: its answers are read, so they must be in English."""
    return os.environ | {"LC_ALL": "C"}


def ask(*order: str) -> str:
    """What it prints; nothing without the program, without a server, or if that hangs."""
    try:
        return _answer(*order)
    except subprocess.TimeoutExpired:
        return ""


def is_hung() -> bool:
    """Whether there is a server that takes a call and does not answer it."""
    try:
        _answer("info")
    except subprocess.TimeoutExpired:
        return True
    return False


def _answer(*order: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            ["pactl", *order],  # noqa: S607 - wherever the system has it
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""
