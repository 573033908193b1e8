"""The checksums in a model's folder."""

import subprocess
from pathlib import Path

import pytest

from skill.errors import ModelError
from skill.models.install import install
from skill.models.seal import SEAL, check_seal, is_sealed, seal
from tests.models.archives import describe, lay_out, pack
from tests.support.syncing import watched


def test_what_is_installed_is_sealed(tmp_path: Path) -> None:
    source = lay_out(tmp_path / "source")
    entry = describe(pack({}), "https://example.invalid/a.zip", pinned=False)
    folder = install(entry, tmp_path / "models", source=source)
    assert is_sealed(folder)
    check_seal(folder)


def test_a_seal_is_what_sha256sum_understands(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "model")
    seal(folder)
    subprocess.run(["sha256sum", "--check", "--strict", SEAL], cwd=folder, check=True)


def test_a_file_that_is_cut_short_or_gone_is_named(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "model")
    seal(folder)
    victim = next(path for path in sorted(folder.rglob("*")) if path.is_file())
    name = victim.relative_to(folder).as_posix()
    victim.write_bytes(victim.read_bytes()[:-1])
    with pytest.raises(ModelError, match=f"{name} is damaged or cut short"):
        check_seal(folder)
    victim.unlink()
    with pytest.raises(ModelError, match=f"{name} is missing"):
        check_seal(folder)


def test_what_is_installed_outlives_a_power_cut_with_its_seal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = watched(monkeypatch)
    entry = describe(pack({}), "https://example.invalid/a.zip", pinned=False)
    folder = install(entry, tmp_path / "models", source=lay_out(tmp_path / "source"))
    files = {path.name.removesuffix(".new") for path in synced}
    assert {path.name for path in folder.rglob("*") if path.is_file()} <= files
    assert synced[-1] == folder.parent  # its name, after all that is in it


def test_sealing_again_gives_the_same(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "model")
    seal(folder)
    first = (folder / SEAL).read_text(encoding="utf-8")
    seal(folder)
    assert (folder / SEAL).read_text(encoding="utf-8") == first


@pytest.mark.parametrize(("text", "place"), [("", "no checksum in it"), ("what\n", "line 1")])
def test_a_seal_that_is_none(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "SHA256SUMS").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=place):
        check_seal(tmp_path)


def test_a_seal_of_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    (tmp_path / SEAL).write_text(f"{'0' * 64}  {'x' * 300}\n", encoding="utf-8")
    with pytest.raises(ModelError, match=r"x cannot be read \(File name too long\)"):
        check_seal(tmp_path)
