"""The service at a real microphone, with a real socket in the place of systemd's."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.shell.test_live import wait_for
from tests.support.live import saying
from tests.support.pulse import Pulse, running_pulseaudio
from tests.support.waiting import LONG_S

pytestmark = pytest.mark.device


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


@contextmanager
def service(journal: Path, notify: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "skill", "run", "--service", "--quiet"]
    state = journal.parent / "state"
    process = subprocess.Popen(
        [*command, "--journal", str(journal)],
        env=os.environ | {"NOTIFY_SOCKET": str(notify), "XDG_STATE_HOME": str(state)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.long
def test_ready_fed_and_there_again_after_a_goodbye(pulse: Pulse, tmp_path: Path) -> None:
    journal, notify = tmp_path / "journal.jsonl", tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(notify))
        systemd.settimeout(LONG_S)
        with service(journal, notify) as process:
            assert systemd.recv(4096) == b"READY=1"
            wait_for(journal, "not a medical device")
            assert systemd.recv(4096).startswith(b"WATCHDOG=1\nSTATUS=")
            with pulse.playing_into_microphone(saying("goodbye")):
                wait_for(journal, '"effect": "Finish"')
            with pulse.playing_into_microphone(saying("start rolling")):
                wait_for(journal, '"command": "start"')
            process.send_signal(signal.SIGINT)
            assert process.wait(LONG_S) == 130
