"""Opens PortAudio's streams, explains failures, and starts PortAudio anew."""

import contextlib
import os
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from skill.audio.devices import Device, Direction
from skill.audio.holders import holders
from skill.audio.portaudio import LOCK, error_code, no_list, portaudio, silent_stderr
from skill.errors import DeviceError

LATENCY_S = 0.05
"""Asked of PortAudio, seconds. ALSA turns it into periods of about 12 ms (measured): quick enough
to fall silent, and more slack than its "low" (9 ms in all) when Python is busy."""

BUSY, BAD_RATE, BAD_CHANNELS = -9985, -9997, -9998
"""paDeviceUnavailable, paInvalidSampleRate and paInvalidChannelCount (portaudio.h)."""

Callback = Callable[[Any, int, Any, Any], None]
"""PortAudio's: buffer, frames, time, status. It runs in PortAudio's own thread."""

_OPEN: set["Stream"] = set()


class Stream:
    """A started PortAudio stream. It may be closed by others, when PortAudio is started anew.

    Args:
        raw: sounddevice's stream.
        in_use: whether closing it now would be heard.

    Attributes:
        latency: seconds between the callback and the air.
        channels: of the callback's buffers.
        stale: whether what it still brings is of while the process was stopped.
    """

    def __init__(self, raw: Any, in_use: Callable[[], bool]) -> None:
        self._raw = raw
        self.in_use = in_use
        self.latency = float(raw.latency)
        self.channels = int(raw.channels)
        self.stale = False
        _OPEN.add(self)

    @property
    def closed(self) -> bool:
        """Whether it has been closed, by whomever; never waits."""
        return self not in _OPEN

    @property
    def active(self) -> bool:
        """Whether the callback runs, as far as PortAudio knows; never waits.

        While somebody else is at PortAudio, which at a server that hangs is for ever, it is taken
        to run: whether it does shows in its frames as well.
        """
        if not LOCK.acquire(blocking=False):
            return not self.closed
        try:
            return self in _OPEN and bool(self._raw.active)
        except portaudio().PortAudioError:
            return False
        finally:
            LOCK.release()

    def close(self) -> None:
        """Stop, and give the device back; again does nothing."""
        with LOCK:
            if self in _OPEN:
                _OPEN.discard(self)
                self._raw.close()


def restart_portaudio() -> bool:
    """Let PortAudio look for devices anew: it only does so when it starts. Closes every stream.

    Returns:
        Whether it was done: not while a stream says that it is in use.

    Raises:
        DeviceError: if PortAudio does not start; the next call tries again.
    """
    sounddevice = portaudio()
    with LOCK, silent_stderr():
        if any(stream.in_use() for stream in _OPEN):
            return False
        for stream in tuple(_OPEN):
            stream.close()
        try:
            while sounddevice._initialized:
                sounddevice._terminate()
            sounddevice._initialize()
        except sounddevice.PortAudioError as error:
            raise no_list(error) from error
    return True


def open_microphone(device: Device, callback: Callback, channels: int = 1) -> Stream:
    """Start capturing int16 at the device's own rate.

    Args:
        device: one that PortAudio lists (`all_devices`).
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
            if error_code(error) != BAD_CHANNELS or channels == device.channels:
                raise
            raw = opened(sounddevice, device.channels)
        return Stream(_started(raw), lambda: False)


def open_speaker(
    device: Device, callback: Callback, in_use: Callable[[], bool] = lambda: False
) -> Stream:
    """Start playing float32 at the device's own rate, two channels where it has them.

    Args:
        device: one that PortAudio lists (`all_devices`).
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
        return Stream(_started(raw), in_use)


def _started(raw: Any) -> Any:
    """A stream of sounddevice's that runs; one that does not start would keep the device busy."""
    try:
        raw.start()
    except portaudio().PortAudioError:
        raw.close()
        raise
    return raw


@contextlib.contextmanager
def _opening(direction: Direction, device: Device) -> Iterator[ModuleType]:
    """Keep ALSA's and PortAudio's own messages off stderr and turn failures into ours."""
    sounddevice = portaudio()
    try:
        with LOCK, silent_stderr(), _at_server(direction, device):
            yield sounddevice
    except sounddevice.PortAudioError as error:
        raise _explained(direction, device, error_code(error), str(error)) from error


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
