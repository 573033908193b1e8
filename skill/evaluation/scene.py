"""Scenes: a clip with everything around it, as the microphone hears it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from skill.audio.pcm import read_pcm
from skill.errors import RecordingError
from skill.evaluation import mixing
from skill.evaluation.condition import Condition, Trouble
from skill.evaluation.manifest import ROUNDING_S, LabelledClip
from skill.evaluation.mixing import Wave
from skill.ports import BLOCK, RATE, Pcm
from skill.session import ECHO_TAIL_MS

Thing = TypeVar("Thing")

BEFORE, AFTER = 2 * RATE, RATE * 3 // 2
"""Samples around a clip. A room's noise does not begin with the word: the ears have time to get
used to it, as in a session."""
FAINT = 8.0
"""Root mean square of the noise that every clip gets, in units of 16-bit samples: -72 dB of full
scale."""
DRAWS = 8
"""Recordings of barks and sneezes are mostly silent: another piece is drawn so often."""
VOICES = 4
"""Of a babble: fewer can be told apart, more are a hum."""
GAP = RATE * 3 // 10
"""Between two lines of the coach."""
COACH_FIRST = RATE // 2
"""How long the coach has been speaking when the clip begins."""
KEPT = 64
"""Recordings of noise that a process keeps in memory: some 50 MB at ten seconds to a minute."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the coach.

    Attributes:
        text: the words.
        pcm: int16, shape (frames,), at 16 kHz.
    """

    text: str
    pcm: Pcm


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What clips are mixed with.

    Attributes:
        noises, music, rooms: sound files.
        talkers: clips whose speakers babble.
    """

    noises: tuple[Path, ...] = ()
    music: tuple[Path, ...] = ()
    rooms: tuple[Path, ...] = ()
    talkers: tuple[LabelledClip, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What the microphone hears.

    Attributes:
        pcm: int16, shape (frames,), a whole number of blocks; the clip begins at `BEFORE`.
        lines: first sample, sample after the last, and text of each of the coach's lines.
    """

    pcm: Pcm
    lines: tuple[tuple[int, int, str], ...] = ()

    def saying(self, frame: int) -> str:
        """What the coach is saying at a sample, or said just before it, as in a session."""
        tail = ECHO_TAIL_MS * RATE // 1000
        said = [text for start, end, text in self.lines if start <= frame <= end + tail]
        return said[-1] if said else ""


def read_clip(clip: LabelledClip) -> Pcm:
    """The part of a recording that counts: int16, shape (frames,), at 16 kHz.

    Raises:
        RecordingError: if it cannot be read or is shorter than the manifest says.
    """
    pcm = read_pcm(clip.path)
    first = round((clip.start_s or 0.0) * RATE)
    if first >= len(pcm):
        raise RecordingError(
            f"{clip.path} is {len(pcm) / RATE:.2f} s long, but the manifest has a clip in it that "
            f"begins at {clip.start_s:g} s.",
            "Correct start_s.",
        )
    ends = {"a clip": ("end_s", clip.end_s), "speech": ("end_of_speech_s", clip.end_of_speech_s)}
    for what, (column, end) in ends.items():
        if end is not None and end > len(pcm) / RATE + ROUNDING_S:
            raise RecordingError(
                f"{clip.path} is {len(pcm) / RATE:.2f} s long, but the manifest has {what} in it "
                f"that ends at {end:g} s.",
                f"Correct {column}.",
            )
    return pcm[first : None if clip.end_s is None else round(clip.end_s * RATE)]


def stage(
    clip: LabelledClip,
    pcm: Pcm,
    condition: Condition,
    around: Surroundings,
    lines: Sequence[Line] = (),
) -> Scene:
    """Put a clip into a condition. The same clip and condition always sound the same.

    Args:
        clip: names the clip; its speaker is kept out of the babble.
        pcm: its samples.
        condition: what is to be heard with it.
        around: noises, music, rooms and talkers; not empty where the condition needs them.
        lines: what the coach can say; not empty if it is to speak.
    """
    rng = np.random.default_rng(_seed(clip, condition))
    after = AFTER + -(len(pcm) + AFTER) % BLOCK
    speech = np.pad(pcm.astype(np.float64), (BEFORE, after))
    level = mixing.speech_rms(pcm.astype(np.float64))
    said: tuple[tuple[int, int, str], ...] = ()
    if condition.trouble in (Trouble.ROOM, Trouble.FAR):
        speech = _in_room(speech, len(pcm), condition.trouble, around, rng)
    elif condition.trouble is Trouble.COACH:
        track, said = _coach(len(speech), lines, rng)
        speech = speech + _below(track, mixing.speech_rms(track), level, condition)
    elif condition.trouble not in (Trouble.QUIET, Trouble.GAIN):
        noise = _noise(len(speech), clip, condition.trouble, around, rng)
        speech = speech + _below(noise, mixing.rms(noise), level, condition)
    faint = rng.normal(0.0, FAINT, len(speech))
    heard = speech + faint
    if condition.trouble is Trouble.GAIN:
        heard = mixing.cut_off(heard * mixing.ratio(condition.level_db))
    return Scene(mixing.to_samples(heard), said)


def _seed(clip: LabelledClip, condition: Condition) -> int:
    name = f"{clip.name} {clip.start_s} {clip.end_s} {condition.name}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def _below(noise: Wave, measured: float, speech_level: float, condition: Condition) -> Wave:
    return mixing.scaled(noise, speech_level * mixing.ratio(-condition.level_db), measured)


def _in_room(
    speech: Wave, length: int, trouble: Trouble, around: Surroundings, rng: np.random.Generator
) -> Wave:
    clip = slice(BEFORE, BEFORE + length)
    response = _sound(_drawn(around.rooms, rng))
    far = trouble is Trouble.FAR
    wet = mixing.in_room(speech, response, mixing.FARTHER_DB if far else 0.0)
    level = mixing.FAR_LEVEL if far else mixing.speech_rms(speech[clip])
    return mixing.scaled(wet, level, mixing.speech_rms(wet[clip]))


def _noise(
    length: int,
    clip: LabelledClip,
    trouble: Trouble,
    around: Surroundings,
    rng: np.random.Generator,
) -> Wave:
    if trouble is Trouble.BABBLE:
        others = [one for one in around.talkers if _who(one) != _who(clip)]
        voices = np.stack([_talk(length, others, rng) for _ in range(VOICES)])
        return np.asarray(voices.sum(axis=0), np.float64)
    files = around.noises if trouble is Trouble.NOISE else around.music
    for _ in range(DRAWS):
        sound = _sound(_drawn(files, rng))
        start = int(rng.integers(max(1, len(sound) - length)))
        piece = np.resize(sound[start : start + length], length)
        if mixing.rms(piece) > FAINT:
            break
    return piece


def _talk(length: int, others: Sequence[LabelledClip], rng: np.random.Generator) -> Wave:
    """One voice that goes on and on, every clip of it equally loud."""
    parts: list[Wave] = []
    while sum(map(len, parts)) < length:
        wave = _talker(_drawn(others, rng))
        parts.append(mixing.scaled(wave, 1000.0, mixing.speech_rms(wave)))
    return np.concatenate(parts)[:length]


def _coach(
    length: int, lines: Sequence[Line], rng: np.random.Generator
) -> tuple[Wave, tuple[tuple[int, int, str], ...]]:
    track, said = np.zeros(length), []
    at = BEFORE - COACH_FIRST
    for line in _endless(lines, rng):
        if at >= length - AFTER:
            break
        part = line.pcm[: length - at].astype(np.float64)
        track[at : at + len(part)] = part
        said.append((at, at + len(part), line.text))
        at += len(part) + GAP
    return track, tuple(said)


def _endless(lines: Sequence[Line], rng: np.random.Generator) -> Iterator[Line]:
    while True:
        yield _drawn(lines, rng)


def _drawn(things: Sequence[Thing], rng: np.random.Generator) -> Thing:
    return things[int(rng.integers(len(things)))]


def _who(clip: LabelledClip) -> str:
    return clip.speaker or clip.name


@lru_cache(KEPT)
def _sound(path: Path) -> Wave:
    pcm = read_pcm(path)
    if not pcm.any():
        # What was heard in it would be called noise or a room, and be neither.
        raise RecordingError(f"{path} is silent from beginning to end.", "Remove it.")
    return pcm.astype(np.float64)


@lru_cache(KEPT)
def _talker(clip: LabelledClip) -> Wave:
    return read_clip(clip).astype(np.float64)
