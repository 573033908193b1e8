"""Where models and voices lie, which of them are complete, and what is known about their files.

    ROOT/NAME/                   an installed model or voice; there as a whole or not at all
    ROOT/NAME.zip.sha256         SHA-256 of the first file seen, when the manifest has none
    ROOT/.FILE.part              a download in progress, and beside it .json about the server's file
    ROOT/.NAME.unpacking/        an installation in progress
    ROOT/.NAME.lock              held by the process that installs

Whatever begins with a dot may be deleted while nothing is being installed.
"""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from skill.errors import StorageError
from skill.lasting import sync
from skill.locking import try_lock
from skill.models.manifest import Entry

GRAPHS = (("HCLG.fst",), ("HCLr.fst", "Gr.fst"))
"""A Vosk model has one large graph, or two that are composed while decoding."""


class Sized(Protocol):
    """What can be installed: a name, and a size in bytes."""

    @property
    def name(self) -> str:
        """Unique; the folder it is installed in."""
        ...

    @property
    def size(self) -> int:
        """Of what is fetched."""
        ...


What = TypeVar("What", bound=Sized)


@dataclass(frozen=True, slots=True)
class Places(Generic[What]):
    """Every path that belongs to one model or voice under one root."""

    entry: What
    root: Path

    @property
    def model(self) -> Path:
        """The installed model."""
        return self.root / self.entry.name

    @property
    def part(self) -> Path:
        """The download in progress."""
        return self.part_of(f"{self.entry.name}.zip")

    def part_of(self, file: str) -> Path:
        """The download of one file in progress."""
        return self.root / f".{file}.part"

    @property
    def staging(self) -> Path:
        """The installation in progress."""
        return self.root / f".{self.entry.name}.unpacking"

    @property
    def pin(self) -> Path:
        """The SHA-256 of the first file seen, in the format of sha256sum."""
        return self.root / f"{self.entry.name}.zip.sha256"

    @property
    def lock(self) -> Path:
        """Held by the process that installs."""
        return self.root / f".{self.entry.name}.lock"


class Trust(StrEnum):
    """How a model's file is known to be the right one."""

    PUBLISHED = "published"
    """Its SHA-256 is in the manifest."""
    FIRST_USE = "first use"
    """Its SHA-256 was written down when it was first fetched on this machine."""
    NONE = "none"
    """Nothing is known yet: the first file fetched will be trusted."""


def trust(entry: Entry, root: Path) -> Trust:
    """How the next file for this model will be checked.

    Raises:
        StorageError: if what was written down cannot be read.
    """
    if entry.sha256 is not None:
        return Trust.PUBLISHED
    places = Places(entry, root)
    with storage_errors(places):
        return Trust.FIRST_USE if read_pin(places) else Trust.NONE


def installed(entry: Entry, root: Path) -> Path | None:
    """The folder of an installed, complete model, or None.

    Raises:
        StorageError: if it cannot be looked at.
    """
    places = Places(entry, root)
    with storage_errors(places):
        return places.model if missing_file(places.model) is None else None


def missing_file(folder: Path) -> str | None:
    """The first file, relative to `folder`, that a Vosk model needs and that is not there.

    There are two layouts; the flat one is older (alphacephei.com/vosk/models, "Model structure";
    vosk-api issue 207 of the Android demo).
    """
    flat = (folder / "final.mdl").is_file()
    needed = ("final.mdl", "mfcc.conf") if flat else ("am/final.mdl", "conf/model.conf")
    for name in needed:
        if not _has_content(folder / name):
            return name
    graph = folder if flat else folder / "graph"
    if (graph / "words.txt").is_file() and not _has_content(graph / "words.txt"):
        return "words.txt" if flat else "graph/words.txt"
    if any(all(_has_content(graph / name) for name in names) for names in GRAPHS):
        return None
    return "HCLG.fst" if flat else "graph/HCLG.fst"


def _has_content(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0


def read_pin(places: Places[Any]) -> str | None:
    """The SHA-256 written down on first use, or None.

    Raises:
        StorageError: if the file that should hold it does not.
    """
    try:
        text = places.pin.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return None
    found = re.match(r"([0-9a-f]{64})\s", text)
    if found is None:
        raise StorageError(
            f"{places.pin} does not hold a SHA-256.",
            "Delete it, and the next file that is fetched will be trusted.",
        )
    return found[1]


def write_pin(places: Places[Any], sha256: str) -> None:
    """Write down the SHA-256 of a file that was trusted on first use."""
    draft = places.pin.with_name(f".{places.pin.name}.new")
    draft.write_text(f"{sha256}  {places.entry.name}.zip\n", encoding="ascii")
    sync(draft)
    draft.replace(places.pin)


@contextmanager
def locked(places: Places[Any]) -> Iterator[None]:
    """Be the only one, among processes and threads, that installs this model.

    Raises:
        StorageError: if somebody else is at it.
    """
    with places.lock.open("wb") as file:
        if not try_lock(file.fileno()):
            raise StorageError(
                f"{places.entry.name} is being installed in {places.root} by another process.",
                "Wait until it is done.",
            )
        yield


@contextmanager
def storage_errors(places: Places[Any]) -> Iterator[None]:
    """Say what the operating system's errors mean for a person.

    Raises:
        StorageError: instead of any OSError.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            # The zip, and its content, which is about twice as large.
            need = max(1, 3 * places.entry.size // 1_000_000)
            raise StorageError(
                f"There is no room left in {places.root} for {places.entry.name}.",
                f"Free about {need} MB, and run the same command again.",
            ) from error
        where = error.filename if error.filename is not None else places.root
        raise StorageError(
            f"{where} cannot be used: {error.strerror or error}.",
            f"Make sure that you may read it, and that you may write to {places.root}.",
        ) from error
