"""`roller-coach models`: official recogniser's models, one command away."""

import shlex
from pathlib import Path

import click
from rich.table import Table

from skill.cli import complain
from skill.cli.bars import Bars, left_alone
from skill.cli.console import print_whole
from skill.cli.ending import ending_well
from skill.cli.options import FILE
from skill.errors import ModelError, StorageError
from skill.models.install import install
from skill.models.manifest import load_manifest
from skill.models.seal import seal as write_seal
from skill.models.store import installed, missing_file, trust
from skill.recognition.tryout import try_out
from skill.settings import SHIPPED, read_settings

MANIFEST = SHIPPED / "manifest.yaml"

manifest_option = click.option(
    "--manifest", type=FILE, default=MANIFEST, help="Another list of models (YAML)."
)


@click.group()
def models() -> None:
    """List and install official recogniser's models."""


@models.command("list")
@manifest_option
def list_models(manifest: Path) -> None:
    """Show the official models and which of them are here."""
    root = read_settings().models
    table = Table("name", "language", "size", "licence", "checksum", "here", box=None)
    for entry in load_manifest(manifest).models:
        here = "yes" if installed(entry, root) else "no"
        size = f"{entry.size / 1e6:.0f} MB"
        known = trust(entry, root).value
        table.add_row(entry.name, entry.language, size, entry.licence, known, here)
    print_whole(table)


@models.command()
@click.argument("name")
@manifest_option
@click.option("--from", "source", type=FILE, help="A zip or folder fetched on another machine.")
def get(name: str, manifest: Path, source: Path | None) -> None:
    """Download and install the model NAME."""
    entry = load_manifest(manifest).find(name)
    bars = Bars()
    with ending_well(), bars.progress:
        folder = install(entry, read_settings().models, bars.report, source)
    if source is not None and not bars.begun:
        complain(left_alone(folder, source))
    click.echo(f"{name} is installed. Use it with --model {shlex.quote(str(folder))}")


@models.command()
@click.argument("name")
@manifest_option
def path(name: str, manifest: Path) -> None:
    """Print the folder of the installed model NAME."""
    entry = load_manifest(manifest).find(name)
    folder = installed(entry, read_settings().models)
    if folder is None:
        raise ModelError(
            f"{name} is not installed.", f"Install it with `roller-coach models get {name}`."
        )
    click.echo(folder)


@models.command()
@click.argument("folder", type=FILE)
def seal(folder: Path) -> None:
    """Write checksums into the folder of a model of your own, so that damage shows at once.

    A model that Vosk cannot load is not sealed.
    """
    missing = missing_file(folder)
    if missing is not None:
        raise ModelError(
            f"{folder} is no complete Vosk model: {missing} is missing.", "Check the folder."
        )
    # Or a damaged model would count as a whole one from now on, and Vosk may crash on it.
    try_out(folder)
    try:
        write_seal(folder)
    except OSError as failure:
        raise StorageError(
            f"{folder} cannot be sealed: {failure.strerror}.",
            "Make its files readable and the folder writable, and free some space.",
        ) from failure
    click.echo(f"{folder} is sealed.")
