"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable

LONG_S = 60.0
"""How long something may take that is not about time. On a machine with other things to do all
takes several times as long, and where nothing is wrong nobody waits for the end of this."""


def wait_until(
    happened: Callable[[], object], seconds: float = LONG_S, *, what: str = "that"
) -> None:
    """Wait until something is so, or fail."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)
