"""What a newcomer's first minute goes through: scripts/setup.sh, in a real shell."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"


def shell(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command after setup.sh was sourced; programs in `folder` come before the system's."""
    path = f"{folder}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-euc", f'. "{SCRIPTS}/setup.sh"\n{command}'],
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def apt(folder: Path, update: int, install: int) -> None:
    program(
        folder / "apt-get",
        f'echo "$@" >> "{folder}/calls"\n[ "$1" = update ] && exit {update}\nexit {install}',
    )
    program(folder / "sudo", 'exec "$@"')


def test_one_broken_source_does_not_keep_a_package_away(tmp_path: Path) -> None:
    apt(tmp_path, update=100, install=0)
    done = shell("apt_install this that", tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "calls").read_text().rstrip().endswith(" this that")


def test_what_apt_cannot_install_is_told_in_a_sentence(tmp_path: Path) -> None:
    apt(tmp_path, update=0, install=100)
    done = shell("apt_install this that", tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("setup: apt-get could not install this that;")


@pytest.mark.parametrize("name", ["a b", "a\tb", "a*", "[a]"])
def test_nothing_is_removed_below_a_root_whose_path_is_several(tmp_path: Path, name: str) -> None:
    root, mine = tmp_path / name, tmp_path / "a"
    root.mkdir()
    mine.touch()
    done = subprocess.run(
        [SCRIPTS / "install-pi", "--uninstall"],
        env=os.environ | {"ROLLER_COACH_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "name a folder without blanks" in done.stderr
    assert done.stderr.count("\n") == 1
    assert mine.exists()


def test_without_python_it_is_all_that_is_asked_for(tmp_path: Path) -> None:
    apt(tmp_path, update=0, install=0)
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        program(tmp_path / name, "exit 1")
    done = shell(
        f'missing_packages() {{ echo this; }}\nset_up "{tmp_path}" requirements.lock', tmp_path
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert not (tmp_path / "calls").exists()


@pytest.mark.timeout(300)
def test_what_pip_cannot_install_is_told_in_a_sentence(tmp_path: Path) -> None:
    venv = tmp_path / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (packages,) = venv.glob("lib/python*/site-packages")
    # Unpacking and compiling pip anew takes longer than all the rest.
    (packages / "pip").symlink_to(Path(sysconfig.get_path("purelib")) / "pip")
    (tmp_path / "some.lock").write_text(f"click==8.5.0 --hash=sha256:{'0' * 64}\n")
    done = shell(
        f'missing_packages() {{ :; }}\nset_up "{tmp_path}" some.lock', tmp_path, PIP_NO_INDEX="1",
        PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("setup: pip could not install the packages")
    assert not (venv / "installed-some.lock").exists()


LOCKED = """# via uv
click==8.5.0 \\
    --hash=sha256:{hash}
    # via rich
numpy==2.4.0 ; python_full_version < '3.12' \\
    --hash=sha256:{hash}
numpy==2.5.0 ; python_full_version >= '3.12' \\
    --hash=sha256:{hash}
"""


def test_locks_that_agree_are_each_installed_once(tmp_path: Path) -> None:
    """`evaluate` and `run` in turn installed packages each time."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    program(venv / "bin" / "python", f'echo "$@" >> "{tmp_path}/calls"')
    (tmp_path / "few.lock").write_text(LOCKED)
    (tmp_path / "more.lock").write_text(LOCKED + "rich[all]==15.0 \\\n    --hash=sha256:1\n")
    (tmp_path / "other.lock").write_text(LOCKED.replace("numpy==2.5.0", "numpy==2.6.0"))

    def installed(*locks: str) -> int:
        """How often pip installed."""
        (tmp_path / "calls").write_text("")
        for lock in locks:
            done = shell(f'missing_packages() {{ :; }}\nset_up "{tmp_path}" {lock}', tmp_path)
            assert done.returncode == 0, done.stderr
        return (tmp_path / "calls").read_text().count("pip install")

    assert installed("few.lock", "more.lock") == 2
    assert installed("few.lock", "more.lock", "few.lock") == 0
    assert installed("other.lock") == 1
    assert {path.name for path in venv.glob("installed-*")} == {"installed-other.lock"}
    assert installed("few.lock", "more.lock") == 2


@pytest.mark.parametrize("lock", ["requirements-evaluate.lock", "requirements-dev.lock"])
def test_the_locks_agree(lock: str) -> None:
    both = f'"{SCRIPTS.parent}/requirements.lock" "{SCRIPTS.parent}/{lock}"'
    assert shell(f"agree {both}", SCRIPTS).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "lock"),
    [
        ([], "requirements.lock"),
        (["voice", "build"], "requirements.lock"),
        (["voice", "compare", "page.html"], "requirements-evaluate.lock"),
        (["evaluate", "clips.tsv"], "requirements-evaluate.lock"),
    ],
)
def test_commands_that_draw_get_what_draws(tmp_path: Path, arguments: list[str], lock: str) -> None:
    scripts, venv = tmp_path / "scripts", tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    program(venv / "bin" / "python", "exit 0")
    scripts.mkdir()
    shutil.copy(SCRIPTS / "coach", scripts)
    (scripts / "setup.sh").write_text(f'set_up() {{ echo "$2"; venv="{venv}"; }}\n')
    told = subprocess.run([scripts / "coach", *arguments], capture_output=True, check=True)
    assert told.stdout.decode() == f"{lock}\n"


def test_what_is_tested_starts_after_the_checkout_was_moved() -> None:
    """pip writes the environment's folder into the first line of each program in Python."""
    started = set(re.findall(r'"\$run/(\w+)"', (SCRIPTS / "test").read_text()))
    assert started == {"python", "ruff"}
    for name in started:
        assert not Path(sys.executable).with_name(name).read_bytes().startswith(b"#!"), name


KINDS = {
    "typing": "-m mypy",
    "collecting": "--collect-only",
    "sounding": "-m device",
    "computing": "not device",
}
"""What each is known by on its command line."""


def run_tests(folder: Path, **kinds: str) -> subprocess.CompletedProcess[str]:
    """`scripts/test`, in a fresh checkout, whose checks and kinds of test are shell commands."""
    scripts, venv = folder / "scripts", folder / "venv"
    (venv / "bin").mkdir(parents=True)
    cases = " ".join(f'*"{KINDS[kind]}"*) {command} ;;' for kind, command in kinds.items())
    program(venv / "bin" / "python", f'case "$*" in {cases} esac')
    program(venv / "bin" / "ruff", "exit 0")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_sound.py").write_text("@pytest.mark.device\n")
    scripts.mkdir()
    shutil.copy(SCRIPTS / "test", scripts)
    stubs = f'set_up() {{ venv="{venv}"; }}\nsay() {{ :; }}\napt_install() {{ :; }}\n'
    (scripts / "setup.sh").write_text(stubs)
    return subprocess.run(
        [scripts / "test"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(("sounds", "computes", "code"), [(0, 0, 0), (3, 0, 3), (0, 2, 2)])
def test_either_kind_of_test_can_fail(
    tmp_path: Path, sounds: int, computes: int, code: int
) -> None:
    done = run_tests(tmp_path, sounding=f'echo "$@"; exit {sounds}', computing=f"exit {computes}")
    assert done.returncode == code
    if not computes:
        assert "-m device tests/test_sound.py" in done.stdout


@pytest.mark.parametrize("kind", ["typing", "collecting"])
def test_a_mistake_in_a_type_or_in_an_import_is_told_before_the_long_part(
    tmp_path: Path, kind: str
) -> None:
    begun = tmp_path / "begun"
    failing = {kind: "echo what is wrong; exit 4"}
    done = run_tests(tmp_path, computing=f'touch "{begun}"', **failing)
    assert done.returncode != 0
    assert "what is wrong" in done.stdout
    assert not begun.exists()


def test_what_sounds_is_stopped_when_what_computes_has_failed(tmp_path: Path) -> None:
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    waiting = (
        "import signal, time; from pathlib import Path; "
        f"signal.signal(signal.SIGINT, signal.default_int_handler); Path('{begun}').touch(); "
        f"time.sleep(50); Path('{ended}').touch()"
    )
    done = run_tests(
        tmp_path,
        sounding=f'exec "{sys.executable}" -c "{waiting}"',
        computing=f'while [ ! -e "{begun}" ]; do sleep 0.05; done; exit 2',
    )
    assert done.returncode == 2
    assert not ended.exists()
