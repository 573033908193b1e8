"""The page's files, held in memory: nothing is read from disk because somebody asks for it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

from skill.errors import ContentError

SVG = "{http://www.w3.org/2000/svg}svg"
FOLDER = Path(__file__).parent / "files"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Site:
    """What a browser can ask for.

    Attributes:
        drawings: name -> SVG.
    """

    drawings: Mapping[str, str]

    @cached_property
    def files(self) -> Mapping[str, tuple[str, bytes]]:
        """Name -> media type and content; the page itself has the empty name."""
        found = {
            "" if path.name == "index.html" else path.name: (TYPES[path.suffix], path.read_bytes())
            for path in sorted(FOLDER.iterdir())
            if path.suffix in TYPES
        }
        drawings = json.dumps(dict(self.drawings), ensure_ascii=False).encode()
        return {**found, "drawings.json": ("application/json", drawings)}

    @cached_property
    def made(self) -> str:
        """Changes whenever a file does."""
        every = (content for _, content in self.files.values())
        return hashlib.sha256(b"\0".join(every)).hexdigest()[:16]


def read_drawings(routine: Path, name: str) -> dict[str, str]:
    """The drawings of a routine: SVG files named "exercise.step" in a folder beside its file.

    Args:
        routine: the routine's file.
        name: the routine's id, which is the folder's name.

    Raises:
        ContentError: with every drawing that cannot be read or is no SVG.
    """
    drawings: dict[str, str] = {}
    mistakes: list[str] = []
    for path in sorted((routine.parent / name).glob("*.svg")):
        try:
            drawings[path.stem] = _read(path)
        except (OSError, ValueError, ElementTree.ParseError) as failure:
            mistakes.append(f"{path} cannot be shown: {failure}. Correct it, or take it away.")
    if mistakes:
        raise ContentError(mistakes)
    return drawings


def _read(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    # The person's own file; and expat limits what entities may expand to.
    if ElementTree.fromstring(text).tag != SVG:  # noqa: S314 - see above
        raise ValueError("its outermost element is not <svg> of SVG's namespace")
    return text
