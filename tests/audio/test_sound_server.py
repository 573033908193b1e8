"""What is heard of a sound server that is not there, and of a stream that does not start."""

import os
import threading
import time
from pathlib import Path

import pytest

from skill.audio.devices import Device
from skill.audio.pactl import environment
from skill.audio.portaudio import portaudio
from skill.audio.sound_server import Changes
from skill.audio.streams import open_speaker
from skill.errors import DeviceError
from tests.support.waiting import LONG_S, wait_until


def pactl(folder: Path, *lines: str) -> None:
    program = folder / "pactl"
    program.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    program.chmod(0o755)


def told(changes: Changes, seconds: float) -> list[bool]:
    begun, found = time.monotonic(), []
    while time.monotonic() - begun < seconds:
        found.append(changes.any())
        time.sleep(0.02)
    return found


def is_listening(changes: Changes) -> bool:
    return changes._process is not None


def test_a_server_that_is_not_there_is_no_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skill.audio.sound_server.LISTENED_S", LONG_S)
    pactl(tmp_path, "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with Changes() as changes:
        for _ in range(2):
            changes.renew()
            while is_listening(changes):
                assert not any(told(changes, 0.1))


def test_a_server_that_ends_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skill.audio.sound_server.LISTENED_S", 0.2)
    pactl(tmp_path, "sleep 0.3")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with Changes() as changes:
        wait_until(changes.any, what="the end of the server")
        assert not any(told(changes, 0.1))


class Refusing:
    """A stream that cannot be started."""

    latency, channels = 0.05, 1

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.closed = False

    def start(self) -> None:
        raise self.error

    def close(self) -> None:
        self.closed = True


def test_a_device_that_is_opened_meanwhile_does_not_disturb_who_asks_the_server() -> None:
    """Both caretakers at once, of a headset that is plugged in: one was ended by it."""
    over = threading.Event()

    def open_devices() -> None:
        while not over.is_set():
            os.environ["PULSE_SOURCE"] = "usb-jabra"
            del os.environ["PULSE_SOURCE"]

    thread = threading.Thread(target=open_devices)
    thread.start()
    try:
        for _ in range(3_000):
            assert environment()["LC_ALL"] == "C"
    finally:
        over.set()
        thread.join()


def test_a_stream_that_does_not_start_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    sounddevice = portaudio()
    raw = Refusing(sounddevice.PortAudioError("no", -9999))
    monkeypatch.setattr(sounddevice, "OutputStream", lambda **_given: raw)
    with pytest.raises(DeviceError):
        open_speaker(Device(0, "a speaker", 48_000, 2), lambda *_args: None)
    assert raw.closed
