"""Checksums of a model's files, kept in its folder: Vosk crashes on some files that were cut short.

Seen with vosk 0.3.45: a truncated HCLr.fst ends in a segmentation fault, a truncated Gr.fst is
used as it is. So a model is looked at before Vosk sees it.
"""

import hashlib
from pathlib import Path

from skill.errors import ModelError

SEAL = "SHA256SUMS"
"""In the format of sha256sum, so that ``sha256sum -c SHA256SUMS`` checks it as well."""


def seal(folder: Path) -> None:
    """Write the checksums of every file in a model's folder.

    Raises:
        OSError: if the folder cannot be written.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SEAL)
    lines = [f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / SEAL).write_text("".join(lines), encoding="utf-8")


def is_sealed(folder: Path) -> bool:
    """Whether the folder has checksums."""
    return (folder / SEAL).is_file()


def read_seal(folder: Path) -> dict[str, str]:
    """Path of each sealed file, relative to the folder -> its SHA-256; empty without a seal.

    Raises:
        ModelError: if the seal is there and cannot be read.
    """
    path = folder / SEAL
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read: {error}.", "Copy the folder again.") from error
    parts = (line.partition("  ") for line in lines)
    return {name: digest for digest, _, name in parts}


def check_seal(folder: Path) -> None:
    """Compare a sealed model with its checksums; about 3 ms a megabyte.

    Raises:
        ModelError: naming the first file that is missing or differs.
    """
    for name, digest in read_seal(folder).items():
        path = folder / name
        if not path.is_file() or _sha256(path) != digest:
            what = "damaged or cut short" if path.is_file() else "missing"
            raise ModelError(
                f"The model in {folder} cannot be used: {name} is {what}.",
                "Copy or install the model again.",
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
