"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable


def wait_until(happened: Callable[[], object], seconds: float = 10, *, what: str = "that") -> None:
    """Wait until something is so, or fail."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)
