"""The bookmark and the settings on disk."""

from pathlib import Path

import pytest

from skill.core.messages import Bookmark, Talk
from skill.errors import SettingsError
from skill.settings import read_settings
from skill.shelf import Shelf

MARK = Bookmark("back", "vertical", "lean", ("horizontal",), ("horizontal/lie",), Talk.BRIEF, 90, 3)


def test_a_bookmark_comes_back(tmp_path: Path) -> None:
    Shelf(tmp_path / "deep" / "mark.json").put(MARK)
    assert Shelf(tmp_path / "deep" / "mark.json").get() == MARK


def test_without_a_bookmark_there_is_none(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "mark.json")
    assert shelf.get() is None
    assert shelf.trouble is None


@pytest.mark.parametrize("content", [b"", b"{", b'{"routine": 1}', b"\xff"])
def test_a_broken_bookmark_is_said_and_ignored(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mark.json"
    path.write_bytes(content)
    shelf = Shelf(path)
    assert shelf.get() is None
    assert shelf.trouble is not None
    assert str(path) in shelf.trouble


def test_a_place_that_cannot_be_written_is_said_and_the_session_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    shelf = Shelf(tmp_path / "file" / "mark.json")
    shelf.put(MARK)
    assert shelf.trouble is not None
    assert "cannot be kept" in shelf.trouble


def test_flags_win_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('voice = "espeak:en-gb"\nask_after_s = 60\n', encoding="utf-8")
    settings = read_settings(file, {"ask_after_s": 70, "speaker": None})
    assert (settings.voice, settings.ask_after_s, settings.speaker) == ("espeak:en-gb", 70, ())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("volume = 3", "volume"),
        ("ask_after_s = 1", "ask_after_s"),
        ('ask_after_s = "soon"', "ask_after_s"),
        ("voice = ", "cannot be read"),
    ],
)
def test_wrong_settings_are_one_sentence(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint) as caught:
        read_settings(file)
    assert str(file) in str(caught.value)


def test_a_settings_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no settings file"):
        read_settings(tmp_path / "nowhere.toml")


def test_a_settings_file_that_may_not_be_read_is_not_said_to_be_no_toml(tmp_path: Path) -> None:
    folder = tmp_path / "settings.toml"
    folder.mkdir()
    with pytest.raises(SettingsError, match=r"Is a directory\. Make sure .* may read it") as caught:
        read_settings(folder)
    assert str(folder) in str(caught.value)
    assert "TOML" not in str(caught.value)


@pytest.mark.parametrize(
    "written", ['"yeti, usb ,default"', '["yeti", "usb", "default"]'], ids=["commas", "list"]
)
def test_devices_are_a_list_or_a_string_with_commas(tmp_path: Path, written: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"microphone = {written}\nmicrophone_channel = 1\n", encoding="utf-8")
    settings = read_settings(file)
    assert settings.microphone == ("yeti", "usb", "default")
    assert settings.channel == 1
    assert read_settings(file, {"microphone": "snowball"}).microphone == ("snowball",)
    assert read_settings(file, {"microphone_channel": "mix"}).channel is None


def test_a_channel_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="microphone_channel"):
        read_settings(None, {"microphone_channel": "left"})
