"""A sound server that takes calls and answers none: told, and no reason to hang at the end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.live import live
from tests.support.pulse import Pulse, running_pulseaudio
from tests.support.waiting import LONG_S

pytestmark = pytest.mark.device


@pytest.fixture
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


@contextmanager
def hung(pulse: Pulse) -> Iterator[None]:
    os.kill(pulse.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pulse.pid, signal.SIGCONT)


def test_a_session_at_a_server_that_hangs_is_ended_by_a_signal(
    pulse: Pulse, tmp_path: Path
) -> None:
    with live(tmp_path / "journal.jsonl", "--fresh") as coach:
        coach.said("not a medical device")
        with hung(pulse):
            coach.event("MicrophoneLost")
            coach.event("SpeakerLost")
            coach.process.send_signal(signal.SIGTERM)
            assert coach.process.wait(LONG_S) == 128 + signal.SIGTERM


def test_a_session_that_is_ended_as_the_server_hangs(pulse: Pulse, tmp_path: Path) -> None:
    with live(tmp_path / "journal.jsonl", "--fresh") as coach:
        coach.said("not a medical device")
        with hung(pulse):
            coach.process.send_signal(signal.SIGINT)
            assert coach.process.wait(LONG_S) == 130


def test_a_server_that_hangs_is_named_and_not_waited_for(pulse: Pulse, tmp_path: Path) -> None:
    commands = (["devices"], ["say", "Hello."], ["mic-test"])
    # Without ears, which take long to load, the doctor has enough to say.
    examination = ["doctor", "--voice", "espeak", "--model", str(tmp_path)]
    with hung(pulse):
        # All of them at once: each gives the server eight seconds.
        running = [begun(command) for command in (*commands, examination)]
        ended = [(*process.communicate(timeout=LONG_S), process.returncode) for process in running]
    for _, told, code in ended[:-1]:
        assert code == 7
        assert "The sound server does not answer. Start it anew" in told
    found, _, code = ended[-1]
    assert code == 1
    assert "PortAudio     The sound server does not answer." in found


def begun(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "skill", *command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
