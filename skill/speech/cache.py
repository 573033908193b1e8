"""A voice that says nothing twice: clips kept in memory and on disk."""

import contextlib
import hashlib
import io
import json
import os
import threading
import zlib
from collections import OrderedDict
from pathlib import Path

import numpy as np
import soundfile

from skill.ports import Clip, Pcm, Voice
from skill.speech.ready import ReadyLines

DISK_BYTES = 200_000_000
"""Some two hours of speech."""
MEMORY_BYTES = 4_000_000
"""Some forty seconds of speech: what is being said and what may come next. Others are read anew."""
_ENDING = ".flac"
_FULL_SCALE = np.float32(32767)


class CachedVoice:
    """Another voice, whose clips are kept.

    A clip is a 16-bit FLAC file named after the voice's identity, the pace and the text; its
    comment has length, rate and a checksum. It comes into being under another name and is renamed,
    so that processes may share the folder. A file that is broken in whatever way is made anew.
    Clips are rounded to 16 bits before they are first heard, so that a line sounds the same
    whether it comes from the voice, the disk or memory.

    Nothing that is wrong with the folder stops the coach from speaking.

    Args:
        voice: makes what is missing.
        folder: where clips are kept; made if missing. Clips unused for longest go first.
        ready: lines that come with the voice.
        disk_bytes: how large the folder may become.
        memory_bytes: how much sound is kept in memory.

    """

    def __init__(
        self,
        voice: Voice,
        folder: Path,
        *,
        ready: ReadyLines | None = None,
        disk_bytes: int = DISK_BYTES,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._trouble: str | None = None
        self._voice = voice
        self._folder = folder
        self._ready = ready
        self._disk_bytes = disk_bytes
        self._memory = _Memory(memory_bytes)
        self._on_disk = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._make_room(disk_bytes)
        except OSError as error:
            self._report(error)

    @property
    def identity(self) -> str:
        """That of the voice."""
        return self._voice.identity

    @property
    def trouble(self) -> str | None:
        """What is wrong with the folder or the ready-made lines, for the person to read; None as
        long as they work. It is the first trouble met, and stays.
        """
        return self._trouble or (self._ready.trouble if self._ready else None)

    def render(self, text: str, pace: int) -> Clip:
        """Say a sentence as the voice does: from memory, from disk, or newly made.

        Args:
            text: one sentence.
            pace: speed in percent of normal.

        Returns:
            A clip whose samples cannot be written to, as it is handed out again.

        Raises:
            VoiceError: if the voice cannot say it.
        """
        name = self._name(text, pace)
        clip = self._found(name, text, pace) or self._make(name, text, pace)
        self._memory.put(name, clip)
        return clip

    def holds(self, text: str, pace: int) -> bool:
        """Whether a line is there, whole, without being made."""
        name = self._name(text, pace)
        return (
            self._memory.get(name) is not None
            or (self._ready is not None and self._ready.holds(text, pace))
            or self._load(name) is not None
        )

    def _name(self, text: str, pace: int) -> str:
        line = json.dumps([self._voice.identity, pace, text])
        return hashlib.sha256(line.encode()).hexdigest() + _ENDING

    def _found(self, name: str, text: str, pace: int) -> Clip | None:
        kept = self._memory.get(name)
        if kept is None and self._ready is not None:
            kept = self._ready.get(text, pace)
        return kept or self._load(name)

    def _load(self, name: str) -> Clip | None:
        path = self._folder / name
        with contextlib.suppress(OSError, soundfile.LibsndfileError, ValueError):
            clip = _decode(path.read_bytes())
            # Its date tells what was used last.
            with contextlib.suppress(OSError):
                os.utime(path)
            return clip
        return None

    def _make(self, name: str, text: str, pace: int) -> Clip:
        made = self._voice.render(text, pace)
        pcm = np.round(made.samples * _FULL_SCALE).astype(np.int16)
        try:
            self._store(name, _encode(pcm, made.rate))
        except OSError as error:
            self._report(error)
        return _clip(pcm, made.rate)

    def _store(self, name: str, data: bytes) -> None:
        unfinished = self._folder / f"{name}.{os.getpid()}.{threading.get_ident()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(data)
            # Another process that makes room may have taken it for a leftover.
            with contextlib.suppress(FileNotFoundError):
                unfinished.replace(self._folder / name)
        except OSError:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        self._on_disk += len(data)
        if self._on_disk > self._disk_bytes:
            # A tenth more than needed, so that it need not be done for every clip.
            self._make_room(self._disk_bytes * 9 // 10)

    def _make_room(self, most: int) -> None:
        """Delete the clips unused for longest until the folder is no larger than `most` bytes."""
        files = []
        for path in self._folder.glob(f"*{_ENDING}*"):
            # Another process may have deleted it since.
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                files.append((status.st_mtime_ns, status.st_size, path))
        self._on_disk = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if self._on_disk <= most:
                break
            path.unlink(missing_ok=True)
            self._on_disk -= size

    def _report(self, error: OSError) -> None:
        if self._trouble is None:
            self._trouble = (
                f"The folder for spoken lines, {self._folder}, cannot be used: "
                f"{error.strerror or error}. The coach speaks all the same, but more slowly; "
                f"make room there, or allow this user to write to it."
            )


class _Memory:
    """The clips used last, up to a total size; safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._clips: OrderedDict[str, Clip] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> Clip | None:
        """A clip that is kept, or None."""
        with self._lock:
            return self._clips.get(name)

    def put(self, name: str, clip: Clip) -> None:
        """Keep a clip as the one used last."""
        with self._lock:
            previous = self._clips.pop(name, None)
            self._size += clip.samples.nbytes - (previous.samples.nbytes if previous else 0)
            self._clips[name] = clip
            while self._size > self._most:
                _, oldest = self._clips.popitem(last=False)
                self._size -= oldest.samples.nbytes


def _clip(pcm: Pcm, rate: int) -> Clip:
    samples = pcm.astype(np.float32) / _FULL_SCALE
    samples.flags.writeable = False
    return Clip(samples, rate)


def _shape(rate: int, frames: int) -> str:
    return f"{frames} frames at {rate} Hz, crc32 "


def _seal(pcm: Pcm, rate: int) -> str:
    return f"{_shape(rate, len(pcm))}{zlib.crc32(pcm.tobytes()):08x}"


def _encode(pcm: Pcm, rate: int) -> bytes:
    data = io.BytesIO()
    with soundfile.SoundFile(data, "w", rate, 1, "PCM_16", format="FLAC") as file:
        file.comment = _seal(pcm, rate)
        file.write(pcm)
    return data.getvalue()


def _decode(data: bytes) -> Clip:
    """The clip in a file.

    Raises:
        soundfile.LibsndfileError, ValueError: if it is broken.
    """
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        # Before reading, as a broken length could ask for more memory than there is.
        if not file.comment.startswith(_shape(file.samplerate, file.frames)):
            raise ValueError("the length or rate has changed")
        pcm = file.read(dtype="int16")
        if pcm.ndim != 1 or file.comment != _seal(pcm, file.samplerate):
            raise ValueError("the samples have changed")
        return _clip(pcm, file.samplerate)
