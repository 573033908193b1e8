"""Whole recordings and clips as the microphone's kind of samples."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from skill.audio.recording import RecordingSource
from skill.ports import RATE, BlockKind, Clip, Pcm

FRAME = RATE // 100
SPEECH_RANGE_DB = 30
"""A frame this far below the loudest one is no longer speech, but the room."""


def read_pcm(path: Path) -> Pcm:
    """A whole sound file as int16, shape (frames,), mono, at 16 kHz.

    Raises:
        RecordingError: if it cannot be read.
    """
    with RecordingSource(path, RATE) as source:
        parts = []
        for block in source.blocks():
            if block.kind is BlockKind.ENDED:
                break
            parts.append(block.pcm)
    return np.concatenate(parts)


def to_pcm(clip: Clip) -> Pcm:
    """A clip as int16, shape (frames,), at 16 kHz."""
    samples = clip.samples
    if clip.rate != RATE:
        samples = soxr.resample(samples, clip.rate, RATE, "HQ")
    return np.rint(np.clip(samples, -1, 1) * 32767).astype(np.int16)


def speech_frames(pcm: Pcm) -> npt.NDArray[np.bool_]:
    """Which whole 10 ms are within 30 dB of the loudest, shape (frames,); a constant offset is no
    sound, and silence no speech.
    """
    whole = pcm[: len(pcm) // FRAME * FRAME].astype(np.float64)
    if len(whole):
        whole -= whole.mean()
    energy = np.square(whole.reshape(-1, FRAME)).mean(axis=1)
    least = energy.max(initial=0.0) / 10 ** (SPEECH_RANGE_DB / 10)
    return np.asarray((energy >= least) & (energy > 0))


def energy_end_ms(pcm: Pcm) -> int:
    """Where the sound ends, in milliseconds: after the last of its `speech_frames`."""
    loud = np.flatnonzero(speech_frames(pcm))
    return (int(loud[-1]) + 1) * 10 if len(loud) else 0
