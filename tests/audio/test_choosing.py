"""Which device is meant, and that it is that one which is opened."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from skill.audio.choosing import open_wanted
from skill.audio.devices import Device, Direction
from skill.audio.portaudio import LOCK
from tests.support.pulse import Pulse, running_pulseaudio

pytestmark = pytest.mark.device


@pytest.fixture
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


def test_portaudio_cannot_be_started_anew_between_listing_and_opening(pulse: Pulse) -> None:
    def opened(device: Device) -> bool:
        with ThreadPoolExecutor(1) as another:
            return another.submit(LOCK.acquire, blocking=False).result()

    assert not open_wanted(Direction.SPEAKER, (), opened)
