"""A developer's tool starts in a fresh checkout as its first lines say, and writes nothing when it
is asked for help.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = (
    "acoustic/german",
    "acoustic/tune_german",
    "clocks",
    "hear_language",
    "hear_orders",
    "make_demo",
    "make_recordings",
    "man",
    "ovos/words",
    "own_voice",
    "page_pictures",
    "pi/budget",
    "pi/card",
    "pi/compare_journals",
    "pi/power_cuts",
    "pi/snapshots",
    "pi/week",
    "pull_plug",
    "readme",
    "soak",
    "try_enrolment",
)


@pytest.mark.parametrize("name", TOOLS)
def test_help_needs_no_path_and_makes_nothing(checkout: Path, name: str) -> None:
    told = subprocess.run(
        [sys.executable, f"scripts/{name}.py", "--help"],
        cwd=checkout,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.startswith(f"usage: {Path(name).name}.py"), told.stderr
    assert told.returncode == 0


@pytest.mark.parametrize(
    "name", ["pi/try_systemd.sh", "pi/try_upgrade.sh", "try-wheel", "try_pi.sh"]
)
def test_what_tries_an_installation_says_first_what_it_would_do(
    checkout: Path, tmp_path: Path, name: str
) -> None:
    """Without any program but these: nothing is made, packed or installed."""
    for program in ("sed", "dirname"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    for wish, code in (("--help", 0), ("--no-such-wish", 2)):
        told = subprocess.run(
            ["/bin/sh", checkout / "scripts" / name, wish],
            env={"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == code, told.stderr
        assert (told.stdout != "") == (code == 0)
        assert name in told.stdout or code, "how it is started"
        assert len(told.stderr.splitlines()) == (0 if code == 0 else 1)


@pytest.mark.parametrize(
    ("name", "wishes", "named"),
    [
        ("own_voice", ["barge-in", "HERE/rooms"], "rooms"),
        ("own_voice", ["itself", "HERE"], "room responses"),
        ("try_enrolment", ["HERE/measure.tsv", "HERE"], "measure.tsv"),
        ("try_enrolment", ["HERE/empty", "HERE/audio", "--only", "synthetic"], "audio"),
        ("try_enrolment", ["HERE/empty", "HERE", "--alignments", "HERE/corpus"], "corpus"),
        ("pi/card", ["HERE/session.jsonl"], "session.jsonl"),
        ("pi/card", ["HERE/empty"], "empty"),
        ("pi/compare_journals", ["HERE/one.jsonl", "HERE/other.jsonl"], "one.jsonl"),
    ],
)
def test_what_is_not_there_is_one_sentence(
    checkout: Path, tmp_path: Path, name: str, wishes: list[str], named: str
) -> None:
    (tmp_path / "empty").touch()
    told = subprocess.run(
        [
            sys.executable,
            checkout / "scripts" / f"{name}.py",
            *(wish.replace("HERE", str(tmp_path)) for wish in wishes),
        ],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    (line,) = told.stderr.splitlines()
    assert line.startswith(f"{Path(name).name}.py: ")
    assert named in line
