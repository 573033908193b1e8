"""Checksums of a model's files, kept in its folder: Vosk crashes on some files that were cut short.

Seen with vosk 0.3.45: a truncated HCLr.fst ends in a segmentation fault, a truncated Gr.fst is
used as it is. So a model is looked at before Vosk sees it.
"""

import hashlib
import re
from pathlib import Path

from skill.errors import ModelError
from skill.lasting import replace_text

SEAL = "SHA256SUMS"
"""In the format of sha256sum, so that ``sha256sum -c SHA256SUMS`` checks it as well."""
LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<name>.+)")


def seal(folder: Path) -> None:
    """Write the checksums of every file in a model's folder; after a power cut, too, they are whole
    or not there.

    Raises:
        OSError: if the folder cannot be written.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SEAL)
    lines = [f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    replace_text(folder / SEAL, "".join(lines))


def is_sealed(folder: Path) -> bool:
    """Whether the folder has checksums."""
    return (folder / SEAL).is_file()


def read_seal(folder: Path) -> dict[str, str]:
    """Path of each sealed file, relative to the folder -> its SHA-256; empty without a seal.

    Raises:
        ModelError: if the seal is there, and cannot be read or is none.
    """
    path = folder / SEAL
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read: {error}.", "Copy the folder again.") from error
    found = [LINE.fullmatch(line) for line in lines]
    for number, line in enumerate(found, 1):
        if line is None:
            raise ModelError(f"{path}, line {number}, is no checksum.", "Copy the folder again.")
    if not found:
        raise ModelError(f"{path} has no checksum in it.", "Copy the folder again.")
    return {line["name"]: line["digest"] for line in found if line is not None}


def check_seal(folder: Path) -> None:
    """Compare a sealed model with its checksums; about 3 ms a megabyte.

    Raises:
        ModelError: naming the first file that is missing or differs.
    """
    for name, digest in read_seal(folder).items():
        problem = _problem(folder / name, digest)
        if problem:
            raise ModelError(
                f"The model in {folder} cannot be used: {name} {problem}.",
                "Copy or install the model again.",
            )


def _problem(path: Path, digest: str) -> str:
    """What is wrong with a sealed file; empty if nothing is."""
    try:
        if not path.is_file():
            return "is missing"
        return "" if _sha256(path) == digest else "is damaged or cut short"
    except OSError as failure:  # of a seal's own making: a name that no file can have
        return f"cannot be read ({failure.strerror})"


def is_intact(folder: Path) -> bool:
    """Whether nothing in a folder differs from its checksums; also if there are none."""
    try:
        check_seal(folder)
    except ModelError:
        return False
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
