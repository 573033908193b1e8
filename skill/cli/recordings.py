"""`roller-coach recordings`: what "that was wrong" kept, and how to erase it."""

import json

import click
from rich.table import Table

from skill.app import App
from skill.cli.console import print_whole
from skill.cli.options import with_app
from skill.comforts import RECORDINGS
from skill.errors import SettingsError, counted
from skill.recorder.shelf import Kept, RecordingShelf


@click.group()
def recordings() -> None:
    """List and erase the sound that was kept at "that was wrong" or a crash."""


@recordings.command("list")
@with_app
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(app: App, *, as_json: bool) -> None:
    """Show what is kept, and where."""
    shelf = _shelf(app)
    kept = shelf.kept()
    if as_json:
        click.echo(json.dumps([_facts(one) for one in kept]))
        return
    if kept:
        table = Table(box=None, pad_edge=False)
        for title in ("name", "sound", "size"):
            table.add_column(title, no_wrap=True)
        for one in kept:
            table.add_row(one.folder.name, f"{one.seconds:.0f} s", f"{one.bytes / 1e6:.1f} MB")
        print_whole(table)
    where = f"{counted(len(kept), 'recording')} in {shelf.folder}."
    minutes = app.settings.keep_minutes
    recorder = (
        f"The recorder is on: the last {counted(minutes, 'minute')} of a session."
        if minutes
        else "The recorder is off (keep_minutes = 0 in settings)."
    )
    click.echo(f"{where}\n{recorder}")


@recordings.command()
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Erase all of them.")
@with_app
def erase(app: App, *, names: tuple[str, ...], everything: bool) -> None:
    """Delete recordings by NAME, with their journals."""
    shelf = _shelf(app)
    if everything == bool(names):
        raise SettingsError(
            "It is not clear what is to be erased.", "Give names from `recordings list`, or --all."
        )
    count = shelf.erase_all() if everything else shelf.erase(*names)
    click.echo(f"{counted(count, 'recording')} erased.")


def _shelf(app: App) -> RecordingShelf:
    return RecordingShelf(app.settings.state / RECORDINGS)


def _facts(one: Kept) -> dict[str, object]:
    return {"folder": str(one.folder), "seconds": round(one.seconds, 1), "bytes": one.bytes}
