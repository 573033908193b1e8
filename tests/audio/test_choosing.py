"""Which device is meant, and that it is that one which is opened."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from skill.audio.choosing import open_wanted, wanted_devices
from skill.audio.devices import Device, Direction
from skill.audio.portaudio import LOCK
from skill.errors import DeviceError
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


def test_the_monitor_of_a_headset_is_not_taken_for_its_microphone(pulse: Pulse) -> None:
    for module in (
        ("module-null-sink", "sink_name=usb-jabra", "sink_properties=device.description=Jabra"),
        ("module-remap-source", "master=mic.monitor", "source_name=usb-jabra-input",
         "source_properties=device.description=Jabra"),
    ):  # fmt: skip
        subprocess.run(["pactl", "load-module", *module], env=pulse.env, check=True)

    def meant(*names: str) -> list[str]:
        return [device.at_server for device in wanted_devices(Direction.MICROPHONE, names)]

    assert meant("jabra") == meant("usb") == ["usb-jabra-input"]
    assert meant("monitor of jabra") == meant("usb-jabra.monitor") == ["usb-jabra.monitor"]
    subprocess.run(["pactl", "set-default-source", "mic.monitor"], env=pulse.env, check=True)
    subprocess.run(["pactl", "unload-module", "module-remap-source"], env=pulse.env, check=True)
    assert meant("jabra", "default") == [""], "the way to the system's default"
    with pytest.raises(DeviceError, match="These are there: default"):
        wanted_devices(Direction.MICROPHONE, ("jabra",))
