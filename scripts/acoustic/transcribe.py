"""Words and phones of recordings that nobody has written down: pocketsphinx's free recognition.

Everything in the training part without a transcript is recognised with the language model of
pocketsphinx's wheel and then aligned like a transcript. About every fifth word is wrong; words that
the recogniser itself doubts are renamed `DOUBTED`, and training learns nothing from their frames.

Usage: transcribe.py BUILD_FOLDER AUDIO_FOLDER [--jobs N]      (writes BUILD/transcribed.jsonl)
"""

import argparse
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

from align import Alignment, AlignmentFailedError, align, as_line, begun
from corpus import Part, Utterance, normalise, read_utterances
from pocketsphinx import Decoder
from sound import read_wave, to_pcm
from stage import stage, workers

DOUBTED = "?"
SURE = 0.3
"""A word whose posterior probability is lower is doubted: by eye, most of those are wrong."""


@cache
def recogniser() -> Decoder:
    """This process's recogniser, with the language model that comes with it."""
    return Decoder(loglevel="FATAL")


def recognise(path: Path) -> list[tuple[str, float]]:
    """Words, and how probable each is, 0 to 1."""
    engine = recogniser()
    engine.start_utt()
    engine.process_raw(to_pcm(read_wave(path)), full_utt=True)
    engine.end_utt()
    return [
        (segment.word.split("(")[0], segment.prob)
        for segment in engine.seg()
        if segment.word[0] not in "<["
    ]


def transcribe(path: Path, name: str) -> Alignment:
    """Recognise and align one recording.

    Raises:
        AlignmentFailedError: if nothing was recognised, or it cannot be aligned.
    """
    words = recognise(path)
    seconds, aligned = align(path, normalise(" ".join(word for word, _ in words)))
    doubts = iter(probability < SURE for _, probability in words)
    marked = tuple(
        replace(word, text=DOUBTED) if not word.silent and next(doubts, True) else word
        for word in aligned
    )
    return Alignment(name, seconds, marked)


def job(task: tuple[Utterance, Path]) -> str | None:
    """Transcribe in a worker: a JSON line, or nothing if it failed."""
    utterance, audio = task
    try:
        return as_line(transcribe(audio / utterance.path, utterance.path))
    except AlignmentFailedError:
        return None


def main() -> None:
    """Transcribe what has no transcript and is not done yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("audio", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    output = options.build / "transcribed.jsonl"
    known = begun(output)
    todo = [
        utterance
        for utterance in read_utterances(options.build / "corpus.tsv")
        if utterance.part is Part.TRAIN and not utterance.text and utterance.path not in known
    ]
    tasks = [(utterance, options.audio) for utterance in todo]
    failed = 0
    with output.open("a") as good, workers(options.jobs) as pool:
        for line in pool.imap_unordered(job, tasks):
            failed += line is None
            if line:
                print(line, file=good, flush=True)
    print(f"{len(todo)} recordings, {failed} of them not understood")


if __name__ == "__main__":
    stage(main)
