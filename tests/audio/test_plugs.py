"""Plugs pulled and put back, at a real PortAudio on a private PulseAudio."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from skill.audio.caretaker import STOPPED_S
from skill.audio.choosing import wanted_devices
from skill.audio.devices import Direction
from skill.audio.loudspeaker import Loudspeaker
from skill.audio.microphone import Microphone
from skill.audio.sound_server import endpoints
from skill.audio.streams import restart_portaudio
from skill.errors import DeviceError
from skill.ports import BLOCK, RATE, BlockKind, Clip, Samples
from tests.support.clocks import behind, until
from tests.support.pulse import WIRE_RATE, Monitor, Pulse, running_pulseaudio
from tests.support.servers import wanted
from tests.support.tones import int16, sine
from tests.support.waiting import LONG_S, wait_until

pytestmark = pytest.mark.device
SOON_S = 3
"""A device that is gone is missed after a second (`PATIENCE_S`), on a machine that lets us look."""


@pytest.fixture
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


def until_works(speaker: Loudspeaker, works: bool, seconds: float = LONG_S) -> None:
    start = time.monotonic()
    while speaker.works != works:
        assert time.monotonic() - start < seconds
        time.sleep(0.02)
        speaker.poll(0)


def wait_for_end(speaker: Loudspeaker, token: int) -> None:
    def ended() -> bool:
        assert speaker.works
        return token in speaker.poll(0)

    wait_until(ended, what="the end of the clip")


def wait_for_sound(heard: Monitor) -> None:
    """What the speaker has played is recorded a little later, on a busy machine much later."""
    wait_until(lambda: np.abs(heard.samples().astype(int)).max(initial=0) > 10_000, what="sound")


def test_a_microphone_unplugged_is_lost_soon_and_found_again(pulse: Pulse) -> None:
    with Microphone() as microphone:
        blocks, before = behind(microphone)
        pulse.unplug("mic")
        blocks += until(microphone, BlockKind.LOST, SOON_S)
        time.sleep(1)
        pulse.plug_in("mic")
        blocks += until(microphone, BlockKind.HEARD)
        last, after = behind(microphone)
        blocks += last
    ends = [block.end_frame for block in blocks]
    assert [block.start_frame for block in blocks] == [0, *ends[:-1]]
    assert after == pytest.approx(before, abs=0.3), "time went wrong"


def test_a_microphone_that_is_switched_off_is_known_by_its_zeros(
    pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skill.audio.microphone.MUTED_S", 0.5)
    with Microphone() as microphone:
        blocks = microphone.blocks()
        known = [microphone.hears_nothing for _ in zip(blocks, range(20), strict=False)]
        assert known[0] is False
        assert known[-1] is True
        with pulse.playing_into_microphone(np.ones(RATE, np.int16)):
            end = time.monotonic() + LONG_S
            while microphone.hears_nothing and time.monotonic() < end:
                next(blocks)
        assert not microphone.hears_nothing
        again = [microphone.hears_nothing for _ in zip(blocks, range(30), strict=False)]
        assert not any(again), "somebody may be silent for long in a headset that makes zeros of it"
        pulse.switch_microphone_off(True)
        assert microphone.hears_nothing
        pulse.switch_microphone_off(False)
        assert not microphone.hears_nothing


def test_a_microphone_that_is_turned_up_too_far_is_known(pulse: Pulse) -> None:
    loud = int16(sine(300, 3, WIRE_RATE, peak=2.0).clip(-1, 1))
    with Microphone() as microphone:
        blocks = microphone.blocks()
        with pulse.playing_into_microphone(loud // 2):
            heard = (block for block in blocks if np.abs(block.pcm.astype(int)).max() > 10_000)
            assert len(list(islice(heard, 20))) == 20
            assert microphone.overdriven_s == 0
        with pulse.playing_into_microphone(loud):
            wait_until(
                lambda: next(blocks) and microphone.overdriven_s > 1, what="sound at the limit"
            )
        assert microphone.overdriven_s < 3.5


def test_a_speaker_unplugged_is_missed_at_once_while_it_plays(pulse: Pulse) -> None:
    with Loudspeaker() as speaker:
        speaker.play(Clip(sine(300, 5, 22_050), 22_050), 1, 0)
        time.sleep(0.3)
        assert speaker.works
        pulse.unplug("speaker")
        until_works(speaker, False, SOON_S)
        speaker.stop(0)
        pulse.plug_in("speaker")
        until_works(speaker, True)
        heard = pulse.speaker()
        speaker.play(Clip(sine(300, 0.2, 22_050), 22_050), 2, 0)
        wait_for_end(speaker, 2)
        wait_for_sound(heard)


@pytest.mark.skipif(wanted() == "pipewire", reason="PipeWire wakes a suspended sink by itself")
def test_a_speaker_that_takes_what_fills_its_buffer_and_no_more_is_not_back(pulse: Pulse) -> None:
    with Loudspeaker() as speaker:
        suspend(pulse, "speaker", True)
        until_works(speaker, False)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            assert not speaker.works
            time.sleep(0.02)
        suspend(pulse, "speaker", False)
        until_works(speaker, True)
        speaker.play(Clip(sine(300, 2, 22_050), 22_050), 1, 0)
        wait_for_end(speaker, 1)


def suspend(pulse: Pulse, sink: str, suspended: bool) -> None:
    order = ["pactl", "suspend-sink", sink, "1" if suspended else "0"]
    subprocess.run(order, env=pulse.env, check=True)


def test_what_is_played_while_portaudio_restarts_is_only_late(pulse: Pulse) -> None:
    with Loudspeaker() as speaker, Microphone() as microphone:
        until(microphone, BlockKind.HEARD)
        heard = pulse.speaker()
        assert restart_portaudio()
        speaker.play(Clip(sine(300, 0.2, 22_050), 22_050), 1, 0)
        assert speaker.works
        wait_for_end(speaker, 1)
        wait_for_sound(heard)
        until(microphone, BlockKind.LOST)  # what had been heard before comes first
        until(microphone, BlockKind.HEARD)


def test_time_goes_on_where_nobody_looked_while_a_stream_died(pulse: Pulse) -> None:
    with Microphone() as microphone:
        _, before = behind(microphone)
        intake = microphone._intake
        fetched = intake.frames
        wait_until(lambda: intake.frames - fetched > intake.device.rate / 2, what="half a second")
        assert restart_portaudio()
        captured = intake.frames * RATE // intake.device.rate
        time.sleep(0.5)
        blocks = until(microphone, BlockKind.LOST)
        assert captured - blocks[-1].start_frame <= BLOCK, "what was heard before is not dropped"
        until(microphone, BlockKind.HEARD)
        _, after = behind(microphone)
    assert after == pytest.approx(before, abs=0.3)


LISTENER = """
import time
from skill.audio.microphone import Microphone
with Microphone() as microphone:
    for block in microphone.blocks():
        print(time.monotonic(), block.end_frame, microphone.stopped_s, flush=True)
"""


def test_time_stands_still_while_the_process_is_stopped(pulse: Pulse) -> None:
    """As by Ctrl-Z: what the server has kept meanwhile is over, and nothing was lost."""
    stopped_s = STOPPED_S + 2
    command = [sys.executable, "-c", LISTENER]
    with subprocess.Popen(command, env=pulse.env, stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout is not None
        first = listener.stdout.readline()
        listener.send_signal(signal.SIGSTOP)
        time.sleep(stopped_s)
        listener.send_signal(signal.SIGCONT)
        later = list(islice(listener.stdout, 60))
        listener.kill()
    last = np.array(later[-1].split(), float)
    seconds, frames, told_s = last - np.array(first.split(), float)
    assert frames / RATE < seconds - stopped_s + 1
    assert told_s >= STOPPED_S


def test_portaudio_is_not_restarted_in_the_middle_of_a_line(pulse: Pulse) -> None:
    with Loudspeaker() as speaker:
        speaker.play(Clip(sine(300, 1, 22_050), 22_050), 1, 0)
        assert not restart_portaudio()
        speaker.stop(0)
        assert restart_portaudio()


@contextmanager
def fed(path: Path, speed: float) -> Iterator[None]:
    """Write silence at 16 kHz into a pipe, at some speed of real time."""
    over = threading.Event()

    def feed() -> None:
        with path.open("wb", buffering=0) as pipe:
            start, sent = time.monotonic(), 0
            while not over.wait(0.01):
                due = round((time.monotonic() - start) * 16_000 * speed)
                pipe.write(bytes(2 * (due - sent)))
                sent = due

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_microphone_at_half_its_rate_is_caught(pulse: Pulse, tmp_path: Path) -> None:
    load(pulse, "module-pipe-source", "source_name=slow", f"file={tmp_path}/pipe", "rate=16000",
         "channels=1", "format=s16le")  # fmt: skip
    with fed(tmp_path / "pipe", 0.5), Microphone("slow") as microphone:
        blocks = until(microphone, BlockKind.LOST)
        assert len(blocks) * 0.05 < 7
        for block, _ in zip(microphone.blocks(), range(40), strict=False):
            assert block.kind is BlockKind.LOST, "was trusted again"


def load(pulse: Pulse, *module: str) -> None:
    subprocess.run(["pactl", "load-module", *module], env=pulse.env, check=True)


def yeti(pulse: Pulse) -> None:
    load(pulse, "module-remap-source", "master=mic.monitor", "source_name=usb-1234",
         "source_properties=device.description=Blue_Yeti")  # fmt: skip


def test_the_sound_servers_devices_have_the_names_that_people_know(pulse: Pulse) -> None:
    yeti(pulse)
    found = {end.name: end for end in endpoints(Direction.MICROPHONE)}
    assert found["usb-1234"].description == "Blue_Yeti"
    assert found["mic.monitor"].default
    assert found["mic.monitor"].monitor_of == "mic"
    with Microphone(("snowball", "YETI", "default")) as microphone:
        assert microphone.name == "Blue_Yeti"
        until(microphone, BlockKind.HEARD)
        done = subprocess.run(
            ["pactl", "list", "source-outputs"],
            env=pulse.env, capture_output=True, text=True, check=True,
        )  # fmt: skip
    own = next(o for o in done.stdout.split("Source Output #") if f'id = "{os.getpid()}"' in o)
    number = next(line.split(":")[1].strip() for line in own.splitlines() if "\tSource:" in line)
    short = subprocess.run(
        ["pactl", "list", "short", "sources"],
        env=pulse.env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert any(line.startswith(f"{number}\tusb-1234\t") for line in short.stdout.splitlines())


def test_names_are_tried_in_their_order_and_no_other_device_is_taken(pulse: Pulse) -> None:
    yeti(pulse)
    found = wanted_devices(Direction.MICROPHONE, ("usb-1234", "yeti", "default"))
    assert [device.name for device in found] == ["Blue_Yeti", "default"]
    with pytest.raises(DeviceError, match='No microphone has "q q" or "snowball" in its name'):
        wanted_devices(Direction.MICROPHONE, ("q q", "snowball"))


def test_another_default_device_is_followed(pulse: Pulse) -> None:
    with Microphone() as microphone:
        until(microphone, BlockKind.HEARD)
        yeti(pulse)
        subprocess.run(["pactl", "set-default-source", "usb-1234"], env=pulse.env, check=True)
        blocks = [block for block, _ in zip(microphone.blocks(), range(30), strict=False)]
    assert {block.kind for block in blocks} == {BlockKind.HEARD}


def test_what_was_played_is_known_on_the_microphones_clock(pulse: Pulse) -> None:
    load(pulse, "module-remap-source", "master=speaker.monitor", "source_name=echo")
    noise = np.random.default_rng(0).normal(0, 0.1, 60 * 22_050).astype(np.float32)
    captured: list[Samples] = []
    played: list[Samples] = []
    with Microphone("echo") as microphone, Loudspeaker() as speaker:
        speaker.follow(microphone.clock)
        for number, block in enumerate(islice(microphone.blocks(), 1000)):
            speaker.poll(block.end_frame)
            if number == 10:
                assert not speaker.played(block.start_frame, len(block.pcm)).any()
                speaker.play(Clip(noise, 22_050), 1, block.end_frame)
            captured.append(np.asarray(block.pcm / 32_768, np.float32))
            played.append(speaker.played(block.start_frame, len(block.pcm)))
            if number % 10 == 0 and keeps_its_distance(captured[20:], played[20:]):
                break
        else:
            pytest.fail("the echo never followed what was played by the same time for long")
        assert abs(speaker.drift_ppm) < 200


def keeps_its_distance(captured: list[Samples], played: list[Samples]) -> bool:
    """Whether the echo has followed what was played by the same time for the last two seconds.

    A busy machine tears a hole into what is played, which shifts all that follows and is only
    known after a second and a half. A wrong clock never keeps a distance.
    """
    if len(captured) < 40:
        return False
    delays = []
    for first in range(-40, 0, 10):
        end = first + 10 or None
        heard, known = np.concatenate(captured[first:end]), np.concatenate(played[first:end])
        size = 1 << 14
        spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(known, size))
        likeness = np.fft.irfft(spectrum, size)
        if likeness.max() <= 0.2 * np.linalg.norm(heard) * np.linalg.norm(known):
            return False
        delays.append(int(likeness[: size // 2].argmax()) / 16)
    # The devices' buffers are what it takes.
    return min(delays) > 0 and max(delays) < 300 and max(delays) - min(delays) < 3


def test_a_machine_with_a_speaker_only_has_no_microphone(pulse: Pulse) -> None:
    pulse.unplug("mic")
    with Loudspeaker(), pytest.raises(DeviceError, match="There is no microphone: "):
        Microphone()


def test_a_channel_that_is_not_there_is_named(pulse: Pulse) -> None:
    yeti(pulse)
    with pytest.raises(DeviceError, match='"Blue_Yeti" has no channel 5'):
        Microphone("yeti", channel=5)


@pytest.mark.parametrize("channel", [0, 1, None])
def test_one_channel_or_a_mix_is_heard(pulse: Pulse, channel: int | None) -> None:
    left, right = sine(500, 30, 16_000, 0.5), np.zeros(30 * 16_000, np.float32)
    pcm = (np.column_stack((left, right)) * 32767).astype("<i2")
    heard = pulse.microphone()
    with tempfile.TemporaryFile() as file:
        file.write(pcm.tobytes())
        file.seek(0)
        player = subprocess.Popen(
            ["pacat", "--playback", "--device=mic", "--raw", "--format=s16le", "--channels=2",
             "--rate=16000", "--latency-msec=300"],
            env=pulse.env, stdin=file,
        )  # fmt: skip
    wait_until(lambda: heard.samples().any(), what="the player")
    with Microphone(channel=channel) as microphone:
        blocks = list(islice(microphone.blocks(), 10))
    player.kill()
    player.wait()
    loudest = np.abs(np.concatenate([block.pcm for block in blocks]).astype(int)).max()
    assert loudest == pytest.approx({0: 16_384, 1: 0, None: 8_192}[channel], abs=1500)
