"""`roller-coach run`: live; without a microphone, the recorded session."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import click

from skill.app import App
from skill.audio.devices import default_devices
from skill.cli import complain
from skill.cli.console import terminal
from skill.cli.ending import ending_well
from skill.cli.options import (
    FILE,
    journal_option,
    json_option,
    microphone_option,
    quiet_option,
    speaker_option,
    with_app,
)
from skill.cli.overwriting import content, keep_apart
from skill.cli.page import page_beside, page_options
from skill.cli.replay import replay_recording
from skill.cli.screen import Dashboard, watchers
from skill.cli.service import serve
from skill.errors import DeviceError, SettingsError, StorageError
from skill.living import alone, kept_history, live

OUT = Path("out")


@click.command()
@with_app
@microphone_option
@speaker_option
@page_options
@click.option("--fresh", is_flag=True, help="Begin anew instead of where you were.")
@click.option(
    "--service",
    is_flag=True,
    help="As a service: never the recorded session, and no end; feeds systemd's watchdog.",
)
@click.option(
    "--mqtt",
    help="Home Assistant's broker: HOST, or mqtts://HOST for TLS. A password belongs in the "
    "settings file's mqtt, as other users can see a command line.",
)
@click.option(
    "--write-audio",
    type=FILE,
    help="Where the recorded session's audio goes, without a microphone.",
)
@journal_option
@quiet_option
@json_option
def run(
    app: App,
    *,
    fresh: bool,
    service: bool,
    write_audio: Path | None,
    journal: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Start a session at the microphone. Without one, play the recorded session instead."""
    written = {"--write-audio": write_audio, "--journal": journal}
    keep_apart((*content(app.settings), app.settings.demo), written)
    if app.settings.stopgap:
        complain(app.settings.stopgap)
    if service:
        _refuse(write_audio)
        with _ending_well(app):
            serve(app, journal, fresh=fresh, quiet=quiet, as_json=as_json)
        return
    why_not = _obstacle(app)
    if why_not is not None:
        click.echo(f"{why_not} Here is the recorded session instead.\n", err=True)
        audio = write_audio or _out() / "session.wav"
        replay_recording(app, app.settings.demo, audio, journal, quiet=quiet, as_json=as_json)
        return
    _refuse(write_audio)
    with _ending_well(app):
        _live(app, journal, fresh=fresh, quiet=quiet, as_json=as_json)


@contextmanager
def _ending_well(app: App) -> Iterator[None]:
    """Put everything right at the end, and tell what the person should know."""
    try:
        with ending_well():
            yield
    finally:
        for notice in app.notices:
            complain(notice)


def _refuse(write_audio: Path | None) -> None:
    """A live session's sound is a person's voice; only the recorder keeps it, when it is asked."""
    if write_audio is not None:
        raise SettingsError(
            f"The sound of a live session is not written to {write_audio}: --write-audio is for "
            "the recorded one.",
            "Leave it out; with keep_minutes in the settings, the recorder keeps the last minutes.",
        )


def _out() -> Path:
    try:
        OUT.mkdir(exist_ok=True)
    except OSError as failure:
        raise StorageError(
            f"The session's audio cannot be written to ./{OUT}: {failure.strerror}.",
            "Name another place with --write-audio.",
        ) from failure
    return OUT


def _obstacle(app: App) -> str | None:
    """Why there can be no live session, or None. A device asked for by name must be there."""
    if app.settings.microphone or app.settings.speaker:
        return None
    try:
        devices = default_devices()
    except DeviceError as error:
        return str(error)
    missing = [
        noun
        for noun, name in (("microphone", devices.microphone), ("speaker", devices.speaker))
        if name is None
    ]
    return f"This machine has no {' and no '.join(missing)}." if missing else None


def _live(app: App, journal: Path | None, *, fresh: bool, quiet: bool, as_json: bool) -> None:
    console = terminal()
    shown = watchers(console, quiet=quiet, as_json=as_json)
    with ExitStack() as stack:
        stack.enter_context(alone(app.settings.state))
        bookmark = None if fresh else app.bookmark()
        history = stack.enter_context(kept_history(app))
        page = stack.enter_context(page_beside(app, history))
        plain = quiet or as_json or not console.is_interactive
        dashboard = () if plain else (Dashboard(console),)
        watching = (*shown, *page.observers, *dashboard)
        session = stack.enter_context(
            live(
                app,
                journal=journal or app.settings.state / "last-session.jsonl",
                must_journal=journal is not None,
                observers=watching,
                stamp=_now,
                history=history,
                hands=page.hands,
                tell=complain,
            )
        )
        for below in dashboard:
            stack.enter_context(below)
        session.run(bookmark)
    for trouble in app.troubles(session):
        complain(trouble)


def _now() -> str:
    """Date and time as part of a file's name; the wall clock of the person."""
    return datetime.now().strftime("%Y-%m-%d %H.%M.%S")
