"""Waits for a device to be opened, though not for ever."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from skill.audio.portaudio import leave_open
from skill.errors import DeviceError

OPENED_S = 15.0
"""On a machine whose every core is taken it has been 3 s."""

T = TypeVar("T")


def in_time(noun: str, opened: Callable[[], T]) -> T:
    """Open something in a thread of its own; this one stays free for signals.

    PortAudio (19.6) never comes back if the sound server ends, or hangs, at the wrong moment.

    Args:
        noun: what is opened.
        opened: opens it.

    Raises:
        DeviceError: if it cannot be opened, or not in time.
    """
    found: Future[T] = Future()

    def work() -> None:
        try:
            found.set_result(opened())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            found.set_exception(error)

    threading.Thread(target=work, name=f"opens the {noun}", daemon=True).start()
    try:
        return found.result(OPENED_S)
    except TimeoutError as error:
        raise DeviceError(
            f"The {noun} did not open within {OPENED_S:.0f} seconds.",
            "Look whether other programs have sound; if not, log in anew.",
        ) from error
    finally:
        if not found.done():
            leave_open()
