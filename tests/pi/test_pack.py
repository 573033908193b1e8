"""`scripts/bundle`, without what it fetches: whatever is wrong is one sentence, before the end."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "pi" / "pack.py"
ODD = (os.fsencode("docs/ünï.md"), b"docs/b\xffd.md")
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git")


def git(checkout: Path, *words: str) -> None:
    subprocess.run(["git", "-C", checkout, *words], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone of very little."""
    folder = tmp_path / "checkout"
    (folder / "docs").mkdir(parents=True)
    for name in (b"README.md", *ODD):
        (folder / os.fsdecode(name)).write_bytes(b"hello\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    return folder


@pytest.fixture
def pack(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, as if nothing had to be fetched."""
    spec = importlib.util.spec_from_file_location("pack", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "CHECKOUT", checkout)
    monkeypatch.setattr(module, "fetch_wheels", lambda _folder, _python, _machine: None)
    monkeypatch.chdir(checkout.parent)
    return module


def bundle(pack: ModuleType, monkeypatch: pytest.MonkeyPatch, output: object) -> None:
    monkeypatch.setattr(sys, "argv", ["bundle", "--without-debs", "--output", str(output)])
    pack.main()


def refused(pack: ModuleType, monkeypatch: pytest.MonkeyPatch, output: object) -> str:
    with pytest.raises(pack.PackError) as caught:
        bundle(pack, monkeypatch, output)
    assert not [*Path().rglob(".*.new")], "nothing is left of it"
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_tracked_file_is_packed_whatever_its_name(
    pack: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle(pack, monkeypatch, "new/b.tar")
    with tarfile.open("new/b.tar") as tar:
        inside = {name.partition("/")[2] for name in tar.getnames()}
    assert {"README.md", "SHA256SUMS", *map(os.fsdecode, ODD)} <= inside
    assert [path.name for path in Path("new").iterdir()] == ["b.tar"]


@pytest.mark.parametrize("output", ["", ".", "checkout", "/dev/null"])
def test_a_bundle_is_a_file(pack: ModuleType, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    assert "is no file. Name one with --output." in refused(pack, monkeypatch, output)


@pytest.mark.parametrize("output", ["/proc/b.tar", "checkout/README.md/b.tar", "x" * 255])
def test_a_place_that_cannot_be_written_is_known_before_anything_is_fetched(
    pack: ModuleType, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    monkeypatch.setattr(pack, "fetch_wheels", lambda *_: pytest.fail("it was fetched"))
    assert "cannot be made: " in refused(pack, monkeypatch, output)


def test_a_disk_that_fills_up_leaves_the_bundle_before(
    pack: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_folder: Path, output: Path) -> None:
        output.write_bytes(b"half")
        raise OSError(28, os.strerror(28))

    Path("b.tar").write_bytes(b"old")
    monkeypatch.setattr(pack, "write_tar", full)
    assert "No space left on device. Free some" in refused(pack, monkeypatch, "b.tar")
    assert Path("b.tar").read_bytes() == b"old"


def test_what_the_checkout_lacks(
    pack: ModuleType, monkeypatch: pytest.MonkeyPatch, checkout: Path
) -> None:
    (checkout / "README.md").unlink()
    assert "README.md is not there, though git" in refused(pack, monkeypatch, "b.tar")
    git(checkout, "rm", "-rqf", "--cached", ".")
    assert "git tracks nothing in" in refused(pack, monkeypatch, "b.tar")
    shutil.rmtree(checkout / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(checkout.parent))
    assert "was not cloned" in refused(pack, monkeypatch, "b.tar")
    monkeypatch.setenv("PATH", "")
    assert "There is no git here. Install it" in refused(pack, monkeypatch, "b.tar")


def test_a_program_that_fails_is_one_sentence(pack: ModuleType) -> None:
    def told(text: str) -> str:
        with pytest.raises(pack.PackError) as caught:
            pack.run(sys.executable, "-c", f"import sys; sys.exit({text!r})")
        return str(caught.value)

    assert "cannot be reached" in told(
        "WARNING: Retrying after NewConnectionError: Failed to establish a new connection\n"
        "ERROR: No matching distribution found for numpy"
    )
    assert told("WARNING: x\nERROR: No room.\nmore").endswith(" failed: ERROR: No room.")


def test_a_machine_without_debians_keys_is_told_where_they_are(pack: ModuleType) -> None:
    """As Ubuntu is; apt-get says no more than that a repository is not signed."""
    said = "W: GPG error: NO_PUBKEY 6ED0E7B82643E131\nE: The repository 'x' is not signed.\n"
    with pytest.raises(pack.PackError, match="sudo apt install debian-archive-keyring"):
        pack.run("sh", "-c", f'printf "{said}" >&2; exit 100')
