"""A bundle, as `scripts/bundle` makes it: one .tar with SHA256SUMS of everything in it."""

import errno
import hashlib
import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from skill.errors import DownloadError, StorageError

SUMS = "SHA256SUMS"
INSTALLER = "scripts/install-pi"
VERSION_FILE = "skill/__init__.py"
COPY_AGAIN = "Copy it again; `sha256sum` gives the sum that ./scripts/bundle printed."
CHUNK = 1 << 20
_BROKEN = (tarfile.TarError, ValueError, OverflowError, MemoryError, RecursionError)
"""What `tarfile` raises over damaged headers: names with zeros in them, sizes beyond all disks."""
IMPOSSIBLE = frozenset({errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EEXIST})
"""What the system says of a name that is a file's and a folder's, or too long. No space helps."""
Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """An unpacked bundle whose every file is as it was packed.

    Attributes:
        folder: where it lies.
        version: of the coach in it.
    """

    folder: Path
    version: Version


def unpack(path: Path, folder: Path) -> Bundle:
    """Unpack a bundle into a folder that is made anew, and compare every sum.

    Raises:
        DownloadError: if it is no bundle, cut short, or damaged; the folder is gone then.
        StorageError: if it is not there, or cannot be read, or written.
    """
    shutil.rmtree(folder, ignore_errors=True)
    try:
        if not path.is_file():  # nor a pipe, for which one would wait
            raise StorageError(
                f"There is no file {path}.", "Name a bundle that ./scripts/bundle has made."
            )
        folder.mkdir(parents=True)
        with _opened(path) as tar:
            for member in tar:
                _take_out(tar, member, folder, path)
        _compare(folder, path)
        return Bundle(folder, version_of(folder / VERSION_FILE))
    except OSError as failure:
        shutil.rmtree(folder, ignore_errors=True)
        raise StorageError(
            f"{path} cannot be unpacked into {folder}: {failure.strerror}.",
            "Start this as root, with some 600 MB free.",
        ) from failure
    except DownloadError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    """Every way for a tar to be broken becomes one sentence."""
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except _BROKEN as failure:
        raise DownloadError(f"{path} is no bundle, or cut short: {failure}.", COPY_AGAIN) from None


def _take_out(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, path: Path) -> None:
    if member.isdir():
        return
    parts = PurePosixPath(member.name).parts
    strange = not parts[1:] or ".." in parts or parts[0] == "/" or "\0" in member.name
    # A file with holes may be larger than every disk, in a bundle of a few bytes.
    if strange or not member.isfile() or member.issparse():
        raise DownloadError(
            f"{path} is no bundle of ours: {member.name!r} is in it.",
            "Make it with ./scripts/bundle.",
        )
    source = tar.extractfile(member)
    if source is None:
        return
    inside = PurePosixPath(*parts[1:])
    target = folder / inside
    with source, _begun(target, inside, path) as file:
        copied = _copy(source, file)
    if copied != member.size:
        raise DownloadError(f"{path} is cut short, in {inside}.", COPY_AGAIN)
    target.chmod(member.mode & 0o755)


def _begun(target: Path, inside: PurePosixPath, path: Path) -> IO[bytes]:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("wb")
    except OSError as failure:
        if failure.errno not in IMPOSSIBLE:
            raise
        raise DownloadError(
            f"{path} is damaged: no file can be called {str(inside)[-40:]} there "
            f"({failure.strerror}).",
            COPY_AGAIN,
        ) from failure


def _copy(source: IO[bytes], target: IO[bytes]) -> int:
    copied = 0
    while chunk := source.read(CHUNK):
        copied += target.write(chunk)
    return copied


def _compare(folder: Path, path: Path) -> None:
    sums = folder / SUMS
    if not sums.is_file() or not (folder / INSTALLER).is_file():
        raise DownloadError(
            f"{path} is no bundle of ours, or cut short: it has no {SUMS} or no installer.",
            COPY_AGAIN,
        )
    packed = dict(_lines(sums))
    there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()} - {SUMS}
    for name in sorted(packed.keys() | there):
        if name not in packed:
            raise DownloadError(f"{path} holds {name}, of which {SUMS} knows nothing.", COPY_AGAIN)
        if name not in there or packed[name] != _digest(folder / name):
            raise DownloadError(f"{path} is damaged: {name} is not what was packed.", COPY_AGAIN)


def _lines(sums: Path) -> Iterator[tuple[str, str]]:
    for line in sums.read_text(encoding="utf-8", errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def version_of(file: Path) -> Version:
    """The version that a `skill/__init__.py` names; (0,) if it names none."""
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    found = re.search(r'__version__ = "(\d{1,9}(?:\.\d{1,9})*)(?!\d)', text)
    return tuple(int(part) for part in found[1].split(".")) if found else (0,)


def shown(version: Version) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))
