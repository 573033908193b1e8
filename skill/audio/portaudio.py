"""PortAudio itself: how it is found, locked and kept quiet.

sounddevice is imported when it is needed, because its import fails without libportaudio2 and
takes 25 MB. PortAudio is one for the whole process and not made for several threads, so every call
is made under one lock.
"""

import atexit
import contextlib
import ctypes
import io
import os
import sys
import threading
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from skill.audio.pactl import is_hung
from skill.errors import DeviceError

STDERR = 2
LOCK = threading.RLock()
"""Held during every call of PortAudio."""


def portaudio() -> ModuleType:
    """The library.

    Raises:
        DeviceError: if libportaudio2 is not installed, or the sound server does not answer.
    """
    _try_server()
    try:
        import sounddevice  # noqa: PLC0415 - fails without libportaudio2, see the file's docstring
    except OSError as error:
        raise DeviceError(
            "The sound library PortAudio is not installed.",
            "Install it: sudo apt install libportaudio2.",
        ) from error
    module: ModuleType = sounddevice
    _hush_alsa()
    _hush_terminal()
    return module


@cache
def _try_server() -> None:
    """Before PortAudio looks at the devices: it would wait for a server that hangs, for ever, and
    no signal would end it.
    """
    if is_hung():
        raise DeviceError(
            "The sound server does not answer.",
            "Start it anew (systemctl --user restart pipewire-pulse, or pulseaudio -k), or log in "
            "anew.",
        )


def leave_open() -> None:
    """Let this process end although a device does not let itself be closed: PortAudio would wait
    for it at the end as well.
    """
    atexit.unregister(portaudio()._exit_handler)


@cache
def _hush_alsa() -> None:
    """Keep ALSA from writing to stderr at every hole in what is played: they are counted."""
    try:
        alsa = ctypes.CDLL("libasound.so.2")
    except OSError:
        return
    # Any function that does nothing; one of Python's would have the audio's thread wait for Python.
    alsa.snd_lib_error_set_handler(ctypes.CDLL(None).getpid)


@cache
def _hush_terminal() -> None:
    """Keep PortAudio's threads from writing over a session when the sound server ends. A log may
    have it.
    """
    if os.isatty(STDERR):
        _set_ours_apart()
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)


def no_list(error: Exception) -> DeviceError:
    """What to say if the list of devices cannot be had."""
    return DeviceError(
        f"The sound library PortAudio cannot list the devices: {error}.",
        "Look whether other programs have sound.",
    )


def error_code(error: Exception) -> int:
    """PortAudio's number for a failure; 0 where it has none."""
    return int(error.args[1]) if len(error.args) > 1 else 0


@contextlib.contextmanager
def silent_stderr() -> Iterator[None]:
    """Keep the messages of ALSA and PortAudio themselves off the screen; ours are shown."""
    # The C libraries write to the descriptor directly; sys.stderr gets another one.
    _set_ours_apart()
    saved = os.dup(STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STDERR)
        yield
    finally:
        os.dup2(saved, STDERR)
        os.close(nowhere)
        os.close(saved)


def _set_ours_apart() -> None:
    """Let Python write to standard error by another descriptor: a device that never opens would
    silence us for good, and what is told from another thread meanwhile would be lost.
    """
    ours = sys.stderr
    # Whoever has put something else in its place, as tests do, does not write there.
    if isinstance(ours, io.TextIOWrapper) and ours.fileno() == STDERR:
        sys.stderr = os.fdopen(os.dup(STDERR), "w", 1, ours.encoding, ours.errors)
