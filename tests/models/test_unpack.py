"""Nothing in a zip can write outside its folder, fill the disk, or surprise the program."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.errors import DownloadError
from skill.models.progress import Progress, Stage, ignore
from skill.models.unpack import MAX_FILES, copy, unpack
from tests.models.archives import FILES, TOP, contents, lay_out, pack, pack_link


def refused(packed: bytes, folder: Path) -> str:
    """The problem, after checking that nothing was written."""
    folder.mkdir(exist_ok=True)
    with pytest.raises(DownloadError) as caught:
        unpack(io.BytesIO(packed), "the file", folder / "model", ignore)
    assert contents(folder) == {}
    assert caught.value.problem.startswith("the file ")
    return caught.value.problem


@pytest.mark.parametrize("top", ["", f"{TOP}/"])
def test_files_come_out_whole_without_the_top_folder(tmp_path: Path, top: str) -> None:
    steps: list[Progress] = []

    unpack(io.BytesIO(pack(FILES, top)), "a.zip", tmp_path / "model", steps.append)

    assert contents(tmp_path / "model") == FILES
    total = sum(map(len, FILES.values()))
    assert steps[-1] == Progress(Stage.UNPACKING, total, total)
    assert [step.done for step in steps] == sorted({step.done for step in steps})


def test_folder_entries_are_no_files(tmp_path: Path) -> None:
    unpack(
        io.BytesIO(pack({"": b"", "am/": b"", "am/final.mdl": b"x", "empty/": b""})),
        "a.zip",
        tmp_path / "model",
        ignore,
    )

    assert contents(tmp_path / "model") == {"am/final.mdl": b"x"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "absolute"),
        ("C:/Windows/x", "absolute"),
        ("c:x", "absolute"),
        ("../x", "leads out"),
        ("am/../../x", "leads out"),
        ("am/..", "leads out"),
        ("..\\x", "plain path"),
        ("am//x", "plain path"),
        ("./x", "plain path"),
        ("am/x\n", "control"),
    ],
)
def test_a_path_that_is_not_plain_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    assert reason in refused(pack({**FILES, name: b"evil"}, top=""), tmp_path / "root")
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside", "README"])
def test_a_link_is_refused(tmp_path: Path, target: str) -> None:
    assert "a link" in refused(pack_link("link", target), tmp_path)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    assert "far too many" in refused(pack({**FILES, "zeros": bytes(50_000_000)}), tmp_path)


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    many = {f"file{number}": b"" for number in range(MAX_FILES + 1)}
    assert "more than" in refused(pack(many), tmp_path)


def test_an_entry_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    packed = pack({"am/final.mdl": bytes(range(250)) * 40})
    lying = packed.replace((10_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != packed

    with pytest.raises(DownloadError, match="not a whole zip"):
        unpack(io.BytesIO(lying), "the file", tmp_path / "model", ignore)


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    packed = bytearray(pack({"am/final.mdl": b"secret"}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1

    assert "encrypted" in refused(bytes(packed), tmp_path)


def test_an_unusual_packing_is_refused(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as opened:
        opened.writestr("model/am/final.mdl", b"x")

    assert "unusual" in refused(target.getvalue(), tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["am", "am/final.mdl"])
def test_a_name_for_two_things_is_refused(tmp_path: Path, second: str) -> None:
    packed = io.BytesIO(pack(FILES))
    with zipfile.ZipFile(packed, "a") as opened:
        opened.writestr(f"{TOP}/{second}", b"again")

    assert "twice" in refused(packed.getvalue(), tmp_path)


@pytest.mark.parametrize("packed", [b"", b"<html>Not found</html>", pack(FILES)[:-100]])
def test_what_is_no_whole_zip_is_refused(tmp_path: Path, packed: bytes) -> None:
    assert "not a whole zip" in refused(packed, tmp_path)


SMALL = pack({name: content[:200] for name, content in FILES.items()})


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_zip_never_ends_in_a_traceback(data: st.DataObject) -> None:
    damaged = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    with TemporaryDirectory() as folder:
        root = Path(folder)
        try:
            unpack(io.BytesIO(bytes(damaged)), "the file", root / "model", ignore)
        except DownloadError as error:
            assert error.problem.startswith("the file ")  # noqa: PT017 - success is allowed too
        assert {path.name for path in root.iterdir()} <= {"model"}


@settings(max_examples=60)
@given(st.lists(st.text("ab./\\:\0 é~", min_size=1, max_size=12), min_size=1, max_size=4))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_name_leads_out(names: list[str]) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        for name in names:
            info = zipfile.ZipInfo("placeholder")
            info.filename = info.orig_filename = name
            opened.writestr(info, b"evil")

    with TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        root.mkdir()
        with suppress(DownloadError):
            unpack(io.BytesIO(target.getvalue()), "the file", root / "model", ignore)
        assert {path.name for path in root.iterdir()} <= {"model"}
        assert {path.name for path in Path(folder).iterdir()} == {"root"}


def test_a_folder_is_copied_whole(tmp_path: Path) -> None:
    source = lay_out(tmp_path / "source")
    steps: list[Progress] = []

    copy(source, tmp_path / "copy", steps.append)

    assert contents(tmp_path / "copy") == FILES == contents(source)
    total = sum(map(len, FILES.values()))
    assert steps[-1] == Progress(Stage.COPYING, total, total)


@pytest.mark.parametrize("target", ["README", "am", "/etc/passwd", "nowhere"])
def test_a_folder_with_a_link_is_refused(tmp_path: Path, target: str) -> None:
    source = lay_out(tmp_path / "source")
    (source / "link").symlink_to(target)

    with pytest.raises(DownloadError, match="link or a device"):
        copy(source, tmp_path / "copy", ignore)
    assert not (tmp_path / "copy").exists()
