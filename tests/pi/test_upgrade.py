"""Upgrades, really done: the real installer in a folder of its own, with a program of two lines."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tarfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from skill.checkup.machine import requirements
from tests.support.waiting import wait_until

CHECKOUT = Path(__file__).parents[2]
SYSTEM_PYTHON = Path("/usr/bin/python3")
PROGRAM = "import sys, time\ntime.sleep({seconds})\nprint({version!r})\nsys.exit({status})\n"


def pip_wheel() -> Path | None:
    folders = (
        Path(sysconfig.get_path("stdlib"), "ensurepip", "_bundled"),
        Path("/usr/share/python-wheels"),
    )
    return next((wheel for folder in folders for wheel in folder.glob("pip-*.whl")), None)


def system_tag() -> str:
    told = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import sys; print('cp%d%d' % sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() if told.returncode == 0 else ""


pytestmark = [
    pytest.mark.skipif(pip_wheel() is None, reason="no pip wheel to put into a bundle"),
    pytest.mark.skipif(system_tag() < "cp311", reason="the system has no Python 3.11 or newer"),
]
Make = Callable[..., Path]


def write_tar(folder: Path, output: Path) -> None:
    """As scripts/pi/pack.py does, which is no package."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [
        f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files
    ]
    (folder / "SHA256SUMS").write_text("".join(sums))
    with tarfile.open(output, "w") as tar:
        for path in (*files, folder / "SHA256SUMS"):
            tar.add(path, f"{folder.name}/{path.relative_to(folder)}")


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes bundles of a program that prints its version, and exits."""

    tmp_path = tmp_path_factory.mktemp("bundles")

    def bundle(version: str, *, status: int = 0, seconds: float = 0, packages: bool = True) -> Path:
        output = tmp_path / f"{version}-{status}-{seconds}.tar"
        if output.exists():
            return output
        folder = tmp_path / f"bundle-{version}-{status}-{seconds}" / "roller-coach-trial"
        for name in ("skill", "models", "docs", "wheels", "scripts/pi"):
            (folder / name).mkdir(parents=True)
        for name in ("models", "docs"):
            (folder / name / "something").touch()
        for name in (
            "scripts/install-pi",
            "scripts/setup.sh",
            "requirements.lock",
            "requirements-gpio.lock",
            "pyproject.toml",
        ):
            (folder / name).write_bytes((CHECKOUT / name).read_bytes())
        (folder / "scripts/install-pi").chmod(0o755)
        for file in (CHECKOUT / "scripts" / "pi").iterdir():
            if file.is_file():
                (folder / "scripts/pi" / file.name).write_bytes(file.read_bytes())
        (folder / "skill/__init__.py").write_text(f'__version__ = "{version}"\n')
        (folder / "skill/__main__.py").write_text(
            PROGRAM.format(version=version, status=status, seconds=seconds)
        )
        wheel = pip_wheel()
        assert wheel is not None
        (folder / "wheels" / wheel.name).write_bytes(wheel.read_bytes())
        (folder / "wheels" / f"numpy-1-{system_tag()}-x_{os.uname().machine}.whl").touch()
        lock = "" if packages else "missing==1 --hash=sha256:" + "0" * 64 + "\n"
        (folder / "wheels" / "lock.txt").write_text(lock)
        write_tar(folder, output)
        return output

    return bundle


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, make: Make) -> Path:
    """A system with version 1.0 in it."""
    root = tmp_path_factory.mktemp("installed")
    (root / "tmp").mkdir()
    subprocess.run(["tar", "-xf", make("1.0"), "-C", root / "tmp"], check=True)
    subprocess.run(
        [root / "tmp/roller-coach-trial/scripts/install-pi"],
        env=os.environ | {"ROLLER_COACH_ROOT": str(root)},
        check=True,
    )
    return root


@pytest.fixture
def root(tmp_path: Path, installed: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(installed, tmp_path / "root", symlinks=True)


def upgrade(root: Path, bundle: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "skill", "upgrade", str(bundle), "--root", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)


def running(root: Path) -> str:
    """What the installed program says."""
    told = subprocess.run(
        [root / "opt/roller-coach/venv/bin/python", "-m", "skill"],
        cwd=root / "opt/roller-coach",
        env={"PYTHONPATH": str(root / "opt/roller-coach")},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


def nothing_lies_about(root: Path) -> bool:
    return [path.name for path in (root / "opt").iterdir()] == ["roller-coach"]


def test_what_doctor_compares_the_packages_with_is_installed_too(root: Path) -> None:
    project = root / "opt/roller-coach/pyproject.toml"
    assert len(requirements(project, "roller-coach")) > 10


def test_a_newer_one_takes_the_place_of_the_old(root: Path, make: Make) -> None:
    assert running(root) == "1.0"
    done = upgrade(root, make("1.1"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "roller-coach: version 1.1 is in the place of 1.0.\n"
    assert running(root) == "1.1"
    assert nothing_lies_about(root)
    unit = root / "etc/systemd/system/roller-coach.service"
    assert unit.read_text() == (CHECKOUT / "scripts/pi/roller-coach.service").read_text()


@pytest.mark.parametrize("packages", [True, False], ids=["self-test", "packages"])
def test_one_that_fails_is_not_let_in(root: Path, make: Make, packages: bool) -> None:
    done = upgrade(root, make("2.0", status=int(packages), packages=packages))
    assert done.returncode == 9
    assert "version 1.0 is there as before" in done.stderr
    assert "Traceback" not in done.stderr
    assert running(root) == "1.0"
    assert nothing_lies_about(root), "a card has no room for a version that is not used"


def test_an_installation_that_fails_ends_with_a_sentence(tmp_path: Path, make: Make) -> None:
    """pip's own last line was the last."""
    folder = tmp_path / "roller-coach-trial"
    subprocess.run(["tar", "-xf", make("2.0", packages=False), "-C", tmp_path], check=True)
    done = subprocess.run(
        [folder / "scripts/install-pi"],
        env=os.environ | {"ROLLER_COACH_ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("setup: The new version could not be made;")
    assert not list((tmp_path / "opt").iterdir())


def test_an_installation_that_is_interrupted_leaves_nothing_half_made(
    tmp_path: Path, make: Make
) -> None:
    subprocess.run(["tar", "-xf", make("2.0"), "-C", tmp_path], check=True)
    half = tmp_path / "opt/roller-coach.new"
    process = subprocess.Popen(
        [tmp_path / "roller-coach-trial/scripts/install-pi"],
        env=os.environ | {"ROLLER_COACH_ROOT": str(tmp_path)},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_until((half / "venv").exists)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate()
    assert process.returncode == 130
    assert b"could not be made" not in told
    assert not half.exists()


def test_older_broken_and_cut_short_ones_get_a_sentence(root: Path, make: Make) -> None:
    newer = make("1.2")
    whole = newer.read_bytes()
    cut, broken, other = (root / name for name in ("cut.tar", "broken.tar", "other.tar"))
    cut.write_bytes(whole[: len(whole) // 2])
    position = whole.index(b'__version__ = "1.2"')
    broken.write_bytes(whole[:position] + b"X" + whole[position + 1 :])
    other.write_bytes(b"this is no tar" * 100)
    for path, what in (
        (make("0.9"), "holds version 0.9, older than 1.0"),
        (cut, "cut short"),
        (broken, "is damaged: skill/__init__.py is not what was packed"),
        (other, "is no bundle"),
    ):
        done = upgrade(root, path)
        assert done.returncode == 9, done.stdout
        assert str(path) in done.stderr
        assert what in done.stderr
        assert done.stderr.count("\n") == 1, "one message"
    assert running(root) == "1.0"
    assert nothing_lies_about(root)


def test_no_file_leaves_the_folder(root: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar"
    with tarfile.open(evil, "w") as tar:
        tar.add(__file__, "roller-coach/../../../evil.py")
    done = upgrade(root, evil)
    assert done.returncode == 9
    assert "no bundle of ours" in done.stderr


def test_headers_that_make_no_sense_are_a_sentence(root: Path, tmp_path: Path) -> None:
    zero = tarfile.TarInfo("roller/name")
    zero.pax_headers = {"path": "roller/na\0me"}
    vast = tarfile.TarInfo("roller/vast")
    vast.type, vast.size = tarfile.XHDTYPE, 2**65
    for header in (zero.tobuf(tarfile.PAX_FORMAT), vast.tobuf(tarfile.GNU_FORMAT)):
        broken = tmp_path / "broken.tar"
        broken.write_bytes(header + bytes(1024))
        done = upgrade(root, broken)
        assert done.returncode == 9, done.stderr
        assert "is no bundle" in done.stderr
        assert done.stderr.count("\n") == 1, "one message"
        assert nothing_lies_about(root)


def test_where_nothing_is_installed(tmp_path: Path) -> None:
    done = upgrade(tmp_path, tmp_path / "any.tar")
    assert done.returncode == 10
    assert "There is no coach in" in done.stderr


def test_what_a_cut_right_after_the_exchange_leaves_is_cleared_away(root: Path, make: Make) -> None:
    (root / "opt/roller-coach.new/skill").mkdir(parents=True)
    assert upgrade(root, make("1.0")).returncode == 0
    assert running(root) == "1.0"
    assert nothing_lies_about(root)


def test_installing_again_brings_back_what_the_card_has_lost(root: Path, make: Make) -> None:
    """It was "installed already", whatever of it was damaged."""
    (root / "opt/roller-coach/skill/__main__.py").unlink()
    assert upgrade(root, make("1.0")).returncode == 0
    assert running(root) == "1.0"
    assert nothing_lies_about(root)


def test_interrupted_anywhere_there_is_a_whole_coach(root: Path, make: Make) -> None:
    """Killed at three moments, from the unpacking to after the exchange; then it goes on."""
    # What a cut leaves between the three renames of a file system that cannot exchange.
    (root / "opt/roller-coach.new.between/skill").mkdir(parents=True)
    bundle = make("1.1", seconds=0.2)
    command = [sys.executable, "-m", "skill", "upgrade", str(bundle), "--root", str(root)]
    found = []
    for wait in (0.3, 0.9, 1.8):
        process = subprocess.Popen(
            command, cwd=CHECKOUT, start_new_session=True, stderr=subprocess.DEVNULL
        )
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        found.append(running(root))
    assert set(found) <= {"1.0", "1.1"}
    assert found[0] == "1.0"
    assert found == sorted(found), "and never back"
    assert upgrade(root, bundle).returncode == 0
    assert running(root) == "1.1"
    assert nothing_lies_about(root)


@pytest.mark.parametrize(
    ("locked", "version"),
    [("opt", "1.3"), ("etc/systemd/system", "1.4")],
    ids=["upgrade", "installation"],
)
def test_two_at_once_do_not_meet(root: Path, make: Make, locked: str, version: str) -> None:
    """Each locks a folder that is there anyway, and so leaves nothing behind."""
    bundle = make(version)
    folder = os.open(root / locked, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        done = upgrade(root, bundle)
    finally:
        os.close(folder)
    assert done.returncode != 0
    assert "under way" in done.stderr
    assert running(root) == "1.0"
    assert nothing_lies_about(root)
    assert upgrade(root, bundle).returncode == 0
