"""`roller-coach replay`: a recording or a journal as a session, and what was expected of it."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import numpy as np

from skill.app import App
from skill.audio.overdrive import is_overdriven
from skill.cli import complain
from skill.cli.console import terminal
from skill.cli.likeness import is_cut_short, otherwise
from skill.cli.options import FILE, journal_option, json_option, quiet_option, with_app
from skill.cli.overwriting import content, keep_apart
from skill.cli.page import page_beside, page_options
from skill.cli.screen import summary, watchers
from skill.core.coach import Coach
from skill.core.messages import Effect, Event, Heard, Ignored, Started, ThereAgain
from skill.dialogue import differences, tell
from skill.errors import (
    ContentError,
    ExpectationError,
    SettingsError,
    StorageError,
    printable,
)
from skill.given import read_given, why_not
from skill.journal import Entry, read_journal, repeat
from skill.languages import ENGLISH
from skill.ports import RATE, Block
from skill.recorder.beginning import kept_folder
from skill.recorder.shelf import JOURNAL as KEPT_JOURNAL
from skill.settings import JOURNALED

JOURNAL = ".jsonl"
EARLIER = ".old"
"""At the end of a long journal's name, as `skill.journal.JournalWriter` puts it there."""
SILENT = 20
"""Steps of 16 bits: what is never louder, -64 dB of full scale, is a microphone's own noise."""
OVERDRIVEN_S = 0.3
"""Two loud words; a live session, which may hear knocks for hours, waits for more before it says so
(`skill.ailments`)."""


class Notes:
    """Keeps a session's messages, for what comes after it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.start_ms: int | None = None
        self.end_ms = 0
        self.loudest = 0
        self.overdriven_s = 0.0

    def message(self, at: int, message: Event | Effect) -> None:
        """Keep one event or effect."""
        self.entries.append(Entry(at, message))

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Keep how far the session has come, and how loud it has been."""
        self.loudest = max(self.loudest, int(np.abs(block.pcm.astype(np.int32)).max()))
        if is_overdriven(block.pcm):
            self.overdriven_s += len(block.pcm) / RATE
        self.end_ms = block.end_frame * 1000 // RATE
        if self.start_ms is None:
            self.start_ms = block.start_frame * 1000 // RATE


@click.command()
@click.argument("recording", type=FILE)
@with_app
@click.option("--channel", type=int, help="Which channel to hear, from 0; otherwise all, mixed.")
@click.option("--write-audio", type=FILE, help="Write person (left) and coach (right) to a WAV.")
@click.option("--expect", type=FILE, help="Compare with a journal (.jsonl) or a dialogue (text).")
@page_options
@journal_option
@quiet_option
@json_option
def replay(
    app: App,
    *,
    recording: Path,
    channel: int | None,
    write_audio: Path | None,
    expect: Path | None,
    journal: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run RECORDING as a session: WAV, FLAC or Ogg of any rate, mono or stereo.

    A folder that the recorder kept sets in where its sound does. A journal (.jsonl) is repeated
    without any model or sound: its events must have the effects that it says.
    """
    read = (recording, expect, *content(app.settings))
    keep_apart(read, {"--write-audio": write_audio, "--journal": journal})
    if recording.name.removesuffix(EARLIER).endswith(JOURNAL):
        _refuse({"--channel": channel, "--write-audio": write_audio, "--journal": journal})
        repeat_journal(app, recording, expect, quiet=quiet, as_json=as_json)
        return
    replay_recording(
        app,
        recording,
        write_audio,
        journal,
        channel=channel,
        expect=expect,
        quiet=quiet,
        as_json=as_json,
    )


def replay_recording(
    app: App,
    recording: Path,
    write_audio: Path | None,
    journal: Path | None,
    *,
    channel: int | None = None,
    expect: Path | None = None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Replay, show, and compare.

    Raises:
        ExpectationError: if it went differently from what was expected.
    """
    kept = kept_folder(recording)
    if kept is not None:
        app = as_it_was(app, kept / KEPT_JOURNAL)
    notes = Notes()
    console = terminal()
    shown = (*watchers(console, quiet=quiet, as_json=as_json), notes)
    expected = None if expect is None else _expected(expect)
    started = time.perf_counter()
    with (
        page_beside(app) as page,
        app.replay(
            recording,
            channel=channel,
            write_audio=write_audio,
            journal=journal,
            observers=(*shown, *page.observers),
            hands=page.hands,
        ) as session,
    ):
        session.run()
    took = time.perf_counter() - started
    if not quiet:
        fields = _summary(notes, took, write_audio)
        summary(console, fields, as_json=as_json)
    if notes.loudest <= SILENT:
        complain(
            f"{recording} is silent: nothing in it is louder than a microphone's own noise. Check "
            "the microphone's level or mute switch and record again."
        )
    if notes.overdriven_s >= OVERDRIVEN_S:
        complain(
            f"{recording} is cut off at the limit for {notes.overdriven_s:.1f} s, which distorts "
            "words. Lower the microphone's level and record again."
        )
    for trouble in (*app.troubles(session), *app.notices):
        complain(trouble)
    if kept is not None and channel is None:
        for difference in otherwise(app, kept / KEPT_JOURNAL, notes.entries, notes.start_ms or 0):
            complain(printable(difference))
    if expect is not None and expected is not None:
        _compare(expect, expected, _like(expect, notes.entries))


def as_it_was(app: App, journal: Path) -> App:
    """What repeats a journal: its session may have been in another language than is chosen now, or
    of another patience.

    Raises:
        StorageError: if the journal cannot be read, or its session was in a language that the
            coach does not speak, of a patience that nobody has, or of another routine than is
            chosen now.
    """
    header, _ = read_journal(journal)
    app = _as_told(app, header, journal)
    chosen = app.content.routine.id
    if header.get("routine", chosen) != chosen:
        raise StorageError(
            f'{journal} is of a session with the routine "{header["routine"]}", and not with '
            f'"{chosen}".',
            "Name that routine's file with --routine.",
        )
    return app


def _as_told(app: App, header: Mapping[str, object], journal: Path) -> App:
    # Journals of before there was a choice do not name the language; others not the patience.
    told = {"language": ENGLISH} | {name: header[name] for name in JOURNALED if name in header}
    language = str(told["language"])
    if told.items() <= app.settings.model_dump().items():
        return app
    try:
        return App(app.settings.but_for(told | {"language": language}))
    except ContentError as error:
        raise StorageError(
            f'{journal}, line 1, names the language "{language}", which the coach does not speak.',
            "Replay it with the version that wrote it.",
        ) from error
    except ValueError as error:
        raise StorageError(
            f"{journal}, line 1, tells of a session that cannot have been: "
            f"{', '.join(f'{name} = {value}' for name, value in told.items())}.",
            "Write there what it was written with.",
        ) from error


def _summary(notes: Notes, took: float, write_audio: Path | None) -> dict[str, object]:
    heard = sum(isinstance(entry.message, Heard) for entry in notes.entries)
    ignored = sum(isinstance(entry.message, Ignored) for entry in notes.entries)
    seconds = notes.end_ms / 1000
    fields: dict[str, object] = {
        "commands": heard,
        "ignored": ignored,
        "audio": f"{seconds:.1f} s in {took:.1f} s ({seconds / took:.0f} times real time)",
    }
    if write_audio is not None:
        fields["listen to"] = f"{write_audio} (left: the person, right: the coach)"
    return fields


def _refuse(given: Mapping[str, object]) -> None:
    """What only a recording has means nothing for a journal.

    Raises:
        SettingsError: naming the option.
    """
    for option, value in given.items():
        if value is not None:
            raise SettingsError(
                f"{option} means nothing for a journal, which is repeated without any sound.",
                "Leave it out, or replay the recording.",
            )


def repeat_journal(
    app: App, path: Path, expect: Path | None = None, *, quiet: bool, as_json: bool = False
) -> None:
    """Feed a journal's events to the coach again, and compare the effects.

    Raises:
        ExpectationError: if they differ, from its own or from what was expected.
        StorageError: if there is nothing in it.
    """
    app = as_it_was(app, path)
    _, entries = read_journal(path)
    if not entries:
        raise StorageError(
            f"Nothing happens in the journal {path}.", "Give a file written with --journal."
        )
    expected = None if expect is None else _expected(expect)
    if not isinstance(entries[0].message, Started | ThereAgain):
        raise StorageError(
            f"The journal {path} begins in the middle of a session, as later parts of a long one "
            "do, and cannot be repeated.",
            f"The part before it, if it is still there, is {path.name}{EARLIER}.",
        )
    again = tuple(repeat(app.coach(), entries))
    if is_cut_short(entries, again):
        complain(f"{path} ends in the middle of an answer; what is missing is not compared.")
        again = again[: len(entries)]
    for watcher in watchers(terminal(), quiet=quiet, as_json=as_json):
        for entry in again:
            watcher.message(entry.at, entry.message)
    _compare(path, [entry.to_json() for entry in entries], [entry.to_json() for entry in again])
    if expect is not None and expected is not None:
        _compare(expect, expected, _like(expect, again))


def _expected(path: Path) -> list[str]:
    if path.suffix == JOURNAL:
        return [entry.to_json() for entry in read_journal(path)[1]]
    try:
        lines = read_given(path).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as failure:
        raise StorageError(
            f"The expected dialogue {path} cannot be read: {why_not(failure)}.",
            "Give a journal (.jsonl), or a text file with lines such as `you: next`.",
        ) from failure
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _like(expect: Path, entries: Sequence[Entry]) -> list[str]:
    if expect.suffix == JOURNAL:
        return [entry.to_json() for entry in entries]
    return list(tell(entries))


def _compare(expect: Path, expected: Sequence[str], actual: Sequence[str]) -> None:
    found = differences(expected, actual)
    if found:
        raise ExpectationError(
            "The session went differently from what was expected:",
            f"If this is right now, write {expect} anew.",
            found,
        )
