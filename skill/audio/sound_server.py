"""What a sound server (PulseAudio, or PipeWire speaking its language) knows of devices.

PortAudio sees such a server as one device. Its own names, which are those that people know, and
where it has put our streams, are asked of it with `pactl`; without that program, or without a
server, it has nothing to say.
"""

import os
import re
import subprocess
import time
from dataclasses import dataclass

from skill.audio.devices import Direction
from skill.audio.pactl import ask, environment
from skill.closing import Closing

LISTENED_S = 1.0
"""Whoever ends sooner had no server to listen to. That is no change, or it would be asked for again
and again."""
NOTHING_THERE = "auto_null"
"""The sink that a server makes when there is no other; nobody hears it."""

_MATTERS = re.compile(rb"'(remove|new)' on (sink|source) #|on server")
"""Of what `pactl subscribe` tells: a device has come or gone, or another one is the default."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A microphone or speaker as the server knows it.

    Attributes:
        name: the server's name for it.
        description: what people call it.
        rate, channels: its own.
        monitor_of: the sink whose sound it repeats; empty for a real microphone.
        default: whether it is the system's default.
    """

    name: str
    description: str
    rate: int
    channels: int
    monitor_of: str = ""
    default: bool = False


def endpoints(direction: Direction) -> list[Endpoint]:
    """Every microphone or speaker that the server has, in its order."""
    kind = "Source" if direction is Direction.MICROPHONE else "Sink"
    default = re.search(rf"^Default {kind}: (.*)$", ask("info"), re.MULTILINE)
    return [
        Endpoint(
            name=name,
            description=_field(entry, "Description") or name,
            rate=int(rate[1]) if (rate := re.search(r"(\d+)Hz", entry)) else 48_000,
            channels=int(many[1]) if (many := re.search(r"(\d+)ch ", entry)) else 1,
            monitor_of=_field(entry, "Monitor of Sink").replace("n/a", ""),
            default=default is not None and name == default[1],
        )
        for entry in _entries(ask("list", f"{kind.lower()}s"), kind)
        if (name := _field(entry, "Name"))
    ]


def is_astray(direction: Direction) -> bool:
    """Whether the server has put a stream of this process where it is of no use.

    It does so without a word when a device goes away: a microphone's stream may end up hearing
    what our own speaker plays, and a speaker's may be played to nobody.
    """
    own = _streams("sink-inputs", "Sink Input", "Sink")
    sinks = _names("sinks")
    played_to = {sinks.get(number, "") for number in own}
    if direction is Direction.SPEAKER:
        return NOTHING_THERE in played_to
    useless = {f"{sink}.monitor" for sink in (*played_to, NOTHING_THERE)}
    sources = _names("sources")
    heard = {sources.get(n, "") for n in _streams("source-outputs", "Source Output", "Source")}
    return bool(heard & useless)


class Changes(Closing):
    """Tells whether the server has moved, lost or got anything since it was last asked."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._since = 0.0
        self._start()

    def any(self) -> bool:
        """Whether something has changed since the last call; never waits."""
        if self._process is None or self._process.stdout is None:
            return False
        try:
            text = os.read(self._process.stdout.fileno(), 65_536)
        except BlockingIOError:
            return False
        if not text:  # the server has ended, or there has been none
            self.close()
            return time.monotonic() - self._since >= LISTENED_S
        return _MATTERS.search(text) is not None

    def renew(self) -> None:
        """Listen again, if the server that was listened to has ended."""
        if self._process is None:
            self._start()

    def close(self) -> None:
        """Stop listening."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None

    def _start(self) -> None:
        try:
            process = subprocess.Popen(
                ["pactl", "subscribe"],  # noqa: S607 - wherever the system has it
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return
        self._since = time.monotonic()
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)
        self._process = process


def _entries(text: str, kind: str) -> list[str]:
    return re.split(rf"^{kind} #", text, flags=re.MULTILINE)[1:]


def _field(entry: str, name: str) -> str:
    found = re.search(rf"^\t{name}: (.*)$", entry, re.MULTILINE)
    return found[1].strip() if found else ""


def _names(things: str) -> dict[str, str]:
    """The server's number of each sink or source -> its name."""
    lines = [line.split("\t") for line in ask("list", "short", things).splitlines()]
    return {line[0]: line[1] for line in lines if len(line) > 1}


def _streams(things: str, kind: str, place: str) -> set[str]:
    """Numbers of the sinks or sources that this process has streams at."""
    mine = f'application.process.id = "{os.getpid()}"'
    entries = _entries(ask("list", things), kind)
    return {_field(entry, place) for entry in entries if mine in entry}
