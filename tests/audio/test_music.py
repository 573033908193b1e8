"""Other programs' sound is lowered and comes back, whatever ends the coach: real PulseAudio."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from skill.audio.music import FACTOR, Mixer, Music, Note
from tests.support.pulse import Pulse, running_pulseaudio
from tests.support.streams import playing_music, set_volume, volumes
from tests.support.waiting import LONG_S, wait_until

pytestmark = pytest.mark.device


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


@pytest.fixture
def playing(pulse: Pulse) -> Iterator[Pulse]:
    """Another program plays, and no other."""
    with playing_music(pulse):
        # PipeWire gives it the volume at which the one before ended.
        set_only(pulse, 100)
        yield pulse


def volume(pulse: Pulse) -> list[float]:
    return list(volumes(pulse).values())


def set_only(pulse: Pulse, percent: int) -> None:
    (stream,) = volumes(pulse)
    set_volume(pulse, stream, percent)


def low(pulse: Pulse, of: float = 1.0) -> bool:
    return volume(pulse) == [pytest.approx(of * FACTOR, abs=0.01)]


def normal(pulse: Pulse, wanted: float = 1.0) -> bool:
    return volume(pulse) == [pytest.approx(wanted, abs=0.01)]


def test_music_is_lowered_by_15_db_and_restored_whoever_asks_how_often(
    playing: Pulse, tmp_path: Path
) -> None:
    set_only(playing, 80)
    with Music(tmp_path / "note.json") as music:
        music.lower()
        wait_until(lambda: low(playing, 0.8))
        music.lower()
        music.restore()
        time.sleep(0.1)
        assert low(playing, 0.8), "one holder is left"
        music.restore()
        wait_until(lambda: normal(playing, 0.8))
        music.restore()
        music.lower()
        wait_until(lambda: low(playing, 0.8))
    assert normal(playing, 0.8), "its end restores at once"
    assert not (tmp_path / "note.json").exists()
    assert 60 * np.log10(FACTOR) == pytest.approx(-15)


def test_a_volume_that_the_person_changes_meanwhile_is_left_alone(
    playing: Pulse, tmp_path: Path
) -> None:
    with Music(tmp_path / "note.json") as music:
        music.lower()
        wait_until(lambda: low(playing))
        set_only(playing, 40)
        music.restore()
    assert normal(playing, 0.4)


def test_a_program_that_ends_meanwhile_is_no_trouble(pulse: Pulse, tmp_path: Path) -> None:
    with Music(tmp_path / "note.json") as music:
        with playing_music(pulse):
            music.lower()
            wait_until(lambda: low(pulse))
        music.restore()
    assert volume(pulse) == []


PROGRAM = """
import sys, time
from pathlib import Path
from skill.audio.music import Music
from skill.cli.ending import ending_well
with ending_well(), Music(Path(sys.argv[1])) as music:
    music.lower()
    print("low", flush=True)
    {then}
"""


@contextmanager
def other_process(note: Path, then: str) -> Iterator[subprocess.Popen[str]]:
    program = PROGRAM.format(then=then)
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(note)],
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "low\n"
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_restores_it(playing: Pulse, tmp_path: Path, number: signal.Signals) -> None:
    with other_process(tmp_path / "note.json", "time.sleep(30)") as process:
        wait_until(lambda: low(playing))
        process.send_signal(number)
        code = process.wait(LONG_S)
    assert normal(playing)
    assert code in {128 + number, -number}


def test_a_crash_restores_it(playing: Pulse, tmp_path: Path) -> None:
    crash = "time.sleep(0.3); raise RuntimeError"
    with other_process(tmp_path / "note.json", crash) as process:
        assert process.wait(LONG_S) == 1
    assert normal(playing)


def test_after_a_kill_the_next_start_restores_it_and_nothing_is_lowered_twice(
    playing: Pulse, tmp_path: Path
) -> None:
    note = tmp_path / "note.json"
    for _ in range(2):
        with other_process(note, "time.sleep(30)") as process:
            wait_until(lambda: low(playing))
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert low(playing)
        assert note.exists()
    with Music(note):
        wait_until(lambda: normal(playing))
    assert not note.exists()


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"name": "x"}]'])
def test_a_broken_note_is_ignored(playing: Pulse, tmp_path: Path, content: str) -> None:
    note = tmp_path / "note.json"
    note.write_text(content)
    with Music(note) as music:
        music.lower()
        wait_until(lambda: low(playing))
    assert normal(playing)


def test_without_a_sound_server_nothing_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    monkeypatch.setattr("skill.audio.music.PATIENCE_S", 30)
    start = time.monotonic()
    with Music(tmp_path / "note.json") as music:
        music.lower()
    assert time.monotonic() - start < 10
    assert not (tmp_path / "note.json").exists()


def test_looking_for_a_server_in_vain_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    mixer = Mixer(Note(tmp_path / "note.json"))
    mixer.lower()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(30):
        mixer.lower()
        mixer.restore()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def sockets() -> set[int]:
    files = Path("/proc/self/fd").iterdir()
    return {int(file.name) for file in files if file.is_socket()}


def test_a_connection_that_broke_is_made_anew_at_once(playing: Pulse, tmp_path: Path) -> None:
    """As by a server that was started anew: what a session lowered last must not stay low."""
    before = sockets()
    with Mixer(Note(tmp_path / "note.json")) as mixer:
        mixer.lower()
        assert low(playing)
        (ours,) = sockets() - before
        with socket.socket(fileno=os.dup(ours)) as connection:
            connection.shutdown(socket.SHUT_RDWR)
        mixer.restore()
        assert normal(playing)


def test_a_server_that_ends_and_comes_back_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")  # between the two, and not other tests' one
    mixer = Mixer(Note(tmp_path / "note.json"))
    for _ in range(2):
        with running_pulseaudio() as another, playing_music(another):
            mixer.lower()
            assert low(another)
            mixer.restore()
            assert normal(another)
        mixer.lower()
    mixer.close()


def test_without_libpulse_nothing_happens(tmp_path: Path) -> None:
    program = (
        "import ctypes.util; ctypes.util.find_library = lambda name: None\n"
        "import ctypes; real = ctypes.CDLL\n"
        "def no(name, *a, **k):\n"
        "    if name and 'pulse' in name: raise OSError(name)\n"
        "    return real(name, *a, **k)\n"
        "ctypes.CDLL = no\n" + PROGRAM.format(then="pass")
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "note.json")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "low\n"
    assert done.stderr == ""
