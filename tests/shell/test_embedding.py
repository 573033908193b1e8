"""The coach as a library, and what shells and readers of manuals get."""

import ast
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import skill
from skill.audio.timeline import TimelineSpeaker
from skill.core.messages import SpeechEnded
from skill.embedding import embed
from skill.journal import read_journal
from skill.ports import RATE, Block, BlockKind
from skill.settings import Settings
from tests.support.room import Beeps, Blocks
from tests.support.shell import run


def python(*args: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(skill.__file__).parent.parent)
    return subprocess.run(
        [sys.executable, *args],
        env={**os.environ, "PYTHONPATH": root, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_example_runs(checkout: Path, tmp_path: Path) -> None:
    recording = tmp_path / "long and stereo.wav"
    said, _ = soundfile.read(checkout / "tests" / "recordings" / "start rolling.flite-slt.ogg")
    whole = np.pad(said, (0, 12 * RATE - len(said)))
    soundfile.write(recording, np.stack([whole, 0 * whole], axis=1), RATE)
    done = python(checkout / "examples" / "own_devices.py", recording)
    assert done.stderr == ""
    lines = [line.partition(" s  ")[2] for line in done.stdout.splitlines()]
    assert lines[0] == "coach: Hello, I am your roller coach."
    heard = [line for line in lines if line.startswith("you:")]
    assert heard == ["you: start rolling", "you: stop"]
    assert done.stdout.splitlines()[-1].startswith("The coach is asleep, and has spoken for")


def test_a_voice_and_a_journal_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    chosen = Settings(cache=tmp_path / "cache")
    source, speaker = Blocks((2, BlockKind.HEARD)), TimelineSpeaker(RATE)
    with embed(chosen, source, speaker, voice=Beeps(), journal=path, live=False) as session:
        session.run()
    header, entries = read_journal(path)
    assert header["voice"] == Beeps.identity
    ended = [entry.at for entry in entries if isinstance(entry.message, SpeechEnded)]
    assert ended[0] == 1_000, "a second, as every line of this voice"


def test_the_example_without_a_recording_says_how_it_is_used(checkout: Path) -> None:
    example = checkout / "examples" / "own_devices.py"
    done = python(example)
    assert (done.returncode, done.stderr) == (1, f"Usage: python {example} RECORDING\n")


def test_the_example_needs_nothing_but_what_is_promised(checkout: Path) -> None:
    tree = ast.parse((checkout / "examples" / "own_devices.py").read_text(encoding="utf-8"))
    names = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("skill")
        for alias in node.names
        if node.module == "skill" or pytest.fail(f"imports {node.module}")
    ]
    assert set(names) <= set(skill.__all__)


def test_every_promised_name_is_there_and_says_what_it_is() -> None:
    for name in skill.__all__:
        assert getattr(skill, name) is not None
        assert name in dir(skill)
    assert set(skill._HOME_OF) | {"__version__"} == set(skill.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = skill.nothing


def test_a_promised_name_costs_only_itself() -> None:
    code = "import skill, sys; skill.Block; print('vosk' in sys.modules, 'pydantic' in sys.modules)"
    assert python("-c", code).stdout.split() == ["False", "False"]


def test_a_source_at_another_rate_is_refused() -> None:
    class Slow(Blocks):
        rate = 8_000

    with pytest.raises(ValueError, match="8000"), embed(Settings(), Slow(), None):  # type: ignore[arg-type] # not reached
        pass


@pytest.mark.parametrize(
    ("pcm", "told"),
    [
        (np.zeros(800, np.float32), "float32 samples"),
        (np.zeros(800, np.int32), "int32 samples"),
        (np.zeros((800, 2), np.int16), r"shape \(800, 2\)"),
    ],
)
def test_samples_of_another_kind_are_refused_where_they_are_made(pcm: Any, told: str) -> None:
    with pytest.raises(ValueError, match=f"{told}.* instead of int16"):
        Block(0, pcm)


def test_a_source_may_begin_with_nothing(tmp_path: Path) -> None:
    chosen = Settings(cache=tmp_path / "cache")
    source, speaker = Blocks((2, BlockKind.HEARD)), TimelineSpeaker(RATE)
    with embed(chosen, source, speaker, voice=Beeps(), live=False) as session:
        session.step(Block(0, np.zeros(0, np.int16)))
        assert session.run().phase == "asleep"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_get_a_script(capfd: pytest.CaptureFixture[str], shell: str) -> None:
    done = run(capfd, "completion", shell)
    assert done.code == 0
    assert f"_ROLLER_COACH_COMPLETE={shell}_complete" in done.out


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not there")
def test_a_new_zsh_completes(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It had never heard of compdef."""
    (tmp_path / "script").write_text(run(capfd, "completion", "zsh").out, encoding="utf-8")
    order = f"source {tmp_path}/script && print $_comps[roller-coach]"
    home = os.environ | {"HOME": str(tmp_path), "ZDOTDIR": str(tmp_path)}
    done = subprocess.run(
        ["zsh", "-fc", order], capture_output=True, text=True, check=False, env=home
    )
    assert (done.stdout, done.stderr) == ("_roller_coach_completion\n", "")


def complete(words: str) -> list[str]:
    code = "import sys; sys.argv = ['roller-coach']; from skill.cli import main; main()"
    done = python(
        "-c",
        code,
        _ROLLER_COACH_COMPLETE="bash_complete",
        COMP_WORDS=words,
        COMP_CWORD=str(len(words.split(" ")) - 1),
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_commands_and_options_are_completed() -> None:
    assert complete("roller-coach re") == ["replay", "recordings", "rehearse"]
    assert "--mqtt" in complete("roller-coach run --")


def test_no_password_is_asked_for_on_a_command_line(checkout: Path) -> None:
    # Other users see it in ps.
    manual = (checkout / "docs" / "roller-coach.1").read_text(encoding="utf-8")
    commands, _, _ = manual.partition(".SH SETTINGS")
    assert "PASSWORD" not in commands
    assert "A password belongs in the settings file" in commands


def test_the_man_page_describes_every_setting(checkout: Path) -> None:
    described = runpy.run_path(str(checkout / "scripts" / "man.py"))["described"]()
    assert set(", ".join(described).split(", ")) == set(Settings.model_fields)
    assert all(described.values())


def test_the_man_page_is_current(checkout: Path) -> None:
    done = python(checkout / "scripts" / "man.py", "--check")
    assert done.stdout == "current\n", done.stdout + done.stderr
