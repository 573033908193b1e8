"""Who holds a sound card, from a copy of what the kernel shows."""

from pathlib import Path

import pytest

from skill.audio.holders import holders


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    for number, name, file in (
        (812, "arecord", "pcmC1D0c"),
        (813, "aplay", "pcmC1D0p"),
        (900, "zoom", "pcmC1D0c"),
    ):
        folder = tmp_path / str(number)
        (folder / "fd").mkdir(parents=True)
        (folder / "comm").write_text(f"{name}\n")
        (folder / "fd" / "0").symlink_to("/dev/null")
        (folder / "fd" / "7").symlink_to(f"/dev/snd/{file}")
    (tmp_path / "814").mkdir()  # has ended, or is somebody else's
    return tmp_path


def test_the_programs_that_hold_a_microphone_are_named(proc: Path) -> None:
    held = holders("Blue Yeti: USB Audio (hw:1,0)", capture=True, proc=proc)
    assert held == ("arecord (process 812)", "zoom (process 900)")


def test_a_speaker_of_the_same_card_is_another_thing(proc: Path) -> None:
    assert holders("USB Audio (hw:1,0)", capture=False, proc=proc) == ("aplay (process 813)",)
    assert holders("USB Audio (hw:1,1)", capture=False, proc=proc) == ()


def test_a_device_that_is_no_card_is_held_by_nobody_we_know(proc: Path) -> None:
    assert holders("default", capture=True, proc=proc) == ()
