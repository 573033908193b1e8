"""The only file that meets PortAudio: finds devices, opens streams, explains failures.

sounddevice is imported when it is needed, because its import fails without libportaudio2 and
takes 25 MB. PortAudio is one for the whole process and not made for several threads, so every call
is made under one lock, and starting it anew closes every stream first.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any

from skill.audio.holders import holders
from skill.errors import DeviceError

LATENCY_S = 0.05
"""Asked of PortAudio, seconds. ALSA turns it into periods of about 12 ms (measured): quick enough
to fall silent, and more slack than its "low" (9 ms in all) when Python is busy."""

BUSY, BAD_RATE, BAD_CHANNELS = -9985, -9997, -9998
"""paDeviceUnavailable, paInvalidSampleRate and paInvalidChannelCount (portaudio.h)."""

Callback = Callable[[Any, int, Any, Any], None]
"""PortAudio's: buffer, frames, time, status. It runs in PortAudio's own thread."""

_LOCK = threading.RLock()
_OPEN: set["Stream"] = set()


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


class Stream:
    """A started PortAudio stream. It may be closed by others, when PortAudio is started anew.

    Args:
        raw: sounddevice's stream.
        in_use: whether closing it now would be heard.

    Attributes:
        latency: seconds between the callback and the air.
        channels: of the callback's buffers.
    """

    def __init__(self, raw: Any, in_use: Callable[[], bool]) -> None:
        self._raw = raw
        self.in_use = in_use
        self.latency = float(raw.latency)
        self.channels = int(raw.channels)
        _OPEN.add(self)

    @property
    def active(self) -> bool:
        """Whether the callback runs, as far as PortAudio knows."""
        with _LOCK:
            return self in _OPEN and bool(self._raw.active)

    def close(self) -> None:
        """Stop, and give the device back; again does nothing."""
        with _LOCK:
            if self in _OPEN:
                _OPEN.discard(self)
                self._raw.close()


def restart_portaudio() -> bool:
    """Let PortAudio look for devices anew: it only does so when it starts. Closes every stream.

    Returns:
        Whether it was done: not while a stream says that it is in use.
    """
    sounddevice = _portaudio()
    with _LOCK, _silent_stderr():
        if any(stream.in_use() for stream in _OPEN):
            return False
        for stream in tuple(_OPEN):
            stream.close()
        sounddevice._terminate()
        sounddevice._initialize()
    return True


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


def find_device(direction: Direction, name: str | None = None) -> Device:
    """Find the default device, or the first one with `name` in its name, in any case.

    Raises:
        DeviceError: if there is none, or libportaudio2 is not installed.
    """
    devices = all_devices(direction)
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


def open_microphone(device: Device, callback: Callback, channels: int = 1) -> Stream:
    """Start capturing int16 at the device's own rate.

    Args:
        device: from `find_device`.
        callback: gets a buffer of int16, `Stream.channels` side by side.
        channels: how many to ask for; a device that refuses is asked for all it has.

    Raises:
        DeviceError: if the device is busy, gone or refuses.
    """

    def opened(sounddevice: ModuleType, count: int) -> Any:
        return sounddevice.RawInputStream(
            device=device.index,
            channels=count,
            samplerate=device.rate,
            dtype="int16",
            latency=LATENCY_S,
            callback=callback,
        )

    with _opening(Direction.MICROPHONE, device) as sounddevice:
        try:
            raw = opened(sounddevice, channels)
        except sounddevice.PortAudioError as error:
            if _code(error) != BAD_CHANNELS or channels == device.channels:
                raise
            raw = opened(sounddevice, device.channels)
        raw.start()
        return Stream(raw, lambda: False)


def open_speaker(
    device: Device, callback: Callback, in_use: Callable[[], bool] = lambda: False
) -> Stream:
    """Start playing float32 at the device's own rate, two channels where it has them.

    Args:
        device: from `find_device`.
        callback: fills an array of float32, shape (frames, channels).
        in_use: whether something is being played.

    Raises:
        DeviceError: if the device is busy, gone or refuses.
    """
    with _opening(Direction.SPEAKER, device) as sounddevice:
        raw = sounddevice.OutputStream(
            device=device.index,
            channels=min(2, device.channels),
            samplerate=device.rate,
            dtype="float32",
            latency=LATENCY_S,
            callback=callback,
        )
        raw.start()
        return Stream(raw, in_use)


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


def all_devices(direction: Direction) -> list[Device]:
    """Every device that PortAudio sees.

    Raises:
        DeviceError: if libportaudio2 is not installed.
    """
    sounddevice = _portaudio()
    with _LOCK:
        entries = sounddevice.query_devices()
    found = [
        Device(
            index=number,
            name=str(entry["name"]),
            rate=round(entry["default_samplerate"]),
            channels=int(entry[f"max_{direction}_channels"]),
        )
        for number, entry in enumerate(entries)
    ]
    return [device for device in found if device.channels]


def _default(direction: Direction, devices: list[Device]) -> Device:
    with _LOCK:
        chosen = _portaudio().default.device[direction.value]
    return next((device for device in devices if device.index == chosen), devices[0])


@contextlib.contextmanager
def _opening(direction: Direction, device: Device) -> Iterator[ModuleType]:
    """Keep ALSA's and PortAudio's own messages off stderr and turn failures into ours."""
    sounddevice = _portaudio()
    try:
        with _LOCK, _silent_stderr(), _at_server(direction, device):
            yield sounddevice
    except sounddevice.PortAudioError as error:
        raise _explained(direction, device, _code(error), str(error)) from error


def _code(error: Exception) -> int:
    return int(error.args[1]) if len(error.args) > 1 else 0


@contextlib.contextmanager
def _at_server(direction: Direction, device: Device) -> Iterator[None]:
    """Tell PulseAudio's client library, which ALSA's plug-in uses, which device is meant."""
    name = "PULSE_SOURCE" if direction is Direction.MICROPHONE else "PULSE_SINK"
    before = os.environ.get(name)
    if device.at_server:
        os.environ[name] = device.at_server
    try:
        yield
    finally:
        if device.at_server:
            os.environ.pop(name)
            if before is not None:
                os.environ[name] = before


def _explained(direction: Direction, device: Device, code: int, message: str) -> DeviceError:
    if code == BUSY:
        programs = holders(device.name, capture=direction is Direction.MICROPHONE)
        if programs:
            return DeviceError(
                f'The {direction.noun} "{device.name}" is in use by {", ".join(programs)}.',
                "Close that program, or choose another device: `roller-coach devices` lists them.",
            )
        return DeviceError(
            f'The {direction.noun} "{device.name}" is in use by another program, or gone.',
            "Close that program or plug the device in again, then start again.",
        )
    if code == BAD_RATE:
        return DeviceError(
            f'The {direction.noun} "{device.name}" refuses its own rate of {device.rate} Hz.',
            "Another program may hold it at another rate: close that, or choose another device: "
            "`roller-coach devices` lists them.",
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
