"""Lines that come ready made with a voice, small enough for a repository.

A folder of Ogg Opus files, one for each line, and `lines.json`, which says which voice made them
and what each file holds:

    {"voice": IDENTITY, "lines": [{"text": ..., "pace": 100, "file": ..., "sha256": ...}, ...]}

Opus is lossy, so a file is known by its checksum and not by its samples. libsndfile keeps the
length to the sample (it writes the end into the last page and skips the encoder's delay).
"""

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import soundfile

from skill.errors import StorageError
from skill.ports import Clip

INDEX = "lines.json"
OPUS_RATES = frozenset({8_000, 12_000, 16_000, 24_000, 48_000})
"""A voice of another rate is kept as FLAC, some five times as large."""
LINE_NAME = re.compile(r"[0-9a-f]{16}\.(ogg|flac)")
"""What lines are called here: a part of their text's checksum."""
COMPRESSION = 0.965
"""libsndfile's scale, 0 for 256 and 1 for 6 kbit/s; this is some 18 kbit/s, so that the lines of
the built-in routine, 22 minutes, stay below 3 MB."""
_BROKEN = (OSError, ValueError, KeyError, TypeError, soundfile.LibsndfileError, RecursionError)


Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class _Line:
    file: str
    sha256: str


class ReadyLines:
    """The ready-made lines in a folder; only read.

    A line that is damaged, or made by another voice, counts as not there.

    Args:
        folder: holds `lines.json`.
        identity: of the voice that is to be spoken with.

    Attributes:
        trouble: what is wrong with the folder, for the person to read; None as long as nothing is.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self.trouble: str | None = None
        self._folder = folder
        self._lines: dict[tuple[str, int], _Line] = {}
        try:
            index = json.loads((folder / INDEX).read_bytes())
            maker = index["voice"]
            lines = {
                (str(line["text"]), int(line["pace"])): _Line(line["file"], line["sha256"])
                for line in index["lines"]
            }
        except _BROKEN:
            self._report(f"{folder / INDEX} cannot be read")
            return
        if maker == identity:
            self._lines = lines
        else:
            self._report(f"the ready-made lines in {folder} were made by another voice")

    def __len__(self) -> int:
        return len(self._lines)

    def get(self, text: str, pace: int) -> Clip | None:
        """A line's sound, or None if it is not there."""
        return self._of_file(text, pace, _decode)

    def holds(self, text: str, pace: int) -> bool:
        """Whether a line is there, whole. Its checksum tells, and takes no decoding."""
        return self._of_file(text, pace, lambda _data: True) is not None

    def _of_file(self, text: str, pace: int, look: Callable[[bytes], Found]) -> Found | None:
        line = self._lines.get((text, pace))
        if line is None:
            return None
        try:
            # The name alone: an index must not lead out of its folder.
            data = (self._folder / Path(line.file).name).read_bytes()
            if hashlib.sha256(data).hexdigest() != line.sha256:
                raise ValueError("another file")
            return look(data)
        except _BROKEN:
            self._report(f"{line.file} in {self._folder} is damaged or missing")
            return None

    def _report(self, what: str) -> None:
        if self.trouble is None:
            self.trouble = (
                f"{what[0].upper()}{what[1:]}. Such lines are rendered anew, which takes longer; "
                f"restore the folder, or make it with: roller-coach voice build --output "
                f"{self._folder}"
            )


@dataclass(frozen=True, slots=True)
class Amount:
    """How much was written: lines, seconds of sound, bytes."""

    lines: int
    seconds: float
    bytes: int


def write_ready(folder: Path, identity: str, lines: Iterable[tuple[str, int, Clip]]) -> Amount:
    """Write lines into a folder, in place of those there. The index comes last, as a whole.

    Only files that the index before named are taken away: others in the folder are somebody's.

    Args:
        folder: made if missing.
        identity: of the voice that made them.
        lines: text, pace and sound of each.

    Raises:
        StorageError: if the folder cannot be written.
    """
    entries: list[dict[str, object]] = []
    seconds, size = 0.0, 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        old = _named(folder)
        for text, pace, clip in lines:
            ending, data = encode(clip)
            digest = hashlib.sha256(data).hexdigest()
            key = hashlib.sha256(json.dumps([text, pace]).encode()).hexdigest()
            name = f"{key[:16]}{ending}"
            (folder / name).write_bytes(data)
            entries.append({"text": text, "pace": pace, "file": name, "sha256": digest})
            seconds, size = seconds + clip.seconds, size + len(data)
        index = json.dumps({"voice": identity, "lines": entries}, ensure_ascii=False, indent=0)
        draft = folder / f".{INDEX}.new"
        draft.write_text(index + "\n", encoding="utf-8")
        draft.replace(folder / INDEX)
        for name in old - {entry["file"] for entry in entries}:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"The lines cannot be written to {folder}: {error.strerror or error}.",
            "Choose another folder with --output.",
        ) from error
    return Amount(len(entries), seconds, size + len(index.encode()))


def _named(folder: Path) -> set[str]:
    """The names of lines that a folder's index has; none that leads out of the folder."""
    try:
        lines = json.loads((folder / INDEX).read_bytes())["lines"]
        names = {str(line["file"]) for line in lines}
    except _BROKEN:
        return set()
    return {name for name in names if LINE_NAME.fullmatch(name)}


def encode(clip: Clip) -> tuple[str, bytes]:
    """A small file of a clip, with its ending: Ogg Opus, or FLAC where the rate is not Opus's."""
    data = io.BytesIO()
    if clip.rate not in OPUS_RATES:
        soundfile.write(data, clip.samples, clip.rate, "PCM_16", format="FLAC")
        return ".flac", data.getvalue()
    options = {"format": "OGG", "subtype": "OPUS", "compression_level": COMPRESSION}
    with soundfile.SoundFile(data, "w", clip.rate, 1, **options) as file:
        file.write(clip.samples)
    return ".ogg", data.getvalue()


def _decode(data: bytes) -> Clip:
    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    if samples.ndim != 1 or not len(samples):
        raise ValueError("no mono sound")
    samples = np.clip(samples, -1, 1)
    samples.flags.writeable = False
    return Clip(samples, rate)
