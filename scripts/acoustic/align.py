"""When each phone of a transcribed recording is said: forced alignment with pocketsphinx.

One JSON line per recording that could be aligned: path, seconds, and `words`, a list of
`[word, [[phone, start, length], ...]]`, times in frames of 10 ms from the recording's start;
silences and noises are words of their own (`<sil>`, `[NOISE]`). A run goes on where the last one
stopped; recordings that fail are written to OUTPUT.failed with the reason.

Usage: align.py MANIFEST AUDIO_FOLDER OUTPUT [--jobs N]
"""

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus import Utterance, read_utterances
from lexicon import EXTRA, PHONE_ID, RARE, SIL, SPN, read_dictionary, spelled
from pocketsphinx import Decoder
from sound import RATE, read_wave, to_pcm
from stage import lines_of, stage, workers

FRAMES_PER_SECOND = 100


@dataclass(frozen=True, slots=True)
class Segment:
    """A phone's number and place: start and length in frames of 10 ms."""

    phone: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """A word, or a silence (`<sil>` and the like), and its phones."""

    text: str
    segments: tuple[Segment, ...]

    @property
    def silent(self) -> bool:
        """Whether this is a silence or a noise, not a word."""
        return self.segments[0].phone in (SIL, SPN)

    @property
    def start(self) -> int:
        """First frame."""
        return self.segments[0].start

    @property
    def end(self) -> int:
        """The frame after the last."""
        return self.segments[-1].start + self.segments[-1].length


@dataclass(frozen=True, slots=True)
class Alignment:
    """All words of a recording, in order, silences included."""

    path: str
    seconds: float
    words: tuple[AlignedWord, ...]

    @property
    def speech_end(self) -> float:
        """Seconds from the start to the end of the last word."""
        return max(w.end for w in self.words if not w.silent) / FRAMES_PER_SECOND


class AlignmentFailedError(Exception):
    """The recording and its text do not fit, or a word has no pronunciation."""


def phone_number(name: str) -> int:
    """The number of pocketsphinx's phone name; its fillers count as SIL or SPN."""
    return PHONE_ID.get(name, SPN if name.strip("+") in ("NSN", "SPN") else SIL)


@cache
def decoder() -> Decoder:
    """This process's decoder, with the words of extra.dict and rare.dict added."""
    made = Decoder(lm=None, loglevel="FATAL", bestpath=False)
    for word, pronunciations in (read_dictionary(EXTRA) | read_dictionary(RARE)).items():
        for pronunciation in pronunciations:
            if made.lookup_word(word) is None:
                made.add_word(word, spelled(pronunciation), True)
    return made


def listen(pcm: bytes) -> None:
    """Run the decoder over one whole recording."""
    decoder().start_utt()
    decoder().process_raw(pcm, full_utt=True)
    decoder().end_utt()


def align(path: Path, text: str) -> tuple[float, tuple[AlignedWord, ...]]:
    """Align one recording.

    Returns:
        its length in seconds and its words.

    Raises:
        AlignmentFailedError: for an unknown word or a text that does not fit.
    """
    unknown = [word for word in text.split() if decoder().lookup_word(word) is None]
    if unknown or not text:
        raise AlignmentFailedError(f"no pronunciation: {' '.join(unknown)}")
    pcm = to_pcm(read_wave(path))
    decoder().set_align_text(text)
    listen(pcm)
    if not decoder().hyp():
        raise AlignmentFailedError("does not fit its text")
    decoder().set_alignment()
    listen(pcm)
    words = tuple(
        AlignedWord(
            word.name.split("(")[0],
            tuple(Segment(phone_number(p.name), p.start, p.duration) for p in word),
        )
        for word in decoder().get_alignment()
    )
    return len(pcm) / 2 / RATE, words


def as_line(alignment: Alignment) -> str:
    """One line of JSON."""
    words = [[w.text, [[s.phone, s.start, s.length] for s in w.segments]] for w in alignment.words]
    return json.dumps({"path": alignment.path, "seconds": alignment.seconds, "words": words})


def read_alignments(file: Path) -> Iterator[Alignment]:
    """Read what this script wrote."""
    with file.open() as lines:
        for line in lines:
            fields = json.loads(line)
            words = tuple(
                AlignedWord(text, tuple(Segment(*segment) for segment in segments))
                for text, segments in fields["words"]
            )
            yield Alignment(fields["path"], fields["seconds"], words)


def begun(file: Path) -> set[str]:
    """The paths of all recordings in a file of alignments that a stage adds to."""
    lines_of(file)
    return {alignment.path for alignment in read_alignments(file)}


def job(task: tuple[Utterance, Path]) -> tuple[str, str | None]:
    """Align in a worker: the JSON line and None, or the path and why it failed."""
    utterance, audio = task
    try:
        seconds, words = align(audio / utterance.path, utterance.text)
    except (AlignmentFailedError, RuntimeError) as problem:
        return utterance.path, str(problem)
    return as_line(Alignment(utterance.path, seconds, words)), None


def main() -> None:
    """Align what has a transcript and is not aligned yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("audio", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    failures = options.output.with_suffix(".failed")
    known = begun(options.output)
    known |= {line.split("\t")[0] for line in lines_of(failures)}
    todo = [u for u in read_utterances(options.manifest) if u.text and u.path not in known]
    tasks = [(utterance, options.audio) for utterance in todo]
    failed = 0
    with (
        options.output.open("a") as good,
        failures.open("a") as bad,
        workers(options.jobs) as pool,
    ):
        for text, problem in pool.imap_unordered(job, tasks, chunksize=8):
            failed += problem is not None
            print(text if problem is None else f"{text}\t{problem}", file=bad if problem else good)
    print(f"{len(todo)} recordings, {failed} could not be aligned (see {failures})")


if __name__ == "__main__":
    stage(main)
