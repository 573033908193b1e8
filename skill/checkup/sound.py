"""What may be wrong with microphone and speaker: found by opening them for a moment."""

import getpass
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skill.audio.choosing import SERVER_DEVICES, open_wanted
from skill.audio.devices import Device, Direction, default_devices
from skill.audio.microphone import open_channel, picked
from skill.audio.pulse import End, Server, end_called
from skill.audio.streams import Stream, open_speaker
from skill.checkup.finding import Finding, fine, of_error, unknown, wrong
from skill.errors import DeviceError
from skill.ports import Pcm

SETTLE_S, MEASURE_S = 0.4, 1.2
TRIES = 3
"""A busy machine spoils one measurement; a device at the wrong rate spoils all."""
LEAST, MOST = 0.95, 1.05
"""Share of the nominal rate that a device may deliver."""
PAIR = 2
CANCELLED = 8
"""So many times louder (18 dB) is a channel alone than both of a microphone that has one of them
upside down, as some laptops do; of two microphones the mix is half as loud as one at the least."""
SAMPLE_BYTES = 2
"""Of int16."""
UNMUTE = "Turn it on in the sound settings, or: pactl set-{}-mute {} 0."
TURN_UP = "Turn it up in the sound settings, or: pactl set-{}-volume {} 100%."


def portaudio() -> Finding:
    """Whether the library that opens devices is there."""
    try:
        default_devices()
    except DeviceError as error:
        return of_error("PortAudio", error)
    return fine("PortAudio", "is there")


def sound_server(server: Server | None) -> Finding:
    """Whether a sound server answers; without one, ALSA is used directly, which is as good."""
    if server is None:
        return unknown("sound server", "none answers, so music is not lowered; ALSA goes without")
    return fine("sound server", f"{server.name} answers")


def sound_cards(server: Server | None, folder: Path = Path("/dev/snd")) -> Finding:
    """Whether this user may open the sound cards, which only matters without a server."""
    cards = sorted(folder.glob("pcm*"))
    if not cards:
        return unknown("sound cards", "this machine has none of its own")
    closed = [card for card in cards if not os.access(card, os.R_OK | os.W_OK)]
    if not closed:
        return fine("sound cards", "this user may open them")
    if server is not None:
        return fine("sound cards", "the sound server opens them")
    return wrong(
        "sound cards",
        f"this user may not open {closed[0]}",
        f"Join their group: sudo usermod -aG audio {getpass.getuser()}, then log in anew.",
    )


def switched_on(direction: Direction, server: Server | None) -> Finding | None:
    """What the server knows to be wrong with its default device; None if nothing is."""
    if server is None:
        return None
    name, is_microphone = direction.noun, direction is Direction.MICROPHONE
    end = server.microphone if is_microphone else server.speaker
    if end is None or (is_microphone and server.hears_itself):
        found = "the sound server would record what the speaker plays" if end else "none is there"
        return wrong(name, f"there is no {name}: {found}", "Plug one in.")
    return _silenced(direction, end, f"@DEFAULT_{_kind(direction).upper()}@")


def _silenced(direction: Direction, end: End, called: str) -> Finding | None:
    """Whether the server silences a device, called so in its orders; None if it does not."""
    kind = _kind(direction)
    if end.muted:
        fact = f'"{end.description}" is muted'
        return wrong(direction.noun, fact, UNMUTE.format(kind, called))
    if end.volume == 0:
        fact = f'"{end.description}" is turned down to nothing'
        return wrong(direction.noun, fact, TURN_UP.format(kind, called))
    return None


def _kind(direction: Direction) -> str:
    return "source" if direction is Direction.MICROPHONE else "sink"


@dataclass
class Trial:
    """Counts what a device delivers. Called by PortAudio.

    Attributes:
        frames: between the first and the last call, from the reset on.
        first, last: seconds on the wall clock of these calls; None before.
        peak: the greatest sample heard.
        first_peak: the same of the first channel, where `peak` is that of a mix.
    """

    frames: int = 0
    first: float | None = None
    last: float | None = None
    peak: int = 0
    first_peak: int = 0

    def count(self, frames: int) -> None:
        """Some frames have come, or gone."""
        self.last = time.monotonic()
        if self.first is None:
            self.first = self.last
        else:
            self.frames += frames

    def reset(self) -> None:
        """Begin anew: what came while the device started does not count."""
        self.frames, self.first, self.last = 0, None, None
        self.peak = self.first_peak = 0

    def rate(self) -> float | None:
        """Frames per second; None if nothing was delivered."""
        if self.first is None or self.last is None or self.last == self.first:
            return None
        return self.frames / (self.last - self.first)


def microphone(names: Sequence[str] = (), channel: int | None = None) -> tuple[Finding, ...]:
    """Whether a microphone is there, opens, delivers at its rate, and hears anything.

    Args:
        names: parts of its name, the most wanted first.
        channel: which of several channels has to hear; None for all of them together.
    """
    trial = Trial()

    def heard(buffer: Any, frames: int, _time: object, _status: object) -> None:
        trial.count(frames)
        channels = len(buffer) // SAMPLE_BYTES // frames
        trial.peak = max(trial.peak, _peak(picked(buffer, channels, channel)))
        first = picked(buffer, channels, 0 if channel is None else channel)
        trial.first_peak = max(trial.first_peak, _peak(first))

    def opened(device: Device) -> Stream:
        # A session leaves the mixing to the system; here is to be seen what it would lose by it.
        apart = channel is None and _is_all_in_two(device)
        return open_channel(device, heard, 0 if apart else channel)

    return (*_tried(Direction.MICROPHONE, names, opened, trial), _heard(trial))


def _is_all_in_two(device: Device) -> bool:
    """Whether two channels are all of it: a server mixes as many as there are into two."""
    served = bool(device.at_server) or device.name in SERVER_DEVICES
    return device.channels >= PAIR if served else device.channels == PAIR


def _peak(pcm: Pcm) -> int:
    return max(int(pcm.max(initial=0)), -int(pcm.min(initial=0)))


def speaker(names: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Whether a speaker is there, opens, and takes sound at its rate. Silence is played."""
    trial = Trial()

    def fill(out: Any, frames: int, _time: object, _status: object) -> None:
        trial.count(frames)
        out[:] = 0

    return _tried(Direction.SPEAKER, names, lambda device: open_speaker(device, fill), trial)


def _tried(
    direction: Direction,
    names: Sequence[str],
    opened: Callable[[Device], Stream],
    trial: Trial,
) -> tuple[Finding, ...]:
    try:
        device, stream = open_wanted(direction, names, lambda one: (one, opened(one)))
        try:
            time.sleep(SETTLE_S)
            for _ in range(TRIES):
                trial.reset()
                time.sleep(MEASURE_S)
                if keeps_time(trial, device):
                    break
        finally:
            stream.close()
    except DeviceError as error:
        return (of_error(direction.noun, error),)
    opens = fine(direction.noun, f'"{device.name}" opens')
    return (_off(direction, device) or opens, delivery(direction, device, trial))


def _off(direction: Direction, device: Device) -> Finding | None:
    """What the server knows to be wrong with one that is not its default."""
    is_microphone = direction is Direction.MICROPHONE
    end = end_called(device.at_server, microphone=is_microphone) if device.at_server else None
    return None if end is None else _silenced(direction, end, end.name)


def delivery(direction: Direction, device: Device, trial: Trial) -> Finding:
    """Whether a device keeps to its rate."""
    what = f"{direction.noun} rate"
    rate = trial.rate()
    remedy = "Plug it in anew, without a hub; or choose another device by a part of its name."
    if rate is None:
        return wrong(what, "nothing is delivered", remedy)
    share = rate / device.rate
    fact = f"{100 * share:.0f} % of {device.rate} Hz"
    return fine(what, fact) if keeps_time(trial, device) else wrong(what, fact, remedy)


def keeps_time(trial: Trial, device: Device) -> bool:
    """Whether a device has delivered 95 to 105 % of its rate."""
    rate = trial.rate()
    return rate is not None and LEAST <= rate / device.rate <= MOST


def _heard(trial: Trial) -> Finding:
    if trial.rate() is None:
        return unknown("microphone level", "nothing is delivered")
    if trial.first_peak > CANCELLED * max(trial.peak, 1):
        return wrong(
            "microphone level",
            "its two channels are each other's opposite, so little is left of both together",
            "Set microphone_channel = 0 in the settings.",
        )
    if trial.peak == 0:
        return wrong(
            "microphone level",
            "not one sample differs from zero",
            "Look for a mute switch, and at its level in the sound settings or in alsamixer (F4); "
            "if it falls silent between words by itself, roller-coach mic-test tells more.",
        )
    decibels = 20 * float(np.log10(trial.peak / 32768))
    return fine("microphone level", f"peaks at {decibels:.0f} dB; roller-coach mic-test tells more")
