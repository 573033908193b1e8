"""How a command ends that is told to end: with everything put right."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
"""What a service manager, a shutdown, and a closed terminal send."""

LOST = frozenset(
    {
        ("soundfile.py", "vio_get_filelen"),
        ("soundfile.py", "vio_seek"),
        ("soundfile.py", "vio_read"),
        ("soundfile.py", "vio_write"),
        ("soundfile.py", "vio_tell"),
        ("pulsectl.py", "_pulse_state_cb"),
        ("pulsectl.py", "_pulse_info_cb"),
        ("espeak.py", "receive"),
        ("<frozen importlib._bootstrap>", "cb"),
    }
)
"""File and function of what is called from C, out of which no exception comes."""
AGAIN_S = 0.01
TOGETHER_S = 1.0


@contextmanager
def interruptible(*, at_last: bool) -> Iterator[None]:
    """Let Ctrl-C end the block once, however often it is pressed within a second: a second one
    would cut the tidying short. Nothing, where whoever started us has it ignored.

    Args:
        at_last: whether nothing but the end of the process comes after the block. Python would
            tell of a Ctrl-C there with a traceback.
    """
    before = signal.getsignal(signal.SIGINT)
    here = threading.current_thread() is threading.main_thread()
    if not here or before not in {signal.default_int_handler, signal.SIG_DFL}:
        yield
        return
    signal.signal(signal.SIGINT, Interrupt())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if at_last else before)


class Interrupt:
    """Handles Ctrl-C."""

    def __init__(self) -> None:
        self._last = -TOGETHER_S

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handle one.

        Raises:
            KeyboardInterrupt: unless it belongs to the one before, or comes again.
        """
        if comes_again(number, frame):
            return
        now = time.monotonic()
        if now - self._last >= TOGETHER_S:
            self._last = now
            raise KeyboardInterrupt


def comes_again(number: int, frame: FrameType | None) -> bool:
    """Whether an exception would be lost here; then the signal comes once more in a moment."""
    while frame is not None:
        code = frame.f_code
        if code.co_name == "__del__" or (Path(code.co_filename).name, code.co_name) in LOST:
            # To this thread, or what it waits for by then would go on.
            here = [threading.get_ident(), number]
            later = threading.Timer(AGAIN_S, signal.pthread_kill, here)
            later.daemon = True
            later.start()
            return True
        frame = frame.f_back
    return False


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


def end(number: int, frame: FrameType | None = None) -> None:
    """Handle one of these signals.

    Raises:
        SystemExit: unless it comes again.
    """
    if comes_again(number, frame):
        return
    # A second one must not cut the tidying short.
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)
