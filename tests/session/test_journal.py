"""Journals: the same bytes every time, and the same session again without any sound."""

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from skill.cli.screen import Transcript
from skill.cli.service import sleep_on
from skill.core.answers import VOLUMES
from skill.core.coach import Coach
from skill.core.messages import (
    AudioEnded,
    Bookmark,
    Chime,
    Counted,
    Heard,
    MicrophoneLost,
    Remember,
    Say,
    SpeechEnded,
    Started,
    Talk,
    ThereAgain,
    Tick,
    Tone,
)
from skill.core.vocabulary import Command
from skill.dialogue import clock, differences, tell
from skill.errors import StorageError
from skill.journal import Entry, JournalWriter, SpareJournal, read_journal, repeat
from skill.ports import Block, BlockKind
from skill.session import Session
from tests.support.book import BOOK, new_coach
from tests.support.room import Blocks, session
from tests.support.scripted import Cue

CUES = (
    Cue(5000, 5400, "start"),
    Cue(10_000, 10_400, "next"),
    Cue(15_000, 15_400, "start"),
    Cue(40_000, 40_400, "pain"),
    Cue(50_000, 50_400, "undo"),
    Cue(60_000, 60_400, "resume"),
    Cue(120_000, 120_400, "text"),
)


Recorded = tuple[Path, tuple[Entry, ...]]


def record(path: Path) -> tuple[Entry, ...]:
    talk, witness = session(*CUES, seconds=150)
    with JournalWriter(path, {"model": "none"}) as writer:
        talk.observers = (*talk.observers, writer)
        talk.run()
    return tuple(witness.entries)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A session of all that, and its journal."""
    path = tmp_path_factory.mktemp("recorded") / "a.jsonl"
    return path, record(path)


def test_what_is_written_can_be_read_back(recorded: Recorded) -> None:
    path, entries = recorded
    header, again = read_journal(path)
    assert header == {"journal": 1, "model": "none"}
    assert again == entries


def test_twice_the_same_recording_gives_the_same_bytes(recorded: Recorded, tmp_path: Path) -> None:
    path, _ = recorded
    record(tmp_path / "b.jsonl")
    assert path.read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_a_journal_repeats_itself_without_sound(recorded: Recorded) -> None:
    _, entries = recorded
    assert tuple(repeat(Coach(BOOK), entries)) == entries


class OnAndOn(Blocks):
    """Goes on where it was left, as a microphone does."""

    def __init__(self, seconds: float) -> None:
        super().__init__((seconds, BlockKind.HEARD))
        self._stream = super().blocks()

    def blocks(self) -> Iterator[Block]:
        return self._stream


def all_day(path: Path, limit: int | None = None) -> tuple[Session, tuple[Entry, ...]]:
    """A service: a goodbye, and another session after it."""
    cues = (
        Cue(5_000, 5_400, "start"),
        Cue(15_000, 15_400, "louder"),
        Cue(20_000, 20_400, "goodbye"),
        Cue(30_000, 30_400, "start"),
    )
    talk, witness = session(*cues, source=OnAndOn(60))
    with JournalWriter(path, {"model": "none"}, limit) as writer:
        talk.observers = (*talk.observers, writer)
        talk.run()
        talk.begin_again()
        sleep_on(talk)
    return talk, tuple(witness.entries)


def test_after_a_goodbye_the_coach_talks_as_it_was_told_to(tmp_path: Path) -> None:
    talk, entries = all_day(tmp_path / "a.jsonl")
    assert talk.coach.spot.volume == VOLUMES.step
    said = [entry.message.text for entry in entries if isinstance(entry.message, Say)]
    assert said.count("full a") == 1
    assert said[-2:] == ["picked_up exercise one 1 the a", "brief a"]


def test_a_journal_of_a_whole_day_repeats_itself(tmp_path: Path) -> None:
    _, entries = all_day(tmp_path / "a.jsonl")
    assert tuple(repeat(Coach(BOOK), entries)) == entries


def test_a_file_that_begins_after_a_goodbye_repeats_itself(tmp_path: Path) -> None:
    size = tmp_path / "whole.jsonl"
    all_day(size)
    all_day(tmp_path / "a.jsonl", limit=size.stat().st_size)
    _, entries = read_journal(tmp_path / "a.jsonl")
    assert isinstance(entries[0].message, ThereAgain)
    assert tuple(repeat(Coach(BOOK), entries)) == entries


def test_idle_ticks_are_left_out(recorded: Recorded) -> None:
    _, entries = recorded
    ticks = [entry for entry in entries if isinstance(entry.message, Tick)]
    assert 0 < len(ticks) < 60


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", None),
        ('{"journal": 0}\n', "line 1"),
        ('{"journal": "99"}\n', "line 1"),
        ("[]\n", "line 1"),
        ('{"journal": 1}\n{"at": "x", "event": "Tick"}\n', "line 2"),
        ('{"journal": 1}\n{"at": 1e400, "event": "Tick"}\n', "line 2"),
        ('{"journal": 1}\n{"at": -1, "event": "Tick"}\n', "line 2"),
        ('{"journal": 1}\n{"at": true, "event": "Tick"}\n', "line 2"),
        ('{"journal": 1}\n{"at": 0, "event": "Tick"}\n{"at": 1, "ev', "line 3"),
        ('{"journal": 1}\n{"at": 0, "event": "Heard", "command": "fly"}\n', "line 2"),
        ('{"journal": 1}\n[]\n', "line 2"),
        ('{"journal": 1, "sound_from_frame": 1' + "0" * 30 + "}\n", "line 1"),
        ('{"journal": 1}\n{"at": ' + "9" * 16 + ', "event": "Tick"}\n', "line 2"),
        ('{"journal": 1}\n{"at": ' + "9" * 400 + ', "event": "Tick"}\n', "line 2"),
        (
            '{"journal": 1}\n{"at": 0, "event": "Counted", "this_week": -1' + "0" * 15 + "}",
            "line 2",
        ),
    ],
)
def test_a_broken_journal_names_its_line(tmp_path: Path, content: str, place: str | None) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(content, encoding="utf-8")
    if place is None:
        assert read_journal(path) == ({}, ())
        return
    with pytest.raises(StorageError, match=place) as caught:
        read_journal(path)
    assert str(path) in str(caught.value)


def test_a_journal_of_a_newer_version_is_not_taken_for_a_broken_one(tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    path.write_text('{"journal": 99}\n{"at": 0, "event": "Dance"}\n', encoding="utf-8")
    with pytest.raises(StorageError, match=r"new\.jsonl was written by a newer version"):
        read_journal(path)


def test_a_journal_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nowhere\.jsonl cannot be read"):
        read_journal(tmp_path / "nowhere.jsonl")


def test_a_full_disk_is_one_sentence() -> None:
    with (
        pytest.raises(StorageError, match="disk is full"),
        JournalWriter(Path("/dev/full"), {}) as writer,
    ):
        writer.message(0, Tick())


def test_a_journal_that_nobody_has_asked_for_is_given_up_once() -> None:
    told: list[str] = []
    with SpareJournal(lambda: JournalWriter(Path("/dev/full"), {}), told.append) as journal:
        journal.message(0, Tick())
        journal.message(1, Tick())
    (sentence,) = told
    assert "the disk is full" in sentence
    assert sentence.endswith("This session goes on without it.")


def test_a_journal_that_nobody_has_asked_for_is_one_like_any_other(tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "journal.jsonl"
    with SpareJournal(lambda: JournalWriter(path, {}), told.append) as journal:
        journal.message(7, Tick())
    assert told == []
    assert read_journal(path)[1] == (Entry(7, Tick()),)


def test_a_folder_in_its_place_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        JournalWriter(tmp_path, {})


marks = st.builds(
    Bookmark,
    routine=st.text(max_size=5),
    exercise=st.text(max_size=5),
    step=st.text(max_size=5),
    finished=st.lists(st.text(max_size=3), max_size=2).map(tuple),
    talk=st.sampled_from(Talk),
    pace=st.integers(50, 150),
)
messages = st.one_of(
    st.builds(Say, token=st.integers(0), text=st.text(max_size=20)),
    st.builds(Heard, command=st.sampled_from(Command), argument=st.none() | st.text(max_size=3)),
    st.builds(Started, bookmark=st.none() | marks),
    st.builds(Remember, bookmark=marks),
)


@given(messages, st.integers(0, 10**9))
def test_any_message_survives(message: Say | Heard | Started | Remember, at: int) -> None:
    entry = Entry(at, message)
    assert Entry.from_json(json.loads(entry.to_json())) == entry


@given(
    st.sampled_from(Command),
    st.none() | st.text(st.characters(exclude_categories=())),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(),
    st.integers(0, 10**15 - 1),
)
def test_whatever_a_journal_says_was_given_can_be_repeated_and_shown(
    command: Command, argument: str | None, number: int, likely: float, at: int
) -> None:
    heard = Heard(command, argument, "\ud800", likely, number)
    told = (Started(), heard, Counted(number), SpeechEnded(1), AudioEnded())
    again = tuple(repeat(new_coach(), tuple(Entry(at, message) for message in told)))
    shown = io.StringIO()
    screen = Transcript(Console(file=shown))
    for entry in again:
        screen.message(entry.at, entry.message)
        assert entry.to_json()
    assert "you  \\ud800\n" in shown.getvalue(), "nothing that a terminal would obey"


def test_what_is_answered_by_a_chime_is_not_answered_later() -> None:
    shown = io.StringIO()
    screen = Transcript(Console(file=shown, width=200))
    screen.message(1_000, Heard(Command.NEXT, None, "next", 1.0, 900))
    screen.message(1_000, Chime(1, Tone.STEP))
    screen.message(31_000, Say(2, "Breathe in."))
    _, chime, line = shown.getvalue().splitlines()
    assert chime.endswith("(+0.10 s)")
    assert line.endswith("Breathe in.")


def test_a_journal_of_a_day_is_read_while_somebody_waits(tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"
    line = '{"at": 1, "event": "SpeechEnded", "token": 1}\n'
    path.write_text('{"journal": 1}\n' + line * 10_000, encoding="utf-8")
    began = time.process_time()
    assert len(read_journal(path)[1]) == 10_000
    assert time.process_time() - began < 2


def test_a_dialogue_is_told_without_times(recorded: Recorded) -> None:
    lines = list(tell(recorded[1]))
    assert lines[1:5] == ["coach: not_medical", "coach: greeting start", "you: start",
                         "coach: intro one"]  # fmt: skip
    assert "you: [text] ignored: sounds like a command, but is none" in lines
    assert lines[-1] == "coach: (the end)"
    assert differences(lines, lines) == ()
    assert "-you: start" in differences(lines, [line for line in lines if line != "you: start"])


def test_clock() -> None:
    assert clock(187_449) == "03:07.4"


def test_a_journal_with_a_limit_keeps_the_newest_two_files(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    with JournalWriter(path, {"version": "x"}, limit=2_000) as journal:
        for at in range(1_000):
            journal.message(at, MicrophoneLost())
    header, entries = read_journal(path)
    _, before = read_journal(tmp_path / "long.jsonl.old")
    assert header["version"] == "x"
    assert [entry.at for entry in (*before, *entries)] == list(range(before[0].at, 1_000))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 2 * 2_100
