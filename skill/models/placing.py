"""What every installation has in common: checked files, and all of them or none in their place."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from skill.lasting import sync
from skill.models.progress import Progress, Report, Stage
from skill.models.seal import is_intact, seal
from skill.models.store import Places, locked, storage_errors
from skill.models.unpack import remove

CHUNK = 1 << 18


def put_in_place(
    places: Places[Any], fill: Callable[[Path], None], is_there: Callable[[], bool]
) -> None:
    """Make a new folder, seal it and move it into place, unless it is there already, undamaged.

    A crash at any point leaves either the whole folder or none, and no other process can interfere.

    Args:
        places: where things lie.
        fill: makes the folder it is given, and puts everything into it.
        is_there: whether it is installed and complete.

    Raises:
        StorageError: if the disk is full, the place cannot be written, or another process installs
            the same.
    """

    def is_well() -> bool:
        return is_there() and is_intact(places.model)

    if is_well():
        return
    with storage_errors(places):
        places.root.mkdir(parents=True, exist_ok=True)
        with locked(places):
            if is_well():  # somebody was faster
                return
            remove(places.staging)
            try:
                places.staging.mkdir()
                fresh = places.staging / "model"
                fill(fresh)
                seal(fresh)
                _move(places, fresh)
            finally:
                remove(places.staging)


def _move(places: Places[Any], fresh: Path) -> None:
    sync(fresh)
    if places.model.exists():  # not whole, or it would have been taken as installed
        places.model.rename(places.staging / "old")
    fresh.rename(places.model)
    sync(places.root)


def checksum(file: IO[bytes], kind: str, report: Report) -> str:
    """The hexadecimal checksum of a file.

    Args:
        file: open for reading.
        kind: hashlib's name of the checksum.
        report: told about `Stage.CHECKING`.
    """
    digest = hashlib.new(kind, usedforsecurity=False)
    total = file.seek(0, 2)
    file.seek(0)
    done = 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        done += len(chunk)
        report(Progress(Stage.CHECKING, done, total))
    return digest.hexdigest()
