"""What the doctor makes of a machine, sound apart, and of what devices deliver."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from skill.audio import microphone
from skill.audio.devices import Device, Direction
from skill.audio.pulse import End, Server
from skill.checkup import machine, sound
from skill.checkup.finding import Verdict
from skill.ports import Pcm

DEVICE = Device(0, "a microphone", 48_000, 2)
MIC, SPEAKER = End("mic", "Blue Yeti", False, 0.7), End("out", "Jabra", False, 0.4)


def test_python() -> None:
    assert machine.python().verdict is Verdict.FINE
    assert machine.python((3, 10, 2)).verdict is Verdict.WRONG


def test_packages_that_are_missing_or_old_are_named() -> None:
    found = machine.packages(["numpy>=2.0", "numpy>=99.1", "roller-skates>=1.0", "click"])
    assert found.verdict is Verdict.WRONG
    assert "numpy is " in found.fact
    assert "99.1 is needed" in found.fact
    assert "roller-skates is missing" in found.fact


def test_the_packages_of_this_checkout_are_there(checkout: Path) -> None:
    needed = machine.requirements(checkout / "pyproject.toml", "roller-coach")
    found = machine.packages(needed)
    assert (found.verdict, found.fact) == (Verdict.FINE, f"all {len(needed)} are there")
    assert len(needed) > 10


def test_a_folder_that_does_not_exist_yet_can_be_made(tmp_path: Path) -> None:
    assert machine.folder("state", tmp_path / "a" / "b").verdict is Verdict.FINE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_where_one_should_be(tmp_path: Path, kind: str) -> None:
    """As a link to a disk that is not there: of the folder above it, all was fine."""
    taken = tmp_path / "taken"
    if kind == "file":
        taken.touch()
    else:
        taken.symlink_to(tmp_path / "gone")
    for path in (taken, taken / "state"):
        found = machine.folder("state", path)
        assert found.verdict is Verdict.WRONG
        assert found.fact.startswith(f"{taken} is no folder")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a place nobody can write to")
def test_a_folder_that_cannot_be_written() -> None:
    found = machine.folder("state", Path("/proc/self"))
    assert found.verdict is Verdict.WRONG
    assert "/proc/self cannot be written" in found.fact


@pytest.mark.parametrize(
    ("megabytes", "verdict"), [(10, "wrong"), (200, "doubtful"), (900, "fine")]
)
def test_disk(tmp_path: Path, megabytes: int, verdict: str) -> None:
    assert machine.disk(tmp_path / "none", megabytes * 1_000_000).verdict == verdict
    assert machine.disk(tmp_path / "none").verdict is not Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("factor", "verdict"), [(0.02, "fine"), (0.6, "doubtful"), (1.2, "wrong"), (None, "unknown")]
)
def test_speed(factor: float | None, verdict: str) -> None:
    assert machine.speed(factor).verdict == verdict


@pytest.mark.parametrize(
    ("share", "verdict"),
    [(0.5, "wrong"), (0.94, "wrong"), (0.96, "fine"), (1.04, "fine"), (1.06, "wrong")],
)
def test_a_device_must_keep_to_its_rate(share: float, verdict: str) -> None:
    trial = sound.Trial(frames=round(48_000 * share), first=5.0, last=6.0)
    found = sound.delivery(Direction.MICROPHONE, DEVICE, trial)
    assert found.verdict == verdict
    assert f"{100 * share:.0f} % of 48000 Hz" == found.fact


def test_a_device_that_delivers_nothing() -> None:
    assert sound.delivery(Direction.SPEAKER, DEVICE, sound.Trial()).verdict is Verdict.WRONG


def test_frames_before_the_first_call_do_not_count() -> None:
    trial = sound.Trial()
    for _ in range(3):
        trial.count(100)
    assert trial.frames == 200


@pytest.fixture
def hears(monkeypatch: pytest.MonkeyPatch) -> Callable[[Pcm], None]:
    """What the microphone delivers from now on: frames side by side, shape (480, channels)."""

    def deliver(frames: Pcm) -> None:
        callbacks: list[Callable[..., None]] = []

        def opened(_device: Device, callback: Callable[..., None], _count: int) -> Mock:
            callbacks.append(callback)
            return Mock()

        data = frames.tobytes()
        monkeypatch.setattr(sound, "open_wanted", lambda _way, _names, opened: opened(DEVICE))
        monkeypatch.setattr(microphone, "open_microphone", opened)
        monkeypatch.setattr(
            time, "sleep", lambda _: [callbacks[-1](data, len(frames), None, None) for _ in "ab"]
        )

    return deliver


def test_a_microphone_stuck_at_its_lower_limit_is_not_silent(
    hears: Callable[[Pcm], None],
) -> None:
    hears(np.full((480, 1), -32768, np.int16))
    assert sound.microphone()[-1].fact.startswith("peaks at 0 dB")


def test_channels_that_cancel_each_other_are_told_from_a_mute_switch(
    hears: Callable[[Pcm], None],
) -> None:
    hears(np.tile(np.array([[1000, -998]], np.int16), (480, 1)))
    assert "microphone_channel = 0" in sound.microphone()[-1].remedy
    assert sound.microphone(channel=0)[-1].verdict is Verdict.FINE
    for both in ([1000, 1000], [1000, 0], [1, -1]):
        hears(np.tile(np.array([both], np.int16), (480, 1)))
        assert "microphone_channel" not in sound.microphone()[-1].remedy


def test_the_channel_is_looked_at_that_a_session_would_hear(hears: Callable[[Pcm], None]) -> None:
    hears(np.tile(np.array([[1000, 0]], np.int16), (480, 1)))
    assert sound.microphone(channel=0)[-1].verdict is Verdict.FINE
    assert sound.microphone(channel=1)[-1].verdict is Verdict.WRONG
    lacking, *_ = sound.microphone(channel=DEVICE.channels)
    assert f"has no channel {DEVICE.channels}" in lacking.fact


@pytest.mark.parametrize(
    ("microphone", "hears_itself", "said", "helps"),
    [
        (MIC, False, None, ""),
        (None, False, "none is there", "Plug one in."),
        (MIC, True, "what the speaker plays", "Plug one in."),
        (
            End("mic", "Blue Yeti", True, 0.7),
            False,
            '"Blue Yeti" is muted',
            "mute @DEFAULT_SOURCE@ 0",
        ),
        (
            End("mic", "Blue Yeti", False, 0.0),
            False,
            "down to nothing",
            "volume @DEFAULT_SOURCE@ 100%",
        ),
    ],
)
def test_a_microphone_that_is_off_in_the_server(
    microphone: End | None, hears_itself: bool, said: str | None, helps: str
) -> None:
    found = sound.switched_on(
        Direction.MICROPHONE, Server("PulseAudio", microphone, SPEAKER, hears_itself)
    )
    if said is None:
        assert found is None
    else:
        assert found is not None
        assert said in found.fact
        assert helps in found.remedy
    assert sound.switched_on(Direction.SPEAKER, Server("PulseAudio", MIC, SPEAKER, True)) is None
    assert sound.switched_on(Direction.MICROPHONE, None) is None


def test_sound_cards_that_this_user_may_not_open(tmp_path: Path) -> None:
    assert sound.sound_cards(None, tmp_path).verdict is Verdict.UNKNOWN
    card = tmp_path / "pcmC0D0c"
    card.touch()
    assert sound.sound_cards(None, tmp_path).verdict is Verdict.FINE
    card.unlink()
    card.symlink_to(tmp_path / "nowhere")  # nobody may open it, not even root
    assert not os.access(card, os.R_OK)
    closed = sound.sound_cards(None, tmp_path)
    assert closed.verdict is Verdict.WRONG
    assert "usermod -aG audio" in closed.remedy
    assert sound.sound_cards(Server("x", MIC, SPEAKER, False), tmp_path).verdict is Verdict.FINE
