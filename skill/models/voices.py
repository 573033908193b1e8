"""Installs an official voice: two files, each fetched or taken, and checked."""

import shutil
from pathlib import Path

from skill.errors import DownloadError
from skill.lasting import sync
from skill.models.download import Patience, download
from skill.models.install import PATIENCE
from skill.models.manifest import Remote, VoiceEntry
from skill.models.partial import Partial
from skill.models.placing import checksum, put_in_place
from skill.models.progress import Progress, Report, Stage, ignore
from skill.models.store import Places, storage_errors


def install_voice(
    entry: VoiceEntry,
    root: Path,
    report: Report = ignore,
    source: Path | None = None,
    patience: Patience = PATIENCE,
) -> Path:
    """Install a voice, unless it is installed already. An interrupted download goes on.

    Args:
        entry: which voice.
        root: the folder of all models and voices; made if it is not there.
        report: called with every step forward.
        source: an .onnx file with its .onnx.json beside it, or the folder of both, to take instead
            of downloading. It is checked like a downloaded one.
        patience: how long to put up with a bad connection.

    Returns:
        The .onnx file.

    Raises:
        DownloadError: if a file cannot be fetched, or is not the right one.
        StorageError: if the disk is full, `root` cannot be written, or another process installs
            this very voice.
    """
    places = Places(entry, root)

    def fill(fresh: Path) -> None:
        fresh.mkdir()
        for name, remote in entry.files:
            if source is None:
                _fetch(entry, remote, Partial(places.part_of(name)), report, patience)
                taken = places.part_of(name)
            else:
                taken = _given(source, name)
            try:
                check(taken, remote, report)
            except DownloadError:
                if source is None:
                    Partial(taken).forget()  # the next call must not take it for good
                raise
            _copy(taken, fresh / name, report)

    put_in_place(places, fill, lambda: installed_voice(entry, root) is not None)
    for name, _ in entry.files:
        Partial(places.part_of(name)).forget()
    return places.model / entry.files[0][0]


def installed_voice(entry: VoiceEntry, root: Path) -> Path | None:
    """The .onnx file of an installed voice that has both its files, or None.

    Raises:
        StorageError: if it cannot be looked at.
    """
    places = Places(entry, root)
    with storage_errors(places):
        files = [places.model / name for name, _ in entry.files]
        whole = all(file.is_file() and file.stat().st_size > 0 for file in files)
    return files[0] if whole else None


def check(path: Path, remote: Remote, report: Report = ignore) -> None:
    """Compare a file with all that is known of it.

    Raises:
        DownloadError: if it is another file.
    """
    size = path.stat().st_size
    found = f"it has {size} bytes instead of {remote.size}" if size != remote.size else None
    for kind, expected in (("sha256", remote.sha256), ("md5", remote.md5)):
        if found is None and expected is not None:
            with path.open("rb") as file:
                digest = checksum(file, kind, report)
            if digest != expected:
                found = f"its {kind.upper()} is {digest}, not {expected}"
    if found is not None:
        raise DownloadError(
            f"{path} is damaged or another file: {found}.",
            f"Fetch it once more from {remote.url}, and if it is still wrong, do not use it.",
        )


def known_by(entry: VoiceEntry) -> str:
    """What both files are checked by, in a word or two."""
    remotes = (entry.model, entry.config)
    if all(remote.sha256 for remote in remotes):
        return "sha256"
    return "md5" if all(remote.is_exact for remote in remotes) else "size only"


def _fetch(
    entry: VoiceEntry, remote: Remote, part: Partial, report: Report, patience: Patience
) -> None:
    names = " and ".join(file.url for _, file in entry.files)
    by_hand = (
        f"Fetch {names} with another machine into one folder, and install it with: "
        f"roller-coach voices get {entry.name} --from FOLDER"
    )
    download(remote, part, report, patience, by_hand)


def _given(source: Path, name: str) -> Path:
    """One of the two files, from a folder or beside the .onnx file that was named."""
    if source.is_dir():
        path = source / name
    else:
        path = source.with_name(source.name + ".json") if name.endswith(".json") else source
    if not path.is_file():
        raise DownloadError(
            f"There is no file {path}.", "A voice is two files, .onnx and .onnx.json, side by side."
        )
    return path


def _copy(source: Path, target: Path, report: Report) -> None:
    shutil.copyfile(source, target)
    sync(target)
    size = target.stat().st_size
    report(Progress(Stage.COPYING, size, size))
