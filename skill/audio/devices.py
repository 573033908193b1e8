"""The only file that meets PortAudio: finds devices, opens streams, explains failures.

sounddevice is imported when it is needed, because its import fails without libportaudio2 and
takes 25 MB.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any, Protocol

from skill.errors import DeviceError

LATENCY_S = 0.05
"""Asked of PortAudio, seconds. ALSA turns it into periods of about 12 ms (measured): quick enough
to fall silent, and more slack than its "low" (9 ms in all) when Python is busy."""

BUSY, BAD_RATE = -9985, -9997
"""paDeviceUnavailable and paInvalidSampleRate (portaudio.h)."""

Callback = Callable[[Any, int, object, object], None]
"""PortAudio's: buffer, frames, time, status. It runs in PortAudio's own thread."""


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
    """

    index: int
    name: str
    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class DefaultDevices:
    """Names of the system's default devices; None where there is none."""

    microphone: str | None
    speaker: str | None


class Stream(Protocol):
    """A started PortAudio stream."""

    @property
    def latency(self) -> float:
        """Seconds between the callback and the air."""
        ...

    def start(self) -> None:
        """Let the callback run."""
        ...

    def close(self) -> None:
        """Stop, and give the device back."""
        ...


def default_devices() -> DefaultDevices:
    """Say which microphone and which speaker would be used, without opening them.

    Raises:
        DeviceError: if libportaudio2 is not installed.
    """
    names: list[str | None] = []
    for direction in (Direction.MICROPHONE, Direction.SPEAKER):
        devices = _devices(direction)
        names.append(_default(direction, devices).name if devices else None)
    return DefaultDevices(*names)


def find_device(direction: Direction, name: str | None = None) -> Device:
    """Find the default device, or the first one with `name` in its name, in any case.

    Raises:
        DeviceError: if there is none, or libportaudio2 is not installed.
    """
    devices = _devices(direction)
    if not devices:
        raise DeviceError(f"There is no {direction.noun}.", "Plug one in, then start again.")
    if name is None:
        return _default(direction, devices)
    for device in devices:
        if name.casefold() in device.name.casefold():
            return device
    raise DeviceError(
        f'No {direction.noun} has "{name}" in its name.',
        f"These are there: {', '.join(device.name for device in devices)}.",
    )


def open_microphone(device: Device, callback: Callback) -> Stream:
    """Start capturing one channel of int16 at the device's own rate.

    Args:
        device: from `find_device`.
        callback: gets a buffer of int16.

    Raises:
        DeviceError: if the device is busy, gone or refuses.
    """
    with _opening(Direction.MICROPHONE, device) as sounddevice:
        stream: Stream = sounddevice.RawInputStream(
            device=device.index,
            channels=1,
            samplerate=device.rate,
            dtype="int16",
            latency=LATENCY_S,
            callback=callback,
        )
        stream.start()
    return stream


def open_speaker(device: Device, callback: Callback) -> Stream:
    """Start playing float32 at the device's own rate, two channels where it has them.

    Args:
        device: from `find_device`.
        callback: fills an array of float32, shape (frames, channels).

    Raises:
        DeviceError: if the device is busy, gone or refuses.
    """
    with _opening(Direction.SPEAKER, device) as sounddevice:
        stream: Stream = sounddevice.OutputStream(
            device=device.index,
            channels=min(2, device.channels),
            samplerate=device.rate,
            dtype="float32",
            latency=LATENCY_S,
            callback=callback,
        )
        stream.start()
    return stream


def _portaudio() -> ModuleType:
    try:
        import sounddevice  # noqa: PLC0415 - fails without libportaudio2, see the file's docstring
    except OSError as error:
        raise DeviceError(
            "The sound library PortAudio is not installed.",
            "Install it: sudo apt install libportaudio2.",
        ) from error
    module: ModuleType = sounddevice
    return module


def _devices(direction: Direction) -> list[Device]:
    found = [
        Device(
            index=number,
            name=str(entry["name"]),
            rate=round(entry["default_samplerate"]),
            channels=int(entry[f"max_{direction}_channels"]),
        )
        for number, entry in enumerate(_portaudio().query_devices())
    ]
    return [device for device in found if device.channels]


def _default(direction: Direction, devices: list[Device]) -> Device:
    chosen = _portaudio().default.device[direction.value]
    return next((device for device in devices if device.index == chosen), devices[0])


@contextlib.contextmanager
def _opening(direction: Direction, device: Device) -> Iterator[ModuleType]:
    """Keep ALSA's and PortAudio's own messages off stderr and turn failures into ours."""
    sounddevice = _portaudio()
    try:
        with _silent_stderr():
            yield sounddevice
    except sounddevice.PortAudioError as error:
        code = error.args[1] if len(error.args) > 1 else 0
        raise _explained(direction, device, code, str(error)) from error


def _explained(direction: Direction, device: Device, code: int, message: str) -> DeviceError:
    if code == BUSY:
        return DeviceError(
            f'The {direction.noun} "{device.name}" is in use by another program, or gone.',
            "Close that program or plug the device in again, then start again.",
        )
    if code == BAD_RATE:
        return DeviceError(
            f'The {direction.noun} "{device.name}" refuses its own rate of {device.rate} Hz.',
            "Choose another device by a part of its name.",
        )
    return DeviceError(
        f'The {direction.noun} "{device.name}" cannot be opened: {message}.',
        "Plug it in again or choose another device by a part of its name.",
    )


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    # The C libraries write to file descriptor 2 directly; sys.stderr is not involved.
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(nowhere)
        os.close(saved)
