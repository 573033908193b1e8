"""`roller-coach voices`: Piper's official voices, one command away."""

from pathlib import Path

import click
from rich.table import Table

from skill.cli import complain
from skill.cli.bars import Bars, left_alone
from skill.cli.console import print_whole
from skill.cli.ending import ending_well
from skill.cli.options import FILE
from skill.errors import VoiceError
from skill.models.manifest import load_voices
from skill.models.voices import install_voice, installed_voice, known_by
from skill.settings import SHIPPED, read_settings

MANIFEST = SHIPPED / "voices.yaml"

manifest_option = click.option(
    "--manifest", type=FILE, default=MANIFEST, help="Another list of voices (YAML)."
)


@click.group()
def voices() -> None:
    """List and install official Piper voices."""


@voices.command("list")
@manifest_option
def list_voices(manifest: Path) -> None:
    """Show the official voices and which of them are here."""
    root = read_settings().models
    table = Table(box=None)
    for title in ("name", "language", "size", "licence", "checked by", "tried", "here"):
        table.add_column(title, no_wrap=title == "name")
    for entry in load_voices(manifest).voices:
        here, tried = (
            "yes" if is_so else "no" for is_so in (installed_voice(entry, root), entry.tried)
        )
        size = f"{entry.size / 1e6:.0f} MB"
        row = (entry.name, entry.language, size, entry.licence, known_by(entry), tried, here)
        table.add_row(*row)
    print_whole(table)


@voices.command()
@click.argument("name")
@manifest_option
@click.option("--from", "source", type=FILE, help="An .onnx file, or the folder of both files.")
def get(name: str, manifest: Path, source: Path | None) -> None:
    """Download and install the voice NAME."""
    entry = load_voices(manifest).find(name)
    bars = Bars()
    with ending_well(), bars.progress:
        file = install_voice(entry, read_settings().models, bars.report, source)
    if source is not None and not bars.begun:
        complain(left_alone(file.parent, source))
    click.echo(f"{name} is installed. Use it with --voice {name}")


@voices.command()
@click.argument("name")
@manifest_option
def path(name: str, manifest: Path) -> None:
    """Print the file of the installed voice NAME."""
    entry = load_voices(manifest).find(name)
    file = installed_voice(entry, read_settings().models)
    if file is None:
        raise VoiceError(
            f"{name} is not installed.", f"Install it with `roller-coach voices get {name}`."
        )
    click.echo(file)
