"""The page's files, held in memory: nothing is read from disk because somebody asks for it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

from skill.content.words import Words
from skill.errors import ContentError
from skill.given import read_given, why_not

_PLACE = re.compile(r"\{\{(\w+)\}\}")
_DESCRIPTION = re.compile(r"<desc>.*?</desc>", re.DOTALL)
SVG = "{http://www.w3.org/2000/svg}svg"
MOST_BYTES = 1 << 20
"""Of a drawing. The page holds all of them."""
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
        words: everything on the page that does not come from the coach.
    """

    drawings: Mapping[str, str]
    words: Words

    @cached_property
    def files(self) -> Mapping[str, tuple[str, bytes]]:
        """Name -> media type and content; the page itself has the empty name."""
        found = {
            path.name: (TYPES[path.suffix], path.read_bytes())
            for path in sorted(FOLDER.iterdir())
            if path.suffix in TYPES
        }
        kind, page = found.pop("index.html")
        found[""] = (kind, _fill(page.decode(), self.words).encode())
        drawings = json.dumps(dict(self.drawings), ensure_ascii=False).encode()
        return {**found, "drawings.json": ("application/json", drawings)}

    @cached_property
    def made(self) -> str:
        """Changes whenever a file does."""
        every = (content for _, content in self.files.values())
        return hashlib.sha256(b"\0".join(every)).hexdigest()[:16]


def _fill(page: str, words: Words) -> str:
    """The page with its words in it; a word that is missing is a mistake of ours."""
    known = {**words.page, "language": words.language}
    return _PLACE.sub(lambda found: escape(known[found[1]]), page)


def read_drawings(
    routine: Path, name: str, shown: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """The drawings of a routine: SVG files named "exercise.step" in a folder beside its file.

    Args:
        routine: the routine's file.
        name: the routine's id, which is the folder's name.
        shown: what a drawing shows, by its name, in place of what it says itself.

    Raises:
        ContentError: with every drawing that cannot be read or is no SVG.
    """
    drawings: dict[str, str] = {}
    mistakes: list[str] = []
    for path in sorted((routine.parent / name).glob("*.svg")):
        try:
            drawings[path.stem] = _described(_read(path), shown.get(path.stem))
        except (OSError, ValueError, ElementTree.ParseError) as failure:
            why = why_not(failure)
            mistakes.append(f"{path} cannot be shown: {why}. Correct it, or take it away.")
    if mistakes:
        raise ContentError(mistakes)
    return drawings


def _described(drawing: str, shown: str | None) -> str:
    """The drawing with another description."""
    if shown is None:
        return drawing
    return _DESCRIPTION.sub(lambda _: f"<desc>{escape(shown)}</desc>", drawing, count=1)


def _read(path: Path) -> str:
    text = read_given(path, MOST_BYTES).decode("utf-8-sig")
    # The person's own file; and expat limits what entities may expand to.
    if ElementTree.fromstring(text).tag != SVG:  # noqa: S314 - see above
        raise ValueError("its outermost element is not <svg> of SVG's namespace")
    return text
