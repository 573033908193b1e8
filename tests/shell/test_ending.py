"""Ctrl-C and SIGTERM, at the moments at which Python would lose them, or show a traceback."""

import io
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
import soundfile

from skill.cli.ending import TOGETHER_S, ending_well, interruptible
from skill.settings import DEMO
from tests.support.waiting import LONG_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


class Tripped(io.BytesIO):
    """A file that gets a signal while it is read; libsndfile reads it from C."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(DEMO.read_bytes())
        self._signals = [number]

    def readinto(self, buffer: object) -> int:
        if self._signals:
            signal.raise_signal(self._signals.pop())
        return super().readinto(buffer)  # type: ignore[arg-type]  # any buffer


def _until_ended(number: signal.Signals) -> None:
    with soundfile.SoundFile(Tripped(number)):
        time.sleep(LONG_S)
        raise AssertionError("waited for to the end")


def test_ctrl_c_is_not_lost_in_what_is_called_from_c(capfd: pytest.CaptureFixture[str]) -> None:
    with interruptible(at_last=False), pytest.raises(KeyboardInterrupt):
        _until_ended(signal.SIGINT)
    assert capfd.readouterr().err == ""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_service_is_not_deaf_to_its_end(capfd: pytest.CaptureFixture[str]) -> None:
    """The one that was lost was the last that counted."""
    with ending_well(), pytest.raises(SystemExit, match="143"):
        _until_ended(signal.SIGTERM)
    assert capfd.readouterr().err == ""


def test_two_ctrl_c_at_once_are_one() -> None:
    tidy = False

    def interrupted_twice() -> None:
        nonlocal tidy
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)  # as something is put right
            tidy = True

    with interruptible(at_last=False), pytest.raises(KeyboardInterrupt):
        interrupted_twice()
    assert tidy
    with interruptible(at_last=False):
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            time.sleep(TOGETHER_S)


def _interrupted(code: str) -> tuple[int, str]:
    """What becomes of a program that gets Ctrl-C when it says "now"."""
    with subprocess.Popen(
        [sys.executable, "-c", f"import sys, time; {code}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert "now\n" in iter(process.stdout.readline, "")
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=LONG_S)
        return process.returncode, told


WAIT = "(print('now', flush=True), time.sleep(60))"
LATE = (
    f"import atexit; atexit.register(lambda: {WAIT}); "
    "sys.argv = ['roller-coach', '--version']; from skill.cli import main; main()"
)
EARLY = (
    f"sys.modules['skill.cli'] = type('', (), {{'__getattr__': lambda *_: {WAIT}}})(); "
    "from skill.__main__ import main; main()"
)


@pytest.mark.parametrize("code", [LATE, EARLY], ids=["at the very end", "before there is a click"])
def test_ctrl_c_where_nothing_is_there_is_no_traceback(code: str) -> None:
    assert _interrupted(code) == (-signal.SIGINT, "")


def test_whoever_has_it_ignored_is_not_interrupted() -> None:
    before: Callable[..., object] | int | None = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible(at_last=False):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_missing_click_is_one_sentence() -> None:
    code = "import sys; sys.modules['click'] = None; from skill.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("roller-coach: The Python package click is missing. ")
    assert done.stderr.count("\n") == 1
