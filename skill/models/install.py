"""Installs an official model: fetch or take, check, unpack, move into place."""

from pathlib import Path
from typing import IO

from skill.errors import DownloadError, ModelError
from skill.models.download import Patience, download
from skill.models.manifest import Entry
from skill.models.partial import Partial
from skill.models.placing import checksum, put_in_place
from skill.models.progress import Report, ignore
from skill.models.seal import check_seal
from skill.models.store import Places, installed, missing_file, read_pin, write_pin
from skill.models.unpack import copy, unpack

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
    places = Places(entry, root)

    def fill(fresh: Path) -> None:
        if source is None:
            _from_network(places, fresh, report, patience)
        elif source.is_dir():
            _from_folder(source, fresh, report)
        elif source.is_file():
            with source.open("rb") as archive:
                _from_archive(places, archive, str(source), fresh, report)
        else:
            raise DownloadError(f"There is no file or folder {source}.", "Name one that is there.")

    put_in_place(places, fill, lambda: installed(entry, root) is not None)
    Partial(places.part).forget()
    return places.model


def by_hand(entry: Entry) -> str:
    """How to install a model without this machine's network, in one sentence."""
    return (
        f"Fetch {entry.url} with another machine, and install the file or the unpacked folder "
        f"with: roller-coach models get {entry.name} --from {entry.name}.zip"
    )


def _from_network(places: Places[Entry], fresh: Path, report: Report, patience: Patience) -> None:
    entry = places.entry
    part = Partial(places.part)
    download(entry, part, report, patience, by_hand(entry))
    try:
        with places.part.open("rb") as archive:
            _from_archive(places, archive, entry.url, fresh, report)
    except (DownloadError, ModelError):
        part.forget()  # it is complete, and wrong: the next call must not take it for good
        raise


def _from_archive(
    places: Places[Entry], archive: IO[bytes], name: str, fresh: Path, report: Report
) -> None:
    entry = places.entry
    digest = checksum(archive, "sha256", report)
    expected = entry.sha256 or read_pin(places)
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
    check_seal(source)
    copy(source, fresh, report)


def _refuse_other(folder: Path, name: str) -> None:
    missing = missing_file(folder)
    if missing is not None:
        raise ModelError(
            f"{name} is not a whole Vosk model: {missing} is missing or empty.",
            "Take a zip from https://alphacephei.com/vosk/models, or the folder unpacked from it.",
        )


def _wrong(places: Places[Entry], name: str, digest: str) -> DownloadError:
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
