"""Lowers other programs' sound while the coach speaks: PulseAudio, or PipeWire in its place.

Without such a server, or without libpulse, nothing is lowered.
"""

import json
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from skill.audio.pulse import is_ours, load_pulsectl
from skill.closing import Closing

LOWER_DB = -15.0
"""Music under speech: film mixers take 12 to 18 dB."""
FACTOR = 10 ** (LOWER_DB / 60)
"""PulseAudio's volumes are cubic: a third of the decibels."""
SAME = 0.01
"""Two volumes this close are the same; the server rounds them."""
PATIENCE_S = 2.0
"""How long the end of a session waits for a sound server that does not answer."""
CALL = "phone"
"""The role of a stream that is no music: a telephone call is not lowered."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """One program's stream that was made quieter.

    Attributes:
        name: what the server knows the program by.
        index: the server's number for the stream.
        was, now: volume of each channel before and since, 1.0 for 100 %.
    """

    name: str
    index: int
    was: tuple[float, ...]
    now: tuple[float, ...]


class Note:
    """What has been lowered, on disk, so that the next start can put it right after a kill.

    Args:
        path: the file. It is there only while something is lowered.
    """

    READER = TypeAdapter(list[Lowered])

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Lowered]:
        """What is written down; nothing if it cannot be read."""
        try:
            return self.READER.validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return []

    def write(self, lowered: Iterable[Lowered]) -> None:
        """Replace it at once; an empty note is no file.

        Raises:
            OSError: if it cannot be written.
        """
        entries = [asdict(one) for one in lowered]
        if not entries:
            self._path.unlink(missing_ok=True)
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(self._path.name + ".new")
        fresh.write_text(json.dumps(entries), encoding="utf-8")
        fresh.replace(self._path)


class Music(Closing):
    """Other programs' sound. `lower` and `restore` return at once and may be nested.

    A thread of its own talks to the server, and is given up if the server does not answer.
    A volume that the person has changed meanwhile is left alone.

    Args:
        note: the file that says what has been lowered; at first, what it says is put right.
    """

    def __init__(self, note: Path) -> None:
        self._mixer = Mixer(Note(note))
        self._holders = 0
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._orders.put(self._mixer.restore)
        self._thread = threading.Thread(target=self._obey, name="music", daemon=True)
        self._thread.start()

    def lower(self) -> None:
        """Make other programs quiet until `restore` has been called as often."""
        self._holders += 1
        if self._holders == 1:
            self._orders.put(self._mixer.lower)

    def restore(self) -> None:
        """Let them be as loud as before, once nobody needs them quiet any more."""
        self._holders = max(0, self._holders - 1)
        if self._holders == 0:
            self._orders.put(self._mixer.restore)

    def close(self) -> None:
        """Let them be as loud as before, whoever has lowered them."""
        self._holders = 0
        self._orders.put(self._mixer.restore)
        self._orders.put(None)
        self._thread.join(PATIENCE_S)

    def _obey(self) -> None:
        while (order := self._orders.get()) is not None:
            order()
        self._mixer.close()


class Mixer(Closing):
    """The server's volumes. Every failure of the server means: nothing is lowered this time.

    Args:
        note: says what has been lowered.
    """

    def __init__(self, note: Note) -> None:
        self._note = note
        self._server: Any = None

    def lower(self) -> None:
        """Lower every other program's stream that is not lowered yet."""
        with_note = self._note.read()
        streams = self._streams()
        known = [_entry(stream, with_note) for stream in streams]
        new = [
            _lowered(stream)
            for stream, entry in zip(streams, known, strict=True)
            if entry is None and any(stream.volume.values)
        ]
        try:
            # First the note: a process killed between the two leaves nothing quiet for ever.
            self._note.write((*with_note, *new))
        except OSError:
            return
        for entry in new:
            self._set(entry.index, entry.now)

    def restore(self) -> None:
        """Undo what the note says, as far as it is still so."""
        entries = self._note.read()
        if not entries:
            return
        streams = self._streams()
        if self._server is None:
            return
        for stream in streams:
            entry = _entry(stream, entries)
            if entry is not None:
                self._set(stream.index, entry.was)
        # A program that has gone comes back as quiet as it left: the server remembers its volume.
        there = {_name(stream) for stream in streams}
        try:
            self._note.write(entry for entry in entries if entry.name not in there)
        except OSError:
            return

    def close(self) -> None:
        """Leave the server; the next time, one is looked for anew."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _streams(self) -> list[Any]:
        """Other programs' streams; none if there is no server."""
        pulsectl = load_pulsectl()
        if pulsectl is None:
            return []
        # A server that was started anew since the last time shows only in what the old one answers.
        for _ in ("as it was", "anew") if self._server is not None else ("anew",):
            try:
                return [stream for stream in self._connected(pulsectl) if _is_music(stream)]
            except pulsectl.PulseError:
                self.close()
        return []

    def _connected(self, pulsectl: ModuleType) -> list[Any]:
        if self._server is None:
            # Kept before it is connected: one that never answers must be closed, too.
            self._server = pulsectl.Pulse("roller-coach", connect=False)
            self._server.connect(autospawn=False)
        return list(self._server.sink_input_list())

    def _set(self, index: int, volumes: tuple[float, ...]) -> None:
        pulsectl = load_pulsectl()
        if pulsectl is None or self._server is None:
            return
        try:
            volume = pulsectl.PulseVolumeInfo(list(volumes))
            self._server.sink_input_volume_set(index, volume)
        except pulsectl.PulseError:  # the stream has ended meanwhile, or has no volume
            return


def _is_music(stream: Any) -> bool:
    call = stream.proplist.get("media.role") == CALL
    return not is_ours(stream) and not call


def _name(stream: Any) -> str:
    properties = stream.proplist
    return str(properties.get("module-stream-restore.id") or properties.get("application.name", ""))


def _lowered(stream: Any) -> Lowered:
    was = tuple(stream.volume.values)
    now = tuple(value * FACTOR for value in was)
    return Lowered(_name(stream), stream.index, was, now)


def _entry(stream: Any, entries: Iterable[Lowered]) -> Lowered | None:
    """Who lowered this stream, if it is as loud as we left it."""
    values = stream.volume.values
    same = [
        entry
        for entry in entries
        if entry.name == _name(stream)
        and len(entry.now) == len(values)
        and all(abs(a - b) <= SAME for a, b in zip(entry.now, values, strict=True))
    ]
    return next((entry for entry in same if entry.index == stream.index), next(iter(same), None))
