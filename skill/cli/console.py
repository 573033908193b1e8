"""The console that all commands print on, without what a session's needs."""

import errno
import os

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

WIDEST = 1000


class Screen(Console):
    """A console that shows what it is told: a title in [brackets] is no colour.

    A reader who has enough ends the program, as with everything else that prints.
    """

    def __init__(self, width: int | None = None) -> None:
        super().__init__(highlight=False, markup=False, width=width)

    def on_broken_pipe(self) -> None:
        """Print nothing more."""
        self.quiet = True
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def terminal() -> Console:
    """The console that people look at."""
    return Screen()


def print_whole(table: Table) -> None:
    """Print a table of which nothing is cut off. A line that is too long for the terminal goes on
    in the next one; it has no frame then.
    """
    console = terminal()
    needed = Measurement.get(console, console.options.update(width=WIDEST), table).maximum
    if needed > console.width:
        table.box = None
    Screen(max(needed, console.width)).print(table)
