"""`roller-coach completion`: what makes a shell complete our commands and options."""

import click

LOADED = "(( $+functions[compdef] )) || { autoload -U compinit && compinit }"
PROGRAM, VARIABLE = "roller-coach", "_ROLLER_COACH_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Print a script for SHELL; for bash: eval "$(roller-coach completion bash)" in ~/.bashrc."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    from skill.cli import cli

    kinds = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    script = kinds[shell](cli, {}, PROGRAM, VARIABLE).source()
    # A new zsh completes nothing until it is told to.
    click.echo(script.replace("    compdef ", f"    {LOADED}\n    compdef "))
