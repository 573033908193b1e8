"""Live, at a real microphone and a real speaker: PulseAudio's, whose other ends the test holds."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from skill.errors import StorageError
from skill.journal import read_journal
from tests.support.live import saying
from tests.support.pulse import Pulse, running_pulseaudio
from tests.support.waiting import LONG_S, wait_until

pytestmark = pytest.mark.device


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


@contextmanager
def coach(journal: Path, *args: str) -> Iterator[subprocess.Popen[bytes]]:
    """A live session in a process of its own."""
    command = [sys.executable, "-m", "skill", "run", "--quiet", "--journal", str(journal), *args]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def journaled(path: Path) -> str:
    try:
        return "\n".join(entry.to_json() for entry in read_journal(path)[1])
    except StorageError:  # not there yet
        return ""


def wait_for(path: Path, text: str) -> None:
    try:
        wait_until(lambda: text in journaled(path), what=text)
    except AssertionError as error:
        raise AssertionError(f"{error}; the journal is:\n{journaled(path)}") from error


@pytest.mark.long
def test_a_session_killed_resumed_and_ended(pulse: Pulse, tmp_path: Path) -> None:
    heard_before = pulse.speaker()
    first = tmp_path / "first.jsonl"
    with coach(first, "--fresh") as process:
        wait_for(first, "not a medical device")
        # While the coach is greeting: barge-in.
        with pulse.playing_into_microphone(saying("start rolling")):
            wait_for(first, '"command": "start"')
            wait_for(first, '"effect": "Hush"')
        with pulse.playing_into_microphone(saying("next")):
            wait_for(first, '"command": "next"')
        # Told, and then written: what comes after it in the journal is a line that is over.
        wait_for(first, '"step": "arms"')
        wait_for(first, "Now let your arms open")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert np.abs(heard_before.samples().astype(np.int32)).max() > 1000, "the coach was not heard"

    second = tmp_path / "second.jsonl"
    with coach(second) as process:
        wait_for(second, "at step 2")
        with pulse.playing_into_microphone(saying("goodbye")):
            wait_for(second, '"effect": "Finish"')
        assert process.wait(LONG_S) == 0


def test_interrupted_at_the_keyboard(pulse: Pulse, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with coach(journal, "--fresh") as process:
        wait_for(journal, "not a medical device")
        process.send_signal(signal.SIGINT)
        assert process.wait(LONG_S) == 130
        assert process.stderr is not None
        said = process.stderr.read().splitlines()
        # ALSA tells of an underrun there when this machine is busy.
        ours = [line for line in said if not line.startswith(b"ALSA lib")]
        assert b"\n".join(ours).strip() == (
            b"roller-coach: interrupted. Everything up to here is kept."
        )
    assert read_journal(journal)[1]


@pytest.mark.parametrize("as_service", [(), ("--service",)])
def test_a_live_sessions_sound_is_not_written(
    pulse: Pulse, tmp_path: Path, as_service: tuple[str, ...]
) -> None:
    sound = tmp_path / "session.wav"
    with coach(tmp_path / "journal.jsonl", "--write-audio", str(sound), *as_service) as process:
        assert process.wait(LONG_S) == 10
        assert process.stderr is not None
        assert b"--write-audio is for the recorded one. Leave it out" in process.stderr.read()
    assert not sound.exists()


def test_a_microphone_that_is_not_there(pulse: Pulse, tmp_path: Path) -> None:
    with coach(tmp_path / "journal.jsonl", "--microphone", "Blue Yeti") as process:
        assert process.wait(LONG_S) == 7
        assert process.stderr is not None
        assert b'No microphone has "Blue Yeti" in its name.' in process.stderr.read()
