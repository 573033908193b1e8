"""Bundles that nobody has packed, looked at without installing anything."""

import hashlib
import io
import os
import tarfile
import time
from pathlib import Path

import pytest

from skill.errors import DownloadError, StorageError
from skill.upgrade.bundle import unpack
from skill.upgrade.installation import Installation

PROGRAM = "skill/__init__.py"
INSTALLER = "scripts/install-pi"
GIB = 1 << 30


def pack(path: Path, version: str, mode: int = 0o755, installer: bytes = b"#!/bin/sh\n") -> Path:
    """A bundle of two files, with their sums."""
    files = {PROGRAM: f'__version__ = "{version}"\n'.encode(), INSTALLER: installer}
    sums = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
    files["SHA256SUMS"] = "".join(sums).encode()
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(f"roller/{name}")
            member.size, member.mode = len(data), mode
            tar.addfile(member, io.BytesIO(data))
    return path


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    """An installation of version 1.0, as far as an upgrade looks at it."""
    program = tmp_path / "opt/roller-coach" / PROGRAM
    program.parent.mkdir(parents=True)
    program.write_text('__version__ = "1.0"\n', encoding="utf-8")
    return Installation(tmp_path)


def with_holes(size: int) -> bytes:
    """The header of a file with a hole of so many bytes, as old GNU tar writes it."""
    header = bytearray(tarfile.TarInfo("roller/vast").tobuf(tarfile.GNU_FORMAT))
    header[156:157] = tarfile.GNUTYPE_SPARSE
    header[386:398] = b"%011o\0" % size
    header[398:410] = b"%011o\0" % 0
    header[483:495] = b"%011o\0" % size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def test_a_file_of_nothing_but_a_hole_does_not_fill_the_disk(tmp_path: Path) -> None:
    bundle = pack(tmp_path / "bundle.tar", "2.0")
    bundle.write_bytes(with_holes(6 * GIB) + bundle.read_bytes())
    began = time.monotonic()
    with pytest.raises(DownloadError, match="no bundle of ours: 'roller/vast' is in it"):
        unpack(bundle, tmp_path / "there")
    assert time.monotonic() - began < 5
    assert not (tmp_path / "there").exists()


def test_what_is_no_file_is_said_so_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path / "none.tar", tmp_path, Path("/dev/zero")):
        with pytest.raises(StorageError, match=f"There is no file {path}. Name a bundle"):
            unpack(path, tmp_path / "there")


@pytest.mark.parametrize("name", ["skill", f"{PROGRAM}/x", "x" * 300, "x/" * 3000 + "x"])
def test_a_name_that_no_file_can_have_is_damage_and_no_want_of_space(
    tmp_path: Path, name: str
) -> None:
    bundle = pack(tmp_path / "bundle.tar", "2.0")
    with tarfile.open(bundle, "a") as tar:
        tar.addfile(tarfile.TarInfo(f"roller/{name}"))
    with pytest.raises(DownloadError, match=r"no file can be called .*Copy it again"):
        unpack(bundle, tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_a_version_of_thousands_of_digits_is_none(tmp_path: Path) -> None:
    assert unpack(pack(tmp_path / "bundle.tar", "9" * 5000), tmp_path / "there").version == (0,)


@pytest.mark.parametrize(
    ("mode", "installer"),
    [(0o644, b"#!/bin/sh\n"), (0o755, b"#!/nowhere\n")],
    ids=["no program", "no interpreter"],
)
def test_an_installer_that_cannot_be_started_is_one_sentence(
    home: Installation, tmp_path: Path, mode: int, installer: bytes
) -> None:
    bundle = pack(tmp_path / "bundle.tar", "2.0", mode, installer)
    with pytest.raises(DownloadError, match="its scripts/install-pi cannot be started"):
        home.upgrade(bundle)
    assert home.version == (1, 0)
    assert [path.name for path in home.home.parent.iterdir()] == ["roller-coach"]


def test_what_an_installer_complains_of_need_not_be_text(
    home: Installation, tmp_path: Path
) -> None:
    complains = b"#!/bin/sh\nprintf 'no room for b\\377d'\nexit 1\n"
    with pytest.raises(DownloadError, match="no room for b\ufffdd"):
        home.upgrade(pack(tmp_path / "bundle.tar", "2.0", installer=complains))
