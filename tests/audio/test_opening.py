"""A device that never opens does not keep anybody for ever."""

import os
import pty
import subprocess
import sys
import threading

import pytest

from skill.audio import opening
from skill.audio.opening import in_time
from skill.errors import DeviceError


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    left: list[bool] = []
    monkeypatch.setattr(opening, "leave_open", lambda: left.append(True))
    monkeypatch.setattr(opening, "OPENED_S", 0.2)
    return left


def test_what_opens_is_handed_over(left: list[bool]) -> None:
    assert in_time("microphone", lambda: 5) == 5
    assert not left


def test_what_cannot_be_opened_says_why(left: list[bool]) -> None:
    def refuse() -> int:
        raise DeviceError("It is busy.", "Wait.")

    with pytest.raises(DeviceError, match="It is busy"):
        in_time("microphone", refuse)
    assert not left


def test_what_never_opens_is_left_behind(left: list[bool]) -> None:
    never = threading.Event()
    with pytest.raises(DeviceError, match="The microphone did not open within"):
        in_time("microphone", never.wait)
    assert left
    never.set()


def test_what_we_say_while_a_device_does_not_open_is_shown() -> None:
    # As where PortAudio stands still for ever: libraries are silenced to the end.
    stuck = (
        "import os, sys; from skill.audio.portaudio import silent_stderr\n"
        "with silent_stderr():\n"
        "    os.write(2, b'ALSA\\n'); print('ours', file=sys.stderr)\n"
        "    sys.exit('The microphone did not open.')"
    )
    command = [sys.executable, "-c", stuck]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stderr == "ours\nThe microphone did not open.\n"


def test_on_a_terminal_portaudio_says_nothing_and_we_do() -> None:
    ended = (
        "import os, sys; from skill.audio.portaudio import portaudio; portaudio()\n"
        "os.write(2, b'Expression failed\\n'); print('The microphone is gone.', file=sys.stderr)"
    )
    controller, terminal = pty.openpty()
    command = [sys.executable, "-c", ended]
    nowhere = os.environ | {"PULSE_SERVER": "unix:/nowhere"}
    subprocess.run(command, stderr=terminal, check=True, env=nowhere)
    os.close(terminal)
    assert os.read(controller, 1000) == b"The microphone is gone.\r\n"
    os.close(controller)
