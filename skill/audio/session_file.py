"""Writes a session as it was heard: the person on the left, the coach on the right."""

import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soxr

from skill.audio.deck import fade_out
from skill.audio.lowering import Lowering
from skill.audio.timeline import frames_at
from skill.closing import Closing
from skill.errors import StorageError
from skill.ports import RATE, AudioSource, Block, Clip, Pcm, Samples, Speaker

PERSON, COACH = 0, 1
"""Channels of a session file."""
FULL_SCALE = 32_767
"""What a clip's 1 is in it."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of the coach's track: int16 samples from frame `start` on."""

    start: int
    pcm: Pcm

    @property
    def end(self) -> int:
        return self.start + len(self.pcm)


class SessionWriter(Closing):
    """A two-channel 16-bit WAV; frame n of the file is frame n of the microphone.

    It is written as the session goes, one block behind, so memory does not grow, a clip may
    begin anywhere from the newest block on, and a killed process leaves a file that can be heard.
    The file ends with the last block.

    Args:
        path: the file; replaced if it exists. It holds up to 18 hours at 16 kHz.
        rate: frames per second of the microphone and of the file.

    Raises:
        StorageError: here, from `hear` and from `close`, if the file cannot be written.
    """

    def __init__(self, path: Path, rate: int = RATE) -> None:
        self._path = path
        self._rate = rate
        self._block: Block | None = None
        self._pieces: list[_Piece] = []
        self._lowering = Lowering(rate)
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise _unwritable(path, error) from error
        self._wave = wave.open(self._file)  # noqa: SIM115 - closed in close()
        self._wave.setparams((2, 2, rate, 0, "NONE", ""))

    def hear(self, block: Block) -> None:
        """Add what the microphone heard; blocks come in order, without gaps, from frame 0."""
        self._write()
        self._block = block

    def play(self, clip: Clip, at: int) -> None:
        """Place a clip at microphone frame `at`; it replaces whatever was playing from there."""
        self.stop(at)
        self._pieces.append(_Piece(at, _at_rate(clip, self._rate)))

    def stop(self, at: int) -> None:
        """Fade the coach out from microphone frame `at` on, within 10 ms."""
        fade = fade_out(self._rate)
        cut = [_cut(piece, at, fade) for piece in self._pieces]
        self._pieces = [piece for piece in cut if len(piece.pcm)]

    def lower(self, at: int, *, low: bool) -> None:
        """The coach speaks softly from microphone frame `at` on, or as usual again."""
        self._lowering.turn(at, low=low)

    def close(self) -> None:
        """Write the last block and close the file; again does nothing."""
        if self._file.closed:
            return
        try:
            self._write()
            self._wave.close()
        except OSError as error:
            raise _unwritable(self._path, error) from error
        finally:
            self._give_up()

    def _write(self) -> None:
        if self._block is None:
            return
        block, self._block = self._block, None
        coach = np.zeros(len(block.pcm), np.float32)
        for piece in self._pieces:
            first, last = max(piece.start, block.start_frame), min(piece.end, block.end_frame)
            if first < last:
                part = piece.pcm[first - piece.start : last - piece.start]
                coach[first - block.start_frame : last - block.start_frame] += part
        self._pieces = [piece for piece in self._pieces if piece.end > block.end_frame]
        coach = self._lowering.shape(coach, block.start_frame)
        try:
            self._wave.writeframes(_interleaved(block.pcm, coach))
        except OSError as error:
            self._give_up()
            raise _unwritable(self._path, error) from error

    def _give_up(self) -> None:
        """Close the file whatever happens; what could not be written is lost either way."""
        for part in (self._wave, self._file):
            try:
                part.close()
            except OSError:
                continue


@dataclass(frozen=True, slots=True)
class TeeSource:
    """A source whose blocks also go to a session file."""

    source: AudioSource
    tape: SessionWriter

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        return self.source.rate

    def blocks(self) -> Iterator[Block]:
        """Yield the source's blocks, each after it has gone to the file.

        Raises:
            StorageError: if it cannot be written.
        """
        for block in self.source.blocks():
            self.tape.hear(block)
            yield block


@dataclass(frozen=True, slots=True)
class TeeSpeaker:
    """A speaker whose clips also go to a session file."""

    speaker: Speaker
    tape: SessionWriter

    def play(self, clip: Clip, token: int, at: int) -> None:
        """Start a clip at microphone frame `at`."""
        self.speaker.play(clip, token, at)
        self.tape.play(clip, at)

    def stop(self, at: int) -> None:
        """Be silent from microphone frame `at` on."""
        self.speaker.stop(at)
        self.tape.stop(at)

    def lower(self, at: int, *, low: bool) -> None:
        """Play softly from microphone frame `at` on, or as usual again."""
        self.speaker.lower(at, low=low)
        self.tape.lower(at, low=low)

    def poll(self, at: int) -> Sequence[int]:
        """Tokens of clips that have ended by microphone frame `at`, each reported once."""
        return self.speaker.poll(at)


def to_pcm(samples: Samples) -> Pcm:
    """A clip's samples as they are in the file; what is beyond full scale is cut off."""
    return np.rint(np.clip(samples, -1, 1) * FULL_SCALE).astype(np.int16)


def from_pcm(pcm: Pcm) -> Samples:
    """Samples of the file as they are in a clip."""
    return pcm.astype(np.float32) / np.float32(FULL_SCALE)


def try_place(path: Path) -> None:
    """See that a session can be written to a file; it stays as it is, or away.

    Raises:
        StorageError: if it cannot.
    """
    new = not path.exists()
    try:
        path.open("ab").close()
        if new:
            path.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The session cannot be written to {path}: {error.strerror or error}.",
        "Name a file in a folder that you can write to and that has room.",
    )


def _interleaved(left: Pcm, right: Samples) -> bytes:
    stereo = np.column_stack((left, np.clip(np.rint(right), -32768, 32767)))
    return stereo.astype("<i2").tobytes()


def _at_rate(clip: Clip, rate: int) -> Pcm:
    samples: Samples = clip.samples
    if clip.rate != rate:
        samples = soxr.resample(samples, clip.rate, rate, "HQ")
    pcm = to_pcm(samples)
    length = frames_at(clip, rate)
    return np.pad(pcm[:length], (0, max(0, length - len(pcm))))


def _cut(piece: _Piece, at: int, fade: Samples) -> _Piece:
    """The piece faded out from `at` on; nothing if it would only begin at `at`."""
    if piece.end <= at:
        return piece
    if piece.start >= at:
        return replace(piece, pcm=piece.pcm[:0])
    kept = piece.pcm[: at - piece.start + len(fade)].copy()
    tail = kept[at - piece.start :]
    tail[:] = tail * fade[: len(tail)]
    return replace(piece, pcm=kept)
