"""Bundles that are no bundles."""

import io
import tarfile
from pathlib import Path

import pytest

from skill.errors import DownloadError
from skill.upgrade.bundle import unpack


@pytest.mark.parametrize("name", ["top/ü\0.txt", "top/../../etc/passwd", "/etc/passwd", "alone"])
def test_a_name_that_no_bundle_has_is_one_sentence(tmp_path: Path, name: str) -> None:
    bundle, folder = tmp_path / "bundle.tar", tmp_path / "unpacked"
    with tarfile.open(bundle, "w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo(name)
        member.size = 5
        tar.addfile(member, io.BytesIO(b"hello"))
    with pytest.raises(DownloadError, match=r"bundle\.tar is no bundle of ours"):
        unpack(bundle, folder)
    assert [*tmp_path.iterdir()] == [bundle]
