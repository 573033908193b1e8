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


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("keep_minutse = 3", 'there is no setting "keep_minutse"; did you mean "keep_minutes"?'),
        ("button_pin = true", "button_pin is true; write a whole number."),
        ("page_port = 70000", "page_port is 70000; write 65535 or less."),
        ('duck_music = "maybe"', 'duck_music is "maybe"; write true or false.'),
        ("model = 3", "model is 3; write the name of a file or folder, in quotes."),
        ("microphone = [1, 2]", "microphone is 1; write words in quotes."),
        (
            "microphone_channel = -1",
            'microphone_channel is -1; write a number from 0 on, or "mix".',
        ),
        ('mqtt_name = ""', 'mqtt_name is ""; write a word at least.'),
        ("[page]\nport = 1", "page is a table; write true or false."),
    ],
)
def test_each_mistake_is_told_with_its_line(tmp_path: Path, written: str, told: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"# Ours.\n{written}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    assert str(caught.value) == f"1 mistake in the settings:\n  - {file}, line 2: {told}"


def test_several_mistakes_are_told_at_once_each_where_it_was_made(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("page = 3\nled_pin = 99\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(file, {"page_port": -1})
    summary, *lines = str(caught.value).splitlines()
    assert summary == "3 mistakes in the settings:"
    assert sorted(lines) == [
        "  - --page-port: page_port is -1; write 0 or more.",
        f"  - {file}, line 1: page is 3; write true or false.",
        f"  - {file}, line 2: led_pin is 99; write 27 or less.",
    ]


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
