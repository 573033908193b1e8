"""A microphone test: silence, a chirp, and three commands; what is heard and played is kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import numpy as np
import soxr

from skill.audio.recording import RecordingSource
from skill.audio.session_file import COACH, PERSON, SessionWriter
from skill.checkup.echo import chirp, find_echo
from skill.checkup.hearing import floats
from skill.ports import (
    RATE,
    AudioSource,
    Block,
    BlockKind,
    Clip,
    Pcm,
    Samples,
    Speaker,
    Voice,
    VoiceDetector,
)

SILENCE_S = 1.5
CHIRP_PAUSE_S = 1.0
ANSWER_S = 4.0
"""How long a command is waited for."""
VOICED_S, ENDED_S = 0.15, 0.7
"""So much voice, and so much silence after it, is an answer."""
ECHO_S = 0.7
"""A voice that is over so soon after the prompt may be the prompt's own end: Bluetooth takes half a
second, and the detector goes on for a while."""
VOICE = 0.5
APART_MS = 3.0
"""A metre between two microphones; a speaker's buffers alone take longer."""
PACE = 100
CHIRP_RATE = 48_000

Show = Callable[[Block, str], None]
"""Is told every block, and what the person is to do."""


@dataclass
class Take:
    """What was heard and what was played, on the microphone's clock.

    Attributes:
        rate: frames per second of both.
        blocks: the microphone's, one after the other, from frame 0.
        clips: what was played, and from which frame.
        lost: frames that the microphone did not deliver.
    """

    rate: int
    blocks: list[Block] = field(default_factory=list)
    clips: list[tuple[Clip, int]] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Frames that the microphone did not deliver."""
        return sum(len(block.pcm) for block in self.blocks if block.kind is BlockKind.LOST)

    def heard(self) -> Pcm:
        """The microphone's samples, int16, shape (frames,)."""
        return np.concatenate([block.pcm for block in self.blocks])

    def played(self) -> Samples:
        """The speaker's samples, float32, as long as `heard`."""
        track = np.zeros(sum(len(block.pcm) for block in self.blocks), np.float32)
        for clip, at in self.clips:
            samples = soxr.resample(clip.samples, clip.rate, self.rate, "HQ")[: len(track) - at]
            track[at : at + len(samples)] += samples
        return track

    def save(self, path: Path) -> None:
        """Write it as a session file: the person on the left, what was played on the right.

        Raises:
            StorageError: if the file cannot be written.
        """
        waiting = list(self.clips)
        with SessionWriter(path, self.rate) as writer:
            for block in self.blocks:
                while waiting and waiting[0][1] <= block.end_frame:
                    writer.play(*waiting.pop(0))
                writer.hear(block)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something that is played, and then waited for.

    Attributes:
        clip: what is played.
        task: what the person at the screen reads meanwhile, and afterwards.
        seconds: how long is waited.
        answered: whether the wait is over with the person's answer.
    """

    clip: Clip
    task: tuple[str, str]
    seconds: float
    answered: bool = False


def prompts(voice: Voice, phrases: Sequence[str], words: Mapping[str, str]) -> tuple[Prompt, ...]:
    """Ask for silence, chirp, and ask for each phrase.

    They are rendered beforehand: what a block is played at is only true if nobody waits.

    Args:
        voice: asks.
        phrases: the commands to ask for.
        words: the language's prompts (`skill.content.words`).

    Raises:
        VoiceError: if a line cannot be spoken.
    """
    hush = voice.render(words["silence"], PACE)
    return (
        Prompt(hush, ("Please be silent", "Please be silent"), SILENCE_S),
        Prompt(Clip(chirp(CHIRP_RATE), CHIRP_RATE), ("Listen", "Listen"), CHIRP_PAUSE_S),
        *(
            Prompt(
                voice.render(words["say"].format(phrase=phrase), PACE),
                ("Listen", f'Say "{phrase}"'),
                ANSWER_S,
                answered=True,
            )
            for phrase in phrases
        ),
    )


class MicrophoneTest:
    """Leads a person through the test.

    Args:
        source, speaker: the microphone, and what speaks to the person.
        detector: tells voice from everything else.
        show: is told every block.
    """

    def __init__(
        self,
        source: AudioSource,
        speaker: Speaker,
        detector: VoiceDetector,
        show: Show = lambda _block, _task: None,
    ) -> None:
        self.take = Take(source.rate)
        self._blocks: Iterator[Block] = iter(source.blocks())
        self._speaker = speaker
        self._detector = detector
        self._voiced: list[bool] = []
        self._show = show
        self._token = 0

    def run(self, asked: Sequence[Prompt]) -> Take:
        """Play every prompt, wait after each, and return what was heard."""
        for prompt in asked:
            during, after = prompt.task
            self._play(prompt.clip, during)
            self._wait(prompt, after)
        return self.take

    def _play(self, clip: Clip, task: str) -> None:
        self._token += 1
        at = self._next(task).end_frame
        self.take.clips.append((clip, at))
        self._speaker.play(clip, self._token, at)
        while self._token not in self._speaker.poll(at):
            at = self._next(task).end_frame

    def _wait(self, prompt: Prompt, task: str) -> None:
        self._voiced.clear()
        end = self._next(task).end_frame + round(prompt.seconds * self.take.rate)
        while self._next(task).end_frame < end:
            if prompt.answered and self._has_answered():
                break

    def _has_answered(self) -> bool:
        """Whether somebody has spoken, and fallen silent."""
        after, echo = round(ENDED_S * 100), round(ECHO_S * 100)
        spoken = sum(self._voiced) >= VOICED_S * 100 and any(self._voiced[echo:])
        return spoken and not any(self._voiced[-after:])

    def _next(self, task: str) -> Block:
        block = next(self._blocks)
        self.take.blocks.append(block)
        self._voiced += [score >= VOICE for score in self._detector.feed(block)]
        self._show(block, task)
        return block


def read_take(path: Path) -> Take:
    """A recording as if it had just been made; a second channel is what was played, unless it holds
    the same sound at the same time: a stereo microphone's.

    Raises:
        RecordingError: if it cannot be read.
    """
    with RecordingSource(path, RATE, channel=PERSON) as source:
        take = Take(source.rate, _until_end(source))
        if source.channels == 1:
            return take
    with RecordingSource(path, RATE, channel=COACH) as source:
        track = np.concatenate([block.pcm for block in _until_end(source)])
    other = floats(track)
    if not _is_at_once(floats(take.heard()), other):
        take.clips.append((Clip(other, RATE), 0))
    return take


def _is_at_once(one: Samples, other: Samples) -> bool:
    """Whether two channels hear the same, neither later than sound goes from ear to ear."""
    echoes = find_echo(one, other, RATE), find_echo(other, one, RATE)
    return any(echo is not None and echo.delay_ms < APART_MS for echo in echoes)


def _until_end(source: AudioSource) -> list[Block]:
    return list(takewhile(lambda block: block.kind is not BlockKind.ENDED, source.blocks()))
