"""Who keeps a stream alive waits for nobody else's."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from skill.audio import caretaker
from skill.audio.caretaker import Caretaker
from skill.audio.devices import Device, Direction
from skill.audio.portaudio import LOCK
from skill.audio.streams import Stream
from tests.support.waiting import wait_until


class Running:
    """A stream of sounddevice's that says it is well."""

    latency, channels, active = 0.05, 1, True

    def close(self) -> None:
        pass


class Still:
    """An opened stream whose callback is never called."""

    frames = primed = 0

    def __init__(self, device: Device) -> None:
        self.device = device
        self.stream = Stream(Running(), lambda: False)


@contextmanager
def somebody_at_portaudio() -> Iterator[None]:
    """Another stream is being closed, and the sound server hangs."""
    there, over = threading.Event(), threading.Event()

    def stay() -> None:
        with LOCK:
            there.set()
            over.wait()

    thread = threading.Thread(target=stay)
    thread.start()
    there.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_stream_that_stands_still_is_given_up_while_another_never_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = Device(0, "a speaker", 48_000, 2)
    monkeypatch.setattr(caretaker, "open_wanted", lambda *_args: Still(device))
    monkeypatch.setattr(caretaker, "is_astray", lambda _direction: False)
    monkeypatch.setattr(caretaker, "PATIENCE_S", 0.3)
    with Caretaker(Direction.SPEAKER, (), Still) as looked_after:
        assert looked_after.current is looked_after.first
        with somebody_at_portaudio():
            wait_until(lambda: looked_after.current is None, 10, what="the stream to be given up")
