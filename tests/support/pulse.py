"""A private PulseAudio whose microphone and speaker are wires that tests hold the other end of."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from skill.ports import Pcm
from tests.support.servers import is_here, server, socket_of, wanted
from tests.support.waiting import wait_until

WIRE_RATE = 44_100
"""Frames per second of the null sinks, PulseAudio's default."""

INSTALL = "sudo apt install pulseaudio pulseaudio-utils libasound2-plugins libportaudio2"
ALSA = """
pcm.!default { type pulse hint { show on description "PulseAudio" } }
ctl.!default { type pulse }
"""
ONLY_SPEAKER = """
pcm.!default { type asym playback.pcm { type pulse } capture.pcm { type hw card 7 } }
"""
"""An ALSA configuration in which there is a speaker, and nothing to record from."""


Recording = tuple[str, subprocess.Popen[bytes], int]


@dataclass(frozen=True)
class Pulse:
    """A running daemon: sink `mic` feeds the default source, sink `speaker` is the default.

    Sink `auto_null` stands in where they are gone, as PulseAudio's own does on a machine that has
    nothing else; nobody hears it.
    """

    env: dict[str, str]
    recorders: dict[str, Recording]

    @property
    def recording(self) -> int:
        """The file of what the speaker plays."""
        return self.recorders["speaker"][2]

    @property
    def pid(self) -> int:
        """The daemon's process."""
        return int(self.env["PULSE_PID"])

    def unplug(self, sink: str) -> None:
        """Pull the microphone's or the speaker's plug: PulseAudio forgets it."""
        _end(self.recorders[sink][1])
        # A null sink is ranked like any other, so the stand-in must be made the best one.
        kind = "default-sink" if sink == "speaker" else "default-source"
        stand_in = "auto_null" if sink == "speaker" else "auto_null.monitor"
        assert _pactl(self.env, f"set-{kind}", stand_in)
        module = _loaded(self.env, sink)
        assert _pactl(self.env, "unload-module", module)

    def plug_in(self, sink: str) -> None:
        """Put it back."""
        assert _pactl(self.env, "load-module", "module-null-sink", f"sink_name={sink}")
        kind = "default-sink" if sink == "speaker" else "default-source"
        name = sink if sink == "speaker" else f"{sink}.monitor"
        assert _pactl(self.env, f"set-{kind}", name)
        file = self.recorders[sink][2]
        self.recorders[sink] = (sink, _recorder(sink, self.env, file), file)
        wake(self.env, sink)

    @contextmanager
    def playing_into_microphone(self, pcm: Pcm, role: str = "phone") -> Iterator[None]:
        """Feed int16 mono at `WIRE_RATE` to the microphone in the background.

        Its role keeps a person from being lowered like music. It begins at once, and fills a buffer
        of some length: on a busy machine a short one has holes.
        """
        with tempfile.TemporaryFile() as file:
            file.write(pcm.tobytes())
            file.seek(0)
            player = subprocess.Popen(
                [
                    "pacat",
                    "--playback",
                    "--device=mic",
                    "--latency-msec=300",
                    f"--property=media.role={role}",
                    *_FORMAT,
                ],
                env=self.env,
                stdin=file,
                stderr=subprocess.DEVNULL,
            )
            try:
                yield
            finally:
                _end(player)

    @contextmanager
    def microphone_hearing_speaker(self) -> Iterator[None]:
        """Let the microphone hear what the speaker plays, as loud as it is, some 60 ms later."""
        places = ("source=speaker.monitor", "sink=mic")
        assert _pactl(self.env, "load-module", "module-loopback", *places, "latency_msec=30")
        try:
            yield
        finally:
            assert _pactl(self.env, "unload-module", "module-loopback")

    def suspend_microphone(self, suspended: bool) -> None:
        """Stop the microphone from delivering, as an unplugged one does, or let it go on."""
        assert _pactl(self.env, "suspend-sink", "mic", "1" if suspended else "0")

    def switch_microphone_off(self, off: bool) -> None:
        """Mute it as a person does in the system's settings, or let it hear again."""
        assert _pactl(self.env, "set-source-mute", "mic.monitor", "1" if off else "0")

    def speaker(self) -> "Monitor":
        """What the speaker plays from now on."""
        return Monitor(self.recording, os.fstat(self.recording).st_size // 2 * 2)

    def microphone(self) -> "Monitor":
        """What the microphone is fed from now on."""
        file = self.recorders["mic"][2]
        return Monitor(file, os.fstat(file).st_size // 2 * 2)


@dataclass(frozen=True)
class Monitor:
    """A growing recording, int16 mono at `WIRE_RATE`, from some place on."""

    file: int
    start: int

    def samples(self) -> Pcm:
        """All of it so far."""
        size = os.fstat(self.file).st_size - self.start
        return np.frombuffer(os.pread(self.file, size // 2 * 2, self.start), np.int16)

    def until_silent(self) -> Pcm:
        """All of it, as soon as something and then 50 ms of silence are in it: what has been played
        is recorded a little later, and on a busy machine later than that.
        """

        def silent() -> bool:
            sound = self.samples()
            return bool(sound.any()) and not sound[-WIRE_RATE // 20 :].any()

        wait_until(silent, what="a sound and silence")
        return self.samples()


_FORMAT = ("--raw", "--format=s16le", "--channels=1", f"--rate={WIRE_RATE}")


@contextmanager
def running_pulseaudio() -> Iterator[Pulse]:
    """Start the daemon and make it this process's sound system, until the end of the block.

    Skips the test where PulseAudio is not installed; ./scripts/test installs it.
    """
    if not is_here():
        pytest.skip(f"{wanted()} is missing, so NO SOUND DEVICE IS TESTED. {INSTALL}")
    with tempfile.TemporaryDirectory(prefix="pulse-") as name:
        folder = Path(name)
        (folder / "asound.conf").write_text(ALSA)
        changes = {
            "PULSE_SERVER": f"unix:{socket_of(folder)}",
            "PULSE_COOKIE": f"{folder}/cookie",
            "XDG_RUNTIME_DIR": name,
            "XDG_CONFIG_HOME": name,
            "ALSA_CONFIG_PATH": f"{folder}/asound.conf",
        }
        env = os.environ | changes
        with server(folder, env) as pid:
            wait_until(lambda: _pactl(env, "info"), what="an answer of the sound server")
            for sink in ("auto_null", "mic", "speaker"):
                assert _pactl(env, "load-module", "module-null-sink", f"sink_name={sink}")
            assert _pactl(env, "set-default-source", "mic.monitor")
            assert _pactl(env, "set-default-sink", "speaker")
            recorders: dict[str, Recording] = {}
            with (
                _recording("mic", env, recorders),
                _recording("speaker", env, recorders),
                _sound_system(changes),
            ):
                wait_until(lambda: _recorders(env) == 2, what="both recorders")
                for sink in ("mic", "speaker"):
                    wake(env, sink)
                pulse = Pulse(env | {"PULSE_PID": str(pid)}, recorders)
                wait_until(lambda: os.fstat(pulse.recording).st_size > 0, what="the speaker")
                yield pulse


@contextmanager
def _sound_system(changes: dict[str, str]) -> Iterator[None]:
    """Let PortAudio, which reads the environment when it starts, start again."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    _restart_portaudio()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        _restart_portaudio()


def _restart_portaudio() -> None:
    import sounddevice  # noqa: PLC0415 - it must not be imported where PortAudio is missing

    sounddevice._terminate()
    sounddevice._initialize()


def wake(env: dict[str, str], sink: str) -> None:
    """Have a null sink hand on sound as soon as somebody wants it: until somebody listens, it does
    so every 2 s, and it only looks when it is woken."""
    assert _pactl(env, "suspend-sink", sink, "1")
    assert _pactl(env, "suspend-sink", sink, "0")


@contextmanager
def _recording(sink: str, env: dict[str, str], recorders: dict[str, Recording]) -> Iterator[None]:
    with tempfile.TemporaryFile() as file:
        recorders[sink] = (sink, _recorder(sink, env, file.fileno()), file.fileno())
        try:
            yield
        finally:
            _end(recorders[sink][1])


def _recorder(sink: str, env: dict[str, str], file: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["parec", f"--device={sink}.monitor", "--latency-msec=10", *_FORMAT],
        env=env,
        stdout=file,
        stderr=subprocess.DEVNULL,
    )


def _loaded(env: dict[str, str], sink: str) -> str:
    """The number of the module that makes a sink."""
    order = ["pactl", "list", "short", "modules"]
    done = subprocess.run(order, env=env, capture_output=True, check=True, text=True)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return next(line[0] for line in lines if f"sink_name={sink}" in line)


def _recorders(env: dict[str, str]) -> int:
    order = ["pactl", "list", "short", "source-outputs"]
    done = subprocess.run(order, env=env, capture_output=True, check=True)
    return len(done.stdout.splitlines())


def _pactl(env: dict[str, str], *order: str) -> bool:
    done = subprocess.run(["pactl", *order], env=env, capture_output=True, check=False)
    return done.returncode == 0


def _end(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        process.terminate()
        process.wait(timeout=10)
