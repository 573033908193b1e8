"""The seams: plain values and the protocols that every backend implements.

Sound is mono. What comes in is 16-bit integer at the source's rate (the recogniser's own 16 kHz);
what goes out is a `Clip` of float32 in [-1, 1] at the clip's rate. Positions and lengths are
frames (one sample of every channel); the count of frames that the source has delivered is the
only clock.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from skill.core.decision import Closest, Standing
from skill.core.hypothesis import Hypothesis
from skill.core.vocabulary import Command

Pcm = npt.NDArray[np.int16]
Samples = npt.NDArray[np.float32]

RATE = 16_000
"""Frames per second of a session's blocks, and of all that recognisers hear."""
BLOCK = RATE // 20
"""Frames in a block where nothing else decides: 50 ms."""

NOTHING: Pcm = np.zeros(0, np.int16)


class BlockKind(StrEnum):
    """What a block's samples are worth."""

    HEARD = "heard"
    """Real samples from a microphone or a recording."""
    LOST = "lost"
    """The microphone delivers nothing; the samples are zeros that keep time going."""
    ENDED = "ended"
    """The recording is over; the samples are zeros, and nothing else will ever come."""


def decibels(power: float) -> float:
    """A mean square of 16-bit samples in dB against one step; 0 for nothing."""
    return 10 * math.log10(1 + power)


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive samples of one microphone.

    Attributes:
        start_frame: position of the first sample, counted from the session's start.
        pcm: int16, shape (frames,), mono, at the source's rate.
        kind: whether the samples were heard, are a stand-in for lost ones, or follow the end.
        again: the stretch just before this block, to be recognised once more: somebody has begun to
            talk over the coach, and the beginning had been taken for the coach's. Mostly empty.
        others: for each 10 ms whether somebody other than the coach talks; empty: nobody knows.
        echo: for each 10 ms how loud the coach was that has been taken out, in dB as `levels`;
            empty: nothing was.
        alike: for each 10 ms how much what is left is of the colour of what has been taken out,
            -1 to 1, `skill.core.recent.UNHEARD` where nothing of the coach is heard; empty: nobody
            knows.
        anew: whether what stood until now is nobody's: it has just become known that the
            microphone hears the coach.

    Raises:
        ValueError: if the samples are of another kind. Of floats, as many microphones deliver them,
            nothing would be left but silence.
    """

    start_frame: int
    pcm: Pcm
    kind: BlockKind = BlockKind.HEARD
    again: Pcm = field(default_factory=lambda: NOTHING)
    others: tuple[bool, ...] = ()
    echo: tuple[float, ...] = ()
    alike: tuple[float, ...] = ()
    anew: bool = False

    def __post_init__(self) -> None:
        if self.pcm.dtype != np.int16 or self.pcm.ndim != 1:
            raise ValueError(
                f"a block has {self.pcm.dtype} samples of shape {self.pcm.shape} instead of int16 "
                "of shape (frames,)"
            )

    @property
    def end_frame(self) -> int:
        """Position just after the last sample."""
        return self.start_frame + len(self.pcm)

    def levels(self, parts: int) -> list[float]:
        """Levels of so many equal parts of the block, in dB against one step of 16 bits; a constant
        offset, which many cheap microphones have, is no sound.
        """
        count = len(self.pcm)
        if count < parts:
            return [0.0] * parts
        starts = [part * count // parts for part in range(parts)]
        sound = self.pcm.astype(np.float64)
        sound -= sound.sum() / count
        sums = np.add.reduceat(np.square(sound), starts).tolist()
        ends = (*starts[1:], count)
        return [
            decibels(total / (end - start))
            for total, start, end in zip(sums, starts, ends, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Clip:
    """Sound to be played.

    Attributes:
        samples: float32, shape (frames,), mono, within [-1, 1].
        rate: frames per second.
    """

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """Playing time in seconds."""
        return len(self.samples) / self.rate


class AudioSource(Protocol):
    """A microphone, a recording, or a rehearsed person."""

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        ...

    def blocks(self) -> Iterator[Block]:
        """Yield blocks without gaps in `start_frame`, each 20-100 ms long, for as long as the
        consumer asks: a source that is over goes on with blocks marked `BlockKind.ENDED`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Press:
    """A command that was given without a voice.

    Attributes:
        command, argument: what it asks for; the argument is an exercise's id, or None.
        source: where it was given: "button", "page".
    """

    command: Command
    argument: str | None
    source: str


class Hands(Protocol):
    """Something else than the microphone by which a person can give commands."""

    def pressed(self) -> Sequence[Press]:
        """What has been given since the last call, oldest first; often nothing.

        Called once for every block, in the session's thread, and must not wait. What another
        thread notices comes here through a queue.
        """
        ...


class Equipment(Protocol):
    """How live devices are doing."""

    @property
    def speaker_works(self) -> bool:
        """Whether what is played now can be heard."""
        ...

    @property
    def dropouts(self) -> tuple[int, int]:
        """How often the microphone, and how often the speaker, has lost sound so far."""
        ...

    @property
    def hears_nothing(self) -> bool:
        """Whether the microphone works, but seems to be switched off: it brings zeros alone."""
        ...

    @property
    def overdriven_s(self) -> float:
        """For how many seconds the microphone has been at its converter's limit so far."""
        ...


@dataclass(frozen=True, slots=True)
class Reliable:
    """Equipment of a headless session: nothing ever breaks."""

    speaker_works: bool = True
    dropouts: tuple[int, int] = (0, 0)
    hears_nothing: bool = False
    overdriven_s: float = 0.0


class Playback(Protocol):
    """What left the loudspeaker, on the microphone's clock."""

    @property
    def changes(self) -> int:
        """How often another loudspeaker, or the same one opened again, has taken over."""
        ...

    def played(self, start_frame: int, frames: int) -> Samples:
        """What was played while the microphone captured these frames: float32, shape (frames,),
        at the microphone's rate (16 kHz), zeros where nothing was.
        """
        ...


class Recognizer(Protocol):
    """Turns blocks into hypotheses."""

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        """Hear one block; return the hypotheses that changed, oldest first (often none)."""
        ...

    def flush(self) -> Hypothesis:
        """End the utterance now and return its final hypothesis (without words if none)."""
        ...

    def recycle(self) -> None:
        """Drop what has piled up in a long session. Called between utterances only."""
        ...


class SecondEars(Protocol):
    """Hear again, a little differently, what a recogniser has taken for a command."""

    def keep(self, block: Block) -> None:
        """Keep one block, for a few seconds."""
        ...

    def opinions(self, start_ms: int) -> Iterator[Hypothesis]:
        """What they make of what was heard since then, one after the other as they are asked for:
        final hypotheses, without words if none.
        """
        ...

    def standing(self, phrase: str, start_ms: int) -> Standing | None:
        """How a phrase stands among all the other words that were perhaps said since then; None
        if nobody can tell.
        """
        ...

    def closest(self, start_ms: int) -> Closest | None:
        """The phrase of several words that is closest to what was heard since then; None if nobody
        can tell.
        """
        ...

    def forget(self) -> None:
        """Drop what is kept: it was a command, and is no part of the next one."""
        ...


class VoiceDetector(Protocol):
    """Tells a human voice from everything else, long before the recogniser's endpointer."""

    def feed(self, block: Block) -> Sequence[float]:
        """Hear one block; return the probability of a voice for each whole 10 ms that has
        become complete, oldest first.
        """
        ...


class Voice(Protocol):
    """Turns text into sound."""

    @property
    def identity(self) -> str:
        """Changes whenever the same text would sound different: engine, model, settings."""
        ...

    def render(self, text: str, pace: int) -> Clip:
        """Speak one sentence.

        Args:
            text: one sentence.
            pace: speed in percent of normal, 50 to 200.

        Raises:
            VoiceError: if the text cannot be spoken at all.
        """
        ...


class Speaker(Protocol):
    """Plays one clip at a time."""

    def play(self, clip: Clip, token: int, at: int) -> None:
        """Start a clip at microphone frame `at` (live: now), instead of what was playing."""
        ...

    def stop(self, at: int) -> None:
        """Be silent from microphone frame `at` on (live: now). A stopped clip never ends: its
        token is not reported by `poll`.
        """
        ...

    def lower(self, at: int, *, low: bool) -> None:
        """Play everything softly from microphone frame `at` on (live: now), or as usual again:
        somebody talks over the coach. A speaker that cannot be lowered does nothing.
        """
        ...

    def poll(self, at: int) -> Sequence[int]:
        """Tokens of clips that have ended by microphone frame `at`, each reported once."""
        ...
