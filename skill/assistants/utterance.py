"""One recording of one utterance to the phrase of a command: for assistants that record."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soxr

from skill.core.hypothesis import Hypothesis
from skill.core.tuning import Tuning
from skill.core.vocabulary import Vocabulary
from skill.core.weighing import weigh
from skill.ports import BLOCK, RATE, Block, Pcm, Recognizer

SILENCE = np.zeros(RATE // 2, np.int16)
"""Follows an utterance: assistants cut close behind the last word."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound as an assistant sends it.

    Attributes:
        data: 16-bit samples, little-endian, channels interleaved.
        rate: frames per second.
        channels: how many.
    """

    data: bytes
    rate: int
    channels: int

    def mono(self) -> Pcm:
        """int16, shape (frames,), at 16 kHz; the mean of the channels."""
        whole = len(self.data) // (2 * self.channels) * 2 * self.channels
        frames = np.frombuffer(self.data[:whole], "<i2").reshape(-1, self.channels)
        mixed = frames.mean(axis=1)
        if self.rate != RATE and len(mixed):
            mixed = soxr.resample(mixed, self.rate, RATE)
        rounded: Pcm = np.clip(np.rint(mixed), -32768, 32767).astype(np.int16)
        return rounded


def transcribe(recording: Recording, recognizer: Recognizer, vocabulary: Vocabulary) -> str:
    """The phrase of the command that was said; empty if it was none, or not sure enough.

    Args:
        recording: one utterance.
        recognizer: over the vocabulary's grammar, fresh.
        vocabulary: what the phrases mean.
    """
    pcm = np.concatenate((recording.mono(), SILENCE))
    sure = ""
    for hypothesis in _finals(pcm, recognizer):
        verdict = weigh(hypothesis, vocabulary)
        if verdict is None or verdict.meaning is None:
            continue
        if verdict.confidence >= Tuning().confidence[verdict.meaning.command.care]:
            sure = verdict.reading.text
    return sure


def _finals(pcm: Pcm, recognizer: Recognizer) -> Iterator[Hypothesis]:
    for start in range(0, len(pcm), BLOCK):
        heard = recognizer.feed(Block(start, pcm[start : start + BLOCK]))
        yield from (hypothesis for hypothesis in heard if hypothesis.final)
    yield recognizer.flush()
