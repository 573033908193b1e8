"""The watchdog is fed by heard sound at the right rate, and by nothing else."""

import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from skill.core.coach import Coach
from skill.ports import Block, BlockKind
from skill.watchdog import HearingRate, ServiceManager, Watchdog, service_manager
from tests.support.book import BOOK

COACH = Coach(BOOK)
BLOCK = 800


class Systemd:
    """The other end of $NOTIFY_SOCKET: a real socket."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.setblocking(False)

    def heard(self) -> list[str]:
        told = []
        while True:
            try:
                told.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return told

    def close(self) -> None:
        self._socket.close()


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Systemd]:
    manager = Systemd(
        str(tmp_path / "notify") if request.param == "path" else f"@roller-{tmp_path.name}"
    )
    yield manager
    manager.close()


def listen(
    watchdog: Watchdog, clock: Clock, seconds: float, speed: float = 1.0, kind: str = "heard"
) -> None:
    for _ in range(round(seconds * 20 * speed)):
        clock.now += 0.05 / speed
        block = Block(0, np.zeros(BLOCK, np.int16), BlockKind(kind))
        watchdog.block(block, COACH, "")


def fed(told: list[str]) -> int:
    return sum("WATCHDOG=1" in message.splitlines() for message in told)


def test_a_coach_that_hears_is_ready_and_alive(systemd: Systemd) -> None:
    clock = Clock()
    with ServiceManager(systemd.address) as manager:
        watchdog = Watchdog(manager, clock)
        assert systemd.heard() == [], "nothing has been heard yet"
        listen(watchdog, clock, 0.05)
        assert systemd.heard() == ["READY=1"]
        told = []
        for _ in range(30):  # read at once: a socket holds ten messages only
            listen(watchdog, clock, 1)
            told += systemd.heard()
    assert 20 <= fed(told) <= 27
    assert any(message.startswith("WATCHDOG=1\nSTATUS=asleep") for message in told)


@pytest.mark.parametrize(
    ("speed", "kind"), [(0.5, "heard"), (0.9, "heard"), (3.0, "heard"), (1.0, "lost")]
)
def test_a_deaf_coach_starves_and_recovers(systemd: Systemd, speed: float, kind: str) -> None:
    clock = Clock()
    with ServiceManager(systemd.address) as manager:
        watchdog = Watchdog(manager, clock)
        listen(watchdog, clock, 10)
        listen(watchdog, clock, 6, speed, kind)
        systemd.heard()
        listen(watchdog, clock, 40, speed, kind)
        assert fed(systemd.heard()) == 0
        listen(watchdog, clock, 10)
        assert fed(systemd.heard()) >= 3


def test_a_recogniser_that_hangs_starves_the_watchdog(systemd: Systemd) -> None:
    clock = Clock()
    with ServiceManager(systemd.address) as manager:
        watchdog = Watchdog(manager, clock)
        listen(watchdog, clock, 10)
        systemd.heard()
        clock.now += 60
        assert systemd.heard() == []
        listen(watchdog, clock, 1)
        assert fed(systemd.heard()) == 0, "one second of sound is no proof after a minute without"


def test_a_manager_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    clock = Clock()
    with ServiceManager(str(tmp_path / "nobody")) as manager:
        listen(Watchdog(manager, clock), clock, 8)


def test_catching_up_after_a_short_pause_is_right() -> None:
    rate = HearingRate(16_000)
    at, ok = 0.0, False
    for number in range(400):
        at += 0.05
        if 200 <= number < 210:  # half a second late, then all at once
            late = 10.5
            ok = rate.take(late, BLOCK)
        else:
            ok = rate.take(max(at, 10.5) if number > 209 else at, BLOCK)
    assert ok


@pytest.mark.parametrize("address", ["", "/", "relative", "vsock:1"])
def test_without_a_socket_there_is_no_manager(address: str) -> None:
    assert service_manager({"NOTIFY_SOCKET": address}) is None
    assert service_manager({}) is None
