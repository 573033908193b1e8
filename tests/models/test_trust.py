"""Only a safe zip of the right file with a whole model in it is installed."""

import hashlib
import shutil
from pathlib import Path

import pytest

from skill.errors import DownloadError, ModelError, StorageError
from skill.models.store import Places, Trust, trust
from tests.models.archives import FILES, TOP, contents, describe, pack, pack_link
from tests.models.calls import failure, get, left
from tests.models.server import Site

PACKED = pack(FILES)


@pytest.mark.parametrize(
    ("packed", "kind", "problem"),
    [
        (PACKED[:-200], DownloadError, "not a whole zip"),
        (b"<html>Please log in</html>", DownloadError, "not a whole zip"),
        (pack({**FILES, "../../evil": b"x"}, top=""), DownloadError, "leads out"),
        (pack_link("link", "/etc/passwd"), DownloadError, "link"),
        (pack({**FILES, "zeros": bytes(30_000_000)}), DownloadError, "far too many"),
        (pack({"readme.txt": b"hello", "song.wav": b"la"}), ModelError, "am/final.mdl is missing"),
        (pack({**FILES, "am/final.mdl": b""}), ModelError, "am/final.mdl is missing or empty"),
        (pack({**FILES, "graph/Gr.fst": b""}), ModelError, "graph/HCLG.fst is missing"),
    ],
)
def test_a_bad_zip_leaves_nothing_and_the_next_call_starts_afresh(
    site: Site, root: Path, packed: bytes, kind: type[DownloadError | ModelError], problem: str
) -> None:
    entry = describe(packed, site.url)
    site.body = packed

    assert problem in failure(kind, entry, root).problem

    assert left(root) == set()
    assert contents(root.parent) == {f"models/.{TOP}.lock": b""}
    site.body = PACKED
    get(describe(PACKED, site.url), root)
    assert site.ranges_asked == [None, None]


def test_the_first_file_is_trusted_and_written_down(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url, pinned=False)
    assert trust(entry, root) is Trust.NONE

    folder = get(entry, root)

    assert trust(entry, root) is Trust.FIRST_USE
    assert trust(describe(PACKED, site.url), root) is Trust.PUBLISHED
    written = (root / f"{TOP}.zip.sha256").read_text(encoding="ascii")
    assert written == f"{hashlib.sha256(PACKED).hexdigest()}  {TOP}.zip\n"
    assert contents(folder) == FILES


def test_another_file_is_refused_later(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url, pinned=False)
    shutil.rmtree(get(entry, root))
    site.body = pack({**FILES, "README": b"changed"})

    error = failure(DownloadError, entry, root)
    assert "not the file that was trusted before" in error.problem
    pin = root / f"{TOP}.zip.sha256"
    assert str(pin) in error.remedy
    assert left(root) == {pin.name}

    pin.unlink()
    get(entry, root)
    assert trust(entry, root) is Trust.FIRST_USE


def test_what_is_no_model_is_not_trusted(site: Site, root: Path) -> None:
    site.body = pack({"a.txt": b"hello"})
    entry = describe(PACKED, site.url, pinned=False)

    failure(ModelError, entry, root)

    assert trust(entry, root) is Trust.NONE


def test_a_damaged_pin_is_said(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url, pinned=False)
    root.mkdir(parents=True)
    Places(entry, root).pin.write_text("", encoding="ascii")

    assert "does not hold a SHA-256" in failure(StorageError, entry, root).problem
