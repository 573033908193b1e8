"""A session that is kept at "that was wrong" or a crash, and replayed as it was."""

import errno
import json
import resource
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.app import App
from skill.audio.pcm import read_pcm
from skill.audio.timeline import TimelineSpeaker
from skill.cli.replay import as_it_was
from skill.core.coach import Coach
from skill.core.messages import (
    Effect,
    Event,
    Heard,
    Keep,
    MicrophoneBack,
    MicrophoneLost,
    Say,
    SpeakerBack,
    SpeakerLost,
)
from skill.core.vocabulary import Command
from skill.dialogue import clock
from skill.echo.cancelling import EchoCancelled
from skill.errors import DeviceError, StorageError
from skill.journal import Entry, read_journal
from skill.ports import AudioSource, Block, BlockKind, Press
from skill.recorder.beginning import beginning, kept_folder
from skill.recorder.recorder import Recorder
from skill.recorder.ring import Ring, Ringed
from skill.recorder.shelf import JOURNAL, RecordingShelf
from skill.session import Session
from skill.settings import Settings
from tests.support.shell import Done, run
from tests.support.syncing import watched

RECORDINGS = Path(__file__).parent.parent / "recordings"
Capture = pytest.CaptureFixture[str]
RATE = 16_000
BLOCK_MS = 50
SAID = {
    6: "start rolling.flite-slt",
    20: "next.flite-slt",
    27: "skip.flite-slt",
    34: "that was wrong.flite-slt",
}
"""Seconds and commands of a session; the ring of 10 s begins in the middle of a line."""
STAMP = "2026-11-23 18.05.10"
SILENCE = np.zeros(800, np.float32)


@pytest.fixture(scope="module")
def app() -> App:
    return App(Settings(voice="espeak"))


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return said(SAID, 37, tmp_path_factory.mktemp("spoken"))


def said(words: Mapping[int, str], seconds: int, folder: Path) -> Path:
    """A recording of words at certain seconds, in a quiet room."""
    sound = np.random.default_rng(3).normal(0, 8, seconds * RATE)
    for second, name in words.items():
        word = read_pcm(RECORDINGS / f"{name}.ogg")
        sound[second * RATE : second * RATE + len(word)] += word
    path = folder / "spoken.wav"
    soundfile.write(path, np.rint(sound).astype(np.int16), RATE)
    return path


@contextmanager
def recorded(app: App, spoken: Path, folder: Path, told: list[str]) -> Iterator[Session]:
    """A session over the recording, with a recorder of 10 s beside it."""
    ring, journal = Ring(10), folder / "last-session.jsonl"
    shelf = RecordingShelf(folder / "recordings")
    with (
        Recorder(ring, shelf, journal, lambda: STAMP, told.append) as recorder,
        app.replay(spoken, journal=journal, observers=(recorder,)) as session,
    ):
        speaker = session.narrator.speaker
        assert isinstance(speaker, TimelineSpeaker)
        session.source = Ringed(session.source, speaker, ring)
        yield session


@pytest.fixture(scope="module")
def kept(app: App, spoken: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    told: list[str] = []
    with recorded(app, spoken, folder, told) as session:
        session.run()
    place = folder / "recordings" / f"{STAMP} wrong"
    assert told == [f"What was heard is kept in {place}."]
    return place


def commands(entries: tuple[Entry, ...], after: int = 0) -> list[tuple[str, int]]:
    heard = [entry for entry in entries if isinstance(entry.message, Heard) and entry.at > after]
    return [(entry.message.phrase, entry.at) for entry in heard if isinstance(entry.message, Heard)]


def test_both_voices_of_the_last_seconds_and_the_journal_are_kept(kept: Path) -> None:
    sound, rate = soundfile.read(kept / "session.wav", dtype="int16")
    assert (rate, len(sound)) == (RATE, 10 * RATE)
    assert np.abs(sound).max(axis=0).min() > 1000, "person and coach"
    header, entries = read_journal(kept / "journal.jsonl")
    assert Keep() in [entry.message for entry in entries[-5:]]
    assert [phrase for phrase, _ in commands(entries)] == [
        "start rolling", "next", "skip", "that was wrong"
    ]  # fmt: skip
    begins_ms = header["sound_from_frame"] * 1000 // RATE
    assert entries[-1].at - begins_ms == 10_000


def test_nobody_else_can_read_it(kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


def test_it_is_replayed_as_it_was(kept: Path, tmp_path: Path, capfd: Capture) -> None:
    journal = tmp_path / "again.jsonl"
    for path in (kept, kept / "session.wav"):
        done = run(capfd, "replay", path, "--voice", "espeak", "--quiet", "--journal", journal)
        assert done.code == 0, done.err
        _, then = read_journal(kept / "journal.jsonl")
        _, again = read_journal(journal)
        start = beginning(kept, App(Settings(voice="espeak")).coach())
        assert start.coach.speaking is not None, "the sound begins in the middle of a line"
        heard, heard_again = commands(then, start.start_frame * 1000 // RATE), commands(again)
        assert [phrase for phrase, _ in heard_again] == ["skip", "that was wrong"]
        assert [phrase for phrase, _ in heard] == ["skip", "that was wrong"]
        # A block, because the echo canceller knows only what is in the recording.
        for (_, at), (_, at_again) in zip(heard, heard_again, strict=True):
            assert abs(at - at_again) <= BLOCK_MS
        # What the coach said to them, too.
        said = spoken_since(then, heard[0][1])
        assert spoken_since(again, heard_again[0][1])[: len(said)] == said


def test_what_the_coach_said_then_is_taken_out_of_what_was_heard_then(kept: Path) -> None:
    """And not what the replay's coach says, which lies a little elsewhere."""
    coach = soundfile.read(kept / "session.wav", dtype="float32")[0][:, 1]
    with App(Settings(voice="espeak")).replay(kept) as session:
        assert isinstance(session.source, EchoCancelled)
        start = beginning(kept, session.coach).start_frame
        playback = session.source.playback
        played = [playback.played(start + number * 800, 800) for number in range(40)]
    assert np.concatenate(played) == pytest.approx(coach[: 40 * 800], abs=1e-4)
    assert coach[: 40 * 800].any()


def test_a_word_that_the_sound_has_but_half_is_the_journals(
    kept: Path, tmp_path: Path, capfd: Capture
) -> None:
    """The sound sets in between "skip" and its effect: nobody can hear it again."""
    folder, again = tmp_path / "half", tmp_path / "again.jsonl"
    folder.mkdir()
    header, entries = read_journal(kept / JOURNAL)
    acted = dict(commands(entries))["skip"] * RATE // 1000
    sound, _ = soundfile.read(kept / "session.wav", dtype="int16")
    start = acted - RATE // 4
    soundfile.write(folder / "session.wav", sound[start - header["sound_from_frame"] :], RATE)
    lines = (kept / JOURNAL).read_text(encoding="utf-8").splitlines()
    lines[0] = json.dumps(header | {"sound_from_frame": start})
    (folder / JOURNAL).write_text("\n".join(lines), encoding="utf-8")
    done = run(capfd, "replay", folder, "--voice", "espeak", "--quiet", "--journal", again)
    assert done.code == 0, done.err
    _, since = read_journal(again)
    assert [phrase for phrase, _ in commands(since)] == ["that was wrong"]
    said = spoken_since(entries, acted * 1000 // RATE + 1)
    assert spoken_since(since, 0)[: len(said)] == said


def copied(kept: Path, folder: Path, **header: object) -> Path:
    """A kept recording with something else in its journal's first line."""
    shutil.copytree(kept, folder)
    first, *lines = (folder / JOURNAL).read_text(encoding="utf-8").splitlines()
    changed = json.dumps(json.loads(first) | header)
    (folder / JOURNAL).write_text("\n".join([changed, *lines]), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ({}, ""),
        ({"voice": "another"}, "spoken by the voice another, and is replayed with espeak-ng"),
        ({"model": "another"}, "heard with the model another, and is replayed with ears-en"),
        ({"model": "a\x1b[31m"}, r"heard with the model a\x1b[31m, and"),
        ({"enrolled": True}, "were fitted to a person who is enrolled, and are to none now"),
    ],
)
def test_what_a_replay_is_made_with_that_the_session_was_not_is_told(
    kept: Path, tmp_path: Path, capfd: Capture, header: dict[str, object], told: str
) -> None:
    folder = copied(kept, tmp_path / "one", **header)
    done = run(capfd, "replay", folder, "--voice", "espeak", "--quiet")
    assert done.code == 0
    assert told in done.err if told else not done.err


def test_a_coach_that_answers_otherwise_now_is_told(
    kept: Path, tmp_path: Path, capfd: Capture
) -> None:
    folder = copied(kept, tmp_path / "one")
    journal = folder / JOURNAL
    text = journal.read_text(encoding="utf-8")
    journal.write_text(text.replace("I am your roller coach", "I am your coach"), encoding="utf-8")
    done = run(capfd, "replay", folder, "--voice", "espeak", "--quiet")
    assert "From 00:00.0 on the coach would not answer as it did then" in done.err


def test_a_command_that_is_not_heard_again_is_told(
    kept: Path, tmp_path: Path, capfd: Capture
) -> None:
    folder = copied(kept, tmp_path / "one")
    header, entries = read_journal(kept / JOURNAL)
    sound, _ = soundfile.read(kept / "session.wav", dtype="int16")
    at = dict(commands(entries))["skip"]
    acted = at * RATE // 1000 - header["sound_from_frame"]
    sound[acted - RATE : acted, 0] = 0
    soundfile.write(folder / "session.wav", sound, RATE)
    done = run(capfd, "replay", folder, "--voice", "espeak", "--quiet")
    assert done.code == 0
    assert f'The replay is the session up to {clock(at)}; there "skip" is not heard' in done.err
    assert "know nothing of the room from before" in done.err
    alone = run(
        capfd, "replay", folder / "session.wav", "--channel", 0, "--voice", "espeak", "--quiet"
    )
    assert not alone.err, "by itself it is another session, and nobody says otherwise"


def test_a_kept_journal_in_which_nothing_happens(
    kept: Path, tmp_path: Path, capfd: Capture
) -> None:
    folder = copied(kept, tmp_path / "one")
    header = (folder / JOURNAL).read_text(encoding="utf-8").partition("\n")[0]
    (folder / JOURNAL).write_text(header, encoding="utf-8")
    done = run(capfd, "replay", folder, "--voice", "espeak", "--quiet")
    assert done.code == 0, done.err


def test_a_session_without_the_canceller_is_replayed_without_it(kept: Path, tmp_path: Path) -> None:
    folder = copied(kept, tmp_path / "one", cancel_echo=False)
    assert not as_it_was(App(Settings(voice="espeak")), folder / JOURNAL).settings.cancel_echo


def spoken_since(entries: Sequence[Entry], at: int) -> list[str]:
    return [e.message.text for e in entries if e.at >= at and isinstance(e.message, Say)]


@dataclass
class Accidents:
    """Around a session's source: the microphone is lost for two seconds, then the speaker for one;
    a button is pressed. All within the ring's ten seconds.
    """

    source: AudioSource
    now_s: float = 0.0
    dropouts: tuple[int, int] = (0, 0)
    hears_nothing: bool = False
    overdriven_s: float = 0.0

    @property
    def rate(self) -> int:
        return self.source.rate

    @property
    def speaker_works(self) -> bool:
        return not 31.5 <= self.now_s < 32.5

    def blocks(self) -> Iterator[Block]:
        for block in self.source.blocks():
            self.now_s = block.end_frame / RATE
            lost = 28 <= block.start_frame / RATE < 30
            zeros = np.zeros_like(block.pcm)
            yield replace(block, pcm=zeros, kind=BlockKind.LOST) if lost else block

    def pressed(self) -> Sequence[Press]:
        return (Press(Command.REPEAT, None, "button"),) if self.now_s == 31 else ()


def test_what_happened_beside_the_sound_happens_again(
    app: App, tmp_path: Path, capfd: Capture
) -> None:
    spoken = said({6: "start rolling.flite-slt", 34: "that was wrong.flite-slt"}, 37, tmp_path)
    told: list[str] = []
    with recorded(app, spoken, tmp_path, told) as session:
        ringed = session.source
        assert isinstance(ringed, Ringed)
        accidents = Accidents(ringed.source)
        session.source = replace(ringed, source=accidents)
        session.equipment, session.hands = accidents, (accidents,)
        session.run()
    folder = tmp_path / "recordings" / f"{STAMP} wrong"
    journal = tmp_path / "again.jsonl"
    done = run(capfd, "replay", folder, "--voice", "espeak", "--quiet", "--journal", journal)
    assert done.code == 0, done.err
    happened = from_outside(folder / JOURNAL)
    assert [type(entry.message) for entry in happened] == [
        MicrophoneLost, MicrophoneBack, Heard, SpeakerLost, SpeakerBack
    ]  # fmt: skip
    assert from_outside(journal) == happened
    said_then = spoken_since(read_journal(folder / JOURNAL)[1], 28_000)
    said_again = spoken_since(read_journal(journal)[1], 28_000)
    assert said_then[0] == "I cannot hear you, because the microphone is gone."
    assert said_again[: len(said_then)] == said_then


def test_a_goodbye_is_not_the_end_where_it_was_not(
    app: App, tmp_path: Path, capfd: Capture
) -> None:
    """As on a Raspberry Pi, where the coach is there again after it."""
    words = {6: "start rolling", 26: "goodbye", 30: "start rolling", 33: "that was wrong"}
    spoken = said({at: f"{word}.flite-slt" for at, word in words.items()}, 37, tmp_path)
    with recorded(app, spoken, tmp_path, []) as session:
        session.returns = 1
        session.run()
    folder = tmp_path / "recordings" / f"{STAMP} wrong"
    journal = tmp_path / "again.jsonl"
    done = run(capfd, "replay", folder, "--voice", "espeak", "--quiet", "--journal", journal)
    assert done.code == 0, done.err
    heard = [phrase for phrase, _ in commands(read_journal(journal)[1])]
    assert heard == ["goodbye", "start rolling", "that was wrong"]


OUTSIDE = (MicrophoneLost, MicrophoneBack, SpeakerLost, SpeakerBack)


def from_outside(journal: Path) -> list[Entry]:
    entries = read_journal(journal)[1]
    return [
        entry
        for entry in entries
        if isinstance(entry.message, OUTSIDE)
        or (isinstance(entry.message, Heard) and entry.message.source)
    ]


def test_its_journal_is_replayed_too(kept: Path, capfd: Capture) -> None:
    assert run(capfd, "replay", kept / "journal.jsonl", "--voice", "espeak").code == 0


class BugError(Exception):
    """Something that nobody expected."""


class Failing:
    """An observer that fails after 2 s."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def message(self, at: int, message: Event | Effect) -> None:
        pass

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        if block.end_frame > 2 * RATE:
            raise self._error


def fail(app: App, spoken: Path, folder: Path, error: Exception) -> None:
    with recorded(app, spoken, folder, []) as session:
        session.observers = (*session.observers, Failing(error))
        session.run()


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (BugError(), f"{STAMP} crash"),
        (DeviceError("It is gone.", "Plug it in."), None),
        (BrokenPipeError(errno.EPIPE, "The reader has gone"), None),
        (OSError(errno.EIO, "The terminal has gone"), None),
    ],
)
def test_a_crash_is_kept_and_an_expected_end_is_not(
    app: App, spoken: Path, tmp_path: Path, error: Exception, name: str | None
) -> None:
    with pytest.raises(type(error)):
        fail(app, spoken, tmp_path, error)
    there = [kept.folder.name for kept in RecordingShelf(tmp_path / "recordings").kept()]
    assert there == ([] if name is None else [name])


def test_a_full_or_closed_disk_is_told_and_the_session_goes_on(app: App, tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("in the way")
    told: list[str] = []
    spoken = said({6: SAID[6], 14: SAID[34]}, 17, tmp_path)
    with recorded(app, spoken, tmp_path, told) as session:
        assert session.run().gone
    (sentence,) = told
    assert "cannot be kept" in sentence
    assert "Free some space" in sentence


def listed(capfd: Capture, settings: Path) -> Done:
    return run(capfd, "recordings", "list", "--settings", settings)


def test_recordings_are_listed_and_erased(
    kept: Path, app: App, tmp_path: Path, capfd: Capture
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f'state = "{tmp_path}"\nkeep_minutes = 3\n')
    shelf = RecordingShelf(tmp_path / "recordings")
    empty = listed(capfd, settings)
    assert empty.out.startswith(f"0 recordings in {shelf.folder}.")
    assert "the last 3 minutes" in empty.out
    ring = Ring(1)
    for number in range(5):
        ring.hear(Block(number * 800, np.zeros(800, np.int16)), SILENCE)
        cut = ring.cut()
        assert cut is not None
        shelf.put(STAMP, cut, b'{"journal": 1}\n')
    names = [STAMP, *(f"{STAMP} {n}" for n in range(2, 6))]
    assert [one.folder.name for one in shelf.kept()] == names
    facts = json.loads(run(capfd, "recordings", "list", "--settings", settings, "--json").out)
    assert [round(fact["seconds"], 2) for fact in facts] == [0.1, 0.1, 0.1, 0.2, 0.2]
    wrong = run(capfd, "recordings", "erase", names[0], "yesterday", "--settings", settings)
    assert wrong.code == StorageError.exit_code
    assert 'no recording "yesterday"' in wrong.err
    assert len(shelf.kept()) == 5, "nothing was erased"
    done = run(capfd, "recordings", "erase", names[1], names[1], "--settings", settings)
    assert done.out == "1 recording erased.\n"
    assert run(capfd, "recordings", "erase", "--settings", settings).code == 10
    half = shelf.folder / f".{STAMP}.new"  # of a process that was killed while it wrote
    half.mkdir()
    (half / "session.wav").write_bytes(b"RIFF")
    own = shelf.folder / "holiday"
    own.mkdir()
    (own / "session.wav").write_bytes(b"RIFF")
    everything = run(capfd, "recordings", "erase", "--all", "--settings", settings)
    assert everything.out == "4 recordings erased.\n"
    assert list(shelf.folder.iterdir()) == [own], "what is not ours is left alone"


def test_by_default_nothing_is_kept() -> None:
    assert Settings().keep_minutes == 0


def test_other_folders_are_no_recordings(tmp_path: Path) -> None:
    assert kept_folder(tmp_path) is None
    assert kept_folder(tmp_path / "session.wav") is None
    (tmp_path / "session.wav").write_bytes(b"")
    (tmp_path / "journal.jsonl").write_text('{"journal": 1}\n')
    assert kept_folder(tmp_path / "session.wav") is None
    with pytest.raises(StorageError, match="does not say where its sound begins"):
        beginning(tmp_path, App(Settings()).coach())


@pytest.mark.parametrize("place", [(-1, 16_000), (0, 10**12), (0, True), (0.5, 16_000), (0, 1)])
def test_a_place_that_no_sound_has(tmp_path: Path, place: tuple[object, object]) -> None:
    header = {"journal": 1, "sound_from_frame": place[0], "sound_rate": place[1]}
    started = '{"at": 0, "event": "Started", "bookmark": null}'
    (tmp_path / "journal.jsonl").write_text(f"{json.dumps(header)}\n{started}\n")
    with pytest.raises(StorageError, match="does not say where its sound begins"):
        beginning(tmp_path, App(Settings()).coach())


@pytest.mark.parametrize("lost", ["0-800", [[0, 1.5]], [[0]], 3, [None]])
def test_a_loss_that_no_sound_has(tmp_path: Path, lost: object) -> None:
    header = {"journal": 1, "sound_from_frame": 0, "sound_rate": RATE, "sound_lost": lost}
    (tmp_path / JOURNAL).write_text(json.dumps(header) + "\n", encoding="utf-8")
    with pytest.raises(StorageError, match="where the microphone was lost") as caught:
        beginning(tmp_path, App(Settings()).coach())
    assert "--channel 0" in caught.value.remedy


def test_a_line_that_took_until_the_end_of_time(tmp_path: Path) -> None:
    lines = (
        {"journal": 1, "sound_from_frame": 16_000, "sound_rate": 16_000},
        {"at": 0, "event": "Started", "bookmark": None},
        {"at": 10**15 - 1, "event": "SpeechEnded", "token": 1},
    )
    (tmp_path / "journal.jsonl").write_text("\n".join(map(json.dumps, lines)))
    rest = beginning(tmp_path, App(Settings()).coach()).rest
    assert rest is not None
    assert len(rest.samples) == 30 * 60 * 16_000, "as much as a recorder keeps"


def test_a_link_that_leads_nowhere_beside_a_kept_recording(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    for name in ("session.wav", "journal.jsonl"):
        (folder / name).touch()
    (folder / "note").symlink_to("nowhere")
    assert [kept.folder for kept in RecordingShelf(tmp_path).kept()] == [folder]


def test_a_journal_of_brackets_is_no_kept_one(tmp_path: Path) -> None:
    (tmp_path / "session.wav").touch()
    (tmp_path / "journal.jsonl").write_text("[" * 100_000)
    assert kept_folder(tmp_path / "session.wav") is None


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"session.wav": "RIFF"}, "journal.jsonl is missing"),
        ({"session.wav": "RIFF", "journal.jsonl": ""}, "journal.jsonl is empty"),
        ({"journal.jsonl": '{"journal": 1}'}, "session.wav is missing"),
        ({"session.wav": "RIFF", "journal.jsonl": '{"journal": 1}'}, "journal.jsonl does not say"),
    ],
)
def test_half_a_recording_names_the_other_half(
    tmp_path: Path, capfd: Capture, content: dict[str, str], named: str
) -> None:
    folder = tmp_path / "half"
    folder.mkdir()
    for name, text in content.items():
        (folder / name).write_text(text)
    if "session.wav" in content:
        soundfile.write(folder / "session.wav", np.zeros((800, 2), np.int16), RATE)
    done = run(capfd, "replay", folder)
    assert done.code == StorageError.exit_code
    assert f"{folder}/{named}" in done.err
    assert "Traceback" not in done.err


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_kept_recording_outlives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Ring(1)
    ring.hear(Block(0, np.zeros(800, np.int16)), SILENCE)
    cut = ring.cut()
    assert cut is not None
    synced = watched(monkeypatch)
    RecordingShelf(tmp_path).put(STAMP, cut, b'{"journal": 1}\n')
    half = tmp_path / f".{STAMP}.new"
    assert set(synced[:2]) == {half / "session.wav", half / "journal.jsonl"}
    assert synced[2:] == [half, tmp_path]


def test_a_journal_that_a_full_disk_has_cut_short_is_kept_up_to_its_last_line(
    kept: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.jsonl"
    lines = (kept / JOURNAL).read_bytes()
    journal.write_bytes(lines[:-5])
    told: list[str] = []
    shelf = RecordingShelf(tmp_path / "recordings")
    with Recorder(Ring(10), shelf, journal, lambda: STAMP, told.append) as recorder:
        recorder.ring.hear(Block(0, np.zeros(800, np.int16)), SILENCE)
        recorder.keep("wrong")
        recorder.close()
        copied = next(shelf.folder.glob(f"*/{JOURNAL}"))
        assert len(read_journal(copied)[1]) == len(lines.splitlines()) - 2


def test_an_empty_journal_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").touch()
    told: list[str] = []
    shelf = RecordingShelf(tmp_path / "recordings")
    with Recorder(Ring(10), shelf, tmp_path / "journal.jsonl", lambda: STAMP, told.append) as one:
        one.ring.hear(Block(0, np.zeros(800, np.int16)), SILENCE)
        one.keep("wrong")
    assert len(told) == 1
    assert "which is empty" in told[0]
    assert shelf.kept() == ()


def test_a_disk_without_room_for_the_sound_names_the_recording(tmp_path: Path) -> None:
    ring, shelf = Ring(60), RecordingShelf(tmp_path / "recordings")
    for number in range(200):
        ring.hear(Block(number * 800, np.ones(800, np.int16)), SILENCE)
    cut = ring.cut()
    assert cut is not None
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(StorageError) as error:
            shelf.put("today", cut, b'{"journal": 1}\n')
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    wanted = f"The recording {shelf.folder / 'today'} cannot be kept: File too large."
    assert error.value.problem == wanted
    assert "Free some space" in error.value.remedy
    assert [*shelf.folder.iterdir()] == []
