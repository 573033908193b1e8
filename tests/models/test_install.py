"""From a zip or a folder to a whole model or to none, whatever happens to disk and process."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skill.errors import DownloadError, ModelError, StorageError
from skill.models.progress import Progress, Stage, ignore
from skill.models.seal import seal
from skill.models.store import Places, Trust, installed, trust
from skill.models.unpack import CHUNK
from tests.models.archives import FILES, TOP, contents, describe, lay_out, pack
from tests.models.calls import failure, get, left
from tests.models.server import Site

PACKED = pack(FILES)
NOWHERE = "http://127.0.0.1:9/model.zip"
FLAT = {"final.mdl": b"a", "mfcc.conf": b"b", "HCLG.fst": b"c", "words.txt": b"d"}


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    path = tmp_path / "fetched.zip"
    path.write_bytes(PACKED)
    return path


@pytest.mark.parametrize("pinned", [True, False])
def test_a_zip_is_installed_without_a_network(zipped: Path, root: Path, *, pinned: bool) -> None:
    entry = describe(PACKED, NOWHERE, pinned=pinned)

    folder = get(entry, root, source=zipped)

    assert contents(folder) == FILES
    assert zipped.read_bytes() == PACKED
    assert trust(entry, root) is (Trust.PUBLISHED if pinned else Trust.FIRST_USE)


def test_another_zip_is_refused_and_left_alone(zipped: Path, root: Path) -> None:
    entry = describe(pack({**FILES, "README": b"the official one"}), NOWHERE)

    error = failure(DownloadError, entry, root, zipped)

    assert str(zipped) in error.problem
    assert NOWHERE in error.remedy
    assert zipped.read_bytes() == PACKED
    assert left(root) == set()


@pytest.mark.parametrize("inner", ["", TOP])
@pytest.mark.parametrize("files", [FILES, FLAT])
def test_a_folder_is_copied(
    tmp_path: Path, root: Path, inner: str, files: dict[str, bytes]
) -> None:
    source = tmp_path / "unpacked"
    lay_out(source / inner, files)
    steps: list[Progress] = []

    folder = get(describe(PACKED, NOWHERE), root, steps.append, source)

    assert contents(folder) == files == contents(source / inner)
    assert {step.stage for step in steps} == {Stage.COPYING}
    assert left(root) == {TOP}


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, root: Path) -> None:
    error = failure(ModelError, describe(PACKED, NOWHERE), root, tmp_path)

    assert str(tmp_path) in error.problem
    assert "am/final.mdl is missing" in error.problem


def test_a_source_that_is_not_there_is_said(tmp_path: Path, root: Path) -> None:
    error = failure(DownloadError, describe(PACKED, NOWHERE), root, tmp_path / "no.zip")

    assert error.problem == f"There is no file or folder {tmp_path / 'no.zip'}."


def test_a_model_that_lost_a_file_is_installed_again(zipped: Path, root: Path) -> None:
    entry = describe(PACKED, NOWHERE)
    folder = get(entry, root, source=zipped)
    (folder / "graph" / "Gr.fst").unlink()
    (folder / "stray").touch()
    assert installed(entry, root) is None

    get(entry, root, source=zipped)

    assert contents(folder) == FILES


def test_a_damaged_model_is_installed_again(zipped: Path, root: Path) -> None:
    entry = describe(PACKED, NOWHERE)
    folder = get(entry, root, source=zipped)
    (folder / "am/final.mdl").write_bytes(b"cut sh")

    assert contents(get(entry, root, source=zipped)) == FILES


def test_a_damaged_folder_is_refused(tmp_path: Path, root: Path) -> None:
    source = tmp_path / "unpacked"
    lay_out(source, FILES)
    seal(source)
    (source / "am/final.mdl").write_bytes(b"cut sh")

    error = failure(ModelError, describe(PACKED, NOWHERE), root, source)

    assert "am/final.mdl is damaged" in error.problem
    assert left(root) == set()


def test_a_download_that_was_begun_is_dropped_when_a_zip_comes(
    site: Site, zipped: Path, root: Path
) -> None:
    entry = describe(PACKED, site.url)
    site.breaks = [1000, 0, 0]
    failure(DownloadError, entry, root)
    assert left(root) == {f".{TOP}.zip.part", f".{TOP}.zip.part.json"}

    get(entry, root, source=zipped)

    assert left(root) == {TOP}


def test_two_at_once_do_not_meet(zipped: Path, root: Path) -> None:
    entry = describe(PACKED, NOWHERE)
    problems: list[str] = []

    def second(progress: Progress) -> None:
        problems.append(failure(StorageError, entry, root, zipped).problem)

    folder = get(entry, root, second, zipped)

    assert contents(folder) == FILES
    assert problems
    assert all("by another process" in problem for problem in problems)


def test_a_full_disk_is_said_with_the_room_needed(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url)
    root.mkdir(parents=True)
    Places(entry, root).part.symlink_to("/dev/full")

    error = failure(StorageError, entry, root)

    assert "no room left" in error.problem
    assert "Free about 1 MB" in error.remedy


def test_a_root_that_nobody_may_make_is_said(site: Site) -> None:
    entry = describe(PACKED, site.url)

    error = failure(StorageError, entry, Path("/proc/roller-coach"))

    assert "/proc/roller-coach" in str(error)
    assert site.asked == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_root_is_said(site: Site, root: Path) -> None:
    root.mkdir(parents=True, mode=0o555)

    assert "Permission denied" in failure(StorageError, describe(PACKED, site.url), root).problem


def test_a_root_that_is_a_file_is_said(site: Site, root: Path) -> None:
    root.parent.mkdir()
    root.touch()
    entry = describe(PACKED, site.url)

    with pytest.raises(StorageError, match="cannot be used"):
        get(entry, root)
    assert installed(entry, root) is None


def test_an_installed_model_needs_no_right_to_write(zipped: Path, root: Path) -> None:
    entry = describe(PACKED, NOWHERE)
    folder = get(entry, root, source=zipped)
    Places(entry, root).lock.unlink()
    Places(entry, root).lock.mkdir()

    assert get(entry, root) == folder


def killed_at(step: int, install: Callable[[], object]) -> bool:
    """Run in a child that is killed just before its n-th touch of the file system."""
    child = os.fork()
    if child == 0:
        count = 0

        def kill(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            if event == "open" or event.startswith(("os.", "shutil.", "fcntl.")):
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill)
        try:
            install()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("broken_before", [False, True])
def test_a_kill_at_any_moment_leaves_all_or_nothing(
    tmp_path: Path, root: Path, *, broken_before: bool
) -> None:
    packed = pack(FLAT)
    source = tmp_path / "fetched.zip"
    source.write_bytes(packed)
    entry = describe(packed, NOWHERE, pinned=False)
    step = 1
    outcomes = set()
    if broken_before:
        lay_out(root / TOP, {"README": b"the rest is lost"})
    while killed_at(step, lambda: get(entry, root, source=source)):
        folder = installed(entry, root)
        outcomes.add(folder is not None)
        if folder is not None:
            assert contents(folder) == FLAT
            (folder / "final.mdl").unlink()
        step += 1

    assert step > 20
    assert outcomes == {True, False}
    assert contents(get(entry, root, source=source)) == FLAT
    assert left(root) == {TOP, f"{TOP}.zip.sha256"}


def test_a_kill_while_fetching_is_followed_by_a_whole_model(site: Site, root: Path) -> None:
    class Killed(BaseException):
        pass

    def kill(progress: Progress) -> None:
        if progress.done > CHUNK // 2:
            raise Killed

    entry = describe(PACKED, site.url)
    with pytest.raises(Killed):
        get(entry, root, kill)
    assert installed(entry, root) is None

    assert contents(get(entry, root, ignore)) == FILES
    assert site.ranges_asked[1] is not None
