"""`roller-coach history`, as somebody types it."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from skill.app import App
from skill.history.records import Record
from skill.history.store import Store
from skill.history.tally import Visit
from skill.history.today import wall_clock
from skill.living import kept_history
from skill.settings import Settings
from tests.support.shell import Done, run

Capture = pytest.CaptureFixture[str]
VISITS = (
    Visit("horizontal", "lie", repeats=1),
    Visit("horizontal", "roll", 30_000, 90_000),
    Visit("elsewhere", "old & gone", 90_000, 90_000),
)
History = Callable[..., Done]


@pytest.fixture
def history(capfd: Capture, tmp_path: Path) -> History:
    """Runs the command on a history of its own."""
    settings = tmp_path / "settings.toml"
    settings.write_text(f'state = "{tmp_path}"\n', encoding="utf-8")

    def running(*args: object) -> Done:
        return run(capfd, "history", *args, "--settings", settings)

    return running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def filled(path: Path) -> Path:
    with Store(path) as store:
        for days in (2, 1, 0):
            started = wall_clock() - timedelta(days=days)
            store.keep(Record(started, "back", 600, days == 0, VISITS))
    return path


def test_a_state_that_leaves_no_room_for_a_name_is_one_sentence(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = str(tmp_path)
    while len(deep) < 4_070:  # of 4,096; with the file's own name it is too long
        deep += "/" + "x" * min(99, 4_070 - len(deep))
    monkeypatch.setenv("XDG_STATE_HOME", deep)
    for command in (("history",), ("history", "delete", "--all")):
        done = run(capfd, *command)
        assert done.code == 8, done.err
        assert "a folder that you can write to" in done.err
        assert "Errno" not in done.err


@pytest.mark.usefixtures("filled")
def test_nothing_is_cut_off_in_a_narrow_terminal(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    told = history("show").out
    assert f"{wall_clock():%a %Y-%m-%d}" in told
    assert "whole routine" in told
    assert "elsewhere/old & gone" in told
    assert "\u2026" not in told, "the sign for what was cut off"


def test_a_damaged_history_asks_for_no_space(history: History, filled: Path) -> None:
    filled.write_bytes(filled.read_bytes()[:100])
    done = history("show")
    assert done.code == 8
    assert "malformed. Move the file away to begin a new history." in done.err


def test_what_stands_in_the_file_is_shown_and_never_obeyed(history: History, path: Path) -> None:
    """A step in brackets was a colour to rich, and a traceback if it closed one."""
    with Store(path) as store:
        visits = (Visit("other", "left [/bold]"), Visit("other", "right [red]\x1b[31m"))
        store.keep(Record(wall_clock(), "other", 600, True, visits))
    done = history("show")
    assert (done.code, done.err) == (0, "")
    assert "other/left [/bold]" in done.out
    assert r"other/right [red]\x1b[31m" in done.out
    assert "\x1b" not in done.out


def test_nothing_yet(history: History, path: Path) -> None:
    done = history("show")
    assert done.code == 0
    assert "no sessions yet" in done.out
    assert not path.exists()


@pytest.mark.usefixtures("filled")
def test_it_shows_days_sessions_and_steps(history: History) -> None:
    done = history("show")
    assert done.code == 0
    assert "Days in a row: 3." in done.out
    assert done.out.count("10 min") >= 3
    assert "whole routine" in done.out
    assert "roll to the left and right" in done.out
    assert "elsewhere/old & gone" in done.out


@pytest.mark.usefixtures("filled")
def test_csv_and_json_say_the_same(history: History, tmp_path: Path) -> None:
    table = list(csv.DictReader(io.StringIO(history("export", "csv").out)))
    told = json.loads(history("export", "json").out)
    assert len(told) == 3
    assert len(table) == 9
    assert {row["step"] for row in table} == {"lie", "roll", "old & gone"}
    assert [visit["cut_short"] for visit in told[0]["visits"]] == [False, True, False]
    assert table[1]["cut_short"] == "1"
    assert history("export", "csv", "-").out == history("export", "csv").out
    assert history("export", "csv", tmp_path / "all.csv").code == 0
    assert len((tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()) == 10


@pytest.mark.usefixtures("filled")
def test_the_picture_is_whole(history: History, tmp_path: Path) -> None:
    assert history("picture", tmp_path / "h.svg").code == 0
    root = ElementTree.fromstring((tmp_path / "h.svg").read_text(encoding="utf-8"))  # noqa: S314 - our own
    words = " ".join(root.itertext())
    assert "Days in a row: 3." in words
    assert "elsewhere/old & gone" in words
    assert words.count(" 10 ") >= 3
    assert history("picture", tmp_path / "h.html").code == 0
    assert "<svg" in (tmp_path / "h.html").read_text(encoding="utf-8")
    wrong = history("picture", tmp_path / "h.jpg")
    assert wrong.code == 10
    assert ".svg or .html" in wrong.err


@pytest.mark.parametrize("command", [("export", "csv"), ("picture",)])
def test_the_history_is_not_written_over(
    history: History, filled: Path, command: tuple[str, ...]
) -> None:
    done = history(*command, filled)
    assert done.code == 8
    assert "history.sqlite3 is read here" in done.err
    assert history("show").code == 0


def test_delete_one_and_then_all(history: History, filled: Path) -> None:
    assert history("delete", 2, "--yes").out == "1 session deleted.\n"
    strange = history("delete", 1, 2, "--yes")
    assert strange.code == 8
    assert "no session 2" in strange.err
    assert history("delete", "--yes").code == 2
    assert history("delete", 1, "--all", "--yes").code == 2
    with Store(filled) as store:
        assert [record.id for record in store.records()] == [1, 3]
    assert history("delete", "--all", "--yes").out == "2 sessions deleted.\n"


def test_nothing_is_asked_where_there_is_nothing_to_delete(
    history: History, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr("click.confirm", nobody)
    assert history("delete", "--all").out == "There are no sessions to delete.\n"
    strange = history("delete", 3, 4)
    assert strange.code == 8
    assert "no session 3" in strange.err
    assert not path.exists()


def test_it_asks_before_it_deletes(
    history: History, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    refused = history("delete", "--all")
    assert refused.code == 0
    assert "Delete 3 sessions for good?" in refused.out
    assert refused.out.endswith("Nothing was deleted.\n")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    unasked = history("delete", "--all")
    assert unasked.code == 130
    assert "Nothing was deleted; with --yes nobody is asked." in unasked.err
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert "1 session deleted." in history("delete", 2, 2).out
    with Store(filled) as store:
        assert [record.id for record in store.records()] == [1, 3]


def test_a_history_from_a_newer_version(history: History, filled: Path, tmp_path: Path) -> None:
    file = sqlite3.connect(filled)
    file.execute("PRAGMA user_version = 99")
    file.close()
    done = history("show")
    assert done.code == 8
    assert "newer roller-coach" in done.err
    assert "Traceback" not in done.err
    app = App(Settings(state=tmp_path))
    with kept_history(app) as keeper:
        assert keeper is None, "the session goes on without it"
    assert len(app.notices) == 1
    assert "newer roller-coach" in app.notices[0]


def test_a_trouble_is_told_at_once_and_not_at_the_end(tmp_path: Path) -> None:
    app = App(Settings(state=tmp_path))
    with kept_history(app) as keeper:
        assert keeper is not None
        keeper.store.close()
        assert keeper.this_week() is None
        assert "cannot be used" in app.notices[0], "Ctrl-C may be next"


def test_who_wants_no_history_has_none(path: Path, tmp_path: Path) -> None:
    with kept_history(App(Settings(state=tmp_path, keep_history=False))) as keeper:
        assert keeper is None
    assert not path.exists()
