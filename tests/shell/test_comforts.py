"""A live session with what makes it pleasant: music lowered, minutes kept, well ended."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soxr

from skill.audio.music import FACTOR
from skill.audio.pcm import read_pcm
from skill.journal import read_journal
from skill.ports import Pcm
from skill.recorder.shelf import RecordingShelf
from tests.support.pulse import WIRE_RATE, Pulse, running_pulseaudio
from tests.support.shell import run
from tests.support.streams import playing_music, volumes
from tests.support.waiting import LONG_S, wait_until

pytestmark = pytest.mark.device
RECORDINGS = Path(__file__).parent.parent / "recordings"


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


def saying(text: str) -> Pcm:
    pcm = read_pcm(RECORDINGS / f"{text}.flite-slt.ogg").astype(np.float32) / 32768
    wire = np.rint(soxr.resample(pcm, 16_000, WIRE_RATE) * 32000).astype(np.int16)
    return np.pad(wire, (WIRE_RATE // 4, WIRE_RATE))


@contextmanager
def coach(state: Path, *settings: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A live session with settings of its own, and its journal."""
    file, journal = state / "settings.toml", state / "journal.jsonl"
    file.write_text("\n".join((f'state = "{state}"', 'voice = "espeak"', *settings)))
    command = [sys.executable, "-m", "skill", "run", "--quiet", "--fresh"]
    process = subprocess.Popen(
        [*command, "--settings", str(file), "--journal", str(journal)],
        env=os.environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, journal
    finally:
        process.kill()
        process.communicate()


def wait_for(journal: Path, text: str) -> None:
    try:
        wait_until(lambda: journal.exists() and text in journal.read_text(), what=text)
    except AssertionError as error:
        raise AssertionError(f"{error}; the journal is:\n{journal.read_text()}") from error


def test_that_was_wrong_keeps_the_last_minutes_and_they_are_replayed(
    pulse: Pulse, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with coach(tmp_path, "keep_minutes = 1") as (process, journal):
        wait_for(journal, "Hello")
        for phrase in ("start rolling", "next", "that was wrong"):
            with pulse.playing_into_microphone(saying(phrase)):
                wait_for(journal, f'"phrase": "{phrase}"')
        wait_for(journal, "As it was")
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONG_S) == 128 + signal.SIGTERM
        assert process.stderr is not None
        told = process.stderr.read()
    (kept,) = RecordingShelf(tmp_path / "recordings").kept()
    assert f"What was heard is kept in {kept.folder}." in told
    again = tmp_path / "again.jsonl"
    done = run(capfd, "replay", kept.folder, "--voice", "espeak", "--quiet", "--journal", again)
    assert done.code == 0, done.err
    heard = [line for line in again.read_text().splitlines() if '"event": "Heard"' in line]
    assert '"command": "wrong"' in heard[-1]
    assert '"command": "next"' in heard[-2]
    assert read_journal(kept.folder / "journal.jsonl")[0]["sound_from_frame"] == 0


def test_music_is_low_while_the_coach_speaks_and_back_after_a_signal(
    pulse: Pulse, tmp_path: Path
) -> None:
    with playing_music(pulse) as song, coach(tmp_path) as (process, journal):
        wait_until(lambda: volumes(pulse)[song] == pytest.approx(FACTOR, abs=0.01), what="ducking")
        wait_for(journal, "Hello")
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONG_S) == 128 + signal.SIGTERM
        assert volumes(pulse)[song] == pytest.approx(1, abs=0.01)
    assert not list((tmp_path / "recordings").glob("*")), "nothing is kept by default"


def test_a_closed_terminal_is_no_crash_to_be_kept(pulse: Pulse, tmp_path: Path) -> None:
    file, journal = tmp_path / "settings.toml", tmp_path / "journal.jsonl"
    file.write_text(f'state = "{tmp_path}"\nvoice = "espeak"\nkeep_minutes = 1\n')
    command = [sys.executable, "-m", "skill", "run", "--fresh", "--settings", str(file)]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*command, "--journal", str(journal)],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    with playing_music(pulse) as song:
        read_all(ours, journal)
        os.close(ours)
        assert process.wait(LONG_S) == 128 + signal.SIGHUP
        assert volumes(pulse)[song] == pytest.approx(1, abs=0.01)
    assert read_journal(journal)[1]
    assert not list((tmp_path / "recordings").glob("*"))


def read_all(terminal: int, journal: Path) -> None:
    """What a terminal does, until the coach has said two sentences."""
    while not (journal.is_file() and "medical" in journal.read_text()):
        os.read(terminal, 65_536)


def test_a_second_session_over_the_same_things_is_refused(pulse: Pulse, tmp_path: Path) -> None:
    with coach(tmp_path) as (process, journal):
        wait_until(lambda: journal.is_file() and journal.stat().st_size > 200)
        before = journal.read_bytes()
        for more in ((), ("--service",)):
            command = [sys.executable, "-m", "skill", "run", "--settings"]
            second = subprocess.run(
                [*command, str(tmp_path / "settings.toml"), *more],
                env=os.environ, capture_output=True, text=True, timeout=LONG_S, check=False,
            )  # fmt: skip
            assert second.returncode == 8
            assert (
                f"Another session is going on that keeps its place in {tmp_path}" in second.stderr
            )
            assert second.stdout == ""
        assert journal.read_bytes().startswith(before)
        assert process.poll() is None


@pytest.mark.parametrize("more", [(), ("--service",)])
def test_a_full_disk_costs_the_journal_and_not_the_session(
    pulse: Pulse, tmp_path: Path, more: tuple[str, ...]
) -> None:
    (tmp_path / "last-session.jsonl").symlink_to("/dev/full")
    file = tmp_path / "settings.toml"
    file.write_text(f'state = "{tmp_path}"\nvoice = "espeak"\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "skill", "run", "--settings", str(file), *more],
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert "Hello, I am your roller coach." in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=LONG_S)
    assert process.returncode == 128 + signal.SIGTERM
    assert told.count("the disk is full") == 1
    assert "This session goes on without it." in told
