"""The bookmark on disk: where a person was, safe against a kill or a power cut at any moment."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from skill.core.messages import Bookmark

READER = TypeAdapter(Bookmark)


class Shelf:
    """Keeps one bookmark in one file.

    Args:
        path: the file; its folder is made when needed.

    Attributes:
        trouble: why the last bookmark could not be kept or read, or None. A session is not ended
            for it: the person loses no more than their place after a restart.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None

    def put(self, bookmark: Bookmark) -> None:
        """Replace the bookmark: written, synced, renamed, and the folder synced, so that there is
        always a whole one in the file, and after a power cut never one older than the last but one.
        """
        fresh = self.path.with_name(self.path.name + ".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("w", encoding="utf-8") as file:
                json.dump(asdict(bookmark), file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
            # Without it the new name may be lost in a power cut, and several in a row as well.
            sync(self.path.parent)
            self.trouble = None
        except OSError as failure:
            self.trouble = (
                f"Your place cannot be kept in {self.path}: {failure.strerror}. "
                "Free some space or make the folder writable; until then a restart begins anew."
            )

    def get(self) -> Bookmark | None:
        """The bookmark, or None if there is none or it cannot be used."""
        try:
            return READER.validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            self.trouble = (
                f"The bookmark in {self.path} cannot be read, so the routine begins anew. "
                "It will be replaced as soon as you start."
            )
            return None


def sync(path: Path) -> None:
    """Wait until a file's content, or the names in a folder, would outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_whole(folder: Path) -> None:
    """Do so with every file in a folder, and with their names."""
    for path in folder.iterdir():
        sync(path)
    sync(folder)
