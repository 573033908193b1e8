"""What must outlive a power cut."""

import os
import shutil
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until a file's content, or the names in a folder, would outlive a power cut.

    Raises:
        OSError: if the disk refuses.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_whole(folder: Path) -> None:
    """Do so with every file in a folder, and with their names.

    Raises:
        OSError: if the disk refuses.
    """
    for path in folder.iterdir():
        sync(path)
    sync(folder)


def unfinished(path: Path) -> Path:
    """Where a file or folder is written before it takes the old one's place."""
    return path.with_name(path.name + ".new")


def replace_text(path: Path, text: str) -> None:
    """Write a file as a whole: there is always an old one or a new one, and never half of one.

    Raises:
        OSError: if it cannot be written; the old one is as it was.
    """
    fresh = unfinished(path)
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    # Without it the new name may be lost in a power cut, and several in a row as well.
    sync(path.parent)


def write_whole(path: Path, text: str) -> None:
    """Write a file that a person named: where it cannot be written, the one before stays.

    Devices and pipes take what comes, and so does a file in a folder that takes no other one.

    Raises:
        OSError: if it cannot be written.
    """
    place = Path(os.path.realpath(path))
    fresh = unfinished(place.with_name(f"{place.name}.{os.getpid()}"))
    if (place.exists() and not place.is_file()) or not _can_be_made(fresh):
        fill(path, text)
        return
    try:
        fill(fresh, text)
        if place.exists():
            shutil.copymode(place, fresh)
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)


def fill(path: Path, text: str) -> None:
    """Write into a file.

    Raises:
        OSError: if it cannot be written.
    """
    path.write_text(text, encoding="utf-8", newline="")


def _can_be_made(path: Path) -> bool:
    try:
        path.touch()
    except OSError:
        return False
    return True
