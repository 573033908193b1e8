"""Whole recordings and clips as the microphone's kind of samples."""

from pathlib import Path

import numpy as np
import soxr

from skill.audio.recording import RecordingSource
from skill.ports import BlockKind, Clip, Pcm

RATE = 16_000


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
