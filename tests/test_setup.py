"""What a newcomer's first minute goes through: scripts/setup.sh, in a real shell."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
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


def stub_environment(folder: Path, text: str = "") -> Path:
    """An environment whose Python notes what it is asked, and a lock file `few.lock`."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    program(folder / ".venv" / "bin" / "python", f'echo "$@" >> "{folder}/calls"\n{text}')
    (folder / "few.lock").write_text(LOCKED)
    return folder / "calls"


SET_UP = 'missing_packages() {{ :; }}\nset_up "{0}" few.lock'


@pytest.mark.parametrize(
    "name",
    ["PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_USER"],
)
def test_packages_come_into_the_environment_whatever_else_pip_is_told(
    tmp_path: Path, name: str
) -> None:
    """With PIP_TARGET, or a package in PYTHONPATH, all was "installed", and then not found."""
    stub_environment(tmp_path, f'echo "${{{name}-unset}}" >> "{tmp_path}/variables"')
    done = shell(SET_UP.format(tmp_path), tmp_path, **{name: "1"})
    assert done.returncode == 0, done.stderr
    told = set((tmp_path / "variables").read_text().split())
    assert told == {"0" if name == "PIP_USER" else "unset"}


def test_packages_are_installed_anew_for_a_newer_python_under_the_same_name(tmp_path: Path) -> None:
    """It started, the lock file was the same, and the coach did not find click."""
    replaced = f'case "$*" in *"import pip"*) [ ! -e "{tmp_path}/replaced" ] ;; esac'
    calls = stub_environment(tmp_path, replaced)
    for installs in (1, 1):
        assert shell(SET_UP.format(tmp_path), tmp_path).returncode == 0
        assert calls.read_text().count("pip install") == installs
    (tmp_path / "replaced").touch()
    assert shell(SET_UP.format(tmp_path), tmp_path).returncode == 0
    assert calls.read_text().count("pip install") == 2


def told_after_waiting(folder: Path, meanwhile: Callable[[], None]) -> bytes:
    """What a set-up says once another one is over, in which something is done meanwhile."""
    first = subprocess.Popen(["flock", folder, "cat"], stdin=subprocess.PIPE)
    second = subprocess.Popen(
        ["sh", "-euc", f'. "{SCRIPTS}/setup.sh"\n{SET_UP.format(folder)}\n! true <&9'],
        stderr=subprocess.PIPE,
    )
    assert second.stderr is not None
    assert b"waiting for another set-up" in second.stderr.readline()
    meanwhile()
    first.communicate()
    told = second.stderr.read()
    assert second.wait() == 0  # the lock is given back, too
    second.stderr.close()
    return told


def test_a_second_set_up_waits_for_the_first(tmp_path: Path) -> None:
    calls = stub_environment(tmp_path)

    def nothing_yet() -> None:
        assert not calls.exists()

    assert b"installing" in told_after_waiting(tmp_path, nothing_yet)


def test_what_was_installed_while_a_second_one_waited_is_used(tmp_path: Path) -> None:
    calls = stub_environment(tmp_path)

    def install() -> None:
        shutil.copy(tmp_path / "few.lock", tmp_path / ".venv" / "installed-few.lock")

    assert b"installing" not in told_after_waiting(tmp_path, install)
    assert "pip install" not in calls.read_text()


def test_an_environment_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    """As on a full disk, of which venv says no more than that ensurepip failed."""
    program(
        tmp_path / "python",
        'case "$*" in *venv*--clear*) printf "Traceback:\\nError: why\\n" >&2; exit 1 ;; esac',
    )
    done = shell(SET_UP.format(tmp_path), tmp_path, PYTHON=str(tmp_path / "python"))
    assert done.returncode == 1
    _, why, sentence = done.stderr.splitlines()
    assert why == "Error: why"
    assert sentence.startswith("setup: the virtual environment could not be made;")


@pytest.mark.parametrize("name", ["coach", "test", "bundle", "install-pi"])
def test_a_script_is_found_by_a_link_to_it(tmp_path: Path, name: str) -> None:
    """As in ~/bin: it looked for setup.sh beside the link."""
    scripts = tmp_path / "checkout" / "scripts"
    scripts.mkdir(parents=True)
    shutil.copy(SCRIPTS / name, scripts)
    (scripts / "setup.sh").write_text('echo "$here"\nexit\n')
    (tmp_path / name).symlink_to(scripts / name)
    told = subprocess.run([tmp_path / name], capture_output=True, text=True, check=True)
    assert told.stdout == f"{scripts.parent}\n"


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
