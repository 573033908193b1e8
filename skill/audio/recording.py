"""A recording as a microphone: any rate, any number of channels, WAV, FLAC or Ogg."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr

from skill.closing import Closing
from skill.errors import RecordingError
from skill.given import why_not
from skill.ports import RATE, Block, BlockKind, Pcm, Samples

RATES = range(8_000, 384_001)
"""Rates that speech can be taken from, in Hz: telephone to the fastest studio interface."""

_FULL_SCALE = 32768
_UNKNOWN_FRAMES = 2**62
"""libsndfile states a length beyond this for a FLAC whose encoder did not know it."""
_UNKNOWN_BYTES = 0x7FFF_0000
"""WAV written into a pipe (ffmpeg, arecord) states a length beyond this: it means "unknown"."""
_SHORT_WAV = re.compile(r"^data : (\d+) \(should be \d+\)", re.MULTILINE)
_SHORT_OGG = "lacks an end-of-stream bit"
"""What libsndfile's log says of a file that was cut off but still opens."""


class RecordingSource(Closing):
    """Yields a recording as a microphone would, without waiting, then silence for ever.

    The file is read as it is needed, so its length does not matter. Several channels are averaged
    unless one is chosen: a session written by the coach has the person in channel 0 and the
    coach in channel 1.

    Args:
        path: a WAV, FLAC or Ogg file (whatever libsndfile reads), 8 to 384 kHz.
        rate: frames per second of the blocks.
        block_ms: length of a block in milliseconds, 20 to 100.
        channel: which channel to hear, from 0; None for the average of all.

    Raises:
        RecordingError: if the file is missing, no sound file, empty, cut off in its header, or
            lacks the channel. Damage further in is raised by `blocks` at its place, after
            everything before it has been delivered.
    """

    def __init__(
        self, path: Path, rate: int = RATE, block_ms: int = 50, channel: int | None = None
    ) -> None:
        self._path = path
        self._rate = rate
        self._block_frames = rate * block_ms // 1000
        self._channel = channel
        self._loudest = 0
        self._damage: RecordingError | None = None
        self._file = _open(path)
        try:
            self._check()
        except RecordingError:
            self._file.close()
            raise
        self._blocks = self._deliver()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        return self._rate

    @property
    def channels(self) -> int:
        """How many channels the file has."""
        return int(self._file.channels)

    @property
    def loudest(self) -> int:
        """Greatest absolute sample delivered so far, 0 to 32768; 0 after a silent recording."""
        return self._loudest

    def blocks(self) -> Iterator[Block]:
        """Yield blocks of equal length; those after the end are marked `BlockKind.ENDED`.

        The last block of the recording is filled up with zeros. There is one pass: a second call
        goes on where the first one stopped.

        Raises:
            RecordingError: at the place where the file is damaged or cut off.
        """
        return self._blocks

    def _check(self) -> None:
        if not self._file.frames:
            raise RecordingError(
                f"{self._path} is a sound file without any sound in it.", "Record it again."
            )
        if self._file.samplerate not in RATES:
            raise RecordingError(
                f"{self._path} has {self._file.samplerate} samples per second, which cannot be "
                "speech.",
                f"Use a recording with {RATES.start} to {RATES.stop - 1}.",
            )
        channels = self._file.channels
        if self._channel is not None and not 0 <= self._channel < channels:
            raise RecordingError(
                f"{self._path} has no channel {self._channel}.",
                f"Its channels are 0 to {channels - 1}." if channels > 1 else "It is mono.",
            )

    def _deliver(self) -> Iterator[Block]:
        size, position = self._block_frames, 0
        pending: Pcm = np.zeros(0, np.int16)
        for samples in self._resampled():
            pending = np.concatenate((pending, _to_int16(samples)))
            while len(pending) >= size:
                yield self._heard(position, pending[:size])
                pending, position = pending[size:], position + size
        if len(pending):
            yield self._heard(position, np.pad(pending, (0, size - len(pending))))
            position += size
        if self._damage is not None:
            raise self._damage
        silence: Pcm = np.zeros(size, np.int16)
        while True:
            yield Block(position, silence, BlockKind.ENDED)
            position += size

    def _heard(self, position: int, pcm: Pcm) -> Block:
        self._loudest = max(self._loudest, int(pcm.max()), -int(pcm.min()))
        return Block(position, pcm)

    def _resampled(self) -> Iterator[Samples]:
        if self._file.samplerate == self._rate:
            yield from self._read()
            return
        stream = soxr.ResampleStream(self._file.samplerate, self._rate, 1, "float32", "HQ")
        for samples in self._read():
            yield stream.resample_chunk(samples)
        yield stream.resample_chunk(np.zeros(0, np.float32), last=True)

    def _read(self) -> Iterator[Samples]:
        """Mono sound at the file's own rate; stops at damage and remembers it."""
        size = self._file.samplerate // 10
        position = 0
        while self._damage is None:
            try:
                frames = self._file.read(size, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                self._damage = self._broken(position, "is damaged")
                return
            if not len(frames):
                self._damage = self._missing_end(position)
                return
            if not np.isfinite(frames).all():
                self._damage = self._broken(position, "holds numbers that are no sound")
                return
            position += len(frames)
            yield frames.mean(axis=1) if self._channel is None else frames[:, self._channel].copy()

    def _missing_end(self, position: int) -> RecordingError | None:
        log = self._file.extra_info
        wav = _SHORT_WAV.search(log)
        short_wav = wav is not None and int(wav.group(1)) < _UNKNOWN_BYTES
        if short_wav or _SHORT_OGG in log or position < self._file.frames < _UNKNOWN_FRAMES:
            return self._broken(position, "breaks off or has a hole")
        return None

    def _broken(self, position: int, what: str) -> RecordingError:
        second = position / self._file.samplerate
        return RecordingError(
            f"{self._path} {what}: it can be read up to second {second:.1f}.",
            "Copy or record it again.",
        )


def _open(path: Path) -> soundfile.SoundFile:
    if path.is_dir():
        raise RecordingError(f"{path} is a folder.", "Name a WAV, FLAC or Ogg file.")
    if path.is_fifo():
        raise RecordingError(
            f"{path} is a pipe, and a recording is read more than once.",
            "Write it into a file first.",
        )
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        raise RecordingError(f"{path} does not exist.", "Check the name.") from None
    except (OSError, ValueError) as error:
        raise RecordingError(
            f"{path} cannot be read: {why_not(error)}.", "Check the file."
        ) from error
    if empty:
        raise RecordingError(f"{path} is empty.", "Record it again.")
    try:
        # As bytes: soundfile cannot encode a name that is not UTF-8, as on old memory sticks.
        return soundfile.SoundFile(os.fsencode(path))
    except (soundfile.SoundFileError, OSError, TypeError) as error:
        raise RecordingError(
            f"{path} is not a sound file, or its beginning is damaged.",
            "Use a WAV, FLAC or Ogg file.",
        ) from error


def _to_int16(samples: Samples) -> Pcm:
    scaled = np.rint(samples * _FULL_SCALE)
    return np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)
