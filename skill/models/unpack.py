"""Unpacks a model's zip, or copies a model's folder, trusting neither."""

import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO

from skill.errors import DownloadError
from skill.lasting import sync
from skill.models.progress import Progress, Report, Stage

MAX_FILES = 1_000
"""Official models have about 15 files."""
MAX_UNPACKED = 1 << 30
"""Bytes. The official small models unpack to 57 to 90 MB."""
MAX_RATIO = 20
"""Unpacked to packed. The official models have about 1.5, and plain text seldom more than 10."""
CHUNK = 1 << 18

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
_REMEDY = "Do not use this file: fetch it again from its publisher."


@dataclass(frozen=True, slots=True)
class _Member:
    info: zipfile.ZipInfo
    path: PurePosixPath


def unpack(archive: IO[bytes], name: str, into: Path, report: Report) -> None:
    """Unpack a zip, without the one folder that everything in it lies in.

    Everything is looked at before anything is written.

    Args:
        archive: the zip, open for reading.
        name: what to call it in errors.
        into: a new folder; left half filled after an error.
        report: told about `Stage.UNPACKING`.

    Raises:
        DownloadError: if it is not a zip, broken, encrypted, too large, or wants to write anything
            but plain files and folders below `into`.
        OSError: if it cannot be written.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _checked(opened.infolist(), name, archive.seek(0, 2))
            into.mkdir()
            _write(opened, members, into, report)
    except _BROKEN as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DownloadError(f"{name} is not a whole zip file: {reason}.", _REMEDY) from error


def _checked(infos: list[zipfile.ZipInfo], name: str, packed: int) -> list[_Member]:
    """The plain files, with the paths they are to have."""
    if len(infos) > MAX_FILES:
        raise DownloadError(f"{name} holds {len(infos)} files, more than {MAX_FILES}.", _REMEDY)
    total = sum(info.file_size for info in infos)
    if total > min(MAX_UNPACKED, MAX_RATIO * packed):
        raise DownloadError(f"{name} would unpack to {total} bytes, far too many.", _REMEDY)
    for info in infos:
        if reason := _unsafe(info):
            raise DownloadError(f"{name} holds {info.orig_filename!r}, {reason}.", _REMEDY)
    members = [_Member(info, PurePosixPath(info.filename)) for info in infos if not info.is_dir()]
    tops = {member.path.parts[0] for member in members}
    if len(tops) == 1 and all(len(member.path.parts) > 1 for member in members):
        members = [
            _Member(member.info, PurePosixPath(*member.path.parts[1:])) for member in members
        ]
    _refuse_clashes(members, name)
    return members


def _unsafe(info: zipfile.ZipInfo) -> str | None:
    """Why an entry must not be unpacked."""
    path = info.orig_filename
    parts = path.removesuffix("/").split("/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    reasons = {
        "which is an absolute path": path.startswith("/") or re.match(r"[A-Za-z]:", path),
        "which leads out of its folder": ".." in parts,
        "which is not a plain path": "\\" in path or "." in parts or "" in parts,
        "which has control characters": any(ord(character) < ord(" ") for character in path),
        "which is a link or a device": kind not in {0, stat.S_IFREG, stat.S_IFDIR},
        "which is encrypted": info.flag_bits & 0x1,
        "which is packed in an unusual way": info.compress_type
        not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED},
    }
    return next((reason for reason, found in reasons.items() if found), None)


def _refuse_clashes(members: list[_Member], name: str) -> None:
    """Refuse two files of one name, and a file that is also a folder."""
    taken: set[PurePosixPath] = set()
    folders = set(chain.from_iterable(member.path.parents for member in members))
    for path in (member.path for member in members):
        if path in taken or path in folders:
            raise DownloadError(f"{name} holds {str(path)!r} twice.", _REMEDY)
        taken.add(path)


def _write(opened: zipfile.ZipFile, members: list[_Member], into: Path, report: Report) -> None:
    total = sum(member.info.file_size for member in members)
    done = 0
    for member in members:
        target = into / member.path
        target.parent.mkdir(parents=True, exist_ok=True)
        # zipfile never yields more than the size it announces, so the sums above are binding.
        with opened.open(member.info) as source:
            for size in _pour(source, target):
                done += size
                report(Progress(Stage.UNPACKING, done, total))


def copy(source: Path, into: Path, report: Report) -> None:
    """Copy a folder.

    Args:
        source: a folder of plain files and folders.
        into: a new folder; left half filled after an error.
        report: told about `Stage.COPYING`.

    Raises:
        DownloadError: if there is anything but plain files and folders, or far too much.
        OSError: if it cannot be read or written.
    """
    files = [path for path in sorted(source.rglob("*")) if not _is_folder(path)]
    total = sum(path.lstat().st_size for path in files)
    if len(files) > MAX_FILES or total > MAX_UNPACKED:
        raise DownloadError(
            f"{source} holds {len(files)} files and {total} bytes, too much for a model.",
            "Name the folder of one model.",
        )
    for path in files:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise DownloadError(
                f"{path} is a link or a device, not a plain file.",
                "Copy the model with its links replaced by files, and name the copy.",
            )
    done = 0
    into.mkdir()
    for path in files:
        target = into / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as opened:
            for size in _pour(opened, target):
                done += size
                report(Progress(Stage.COPYING, done, total))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _pour(source: IO[bytes], target: Path) -> Iterator[int]:
    """Write a new file, yield the size of every chunk, and wait for the disk."""
    with target.open("xb") as file:
        while chunk := source.read(CHUNK):
            yield file.write(chunk)
    sync(target)


def remove(folder: Path) -> None:
    """Remove a folder, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)
