"""`mic-test`, as somebody uses it: at virtual devices, with a recorded person, and from a file."""

import io
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from rich.console import Console

from skill.audio.pcm import read_pcm
from skill.cli.meter import Meter, bar
from skill.ports import Block, Pcm
from tests.support.pulse import ONLY_SPEAKER, WIRE_RATE, Pulse, running_pulseaudio
from tests.support.shell import run
from tests.support.waiting import LONG_S

Capture = pytest.CaptureFixture[str]
RECORDINGS = Path(__file__).parent.parent / "recordings"
RATE = 16_000
ECHO_MS, ECHO_DB = 90, 12
WORDS = ("start rolling", "next", "stop")


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


@contextmanager
def hearing_itself(pulse: Pulse) -> Iterator[None]:
    """The microphone hears the speaker, as in a real room: later."""
    load = ["pactl", "load-module", "module-loopback", "source=speaker.monitor", "sink=mic"]
    done = subprocess.run(
        [*load, f"latency_msec={ECHO_MS}"], env=pulse.env, check=True, capture_output=True
    )
    module = done.stdout.decode().strip()
    order = ["pactl", "--format=json", "list", "sink-inputs"]
    listed = subprocess.run(order, env=pulse.env, check=True, capture_output=True)
    (stream,) = [s for s in json.loads(listed.stdout) if str(s["owner_module"]) == module]
    quieter = ["pactl", "set-sink-input-volume", str(stream["index"]), f"-{ECHO_DB}dB"]
    subprocess.run(quieter, env=pulse.env, check=True)
    try:
        yield
    finally:
        unload = ["pactl", "unload-module", module]
        subprocess.run(unload, env=pulse.env, check=True)


def wire(word: str) -> Pcm:
    pcm = read_pcm(RECORDINGS / f"{word}.flite-slt.ogg").astype(np.float32) / 32768
    said = np.rint(soxr.resample(pcm, RATE, WIRE_RATE) * 20_000).astype(np.int16)
    return np.pad(said, (WIRE_RATE // 2, 0))  # a person answers after half a second


@pytest.mark.long
@pytest.mark.device
def test_at_virtual_devices_with_a_person_who_answers(
    pulse: Pulse, tmp_path: Path, capfd: Capture
) -> None:
    saved = tmp_path / "me.wav"
    command = [sys.executable, "-m", "skill", "mic-test", "--save", str(saved), "--json"]
    tasks: list[str] = []
    with hearing_itself(pulse):
        process = subprocess.Popen(
            command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        for line in process.stderr:
            tasks.append(line.strip())
            word = line.strip().removeprefix('Say "').removesuffix('"')
            if word in WORDS:
                with pulse.playing_into_microphone(wire(word)):
                    tasks.append(process.stderr.readline().strip())
        out = process.communicate()[0]
    assert [task for task in tasks if task.startswith("Say")] == [f'Say "{w}"' for w in WORDS]
    result = json.loads(out)
    found = {finding["what"]: finding for finding in result["findings"]}
    assert list(found) == ["delivery", "level", "noise", "clipping", "echo", "commands"]
    assert {name: finding["verdict"] for name, finding in found.items()} == dict.fromkeys(
        found, "fine"
    )
    assert process.returncode == 0
    late = float(found["echo"]["fact"].split(" heard ")[1].split(" ms")[0])
    assert ECHO_MS - 30 <= late <= ECHO_MS + 160, "the loopback's delay and the devices' own"

    # What was saved is graded alike.
    again = json.loads(run(capfd, "mic-test", "--recording", saved, "--json").out)
    assert [f["verdict"] for f in again["findings"]] == ["fine"] * 6
    assert again["seconds"] == result["seconds"]


def test_a_mono_recording_that_is_far_too_quiet(tmp_path: Path, capfd: Capture) -> None:
    parts = [np.pad(read_pcm(RECORDINGS / f"{w}.flite-slt.ogg"), (RATE, RATE)) for w in WORDS]
    sound = np.concatenate(parts) / 32768 * 10 ** (-40 / 20)
    path = tmp_path / "quiet.wav"
    soundfile.write(path, sound + np.random.default_rng(1).normal(0, 1e-4, len(sound)), RATE)
    done = run(capfd, "mic-test", "--recording", path)
    assert done.code == 1
    assert "far too quiet" in done.out
    assert "Turn the microphone up" in done.out
    assert "nothing was played" in done.out


def test_a_recording_that_is_none(tmp_path: Path, capfd: Capture) -> None:
    done = run(capfd, "mic-test", "--recording", tmp_path / "none.wav")
    assert done.code == 4
    assert "does not exist" in done.err


@pytest.mark.parametrize("place", ["", "none/x.wav"])
def test_a_place_that_cannot_be_written_is_said_before_anything_is_asked(
    tmp_path: Path, capfd: Capture, place: str
) -> None:
    done = run(capfd, "mic-test", "--save", tmp_path / place, "--model", tmp_path)
    assert done.code == 8
    assert f"cannot be written to {tmp_path / place}" in done.err


def test_a_place_that_can_be_written_stays_as_it_is(tmp_path: Path, capfd: Capture) -> None:
    new, old = tmp_path / "new.wav", tmp_path / "old.wav"
    old.write_bytes(b"RIFF")
    for place in (new, old):
        missing = tmp_path / "none.wav"
        assert run(capfd, "mic-test", "--save", place, "--recording", missing).code == 4
    assert not new.exists()
    assert old.read_bytes() == b"RIFF"


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has sound cards")
def test_without_any_sound() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "skill", "mic-test"],
        env=os.environ | {"PULSE_SERVER": "unix:/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7
    assert done.stderr == "roller-coach: There is no speaker. Plug one in, then start again.\n"


@pytest.mark.device
def test_with_only_a_speaker(pulse: Pulse, tmp_path: Path) -> None:
    config = tmp_path / "asound.conf"
    config.write_text(ONLY_SPEAKER)
    done = subprocess.run(
        [sys.executable, "-m", "skill", "mic-test", "--voice", "espeak"],
        env=os.environ | {"ALSA_CONFIG_PATH": str(config)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7
    assert done.stderr == "roller-coach: There is no microphone. Plug one in, then start again.\n"


def test_the_meter_shows_level_peak_and_task() -> None:
    quiet, loud = bar(-60, -50, "Say it"), bar(-20, -3, "Say it")
    assert quiet.plain.count("█") < 10
    assert loud.plain.count("█") > 25
    assert "│" in quiet.plain
    assert " -50 dB  Say it" in quiet.plain
    assert [str(text.spans[0].style) for text in (quiet, loud)] == ["yellow", "red"]


def test_the_meters_peak_stays_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=100)
    with Meter(console) as meter:
        meter.show(Block(0, np.full(800, 16_000, np.int16)), "Speak")
        meter.show(Block(800, np.zeros(800, np.int16)), "Speak")
    assert "-7 dB" in shown.getvalue(), "16,000 is 6.2 dB below the limit, 0.8 dB ago"


def test_a_terminal_where_nothing_moves_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    shown = io.StringIO()
    with Meter(Console(file=shown, force_terminal=True, width=100)) as meter:
        for at in (0, 800):
            meter.show(Block(at, np.zeros(800, np.int16)), "Speak")
    assert shown.getvalue() == "Speak\n"


@pytest.mark.device
def test_told_to_end_it_gives_the_terminal_its_cursor_back(pulse: Pulse) -> None:
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "skill", "mic-test"],
        env=os.environ | {"TERM": "xterm"}, stdout=inner, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(inner)
    shown = b""
    while b"Please be silent" not in shown:
        shown += os.read(outer, 4096)
    assert b"\x1b[?25l" in shown
    process.terminate()
    with suppress(OSError):  # nobody holds the other end any more
        while more := os.read(outer, 4096):
            shown += more
    os.close(outer)
    assert process.wait(LONG_S) == 128 + signal.SIGTERM
    assert b"\x1b[?25h" in shown
