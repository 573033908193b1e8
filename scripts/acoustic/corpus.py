"""Which recording is for training, which for tuning, which only for measuring.

The rule looks at a speaker's name only, never at a result, so that it gives the same answer on
every machine. Nobody whose name is known is in two parts:

    corpus           speakers      measure                          dev       train
    speechocean762   210           22 %                             6 %       the rest
    speech_commands  1736          everyone who says one of         5 %       the rest
                                   COMMAND_WORDS, and 15 % more
    wakewords        unknown       20 % (blocks of 20 neighbours    5 %       the rest
                                   in the file numbering)
    librispeech      261           20 %                             none      the rest
    kathleen         1             none                             none      all

Rooms and noises are split by name in the same way; `music/` is nobody's: its licences differ.

What speech.tsv has no transcript of may have one in `TRANSCRIPTS`.

Usage: corpus.py AUDIO_FOLDER BUILD_FOLDER
"""

import argparse
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from stage import stage

COMMAND_WORDS = frozenset({"stop", "yes", "no", "go", "on", "off", "up", "down", "left", "right"})
"""Single words of speech_commands that are commands, or nearly: their speakers only measure."""

TRANSCRIPTS = Path(__file__).with_name("librispeech.tsv")
"""Transcripts of LibriSpeech's training part, path and text: drafts of `transcribe`, corrected by
sense and by what is remembered of the books. Where the sense was lost, there is none."""

MEASURE_ROOMS = frozenset({"kitchen", "rir3"})
"""One recorded household room and one measured impulse response, kept back."""

WAKEWORD_BLOCK = 20
"""The wake words name no speaker. Neighbours in the numbering are the likeliest to be one person,
so whole blocks of them go to one part; a person may still be in two."""


class Part(StrEnum):
    """What a recording may be used for."""

    TRAIN = "train"
    DEV = "dev"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One recording.

    Attributes:
        path: relative to the audio folder, or absolute for a synthesised one.
        text: lower-case words with single spaces between; empty: no transcript.
        speaker: as in speech.tsv, or a name made from the file's.
        corpus: first folder of the path.
        part: what it may be used for.
    """

    path: str
    text: str
    speaker: str
    corpus: str
    part: Part


def fraction(name: str) -> float:
    """A number in [0, 1) that depends on the name alone."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def normalise(text: str) -> str:
    """Lower-case words of letters and apostrophes, single spaces between."""
    letters = re.sub(r"[^a-z' ]+", " ", text.lower().replace("\u2019", "'"))
    return " ".join(word for word in letters.split() if word.strip("'"))


def share(name: str, measure: float, dev: float) -> Part:
    """Deal a name to a part, `measure` and `dev` being the parts' shares in [0, 1]."""
    value = fraction(name)
    if value < measure:
        return Part.MEASURE
    return Part.DEV if value < measure + dev else Part.TRAIN


def part_of(corpus: str, speaker: str, command_speakers: frozenset[str]) -> Part:
    """The part of a speaker, by the table at the top."""
    match corpus:
        case "librispeech":
            return share(speaker, measure=0.20, dev=0.0)
        case "kathleen":
            return Part.TRAIN
        case "speechocean762":
            return share(speaker, measure=0.22, dev=0.06)
        case "wakewords":
            return share(speaker, measure=0.20, dev=0.05)
        case "speech_commands":
            if speaker in command_speakers:
                return Part.MEASURE
            return share(speaker, measure=0.15, dev=0.05)
    raise ValueError(f"no rule for the corpus {corpus}")


def speaker_of(path: str, speaker: str) -> str:
    """The speaker's name; for the wake words, that of the block of neighbouring files."""
    if speaker:
        return speaker
    stem, number = Path(path).stem.rsplit("_", 1)
    return f"{stem}-{int(number) // WAKEWORD_BLOCK:02d}"


def read_speech(audio: Path) -> Iterator[Utterance]:
    """Every speech file of `audio`/speech.tsv with its part."""
    rows = [line.split("\t") for line in (audio / "speech.tsv").read_text().splitlines()]
    command_speakers = frozenset(
        speaker
        for path, text, speaker in rows
        if path.startswith("speech_commands/") and normalise(text) in COMMAND_WORDS
    )
    written = dict(line.split("\t") for line in TRANSCRIPTS.read_text().splitlines())
    for path, text, speaker in rows:
        corpus = path.split("/")[0]
        if corpus in ("music", "noise"):
            continue
        name = speaker_of(path, speaker)
        part = part_of(corpus, name, command_speakers)
        yield Utterance(path, normalise(text or written.get(path, "")), name, corpus, part)


def found(folder: Path, suffix: str) -> list[Path]:
    """The files of a kind, in order.

    Raises:
        FileNotFoundError: if there is no such folder.
    """
    return sorted(file for file in folder.iterdir() if file.suffix == suffix)


def noise_files(audio: Path, part: Part) -> list[Path]:
    """Noise recordings of one part: a quarter measures, the rest trains; none is in dev."""
    files = found(audio / "noise", ".opus")
    return [file for file in files if share(file.stem, measure=0.25, dev=0.0) == part]


def room_files(audio: Path, part: Part) -> list[Path]:
    """Room impulse responses of one part (`MEASURE_ROOMS` measure, the others train)."""
    files = found(audio / "rooms", ".flac")
    wanted = part == Part.MEASURE
    return [file for file in files if (file.stem in MEASURE_ROOMS) == wanted]


def write_utterances(file: Path, utterances: Iterable[Utterance]) -> None:
    """Write a manifest: path, text, speaker, corpus, part; tabs between, one line each."""
    lines = ("\t".join((u.path, u.text, u.speaker, u.corpus, u.part)) for u in utterances)
    file.write_text("".join(f"{line}\n" for line in lines))


def read_utterances(file: Path) -> list[Utterance]:
    """Read what `write_utterances` wrote."""
    rows = (line.split("\t") for line in file.read_text().splitlines())
    return [Utterance(p, text, speaker, c, Part(part)) for p, text, speaker, c, part in rows]


def main() -> None:
    """Write BUILD/corpus.tsv and print the parts' sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audio", type=Path)
    parser.add_argument("build", type=Path)
    options = parser.parse_args()
    options.build.mkdir(parents=True, exist_ok=True)
    utterances = list(read_speech(options.audio))
    write_utterances(options.build / "corpus.tsv", utterances)
    counts = Counter((u.corpus, u.part) for u in utterances)
    people = Counter((c, p) for c, p, _ in {(u.corpus, u.part, u.speaker) for u in utterances})
    for corpus, part in sorted(counts):
        key = (corpus, part)
        print(f"{corpus:16} {part:8} {counts[key]:6} recordings {people[key]:5} speakers")


if __name__ == "__main__":
    stage(main)
