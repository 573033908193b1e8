"""`roller-coach upgrade`: a newer version out of a bundle."""

from pathlib import Path

import click

from skill.cli.options import FILE
from skill.upgrade.bundle import shown
from skill.upgrade.installation import Installation


@click.command()
@click.argument("bundle", type=FILE)
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default="/",
    help="Where the installation is, if not in this system (tests, images).",
)
def upgrade(bundle: Path, *, root: Path) -> None:
    """Put the newer version of BUNDLE (made by ./scripts/bundle) in the place of this one.

    It is built beside this one and tried. If it fails, this one stays. A bundle's programs run as
    root: take one that you have made yourself.
    """
    before, after = Installation(root.resolve()).upgrade(bundle)
    if before == after:
        click.echo(f"roller-coach: version {shown(after)}, as the bundle has it.")
    else:
        click.echo(f"roller-coach: version {shown(after)} is in the place of {shown(before)}.")
