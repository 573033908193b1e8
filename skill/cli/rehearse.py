"""`roller-coach rehearse`: a person who answers the coach, from a script."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from unicodedata import normalize

import click

from skill.app import App
from skill.audio.pcm import energy_end_ms, read_pcm, to_pcm
from skill.cli import complain
from skill.cli.console import terminal
from skill.cli.options import FILE, journal_option, json_option, quiet_option, with_app
from skill.cli.overwriting import content, keep_apart
from skill.cli.page import page_beside, page_options
from skill.cli.replay import Notes
from skill.cli.screen import watchers
from skill.content.script import ScriptLine, read_script
from skill.core.messages import Heard
from skill.errors import ExpectationError, RecordingError, StorageError, VoiceError, counted
from skill.lasting import write_whole
from skill.mouth import make_voice
from skill.ports import Pcm
from skill.rehearsal import Part, RehearsedPerson, When

ENDINGS = (".wav", ".flac", ".ogg")
WINDOW_MS = 1_500
"""A command must be acted on this soon after its sound ends, and before the next one begins."""


@click.command()
@click.argument("script", type=FILE)
@with_app
@click.option(
    "--recordings",
    type=FILE,
    help="A folder of sound files named after their words: next.wav, start rolling.anna.wav.",
)
@click.option("--speaker-voice", help="Says what has no recording; espeak's f3 without it.")
@click.option("--write-audio", type=FILE, help="Write person (left) and coach (right) to a WAV.")
@click.option("--write-labels", type=FILE, help="Write start, end (ms) and text of every line.")
@page_options
@journal_option
@quiet_option
@json_option
def rehearse(
    app: App,
    *,
    script: Path,
    recordings: Path | None,
    speaker_voice: str | None,
    write_audio: Path | None,
    write_labels: Path | None,
    journal: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Act out SCRIPT: its lines are said at their moments relative to the coach's speech.

    Every line that is a command must be acted on, and every other one must not.
    """
    keep_apart(
        (script, *content(app.settings)),
        {"--write-audio": write_audio, "--write-labels": write_labels, "--journal": journal},
    )
    read = read_script(script, app.content.vocabulary)
    voice = speaker_voice or f"espeak:{app.settings.chosen.espeak}+f3"
    parts = [_part(script, line, recordings, voice) for line in read.lines]
    person = RehearsedPerson(parts, read.background)
    notes = Notes()
    shown = (*watchers(terminal(), quiet=quiet, as_json=as_json), notes)
    with (
        page_beside(app) as page,
        app.rehearse(
            person,
            write_audio=write_audio,
            journal=journal,
            observers=(*shown, *page.observers),
            hands=page.hands,
        ) as session,
    ):
        session.run()
    for trouble in (*app.troubles(session), *app.notices):
        complain(trouble)
    if write_labels is not None:
        _write_labels(write_labels, person, parts)
    _judge(app, person, notes, quiet=quiet)


def _part(script: Path, line: ScriptLine, recordings: Path | None, voice: str) -> Part:
    sound = _recorded(line, recordings)
    if sound is None:
        try:
            sound = _synthesised(line.text, line.voice or voice)
        except VoiceError as error:
            raise VoiceError(f'{script}, "{line.text}": {error.problem}', error.remedy) from error
    return Part(When(line.when), line.after_ms, line.text, sound)


def _recorded(line: ScriptLine, folder: Path | None) -> Pcm | None:
    if folder is None:
        return None
    if not folder.is_dir():
        raise RecordingError(
            f"There is no folder {folder} of recordings.", "Check --recordings, or leave it out."
        )
    stem = f"{line.text}.{line.voice}" if line.voice else line.text
    named = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS)
    # macOS writes an umlaut as two characters.
    found = (path for path in named if f"{normalize('NFC', path.stem)}.".startswith(f"{stem}."))
    chosen = next(found, None)
    return None if chosen is None else read_pcm(chosen)


def _synthesised(text: str, voice: str) -> Pcm:
    return to_pcm(make_voice(voice).render(text, 100))


def _write_labels(path: Path, person: RehearsedPerson, parts: Sequence[Part]) -> None:
    missed = list(person.missed)
    spoken = [part for part in parts if not _is_missed(part.text, missed)]
    lines = [
        f"{start}\t{start + energy_end_ms(part.sound)}\t{text}\n"
        for (start, _, text), part in zip(person.said, spoken, strict=True)
    ]
    try:
        write_whole(path, "".join(lines))
    except OSError as failure:
        raise StorageError(
            f"The labels {path} cannot be written: {failure.strerror}.", "Choose another place."
        ) from failure


def _is_missed(text: str, missed: list[str]) -> bool:
    """Whether the moment of this line never came; strikes it off, as words may be said again."""
    if text not in missed:
        return False
    missed.remove(text)
    return True


def _judge(app: App, person: RehearsedPerson, notes: Notes, *, quiet: bool) -> None:
    meanings = app.content.vocabulary.meanings
    heard = [
        entry
        for entry in notes.entries
        if isinstance(entry.message, Heard) and not entry.message.source
    ]
    wrong = [f'The moment to say "{text}" never came.' for text in person.missed]
    following = [start for start, _, _ in person.said[1:]]
    for (start, end, text), latest in zip_longest(person.said, following):
        until = end + WINDOW_MS if latest is None else min(end + WINDOW_MS, latest)
        answers = [
            entry.message
            for entry in heard
            if isinstance(entry.message, Heard) and start <= entry.at < until
        ]
        wanted = meanings.get(text)
        got = [(answer.command, answer.argument) for answer in answers]
        if got != ([(wanted.command, wanted.argument)] if wanted else []):
            wanted_name = wanted.command.value if wanted else "nothing"
            got_names = ", ".join(command.value for command, _ in got) or "nothing"
            wrong.append(f'"{text}" at {start / 1000:.1f} s: {wanted_name} expected, {got_names}.')
    if not quiet:
        click.echo(f"{counted(len(person.said), 'line')} said, {len(wrong)} went wrong.", err=True)
    if wrong:
        raise ExpectationError(
            "The session went differently from what the script expects:",
            "Listen to it with --write-audio.",
            wrong,
        )
