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
            coach.event("MicrophoneLost", seconds=5)
            coach.event("SpeakerLost", seconds=5)
            coach.process.send_signal(signal.SIGTERM)
            assert coach.process.wait(timeout=15) == 128 + signal.SIGTERM


def test_a_session_that_is_ended_as_the_server_hangs(pulse: Pulse, tmp_path: Path) -> None:
    with live(tmp_path / "journal.jsonl", "--fresh") as coach:
        coach.said("not a medical device")
        with hung(pulse):
            coach.process.send_signal(signal.SIGINT)
            assert coach.process.wait(timeout=15) == 130


@pytest.mark.parametrize("command", [["devices"], ["say", "Hello."], ["mic-test"]])
def test_a_server_that_hangs_is_named(pulse: Pulse, command: list[str]) -> None:
    with hung(pulse):
        done = subprocess.run(
            [sys.executable, "-m", "skill", *command],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
    assert done.returncode == 7
    assert "The sound server does not answer. Start it anew" in done.stderr


def test_the_doctor_does_not_wait_for_a_server_that_hangs(pulse: Pulse) -> None:
    with hung(pulse):
        done = subprocess.run(
            [sys.executable, "-m", "skill", "doctor"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "PortAudio     The sound server does not answer." in done.stdout
