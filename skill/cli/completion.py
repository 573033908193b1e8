"""`roller-coach completion`: what makes a shell complete our commands and options."""

import click

PROGRAM, VARIABLE = "roller-coach", "_ROLLER_COACH_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Print a script for SHELL; for bash: eval "$(roller-coach completion bash)" in ~/.bashrc."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    from skill.cli import cli

    kinds = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    click.echo(kinds[shell](cli, {}, PROGRAM, VARIABLE).source())
