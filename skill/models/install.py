"""Installs an official model: fetch or take, check, unpack, move into place."""

import hashlib
from pathlib import Path
from typing import IO

from skill.errors import DownloadError, ModelError
from skill.models.download import Patience, download
from skill.models.manifest import Entry
from skill.models.partial import Partial
from skill.models.progress import Progress, Report, Stage, ignore
from skill.models.seal import seal
from skill.models.store import (
    Places,
    installed,
    locked,
    missing_file,
    read_pin,
    storage_errors,
    sync,
    write_pin,
)
from skill.models.unpack import copy, remove, unpack

CHUNK = 1 << 18
PATIENCE = Patience()


def install(
    entry: Entry,
    root: Path,
    report: Report = ignore,
    source: Path | None = None,
    patience: Patience = PATIENCE,
) -> Path:
    """Install a model, unless it is installed already.

    A crash at any point leaves either the whole model or none, and no other process can interfere.
    An interrupted download goes on at the next call.

    Args:
        entry: which model.
        root: the folder of all models; made if it is not there.
        report: called with every step forward.
        source: a zip or folder to take instead of downloading. A zip is checked like a downloaded
            one; a folder has no checksum, and only its layout is checked.
        patience: how long to put up with a bad connection.

    Returns:
        The folder to give to the recogniser.

    Raises:
        DownloadError: if the file cannot be fetched, is not the right one, or is not a safe zip.
        ModelError: if it holds no Vosk model.
        StorageError: if the disk is full, `root` cannot be written, or another process installs
            this very model.
    """
    found = installed(entry, root)
    if found is not None:
        return found
    places = Places(entry, root)
    with storage_errors(places):
        root.mkdir(parents=True, exist_ok=True)
        with locked(places):
            if installed(entry, root) is None:  # nobody was faster
                _install(places, report, source, patience)
    return places.model


def _install(places: Places, report: Report, source: Path | None, patience: Patience) -> None:
    remove(places.staging)
    try:
        places.staging.mkdir()
        fresh = places.staging / "model"
        if source is None:
            _from_network(places, fresh, report, patience)
        elif source.is_dir():
            _from_folder(source, fresh, report)
        elif source.is_file():
            with source.open("rb") as archive:
                _from_archive(places, archive, str(source), fresh, report)
        else:
            raise DownloadError(f"There is no file or folder {source}.", "Name one that is there.")
        seal(fresh)
        _move_into_place(places, fresh)
    finally:
        remove(places.staging)


def _from_network(places: Places, fresh: Path, report: Report, patience: Patience) -> None:
    part = Partial(places.part)
    download(places.entry, part, report, patience)
    try:
        with places.part.open("rb") as archive:
            _from_archive(places, archive, places.entry.url, fresh, report)
    except (DownloadError, ModelError):
        part.forget()  # it is complete, and wrong: the next call must not take it for good
        raise


def _from_archive(
    places: Places, archive: IO[bytes], name: str, fresh: Path, report: Report
) -> None:
    digest = _sha256(archive, report)
    expected = places.entry.sha256 or read_pin(places)
    if expected not in {None, digest}:
        raise _wrong(places, name, digest)
    unpack(archive, name, fresh, report)
    _refuse_other(fresh, name)
    if expected is None:
        write_pin(places, digest)


def _from_folder(source: Path, fresh: Path, report: Report) -> None:
    inner = [folder for folder in source.iterdir() if missing_file(folder) is None]
    if missing_file(source) is not None and len(inner) == 1:
        source = inner[0]  # some programs unpack into a folder of the same name
    _refuse_other(source, str(source))
    copy(source, fresh, report)


def _refuse_other(folder: Path, name: str) -> None:
    missing = missing_file(folder)
    if missing is not None:
        raise ModelError(
            f"{name} is not a whole Vosk model: {missing} is missing or empty.",
            "Take a zip from https://alphacephei.com/vosk/models, or the folder unpacked from it.",
        )


def _sha256(archive: IO[bytes], report: Report) -> str:
    digest = hashlib.sha256()
    total = archive.seek(0, 2)
    archive.seek(0)
    done = 0
    while chunk := archive.read(CHUNK):
        digest.update(chunk)
        done += len(chunk)
        report(Progress(Stage.CHECKING, done, total))
    return digest.hexdigest()


def _wrong(places: Places, name: str, digest: str) -> DownloadError:
    entry = places.entry
    if entry.sha256 is not None:
        return DownloadError(
            f"{name} is damaged or another file: its SHA-256 is {digest}, not {entry.sha256}.",
            f"Fetch it once more from {entry.url}, and if it is still wrong, do not use it.",
        )
    return DownloadError(
        f"{name} is not the file that was trusted before: its SHA-256 is {digest}.",
        f"If you trust it all the same, delete {places.pin} and run the same command again.",
    )


def _move_into_place(places: Places, fresh: Path) -> None:
    sync(fresh)
    if places.model.exists():  # not whole, or it would have been taken as installed
        places.model.rename(places.staging / "old")
    fresh.rename(places.model)
    sync(places.root)
    Partial(places.part).forget()
