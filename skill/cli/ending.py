"""How a command ends that is told to end: with everything put right."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
"""What a service manager, a shutdown, and a closed terminal send."""


@contextmanager
def ending_well() -> Iterator[None]:
    """Turn these signals into the end of the block: devices are given back, music is restored.

    The exit code is 128 and the signal's number, as a shell would report it. The main thread only.
    """
    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def keeping_nothing() -> Iterator[None]:
    """Say at Ctrl-C that nothing is kept of what this block does."""
    try:
        yield
    except KeyboardInterrupt as end:
        click.echo(err=True)  # the terminal has shown a ^C there
        raise click.Abort("Nothing is kept.") from end


def end(number: int, _frame: FrameType | None = None) -> None:
    """Handle one of these signals.

    Raises:
        SystemExit: always.
    """
    # A second one must not cut the tidying short.
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)
