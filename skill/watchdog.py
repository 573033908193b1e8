"""Tells the service manager that the coach hears, and only then.

A service that answers "I am alive" from a timer of its own stays "healthy" while it is deaf. Here
the watchdog is fed from one place: a block of real microphone sound that the recogniser has dealt
with, and only while such blocks come as fast as a microphone delivers them. A microphone that is
lost or half as fast, or a recogniser that hangs, lets it starve; systemd then starts the coach
again, which comes back to the same step.

The protocol is sd_notify(3): a datagram to the socket that $NOTIFY_SOCKET names.
"""

import os
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from skill.closing import Closing
from skill.core.coach import Coach
from skill.core.messages import Effect, Event
from skill.ports import RATE, Block, BlockKind

SLOWEST = 0.95
"""Of the nominal rate, over the window. Other assistants' users complain of microphones at half
rate; crystals are within 0.01 %."""
FASTEST = 1.25
"""More means that blocks come from something that is no microphone; a main loop that catches up
after a pause of a second within the window stays below it."""
WINDOW_S = 5.0
"""Long enough that one hiccup of PulseAudio (below 0.2 s) is within `SLOWEST`."""
FEED_S = 1.0
"""No oftener than this: each feeding is a system call and a wake-up of systemd."""


@dataclass
class HearingRate:
    """Whether sound comes as fast as it should. Times are handed in, in seconds.

    Attributes:
        rate: frames per second that a microphone delivers.
    """

    rate: int = RATE
    _heard: deque[tuple[float, int]] = field(default_factory=deque)

    def take(self, at: float, frames: int) -> bool:
        """Count frames heard by `at`; say whether the last `WINDOW_S` were full of them.

        False as well until there have been that many seconds.
        """
        self._heard.append((at, frames))
        start = at - WINDOW_S
        while len(self._heard) > 1 and self._heard[1][0] <= start:
            self._heard.popleft()
        first = self._heard[0][0]
        if first > start:
            return False
        frames_heard = sum(count for _, count in self._heard) - self._heard[0][1]
        share = frames_heard / (self.rate * (at - first))
        return SLOWEST <= share <= FASTEST


class ServiceManager(Closing):
    """The socket to the service manager.

    Args:
        address: $NOTIFY_SOCKET: a path, or "@" and a name in the abstract namespace.
    """

    def __init__(self, address: str) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)

    def tell(self, **fields: str | int) -> bool:
        """Send fields such as ``READY=1``; whether the manager could be reached.

        A manager that is restarting, or has no room just now, is told again at the next feeding.
        """
        lines = "\n".join(f"{name.upper()}={value}" for name, value in fields.items())
        try:
            self._socket.sendto(lines.encode(), self._address)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Let the socket go."""
        self._socket.close()


class Watchdog:
    """An observer of a session that feeds the service manager's watchdog.

    Args:
        manager: is told.
        clock: seconds that only go forward.
    """

    def __init__(
        self, manager: ServiceManager, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._manager = manager
        self._rate = HearingRate()
        self._clock = clock
        self._fed_at: float | None = None
        self._ready = False
        self._status = ""

    def message(self, at: int, message: Event | Effect) -> None:
        """Nothing of it shows that the coach hears."""

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """The recogniser has dealt with a block: feed, if it was sound at the right rate."""
        if block.kind is not BlockKind.HEARD:
            return
        now = self._clock()
        at_rate = self._rate.take(now, len(block.pcm))
        if not self._ready:
            # Whether the rate is right shows later; a person waits for "ready".
            self._ready = self._manager.tell(ready=1)
        if not at_rate or (self._fed_at is not None and now - self._fed_at < FEED_S):
            return
        status = f"{coach.phase.value}: {coach.step.title}"
        changed = {"status": status} if status != self._status else {}
        if self._manager.tell(watchdog=1, **changed):
            self._fed_at, self._status = now, status


def service_manager(environment: Mapping[str, str] = os.environ) -> ServiceManager | None:
    """The manager that started this process and wants to be told, or None."""
    address = environment.get("NOTIFY_SOCKET", "")
    return ServiceManager(address) if address[:1] in ("/", "@") and len(address) > 1 else None
