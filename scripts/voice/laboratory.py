"""Everything that is measured of one system, at the same texts as of the others."""

import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hearing import Dictation, WordErrors, command_words, words_of
from kept import Kept
from likeness import RULE, Difference, Frames, compare, frames_of
from manner import Manner, manner, modulation, texture, variance
from rich.progress import Progress
from systems import Cast, Product, Speaker, System, Wave

from skill.ports import Voice
from skill.speech.cache import CachedVoice

TIMED = 15
"""Lines that are spoken once more, to time it."""
DRAWS = 5000


@dataclass(frozen=True, slots=True)
class Likeness:
    """Differences to the recordings, mean over the texts, with 95 % of the texts drawn again.

    Attributes:
        distortion: dB.
        interval: of it.
        voicing: percent of the speech.
        texts: how many.
    """

    distortion: float
    interval: tuple[float, float]
    voicing: float
    texts: int


@dataclass(frozen=True, slots=True)
class Speed:
    """One core's time.

    Attributes:
        factor: processor time over length of sound.
        first_ms: until a line can be heard, median over lines; it is made whole.
        kept_ms: the same for a line that was made before, from disk; None if nothing keeps it.
        megabytes: size of the voice's file; None if there is none.
    """

    factor: float
    first_ms: float
    kept_ms: float | None
    megabytes: float | None


@dataclass(frozen=True, slots=True)
class Life:
    """How lively the sound is, against the speaker.

    Attributes:
        variance_percent: of the cepstra within a sentence, geometric mean of 24.
        modulation_db: level of the cepstra's changes from 4 Hz on, mean.
        modulation_distance_db: root of the mean square of its differences.
    """

    variance_percent: float
    modulation_db: float
    modulation_distance_db: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything about one system; None where it does not apply."""

    name: str
    sentences: WordErrors
    lines: WordErrors | None
    commands: tuple[int, list[str]] | None
    likeness: Likeness
    manner: Manner
    life: Life
    speed: Speed | None


def spread(lines: Sequence[str], count: int) -> list[str]:
    """So many of the lines, evenly."""
    chosen = np.linspace(0, len(lines) - 1, min(count, len(lines))).round().astype(int)
    return [lines[index] for index in chosen]


class Laboratory:
    """Measures one system after the other at the same texts.

    Args:
        cast: the systems.
        lines: of the coach's.
        phrases: of commands.
        bar: shows how far it is.

    Attributes:
        texts: the held-out sentences.
    """

    def __init__(
        self, cast: Cast, lines: Sequence[str], phrases: Sequence[str], bar: Progress
    ) -> None:
        self._cast, self._bar = cast, bar
        self._dictation = Dictation(cast.folder)
        self._frames = Kept(cast.folder / "frames", RULE)
        self._textures = Kept(cast.folder / "textures", f"{RULE} texture 1")
        self.texts = list(cast.speaker.recordings)
        self._lines, self._phrases = lines, phrases
        self._recorded = {
            text: self._analyse(cast.speaker.takes(text)) for text in self._tracked("recordings")
        }
        everything = [frames for takes in self._recorded.values() for frames in takes]
        self._variance, self._modulation = variance(everything), modulation(everything)

    def figures(self, system: System | Speaker) -> Figures:
        """Everything about one system."""
        name = system.name
        frames, textures, words = [], [], []
        for text in self._tracked(f"{name}: analysis"):
            for wave in system.takes(text):
                frames.append(frames_of(wave, self._frames))
                textures.append(self._texture(wave, frames[-1]))
                words.append(len(words_of(text)))
        engine = system if isinstance(system, System) else None
        return Figures(
            name,
            self._heard(system, self.texts, "sentences"),
            engine and self._heard(engine, self._lines, "lines"),
            engine and self._commands(engine),
            self._likeness(system),
            manner(frames, words, textures),
            self._life(frames),
            engine and self._speed(engine),
        )

    def _texture(self, wave: Wave, frames: Frames) -> Any:
        def make() -> dict[str, Any]:
            return {"texture": texture(wave, frames)}

        return self._textures.arrays(wave.tobytes(), make)["texture"]

    def _analyse(self, waves: Sequence[Wave]) -> list[Frames]:
        return [frames_of(wave, self._frames) for wave in waves]

    def _heard(self, system: System | Speaker, texts: Sequence[str], what: str) -> WordErrors:
        task = self._bar.add_task(f"{system.name}: {what}", total=len(texts))
        return self._dictation.score(texts, system.takes, lambda: self._bar.advance(task))

    def _commands(self, system: System) -> tuple[int, list[str]]:
        task = self._bar.add_task(f"{system.name}: commands", total=len(self._phrases))
        return command_words(system, self._phrases, lambda: self._bar.advance(task))

    def _likeness(self, system: System | Speaker) -> Likeness:
        """To every take of a text; the speaker's own to the other takes of the same text."""
        found: list[Difference] = []
        for text in self._tracked(f"{system.name}: likeness"):
            recorded = self._recorded[text]
            pairs = [
                compare(made, one)
                for made in self._analyse(system.takes(text))
                for one in recorded
                if not np.array_equal(made.cepstra, one.cepstra)
            ]
            if pairs:
                found.append(
                    Difference(
                        float(np.mean([pair.distortion for pair in pairs])),
                        float(np.mean([pair.voicing for pair in pairs])),
                    )
                )
        values = np.array([one.distortion for one in found])
        index = np.random.default_rng(0).integers(0, len(values), (DRAWS, len(values)))
        low, high = np.percentile(values[index].mean(axis=1), [2.5, 97.5])
        voicing = 100 * float(np.mean([one.voicing for one in found]))
        return Likeness(float(values.mean()), (float(low), float(high)), voicing, len(found))

    def _life(self, frames: Sequence[Frames]) -> Life:
        apart = modulation(frames) - self._modulation
        return Life(
            100 * float(np.exp((variance(frames) - self._variance).mean())),
            float(apart.mean()),
            float(np.sqrt(np.square(apart).mean())),
        )

    def _speed(self, system: System) -> Speed:
        lines = spread(self._lines, TIMED)
        system.engine.speak(lines[0])
        times, seconds = [], 0.0
        for line in self._bar.track(lines, description=f"{system.name}: speed"):
            before = _processor_s()
            samples, rate = system.engine.speak(line)
            times.append(_processor_s() - before)
            seconds += len(samples) / rate
        is_ours = system is self._cast.built_in
        return Speed(
            sum(times) / seconds,
            1000 * float(np.median(times)),
            _kept_ms(system.engine.voice, lines) if isinstance(system.engine, Product) else None,
            self._cast.voice.stat().st_size / 1e6 if is_ours else None,
        )

    def _tracked(self, what: str) -> Iterator[str]:
        yield from self._bar.track(self.texts, description=what)


def _processor_s() -> float:
    """Of this process and of the programs that it has run."""
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + others.ru_utime + others.ru_stime


def _kept_ms(voice: Voice, lines: Sequence[str]) -> float:
    """Processor time for a line that the coach has said before, from disk."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for line in lines:
            CachedVoice(voice, Path(folder)).render(line, 100)
            fresh = CachedVoice(voice, Path(folder))
            before = _processor_s()
            fresh.render(line, 100)
            times.append(_processor_s() - before)
    return 1000 * float(np.median(times))
