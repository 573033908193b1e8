"""Who is measured: the speaker herself, the built-in voice, espeak-ng and flite's slt.

Every sound comes as 16 kHz (flite knows no more), at -20 dBFS, without silence around it. What an
engine made is kept, under a name made of everything that it depends on.
"""

import csv
import hashlib
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import soundfile as sf
import soxr
from text import is_held_out

from skill.ports import Voice
from skill.speech.espeak import EspeakVoice
from skill.speech.piper import PiperSpeech

RATE = 16_000
LEVEL_DB = -20.0
"""Of the frames of 20 ms that come within 30 dB of the loudest."""
SILENCE_DB = -40.0
"""Against the loudest frame: the recordings have a room around them."""
MARGIN = RATE // 20
FRAME = RATE // 50
WAYS = "1"
"""Change it when the same engine's sound is treated otherwise."""

Wave = npt.NDArray[np.float32]


def even_out(samples: npt.NDArray[np.floating], rate: int) -> Wave:
    """Sound as all systems are compared, shape (samples,)."""
    wave = np.asarray(soxr.resample(samples, rate, RATE), dtype=np.float32)
    whole = np.pad(wave, (0, -len(wave) % FRAME)).reshape(-1, FRAME)
    power = np.square(whole).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (SILENCE_DB / 10))
    first = max(0, int(loud[0]) * FRAME - MARGIN)
    kept = wave[first : (int(loud[-1]) + 1) * FRAME + MARGIN]
    level = np.sqrt(power[power > power.max() * 1e-3].mean())
    return np.asarray(kept * (10 ** (LEVEL_DB / 20) / level), dtype=np.float32)


class Engine(Protocol):
    """Something that speaks.

    Attributes:
        identity: changes whenever its sound does.
    """

    identity: str

    def speak(self, text: str) -> tuple[npt.NDArray[np.floating], int]:
        """Samples and rate."""
        ...


@dataclass(frozen=True, slots=True)
class Product:
    """A voice of the coach's."""

    voice: Voice
    identity: str

    def speak(self, text: str) -> tuple[npt.NDArray[np.floating], int]:
        """Samples and rate, at the voice's own pace."""
        clip = self.voice.render(text, 100)
        return clip.samples, clip.rate


class Flite:
    """The voice of the same accent, sex and prompts that people compare with: slt."""

    def __init__(self, scratch: Path) -> None:
        self._file = scratch / "flite.wav"
        found = subprocess.run(  # it exits with 1 when all is well
            ["flite", "--version"], capture_output=True, text=True, check=False
        )
        self.identity = f"{found.stdout.split('(')[0].strip()} slt"

    def speak(self, text: str) -> tuple[npt.NDArray[np.floating], int]:
        """Samples and rate."""
        subprocess.run(
            ["flite", "-voice", "slt", "-t", text, "-o", str(self._file)],
            check=True,
            capture_output=True,
        )
        samples, rate = sf.read(self._file, dtype="float32")
        return samples, rate


class System:
    """An engine whose sound is kept.

    Attributes:
        name: for the tables.
        engine: makes what is missing.
    """

    def __init__(self, name: str, engine: Engine, folder: Path) -> None:
        self.name = name
        self.engine = engine
        mark = hashlib.sha256(f"{WAYS} {engine.identity}".encode()).hexdigest()
        self._folder = folder / mark[:16]
        self._folder.mkdir(parents=True, exist_ok=True)

    def takes(self, text: str) -> Sequence[Wave]:
        """One way to say it: an engine always says it so."""
        file = self._folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.flac"
        if not file.exists():
            wave = even_out(*self.engine.speak(text))
            unfinished = file.with_suffix(".part.flac")
            sf.write(unfinished, wave / 4, RATE, subtype="PCM_24")
            unfinished.rename(file)
        return [sf.read(file, dtype="float32")[0] * 4]


def held_out(audio: Path) -> dict[str, list[str]]:
    """Recordings that nothing was trained on, by text, in the order of the list."""
    found: dict[str, list[str]] = {}
    with (audio / "speech.tsv").open(encoding="utf-8") as file:
        for path, text, *_ in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if path.startswith("kathleen/") and text and is_held_out(path):
                found.setdefault(text, []).append(path)
    return found


class Speaker:
    """The held-out recordings.

    Args:
        audio: the folder of speech.tsv.
        recordings: files by text.
    """

    name = "speaker"

    def __init__(self, audio: Path, recordings: dict[str, list[str]]) -> None:
        self._audio = audio
        self.recordings = recordings

    def takes(self, text: str) -> Sequence[Wave]:
        """Every recording of a text."""
        return [even_out(*sf.read(self._audio / name)) for name in self.recordings[text]]


@dataclass(frozen=True)
class Cast:
    """All of them."""

    voice: Path
    audio: Path
    folder: Path

    @cached_property
    def speaker(self) -> Speaker:
        """The speaker's held-out recordings."""
        return Speaker(self.audio, held_out(self.audio))

    @cached_property
    def built_in(self) -> System:
        """The voice in the ONNX file."""
        files = (self.voice, self.voice.with_name(f"{self.voice.name}.json"))
        identity = " ".join(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
        engine = Product(PiperSpeech(self.voice), f"piper {identity}")
        return System("built-in", engine, self.folder / "built-in")

    @cached_property
    def espeak(self) -> System:
        """What the coach spoke with before."""
        voice = EspeakVoice("en-us")
        return System("espeak-ng", Product(voice, voice.identity), self.folder / "espeak-ng")

    @cached_property
    def flite(self) -> System:
        """Diphones of the Arctic prompts' best known reader."""
        return System("flite slt", Flite(self.folder), self.folder / "flite")

    def engines(self) -> Iterator[System]:
        """Everything that speaks any text."""
        yield from (self.built_in, self.espeak, self.flite)

    def everybody(self) -> Iterator[System | Speaker]:
        """Everything that says the held-out sentences."""
        yield self.speaker
        yield from self.engines()
