"""Whole recordings and clips as the microphone's kind of samples."""

from pathlib import Path

import numpy as np
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


def energy_end_ms(pcm: Pcm) -> int:
    """Where the sound ends, in milliseconds: after the last 10 ms within 30 dB of the loudest. A
    constant offset is no sound.
    """
    whole = pcm[: len(pcm) // FRAME * FRAME].astype(np.float64)
    if len(whole):
        whole -= whole.mean()
    frames = whole.reshape(-1, FRAME)
    energy = np.square(frames).mean(axis=1)
    loud = np.flatnonzero(energy >= energy.max(initial=0.0) / 10 ** (SPEECH_RANGE_DB / 10))
    return (int(loud[-1]) + 1) * 10 if len(loud) and energy.max() > 0 else 0
