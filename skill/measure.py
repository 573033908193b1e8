"""Measures a replay: delays, speed, memory. Clocks are read here, never in the session itself."""

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from skill.core.coach import Coach
from skill.core.hypothesis import Hypothesis
from skill.core.messages import Effect, Event, Heard, Say
from skill.errors import RecordingError
from skill.given import read_given
from skill.ports import AudioSource, Block, Clip, Recognizer, Speaker
from skill.session import Session

NEAR_MS = 1_500
"""A command counts as the answer to a label if it comes this soon after the word's end."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is said in a recording, from the first to the last sample of the words."""

    start_ms: int
    end_ms: int
    text: str


def read_labels(path: Path) -> tuple[Label, ...]:
    """Read ``start<TAB>end<TAB>text`` lines, times in milliseconds.

    Raises:
        RecordingError: if the file cannot be read or a line is not of this form.
    """
    try:
        lines = read_given(path).decode("utf-8").splitlines()
    except OSError as failure:
        raise RecordingError(
            f"The labels {path} cannot be read: {failure.strerror}.", "Name them with --labels."
        ) from failure
    except UnicodeDecodeError as failure:
        raise RecordingError(
            f"The labels {path} are not text in UTF-8.", "Name other ones with --labels."
        ) from failure
    return tuple(_label(path, number, line) for number, line in enumerate(lines, 1))


def _label(path: Path, number: int, line: str) -> Label:
    try:
        start, end, text = line.split("\t")
        label = Label(int(start), int(end), text)
    except ValueError as failure:
        raise _no_label(path, number) from failure
    if not 0 <= label.start_ms <= label.end_ms:
        raise _no_label(path, number)
    return label


def _no_label(path: Path, number: int) -> RecordingError:
    return RecordingError(
        f"{path}, line {number}, is not a label.",
        "Write start, end (milliseconds, the end not before the start) and text with tabs between.",
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What one replay took.

    Attributes:
        audio_s: length of the session.
        wall_s: time it took.
        decode_s: of this, spent in the recogniser.
        labels, hits: commands in the recording, and those acted on.
        delays_ms: from the end of each recognised command to the effect, in audio time plus
            measured compute.
        first_sample_ms: from each line's effect to the speaker having its samples.
        peak_mb: most memory the process has had, megabytes.
        torch: whether torch was imported.
    """

    audio_s: float
    wall_s: float
    decode_s: float
    labels: int
    hits: int
    delays_ms: tuple[float, ...]
    first_sample_ms: tuple[float, ...]
    peak_mb: float
    torch: bool


def measure(session: Session, labels: Sequence[Label]) -> Result:
    """Run a session and measure it."""
    source = _Source(session.source)
    recognizer = _Recognizer(session.ears.recognizer)
    speaker = _Speaker(session.narrator.speaker)
    watch = _Watch(source)
    session.source, session.ears.recognizer, session.narrator.speaker = source, recognizer, speaker
    speaker.watch = watch
    session.observers = (*session.observers, watch)
    began = time.perf_counter()
    session.run()
    wall = time.perf_counter() - began
    delays = tuple(_delays(labels, watch.heard))
    return Result(
        audio_s=watch.end_ms / 1000,
        wall_s=wall,
        decode_s=recognizer.seconds,
        labels=len(labels),
        hits=len(delays),
        delays_ms=delays,
        first_sample_ms=tuple(speaker.waits_ms),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        torch="torch" in sys.modules,
    )


def _delays(labels: Sequence[Label], heard: Sequence[tuple[int, float, str]]) -> Iterator[float]:
    for label in labels:
        for at, compute_ms, phrase in heard:
            if phrase == label.text and label.start_ms <= at <= label.end_ms + NEAR_MS:
                yield at - label.end_ms + compute_ms
                break


class _Source:
    """A source that knows when it handed out its last block."""

    def __init__(self, source: AudioSource) -> None:
        self._source = source
        self.rate = source.rate
        self.handed_out = 0.0

    def blocks(self) -> Iterator[Block]:
        for block in self._source.blocks():
            self.handed_out = time.perf_counter()
            yield block


class _Recognizer:
    """A recogniser whose time is added up."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self.seconds = 0.0

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        began = time.perf_counter()
        found = self._recognizer.feed(block)
        self.seconds += time.perf_counter() - began
        return found

    def flush(self) -> Hypothesis:
        began = time.perf_counter()
        found = self._recognizer.flush()
        self.seconds += time.perf_counter() - began
        return found

    def recycle(self) -> None:
        self._recognizer.recycle()


class _Watch:
    """Notes when commands were acted on."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self.heard: list[tuple[int, float, str]] = []
        self.said_at = 0.0
        self.end_ms = 0

    def message(self, at: int, message: Event | Effect) -> None:
        if isinstance(message, Heard):
            compute_ms = (time.perf_counter() - self._source.handed_out) * 1000
            self.heard.append((at, compute_ms, message.phrase))
        elif isinstance(message, Say):
            self.said_at = time.perf_counter()

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        self.end_ms = block.end_frame * 1000 // self._source.rate


class _Speaker:
    """A speaker that notes how long a line took to reach it."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self.watch: _Watch | None = None
        self.waits_ms: list[float] = []

    def play(self, clip: Clip, token: int, at: int) -> None:
        if self.watch is not None:
            self.waits_ms.append((time.perf_counter() - self.watch.said_at) * 1000)
        self._speaker.play(clip, token, at)

    def stop(self, at: int) -> None:
        self._speaker.stop(at)

    def lower(self, at: int, *, low: bool) -> None:
        self._speaker.lower(at, low=low)

    def poll(self, at: int) -> Sequence[int]:
        return self._speaker.poll(at)
