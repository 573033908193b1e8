"""Sessions on disk."""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from skill.errors import StorageError
from skill.history.records import Record
from skill.history.store import VERSION, Store
from skill.history.tally import Visit

STARTED = datetime(2026, 11, 23, 7, 30, tzinfo=timezone(timedelta(hours=2)))
RECORD = Record(STARTED, "back", 600, True, (Visit("one", "a"), Visit("one", "b", 50, 90, 1)))


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history.sqlite3"
    with Store(path) as store:
        key = store.keep(RECORD)
    with Store(path) as store:
        assert store.records() == [replace(RECORD, id=key)]
        assert store.records()[0].started.utcoffset() == timedelta(hours=2)


def test_a_session_that_goes_on_is_kept_once(tmp_path: Path) -> None:
    with Store(tmp_path / "history") as store:
        key = store.keep(RECORD)
        longer = replace(RECORD, id=key, seconds=700, visits=RECORD.visits[:1])
        assert store.keep(longer) == key
        assert store.records() == [longer]


def test_the_night_the_clocks_go_back_the_oldest_is_still_first(tmp_path: Path) -> None:
    summer, winter = (timezone(timedelta(hours=hours)) for hours in (2, 1))
    before = replace(RECORD, started=datetime(2026, 10, 25, 2, 50, tzinfo=summer))
    after = replace(RECORD, started=datetime(2026, 10, 25, 2, 10, tzinfo=winter))
    with Store(tmp_path / "history") as store:
        for record in (before, after):
            store.keep(record)
        assert [record.started for record in store.records()] == [before.started, after.started]


def test_a_write_that_fails_at_its_end_is_no_end_of_writing(tmp_path: Path) -> None:
    path = tmp_path / "history"
    with Store(path) as store:
        first = store.keep(RECORD)
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM sessions").fetchone()
        store._file.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(StorageError, match="locked"):
            store.keep(RECORD)
        reader.close()
        assert store.keep(RECORD) != first
        assert len(store.records()) == 2


def test_deleted_is_gone_from_the_file_as_well(tmp_path: Path) -> None:
    path = tmp_path / "history"
    with Store(path) as store:
        key = store.keep(replace(RECORD, routine="secret-routine"))
        assert key is not None
        assert b"secret-routine" in path.read_bytes()
        assert store.delete([key, 77]) == 1
        assert store.records() == []
    assert b"secret-routine" not in path.read_bytes()
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT count(*) FROM visits").fetchone() == (0,)
    file.close()


def test_a_newer_history_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history"
    Store(path).close()
    file = sqlite3.connect(path)
    file.execute(f"PRAGMA user_version = {VERSION + 1}")
    file.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="written by a newer roller-coach"):
        Store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sessions SET started = 'yesterday'",
        "UPDATE sessions SET started = 5",
        "UPDATE sessions SET seconds = 'ten'",
        "UPDATE sessions SET seconds = 1e300",
        "UPDATE sessions SET routine = x'ff'",
        "UPDATE visits SET repeats = 'x' WHERE number = 1",
        "UPDATE visits SET step = x'00'",
    ],
)
def test_a_session_that_another_program_has_changed_is_named_and_can_be_deleted(
    tmp_path: Path, change: str
) -> None:
    path = tmp_path / "history"
    with Store(path) as store:
        key = store.keep(RECORD)
        assert key is not None
    with sqlite3.connect(path) as other:
        other.execute(change)
    other.close()
    with Store(path) as store:
        with pytest.raises(StorageError, match=f"session {key} .* history delete {key}"):
            store.records()
        assert store.ids() == [key]
        assert store.delete([key]) == 1
        assert store.records() == []


def test_a_damaged_schema_is_a_sentence(tmp_path: Path) -> None:
    """SQLite quotes what it cannot read, and Python could not decode the quotation."""
    path = tmp_path / "history.sqlite3"
    with Store(path) as store:
        store.keep(RECORD)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"CREATE TABLE visits", b"CREATE T\xffBLE visits"))
    with pytest.raises(StorageError, match="cannot be used: it is damaged"), Store(path) as store:
        store.records()


def test_what_is_no_history_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b"this is a diary of another kind, and longer than a header of SQLite's" * 20)
    with pytest.raises(StorageError, match="not a database"):
        Store(path)
    (tmp_path / "file").touch()


@pytest.mark.parametrize("state", ["file", "file/more", "history.sqlite3"])
def test_a_place_where_no_history_can_be_is_the_places_fault(tmp_path: Path, state: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "history.sqlite3").mkdir()
    with pytest.raises(StorageError, match="a folder that you can write to") as caught:
        Store(tmp_path / state.removesuffix("history.sqlite3") / "history.sqlite3")
    assert "Errno" not in str(caught.value)
    assert str(caught.value).count(str(tmp_path)) == 2, "the history's, and that of the state"
