"""Files that people give: reading them ends, whatever a name stands for."""

import errno
import os
from pathlib import Path

MOST_BYTES = 256 << 20
"""More than a year of a session's journal; a device such as /dev/zero never ends."""


def read_given(path: Path, most: int = MOST_BYTES) -> bytes:
    """Everything that a file holds, or what was written into a pipe.

    Raises:
        OSError: if it cannot be read, or is longer than `most`.
        ValueError: if nothing can have that name.
    """
    with open(path, "rb", opener=_without_waiting) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return data


def is_possible(path: Path) -> bool:
    """Whether the system could have a file of that name."""
    try:
        path.lstat()
    except ValueError:  # there is a zero in it
        return False
    except OSError as failure:
        return failure.errno != errno.ENAMETOOLONG
    return True


def is_folder(path: Path) -> bool:
    """Whether there is such a folder, as far as one may look."""
    try:
        return path.is_dir()
    except PermissionError:
        return False


def is_somewhere() -> bool:
    """Whether there is a working directory, still."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _without_waiting(name: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes into is empty, and not waited for."""
    handle = os.open(name, flags | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    return handle


def why_not(failure: Exception) -> str:
    """What kept a file from being read, as a part of a sentence."""
    if isinstance(failure, UnicodeDecodeError):
        return "it is no text in UTF-8"
    return (failure.strerror if isinstance(failure, OSError) else None) or str(failure)
