"""Keeps a stream alive: watches it, and opens it anew for as long as it takes."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from skill.audio.choosing import open_wanted
from skill.audio.devices import Device, Direction
from skill.audio.opening import in_time
from skill.audio.portaudio import leave_open
from skill.audio.rate_watch import PATIENCE_S, RateWatch, Verdict
from skill.audio.sound_server import Changes, is_astray
from skill.audio.streams import Stream, restart_portaudio
from skill.closing import Closing
from skill.errors import DeviceError

LOOK_S = 0.1
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 5.0
"""Between two attempts to open a device: doubled after each, as far as this."""
RESTART_EVERY = 3
"""Every so many failures in a row, PortAudio is started anew: its list of devices is as old as
itself. Not always, because that interrupts the other direction for a tenth of a second."""
SLEPT_S = 1.0
STOPPED_S = 5.0
"""Whoever waits for a tenth of a second and gets up so much later was stopped (Ctrl-Z), and all the
process with it: no machine is as busy as that."""
CLOSED_S = 2.0
"""How long a device may take to be closed. One at a sound server that hangs is never."""


class Opened(Protocol):
    """One opened stream, in either direction."""

    device: Device
    stream: Stream
    frames: int
    """How many its callback has seen; a callback that is not called counts nothing."""
    primed: int
    """How many it is asked for before the device has moved; more of them show that it lives."""


Line = TypeVar("Line", bound=Opened)


class Caretaker(Closing, Generic[Line]):
    """One stream that is there again after whatever happened to it.

    A stream is given up when its callback is not called for a second, when frames come at a wrong
    rate, when PortAudio says that it has ended, when the sound server has moved it to where it is
    of no use, and when the machine has slept, or the process was stopped: PulseAudio keeps what was
    to be heard meanwhile, 47 s of it, and delivers it afterwards. All of this happens in a thread
    of its own, so that nobody waits for a device.

    Args:
        direction: which way the sound goes.
        names: parts of device names, the most wanted first; none for the system's default.
        opened: opens a stream on a device; raises DeviceError.

    Attributes:
        first: the stream that was opened first.
        current: the one of now, while it can be trusted; None while there is none.

    Raises:
        DeviceError: if it cannot be opened for the first time.
    """

    def __init__(
        self, direction: Direction, names: Sequence[str], opened: Callable[[Device], Line]
    ) -> None:
        self._direction = direction
        self._names = names
        self._open = opened
        self.first: Line = in_time(direction.noun, lambda: open_wanted(direction, names, opened))
        self._line: Line | None = self.first
        self.current: Line | None = self.first
        self._failures = 0
        self._doubtful = False
        self._checked = False
        self._stopped = False
        # How long the process has been stopped, and since when this thread has waited, if it does.
        self._waiting: tuple[float, float | None] = 0.0, None
        self._begin_watch()
        # Before anything is said: starting `pactl` holds Python up long enough to be heard.
        self._checked = True
        if is_astray(direction):
            self._give_up()
            raise _none_but_useless(direction)
        self._slept = slept_s()
        self._changes = Changes()
        self._over = threading.Event()
        self._thread = threading.Thread(
            target=self._work, name=f"{direction.noun}'s caretaker", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Close the stream for good; again does nothing. Who does not let it be closed is left."""
        self._over.set()
        self._thread.join(CLOSED_S)
        if self._thread.is_alive():
            leave_open()
        self._changes.close()

    def stopped_s(self) -> float:
        """How long this process has been stopped so far, in seconds; to some tenths."""
        stopped, since = self._waiting
        seconds = 0.0 if since is None else time.monotonic() - since
        return stopped + seconds if seconds > STOPPED_S else stopped

    def _work(self) -> None:
        next_try = 0.0
        while not self._wait():
            changed = self._changes.any()
            if self._line is not None:
                next_try = time.monotonic() + self._look(self._line, changed=changed)
            elif changed or time.monotonic() >= next_try:
                next_try = time.monotonic() + self._seek()
        self._give_up()

    def _wait(self) -> bool:
        """Wait until it is time for another look; whether it is over instead."""
        stopped, _ = self._waiting
        begun = time.monotonic()
        self._waiting = stopped, begun
        over = self._over.wait(LOOK_S)
        seconds = time.monotonic() - begun
        self._stopped = seconds > STOPPED_S
        self._waiting = stopped + self._stopped * seconds, None
        return over

    def _look(self, line: Line, *, changed: bool) -> float:
        """Judge the stream; how long to wait before opening another one, if it is given up."""
        patience = max(PATIENCE_S, 0.0 if self.current else self._pause())
        verdict = self._watch.look(line.frames, time.monotonic(), patience)
        if self._is_bad(line, verdict, changed=changed):
            self._doubtful = self._doubtful or verdict is Verdict.WRONG
            self._give_up()
            self._failures += 1
            return 0.0 if self._failures == 1 else self._pause()
        if verdict is Verdict.GOOD:
            self._failures, self._doubtful = 0, False
        # After a wrong rate only the right one is trusted, otherwise any sign of life is.
        if self._checked and not self._doubtful:
            self.current = line
        return 0.0

    def _is_bad(self, line: Line, verdict: Verdict, *, changed: bool) -> bool:
        slept, self._slept = self._slept, slept_s()
        if self._stopped or line.stream.stale:
            line.stream.stale = True
            return True
        if verdict in {Verdict.STOPPED, Verdict.WRONG} or not line.stream.active:
            return True
        if self._slept - slept > SLEPT_S:
            return True
        if line.frames > line.primed and (changed or not self._checked):
            self._checked = True
            return is_astray(self._direction)
        return False

    def _give_up(self) -> None:
        self.current = None
        line, self._line = self._line, None
        if line is not None:
            line.stream.close()

    def _seek(self) -> float:
        """Open a stream; how long to wait before the next attempt, if there is none."""
        self._changes.renew()
        try:
            self._line = open_wanted(self._direction, self._names, self._open)
        except DeviceError:
            self._failures += 1
            if self._failures % RESTART_EVERY == 0:
                with suppress(DeviceError):
                    restart_portaudio()
            return self._pause()
        self._begin_watch()
        return 0.0

    def _begin_watch(self) -> None:
        self._checked = False
        if self._line is not None:
            self._watch = RateWatch(self._line.device.rate)

    def _pause(self) -> float:
        return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** max(0, self._failures - 1)))


def _none_but_useless(direction: Direction) -> DeviceError:
    why = (
        "the sound server would only let us hear our own speaker"
        if direction is Direction.MICROPHONE
        else "the sound server would play to nobody"
    )
    return DeviceError(f"There is no {direction.noun}: {why}.", "Plug one in, then start again.")


def slept_s() -> float:
    """How long the machine has been suspended since it was started, in seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
