"""Which devices PortAudio sees, and what a person calls them."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any

from skill.audio.portaudio import LOCK, no_list, portaudio
from skill.errors import DeviceError


class Direction(StrEnum):
    """Which way a device's sound goes; the values are sounddevice's."""

    MICROPHONE = "input"
    SPEAKER = "output"

    @property
    def noun(self) -> str:
        """What a person calls such a device."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Device:
    """One device, one direction.

    Attributes:
        index: PortAudio's number for it.
        name: what the system calls it.
        rate: its own frames per second; others may be refused.
        channels: how many it has.
        at_server: the sound server's own name for it; empty for what PortAudio sees by itself.
    """

    index: int
    name: str
    rate: int
    channels: int
    at_server: str = ""


@dataclass(frozen=True, slots=True)
class DefaultDevices:
    """Names of the system's default devices; None where there is none."""

    microphone: str | None
    speaker: str | None


def default_devices() -> DefaultDevices:
    """Say which microphone and which speaker would be used, without opening them.

    Raises:
        DeviceError: if libportaudio2 is not installed.
    """
    names: list[str | None] = []
    for direction in (Direction.MICROPHONE, Direction.SPEAKER):
        devices = all_devices(direction)
        names.append(_default(direction, devices).name if devices else None)
    return DefaultDevices(*names)


def default_device(direction: Direction) -> Device:
    """The system's default device; any other one where it names none.

    Raises:
        DeviceError: if there is none, or libportaudio2 is not installed.
    """
    devices = all_devices(direction)
    if not devices:
        raise DeviceError(f"There is no {direction.noun}.", "Plug one in, then start again.")
    return _default(direction, devices)


def all_devices(direction: Direction) -> list[Device]:
    """Every device that PortAudio sees.

    Raises:
        DeviceError: if libportaudio2 is not installed, or does not work.
    """
    sounddevice = portaudio()
    try:
        with LOCK:
            entries = list(_entries(sounddevice))
    except sounddevice.PortAudioError as error:
        raise no_list(error) from error
    found = [
        Device(
            index=number,
            name=str(entry["name"]),
            rate=round(entry["default_samplerate"]),
            channels=int(entry[f"max_{direction}_channels"]),
        )
        for number, entry in entries
    ]
    return [device for device in found if device.channels]


def _entries(sounddevice: ModuleType) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every device's number and what PortAudio says of it, but for those that cannot be opened."""
    for number in range(sounddevice._check(sounddevice._lib.Pa_GetDeviceCount())):
        # sounddevice refuses a name that is no UTF-8 at every call, and its own list with it.
        with suppress(UnicodeDecodeError):
            yield number, sounddevice.query_devices(number)


def _default(direction: Direction, devices: list[Device]) -> Device:
    with LOCK:
        chosen = portaudio().default.device[direction.value]
    return next((device for device in devices if device.index == chosen), devices[0])
