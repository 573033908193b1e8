# ruff: noqa: SIM905 - lists of words read better as words
"""Writes what to measure with: measure.tsv (and dev.tsv, for tuning) and noise.tsv.

`roller-coach evaluate` reads them (skill/evaluation/manifest.py says what the columns are): tabs
between, a title line first. `text` is that of the whole span; the span is the whole file where
start_s and end_s are empty; end_of_speech_s (from the alignment, seconds from the *file's* start)
is empty where there is none. `group` is what is known about the people: who learned English in
China, how high a voice is (`pitch`), which program speaks, which noise it is. Kinds:

    word       one word of speech_commands
    cut-word   a word that is a command, cut out of a sentence with 30 ms on either side, and up
               to 200 ms where the speaker pauses
    sentence   a sentence of speechocean762
    wakeword   a wake word
    read       a sentence of LibriSpeech, without transcript
    synthetic  a command, said by a synthetic voice
    noise      nobody speaks (noise.tsv)
    music      nobody speaks, though somebody may sing (noise.tsv)

Beside them, noise/, music/ and rooms/ get links to the recordings that no model was trained with,
for the options of the same names.

Usage: manifest.py AUDIO_FOLDER BUILD_FOLDER [--out FOLDER]
"""

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pitch
from align import FRAMES_PER_SECOND, AlignedWord, Alignment, read_alignments
from corpus import Part, Utterance, found, noise_files, read_utterances, room_files
from sound import read_wave
from stage import stage

KIND_OF = {
    "speech_commands": "word",
    "speechocean762": "sentence",
    "wakewords": "wakeword",
    "librispeech": "read",
    "synthetic": "synthetic",
}
ACCENT_OF = {"speechocean762": "Mandarin accent"}
NOT_MUSIC = frozenset(
    "198-209-0000 3436-172162-0000 5703-47212-0000 glacier-bay-humpback pibble "
    "456440__inspectorj__bird-whistling-robin-single-13".split()
)
"""In the folder of music all the same: three readers, a whale, a dog, a robin."""
CUT_WORDS = frozenset(
    "next back stop start repeat pause continue help yes no more enough goodbye again faster skip "
    "rolling okay ready wait done previous resume slower".split()
)
MARGIN = 3
PAUSE_MARGIN = 20
"""Frames of 10 ms."""
TITLE = "path text speaker kind start_s end_s end_of_speech_s group synthetic".split()


@dataclass(frozen=True, slots=True)
class Row:
    """One line; see the module's docstring. Times in seconds, None where unknown."""

    path: str
    text: str
    speaker: str
    kind: str
    start: float | None = None
    end: float | None = None
    end_of_speech: float | None = None
    group: str = ""
    synthetic: bool = False


def cut(words: Sequence[AlignedWord], place: int) -> tuple[float, float]:
    """The span of a word, in seconds."""
    before = words[place - 1] if place else None
    after = words[place + 1] if place + 1 < len(words) else None
    start = words[place].start - MARGIN
    end = words[place].end + MARGIN
    if before is not None and before.silent:
        start = max(before.start, words[place].start - PAUSE_MARGIN)
    if after is not None and after.silent:
        end = min(after.end, words[place].end + PAUSE_MARGIN)
    return max(0, start) / FRAMES_PER_SECOND, end / FRAMES_PER_SECOND


def is_command(word: AlignedWord) -> bool:
    """Whether a word is one of the coach's."""
    return word.text in CUT_WORDS


def cut_words(
    utterance: Utterance,
    path: str,
    alignment: Alignment,
    group: str,
    wanted: Callable[[AlignedWord], bool] = is_command,
) -> Iterator[Row]:
    """Every word of a sentence that is wanted."""
    for place, word in enumerate(alignment.words):
        if wanted(word):
            start, end = cut(alignment.words, place)
            spoken = word.end / FRAMES_PER_SECOND
            yield Row(path, word.text, utterance.speaker, "cut-word", start, end, spoken, group)


def group_of(corpus: str, path: str) -> str:
    """Accent and pitch of a person, as far as they are known."""
    known = (ACCENT_OF.get(corpus, ""), pitch.group(read_wave(Path(path))))
    return ", ".join(filter(None, known))


def rows_of(
    part: Part, root: Path, utterances: Sequence[Utterance], alignments: dict[str, Alignment]
) -> Iterator[Row]:
    """All lines of one part of one manifest."""
    for utterance in utterances:
        if utterance.part is not part:
            continue
        path = str(root / utterance.path)
        alignment = alignments.get(utterance.path)
        spoken = alignment.speech_end if alignment else None
        kind = KIND_OF[utterance.corpus]
        synthetic = kind == "synthetic"
        group = utterance.speaker.split("-")[0] if synthetic else group_of(utterance.corpus, path)
        yield Row(
            path,
            utterance.text,
            utterance.speaker,
            kind,
            end_of_speech=spoken,
            group=group,
            synthetic=synthetic,
        )
        if kind == "sentence" and alignment:
            yield from cut_words(utterance, path, alignment, group)


def noise_rows(audio: Path) -> Iterator[Row]:
    """Every recording without speech that no model was trained with."""
    for file in noise_files(audio, Part.MEASURE):
        what = re.sub(r"^(esc10_\d+|sc)_|_[\d-]+-[A-Z]$", "", file.stem)
        yield Row(str(file), "", "", "noise", group=what.lower().replace("_", " "))
    for file in music_files(audio):
        yield Row(str(file), "", "", "music", group="music")


def music_files(audio: Path) -> list[Path]:
    """All music: none was trained with."""
    files = found(audio / "music", ".opus")
    return [file for file in files if file.stem not in NOT_MUSIC]


def link(folder: Path, files: Sequence[Path]) -> None:
    """Make a folder of links to files, and of nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for file in files:
        (folder / file.name).symlink_to(file)


def write(file: Path, rows: Sequence[Row]) -> None:
    """Write a manifest."""
    lines = ["\t".join(TITLE)]
    for row in rows:
        times = (row.start, row.end, row.end_of_speech)
        shown = ["" if time is None else f"{time:.2f}" for time in times]
        rest = (row.group, "yes" if row.synthetic else "no")
        lines.append("\t".join((row.path, row.text, row.speaker, row.kind, *shown, *rest)))
    file.write_text("".join(f"{line}\n" for line in lines))


def read(file: Path) -> list[Row]:
    """Read what `write` wrote."""
    rows = []
    for line in file.read_text().splitlines()[1:]:
        path, text, speaker, kind, *times, group, synthetic = line.split("\t")
        start, end, spoken = (float(time) if time else None for time in times)
        rows.append(Row(path, text, speaker, kind, start, end, spoken, group, synthetic == "yes"))
    return rows


def main() -> None:
    """Write the manifests and print how much of each kind they hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audio", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("--out", type=Path, help="write here instead of to BUILD_FOLDER")
    options = parser.parse_args()
    audio, out = options.audio.resolve(), options.out or options.build
    out.mkdir(parents=True, exist_ok=True)
    link(out / "noise", noise_files(audio, Part.MEASURE))
    link(out / "music", music_files(audio))
    link(out / "rooms", room_files(audio, Part.MEASURE))
    write(out / "noise.tsv", list(noise_rows(audio)))
    for part, name in ((Part.MEASURE, "measure.tsv"), (Part.DEV, "dev.tsv")):
        rows: list[Row] = []
        for source, root in (("corpus", options.audio), ("synthetic", options.build)):
            utterances = read_utterances(options.build / f"{source}.tsv")
            aligned = read_alignments(options.build / f"{source}.jsonl")
            rows += rows_of(part, root.resolve(), utterances, {a.path: a for a in aligned})
        write(out / name, rows)
        print(name, dict(Counter(row.kind for row in rows)))


if __name__ == "__main__":
    stage(main)
