"""Which device is meant: parts of names, in the order in which they are wanted."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from skill.audio.devices import Device, Direction, all_devices, default_device
from skill.audio.portaudio import LOCK
from skill.audio.sound_server import endpoints
from skill.errors import DeviceError

DEFAULT = "default"
"""The name of whatever the system's settings say."""
SERVER_DEVICES = ("pulse", DEFAULT)
"""What PortAudio calls the way to the sound server, the surest first."""

MONITOR = "monitor"
"""Of a speaker: a microphone that hears what it plays. It must be asked for by this word or by its
whole name."""

T = TypeVar("T")


def listed(name: str | Sequence[str] | None) -> tuple[str, ...]:
    """Device names as a tuple, whichever way they were given."""
    if not name:
        return ()
    return (name,) if isinstance(name, str) else tuple(name)


def wanted_devices(direction: Direction, names: Sequence[str] = ()) -> list[Device]:
    """The devices that names mean, the most wanted first; none are opened.

    Args:
        direction: microphones or speakers.
        names: parts of names, in any case; "default" means the system's default device. Without
            any, the default is meant.

    Raises:
        DeviceError: if there is no such device, or libportaudio2 is not installed.
    """
    found: dict[Device, None] = {}
    for name in names or (DEFAULT,):
        found.update(dict.fromkeys(_meant(direction, name)))
    if found:
        return list(found)
    default_device(direction)  # raises if there is none at all
    parts = " or ".join(f'"{name}"' for name in names)
    there = ", ".join(dict.fromkeys(device.name for device in named_devices(direction)))
    raise DeviceError(f"No {direction.noun} has {parts} in its name.", f"These are there: {there}.")


def open_wanted(direction: Direction, names: Sequence[str], opened: Callable[[Device], T]) -> T:
    """Open the first device of those wanted that lets itself be opened.

    Raises:
        DeviceError: of the most wanted one, if none does.
    """
    first: DeviceError | None = None
    # In one step: if PortAudio were started anew in between, its numbers would mean other devices.
    with LOCK:
        for device in wanted_devices(direction, names):
            try:
                return opened(device)
            except DeviceError as error:
                first = first or error
    raise first or DeviceError(f"There is no {direction.noun}.", "Plug one in, then start again.")


def named_devices(direction: Direction) -> list[Device]:
    """Every device by the name that people know: the sound server's first, then PortAudio's.

    What repeats a speaker's sound is no microphone to anybody who has not asked for it.
    """
    found = all_devices(direction)
    return [*(device for device, real in _served(direction, found) if real), *found]


def _meant(direction: Direction, name: str) -> Iterator[Device]:
    if name.casefold() == DEFAULT:
        if all_devices(direction):
            yield default_device(direction)
        return
    found = all_devices(direction)
    part = name.casefold()
    for device, real in (*_served(direction, found), *((device, True) for device in found)):
        called = device.name.casefold(), device.at_server.casefold()
        # A headset's speaker has its name, too, and its monitor comes before its microphone.
        if part in called or ((real or MONITOR in part) and part in "\n".join(called)):
            yield device


def _served(direction: Direction, found: Sequence[Device]) -> Iterator[tuple[Device, bool]]:
    """The sound server's devices, each with whether it is more than what a speaker plays."""
    way = next((d for name in SERVER_DEVICES for d in found if d.name == name), None)
    if way is None:
        return
    for end in endpoints(direction):
        device = Device(way.index, end.description, end.rate, end.channels, end.name)
        yield device, not end.monitor_of
