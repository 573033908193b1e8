"""The sound server, if there is one: PulseAudio, or PipeWire in its place.

This file and `music.py` are the only ones that meet pulsectl. It is imported when it is needed:
its import fails without libpulse.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from skill.audio.sound_server import NOTHING_THERE

PATIENCE_S = (0.02, 0.2, 2.5)
"""Of one attempt to connect after the other: pulsectl waits to the end of what it is given,
however soon the server answers."""

Answer = TypeVar("Answer")


def load_pulsectl() -> ModuleType | None:
    """The library, or None where libpulse is missing."""
    try:
        import pulsectl  # noqa: PLC0415 - fails without libpulse, see the file's docstring
    except OSError:
        return None
    module: ModuleType = pulsectl
    return module


@dataclass(frozen=True, slots=True)
class End:
    """The server's default microphone or speaker.

    Attributes:
        name: the server's name for it.
        description: a person's.
        muted: whether it is switched off in the server.
        volume: 1.0 for 100 %.
    """

    name: str
    description: str
    muted: bool
    volume: float


@dataclass(frozen=True, slots=True)
class Server:
    """What a sound server says of itself.

    Attributes:
        name: of the program.
        microphone, speaker: the defaults; None where there is none.
        hears_itself: whether the default microphone is what the default speaker plays, or one that
            stands in for it, which is what servers take where there is no microphone.
    """

    name: str
    microphone: End | None
    speaker: End | None
    hears_itself: bool


def server() -> Server | None:
    """Ask the sound server; None if none answers. It is not started."""
    return _answer(_describe)


def end_called(name: str, *, microphone: bool) -> End | None:
    """A microphone or speaker by the server's name for it; None if there is none, or no server."""

    def find(pulse: Any) -> End | None:
        ends = pulse.source_list() if microphone else pulse.sink_list()
        return _end(next((end for end in ends if end.name == name), None))

    return _answer(find)


def is_switched_off() -> bool:
    """Whether the server knows that what this process records from is muted, or turned down."""
    return _answer(_records_nothing) or False


def is_ours(stream: Any) -> bool:
    """Whether a stream, in either direction, belongs to this process."""
    return bool(stream.proplist.get("application.process.id") == str(os.getpid()))


def _answer(question: Callable[[Any], Answer]) -> Answer | None:
    pulsectl = load_pulsectl()
    if pulsectl is None:
        return None
    for seconds in PATIENCE_S:
        with suppress(pulsectl.PulseError), pulsectl.Pulse("roller-coach", connect=False) as pulse:
            pulse.connect(autospawn=False, timeout=seconds)
            return question(pulse)
    return None


def _describe(pulse: Any) -> Server:
    about = pulse.server_info()
    sources = {end.name: end for end in pulse.source_list()}
    sinks = {end.name: end for end in pulse.sink_list()}
    source, sink = sources.get(about.default_source_name), sinks.get(about.default_sink_name)
    return Server(
        name=str(about.server_name),
        microphone=_end(source),
        speaker=_end(sink),
        hears_itself=bool(
            source
            and sink
            and source.name in {sink.monitor_source_name, f"{NOTHING_THERE}.monitor"}
        ),
    )


def _records_nothing(pulse: Any) -> bool:
    sources = {source.index: source for source in pulse.source_list()}
    streams = pulse.source_output_list()
    mine = filter(is_ours, streams)
    return any(_is_silenced(one) or _is_silenced(sources.get(one.source)) for one in mine)


def _is_silenced(found: Any) -> bool:
    return found is not None and bool(found.mute or not found.volume.value_flat)


def _end(found: Any) -> End | None:
    if found is None:
        return None
    return End(found.name, found.description, bool(found.mute), float(found.volume.value_flat))
