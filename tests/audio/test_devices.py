"""Real PortAudio on a private PulseAudio: what is played is heard, on time, at the right pitch."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from skill.audio.choosing import wanted_devices
from skill.audio.devices import Direction, default_devices
from skill.audio.loudspeaker import Loudspeaker
from skill.audio.microphone import Microphone
from skill.errors import DeviceError
from skill.ports import Block, BlockKind, Clip
from tests.support.clocks import behind, until
from tests.support.pulse import WIRE_RATE, Pulse, running_pulseaudio
from tests.support.tones import first_sound, int16, last_sound, pitch, sine
from tests.support.waiting import wait_until

pytestmark = pytest.mark.device


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


def listen(microphone: Microphone, seconds: float) -> list[Block]:
    count = round(seconds * 1000 / 50)
    return list(itertools.islice(microphone.blocks(), count))


def joined(blocks: Sequence[Block]) -> np.ndarray:
    return np.concatenate([block.pcm for block in blocks])


def test_the_default_devices_have_names(pulse: Pulse) -> None:
    found = default_devices()
    assert (found.microphone, found.speaker) == ("default", "default")


def test_an_unknown_name_lists_the_names_there_are(pulse: Pulse) -> None:
    with pytest.raises(DeviceError, match='No microphone has "Blue Yeti" in its name') as error:
        wanted_devices(Direction.MICROPHONE, ("Blue Yeti",))
    assert "default" in error.value.remedy


def test_a_device_is_found_by_part_of_its_name_in_any_case(pulse: Pulse) -> None:
    assert wanted_devices(Direction.SPEAKER, ("FAUL",))[0].name == "default"


def test_the_microphone_hears_a_tone_at_its_pitch_and_level(pulse: Pulse) -> None:
    tone = int16(sine(1000, 3, WIRE_RATE))
    with Microphone() as microphone, pulse.playing_into_microphone(tone):
        for block in microphone.blocks():
            if np.abs(block.pcm).max() > 3000:
                break
        loud = joined(listen(microphone, 0.6))[1600:]
    assert len(loud) == 8000
    assert pitch(loud, 16_000) == pytest.approx(1000, abs=4)
    assert np.abs(loud).max() == pytest.approx(16384, rel=0.05)


def test_the_microphone_keeps_real_time(pulse: Pulse) -> None:
    with Microphone() as microphone:
        _, before = behind(microphone)
        blocks = listen(microphone, 0.6)
        last, after = behind(microphone)
        blocks += last
    assert after == pytest.approx(before, abs=0.1)
    assert {block.kind for block in blocks} == {BlockKind.HEARD}


def test_a_microphone_that_delivers_nothing_does_not_stop_time(
    pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skill.audio.microphone.PATIENCE_S", 0.3)
    with Microphone() as microphone:
        blocks, before = behind(microphone)
        pulse.suspend_microphone(True)
        try:
            blocks += until(microphone, BlockKind.LOST)
            lost = listen(microphone, 0.5)
            late, meanwhile = behind(microphone)
        finally:
            pulse.suspend_microphone(False)
        assert {block.kind for block in lost} == {BlockKind.LOST}
        assert not any(block.pcm.any() for block in lost)
        blocks += lost + late + until(microphone, BlockKind.HEARD)
    ends = [block.end_frame for block in blocks]
    assert [block.start_frame for block in blocks] == [0, *ends[:-1]]
    assert meanwhile == pytest.approx(before, abs=0.2)


def test_blocks_fetched_too_late_leave_a_gap_of_true_length(
    pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skill.audio.microphone.QUEUE_CHUNKS", 4)
    with Microphone() as microphone:
        blocks, before = behind(microphone)
        start = time.monotonic()
        time.sleep(0.6)
        late = listen(microphone, 0.6)
        passed = time.monotonic() - start
        last, after = behind(microphone)
    lost = [block for block in late if block.kind is BlockKind.LOST]
    assert 0.3 <= sum(len(block.pcm) for block in lost) / 16_000 <= passed + 0.1
    ends = [block.end_frame for block in (*blocks, *late, *last)]
    assert [block.start_frame for block in (*blocks, *late, *last)] == [0, *ends[:-1]]
    assert after == pytest.approx(before, abs=0.2)


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_the_loudspeaker_plays_a_clip_whole_at_its_pitch_and_reports_its_end(
    pulse: Pulse, rate: int
) -> None:
    with Loudspeaker() as speaker:
        heard = pulse.speaker()
        start = time.monotonic()
        speaker.play(Clip(sine(800, 0.25, rate), rate), token=7, at=0)
        wait_until(lambda: speaker.poll(0) == [7], what="the clip's end")
        when = time.monotonic() - start
        sound = heard.until_silent()
    assert when == pytest.approx(0.25, abs=0.15)
    first, last = first_sound(sound, 2000), last_sound(sound, 2000)
    assert (last - first) / WIRE_RATE == pytest.approx(0.25, abs=0.01)
    assert pitch(sound[first:last], WIRE_RATE) == pytest.approx(800, abs=4)
    assert np.abs(sound).max() == pytest.approx(16384, rel=0.05)


def test_stop_silences_within_a_tenth_of_a_second_and_without_a_click(pulse: Pulse) -> None:
    with Loudspeaker() as speaker:
        heard = pulse.speaker()
        speaker.play(Clip(sine(300, 5, 22_050), 22_050), token=1, at=0)
        wait_until(lambda: np.abs(heard.samples()).max(initial=0) > 10_000, what="the clip")
        time.sleep(0.2)
        before = len(heard.samples())
        speaker.stop(0)
        sound = heard.until_silent()
        assert not speaker.poll(0)
    assert last_sound(sound, 0) - before < WIRE_RATE / 10
    steepest = 16384 * 2 * np.pi * 300 / WIRE_RATE
    assert np.abs(np.diff(sound.astype(int))).max() < 1.3 * steepest


def test_a_clip_replaces_the_one_that_plays(pulse: Pulse) -> None:
    with Loudspeaker() as speaker:
        heard = pulse.speaker()
        tokens: list[int] = []
        speaker.play(Clip(sine(300, 5, 22_050), 22_050), token=1, at=0)
        time.sleep(0.2)
        speaker.play(Clip(sine(900, 0.2, 22_050), 22_050), token=2, at=0)
        while 2 not in tokens:
            time.sleep(0.02)
            tokens += speaker.poll(0)
        sound = heard.until_silent()
        assert [*tokens, *speaker.poll(0)] == [2]
    end = last_sound(sound, 2000)
    assert pitch(sound[end - 6000 : end], WIRE_RATE) == pytest.approx(900, abs=8)


def test_a_speaker_that_stands_still_does_not_hold_the_coach(pulse: Pulse) -> None:
    with Loudspeaker(rate=16_000) as speaker:
        speaker.close()
        speaker.play(Clip(sine(300, 1, 22_050), 22_050), token=1, at=16_000)
        assert list(speaker.poll(63_999)) == []
        assert list(speaker.poll(64_000)) == [1]
        assert list(speaker.poll(80_000)) == []


PROBE = """
from skill.audio.devices import default_devices
from skill.audio.microphone import Microphone
from skill.audio.loudspeaker import Loudspeaker
from skill.errors import DeviceError
print(default_devices())
for opened in (Microphone, Loudspeaker):
    try:
        opened()
    except DeviceError as error:
        print(error)
"""


def run_probe(program: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has sound cards")
def test_a_machine_without_sound_is_told_so_and_nothing_else_is_printed() -> None:
    done = run_probe(PROBE, PULSE_SERVER="unix:/nowhere")
    assert done.stdout.splitlines() == [
        "DefaultDevices(microphone=None, speaker=None)",
        "There is no microphone. Plug one in, then start again.",
        "There is no speaker. Plug one in, then start again.",
    ]
    assert done.stderr == ""


def test_a_sound_server_that_has_gone_gives_our_error_and_nothing_else(pulse: Pulse) -> None:
    program = """
import sys
from skill.audio.devices import default_devices
from skill.audio.microphone import Microphone
from skill.errors import DeviceError
import os
default_devices()
os.environ["PULSE_SERVER"] = "unix:/nowhere"
try:
    Microphone()
except DeviceError as error:
    print(error)
"""
    done = run_probe(program)
    assert done.stdout.startswith('The microphone "default" ')
    assert done.stderr == ""


def test_without_portaudio_the_package_to_install_is_named() -> None:
    hide = "import ctypes.util; ctypes.util.find_library = lambda name: None\n"
    program = hide + PROBE.replace("print(default_devices())", "")
    done = run_probe(program)
    assert done.stdout.count("Install it: sudo apt install libportaudio2.") == 2


def test_alsa_writes_nothing_while_a_session_goes_on() -> None:
    program = """
import ctypes
from skill.audio.portaudio import portaudio
portaudio()
alsa = ctypes.CDLL("libasound.so.2")
assert alsa.snd_pcm_open(ctypes.byref(ctypes.c_void_p()), b"nothing of this name", 0, 0) < 0
"""
    assert run_probe(program).stderr == ""
