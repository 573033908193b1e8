"""The bookmark on disk: where a person was, safe against a kill or a power cut at any moment."""

import json
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from skill.core.messages import Bookmark
from skill.lasting import replace_text

READER = TypeAdapter(Bookmark)


class Shelf:
    """Keeps one bookmark in one file.

    Args:
        path: the file; its folder is made when needed.

    Attributes:
        trouble: why the last bookmark could not be kept or read, or None. A session is not ended
            for it: the person loses no more than their place after a restart.
        keeps: whether the last bookmark could be kept; one that cannot be read can be replaced.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None
        self.keeps = True

    def put(self, bookmark: Bookmark) -> None:
        """Replace the bookmark: written, synced, renamed, and the folder synced, so that there is
        always a whole one in the file, and after a power cut never one older than the last but one.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_text(self.path, json.dumps(asdict(bookmark)))
            self.trouble, self.keeps = None, True
        except OSError as failure:
            self.keeps = False
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
