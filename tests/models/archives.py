"""Small zips and folders that look like models, or like trouble."""

import hashlib
import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from skill.models.manifest import Entry
from skill.models.seal import SEAL

TOP = "vosk-model-tiny"
FILES: Mapping[str, bytes] = {
    "am/final.mdl": hashlib.shake_256(b"acoustic model").digest(200_000),
    "conf/model.conf": b"--beam=10.0\n",
    "conf/mfcc.conf": b"--sample-frequency=16000\n",
    "graph/HCLr.fst": hashlib.shake_256(b"lexicon").digest(60_000),
    "graph/Gr.fst": hashlib.shake_256(b"grammar").digest(30_000),
    "README": b"A model for tests.\n",
}


def pack(files: Mapping[str, bytes], top: str = f"{TOP}/") -> bytes:
    """A zip of these files, always the same to the byte."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        for name, content in files.items():
            opened.writestr(zipfile.ZipInfo(top + name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def pack_link(name: str, target: str) -> bytes:
    """A model with one symbolic link more."""
    packed = io.BytesIO(pack(FILES))
    link = zipfile.ZipInfo(f"{TOP}/{name}")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(packed, "a") as opened:
        opened.writestr(link, target)
    return packed.getvalue()


def lay_out(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """A folder of these files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for its checksums."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != SEAL
    }


def describe(packed: bytes, url: str, *, pinned: bool = True) -> Entry:
    """The manifest's entry for a zip."""
    return Entry(
        name=TOP,
        kind="vosk",
        title="For tests",
        language="en-US",
        licence="Apache-2.0",
        url=url,
        size=len(packed),
        sha256=hashlib.sha256(packed).hexdigest() if pinned else None,
    )
