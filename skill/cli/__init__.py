"""The command line: the only part that prints."""

import errno
import importlib
import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from skill import __version__
from skill.cli.ending import interruptible
from skill.errors import CoachError, PackageError, StorageError, forbidden
from skill.given import is_somewhere

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "run": ("skill.cli.run:run", "Start a session at the microphone."),
        "replay": ("skill.cli.replay:replay", "Run a recording, or a journal, as a session."),
        "recordings": (
            "skill.cli.recordings:recordings",
            "List and erase what the recorder kept.",
        ),
        "history": ("skill.cli.history:history", "Show, export and delete past sessions."),
        "rehearse": ("skill.cli.rehearse:rehearse", "Act out a script that answers the coach."),
        "mic-test": ("skill.cli.mic_test:mic_test", "Test the microphone; say what would help."),
        "doctor": ("skill.cli.doctor:doctor", "Look for everything that can be wrong here."),
        "devices": ("skill.cli.devices:devices", "List microphones and speakers."),
        "enrol": ("skill.cli.enrol:enrol", "Let the coach learn a person's voice."),
        "check": ("skill.cli.content:check", "Look for mistakes in the four content files."),
        "table": ("skill.cli.content:table", "Show what every command does in every phase."),
        "schema": ("skill.cli.content:schema", "Write the JSON Schemas for editors."),
        "models": ("skill.cli.models:models", "List and install recogniser's models."),
        "voices": ("skill.cli.voices:voices", "List and install Piper's official voices."),
        "voice": ("skill.cli.voice:voice", "Render all lines beforehand; compare voices."),
        "say": ("skill.cli.say:say", "Speak a text, or write it to a file."),
        "wyoming": ("skill.cli.wyoming:serve", "Hear and answer for Home Assistant's Assist."),
        "completion": ("skill.cli.completion:completion", "Complete commands in your shell."),
        "benchmark": ("skill.cli.benchmark:benchmark", "Measure speed, delay and memory."),
        "upgrade": ("skill.cli.upgrade:upgrade", "Put a bundle's newer version in place."),
        "evaluate": ("skill.cli.evaluate:evaluate", "Measure hearing on labelled recordings."),
    }
)
INTERRUPTED, HUNG_UP = 130, 129
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""A full disk, or a person's share of it. Files say so by themselves; so it is the output."""


class LazyGroup(click.Group):
    """Imports a command when it is used, so that `--help` does not wait for Vosk."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; some of them print."""
        with _until_enough():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _until_enough():
            return super().invoke(ctx)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list["CompletionItem"]:
        """Complete commands without importing them."""
        from click.shell_completion import CompletionItem

        commands = [
            CompletionItem(name, help=what)
            for name, (_, what) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])


@contextmanager
def _until_enough() -> Iterator[None]:
    """Whoever reads what is printed may stop when they have enough."""
    # Click by itself would end with 1, which a check-up means something by.
    try:
        yield
    except BrokenPipeError:
        _give_output_up()
        sys.exit(0)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="roller-coach")
def cli() -> None:
    """An offline voice coach for foam rolling."""


def main(args: list[str] | None = None) -> Any:
    """Run the command line; expected errors become one message and their exit code."""
    _fill_gaps()
    _show_any_letter()
    with interruptible(at_last=args is None):
        return _run(args)


def _run(args: list[str] | None) -> Any:
    shown = _is_shown()
    try:
        return cli.main(args, prog_name="roller-coach", standalone_mode=False)
    except CoachError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort) as end:
        kept = str(end) or "Everything up to here is kept."
        complain(f"interrupted. {kept}")
        sys.exit(INTERRUPTED)
    except ModuleNotFoundError as failure:
        package = (failure.name or "").partition(".")[0]
        if package in {"", "skill"}:
            raise
        missing = PackageError(package)
        complain(str(missing))
        sys.exit(missing.exit_code)
    except OSError as failure:
        if shown and not _is_shown():  # the terminal was closed, which its signal is about to tell
            _give_output_up()
            sys.exit(HUNG_UP)
        if not is_somewhere():  # other processes would begin there
            lost = StorageError("The working directory was deleted.", "Change to another.")
            complain(str(lost))
            sys.exit(lost.exit_code)
        if isinstance(failure, PermissionError) and failure.filename is not None:
            refused = forbidden(failure)
            complain(str(refused))
            sys.exit(refused.exit_code)
        if failure.errno not in FULL:
            raise
        _give_output_up()
        problem = f"What was to be printed cannot be written: {failure.strerror}."
        told = StorageError(problem, "Free some space, or send it elsewhere.")
        complain(str(told))
        sys.exit(told.exit_code)


def complain(sentence: str) -> None:
    """Tell of something that did not work, also while a session is shown."""
    # Where nobody can be told, as in a log on a full disk, the session is worth more.
    with suppress(OSError):
        click.echo(f"roller-coach: {sentence}", err=True)


def _fill_gaps() -> None:
    """Give each standard file that whoever started us has closed to nobody. The first file that we
    open would get its number: the journal what libraries write to standard error.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:  # Python has found it closed
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _show_any_letter() -> None:
    """Print a letter that the terminal lacks, or a file's name that is not UTF-8, as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _is_shown() -> bool:
    """Whether there is a terminal, still."""
    return sys.stdout is not None and sys.stdout.isatty()


def _give_output_up() -> None:
    """Write nothing any more; without this, Python would complain again while it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
