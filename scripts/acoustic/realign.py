"""When each phone is said, once more: by a network that was trained on the first alignment.

The first one comes from a model of other people's adult, native speech (`align`); of the single
words of Speech Commands it puts every twentieth where nobody speaks. Words and their order stay; a
word may take any of its pronunciations, and silence may stand between any two words. The best path
through all of that is found at a resolution of 10 ms (Viterbi), the network seeing the recording
three times, 10 ms apart, once for each of `TRUST`.

Neither is always right, so that alignment is kept whose words are louder than its silences most
reliably; the first one, unless another is better by `BETTER`.

Usage: realign.py AUDIO_FOLDER CHECKPOINT ALIGNMENTS OUTPUT [--jobs N]
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from align import AlignedWord, Alignment, Segment, as_line, begun, read_alignments
from checkpoint import restore
from features import dithered, mfcc
from frames import SHIFT, STRIDE
from lexicon import SIL, SPN, Lexicon, Pronunciation, read_lexicon
from sequence import SCALE
from sound import Wave, read_wave
from stage import stage, workers
from synthesise import generator
from transcribe import DOUBTED
from units import Tying, unit, units_of

SHORTEST = 3
"""Frames of 10 ms that a phone lasts at least: one frame of the network."""
MARGIN = 30
"""Frames of silence put around a recording, for the network sees beyond its edges."""
SWITCH = 3.0
"""Costs of a silence between two words, in nats: the short ones are closures of stops."""
NEVER = -1e9
TRUST = (0.0, 0.4, 1.0)
"""Shares of the logarithms of the pdfs' priors that are taken off the network's: all of them, and
words grow into the silence; none, and they shrink."""
BETTER = 0.02
UNTOLD = 0.95
"""`separation` of an alignment without a silence, or without words."""

Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Piece:
    """A phone of a word, or a silence; lasts `SHORTEST` frames or more.

    Attributes:
        word: the word's number; None: a silence.
        phone: its number.
        pdf: the network's output for it.
        before: numbers of the pieces that may come before it.
        begins, ends: whether a path may begin or end with it.
    """

    word: int | None
    phone: int
    pdf: int
    before: tuple[int, ...]
    begins: bool
    ends: bool


def pieces_of(words: Sequence[Sequence[Pronunciation]], tying: Tying) -> list[Piece]:
    """What a recording may consist of.

    Args:
        words: the pronunciations that each of its words may have.
        tying: the pdfs.
    """
    pieces: list[Piece] = []
    spoken: list[int] = []
    for number in range(len(words) + 1):
        first, last = number == 0, number == len(words)
        silences = [
            Piece(None, phone, tying.pdf_of_unit[unit(phone, 0)], tuple(spoken), first, last)
            for phone in (SIL, SPN)
        ]
        before = (*spoken, len(pieces), len(pieces) + 1)
        pieces += silences
        spoken = []
        for pronunciation in () if last else words[number]:
            previous = before
            for place, (phone, single) in enumerate(
                zip(pronunciation, units_of(pronunciation), strict=True)
            ):
                ends = place == len(pronunciation) - 1
                pieces.append(
                    Piece(
                        number,
                        phone,
                        tying.pdf_of_unit[single],
                        previous,
                        first and place == 0,
                        ends and number == len(words) - 1,
                    )
                )
                previous = (len(pieces) - 1,)
            spoken.append(len(pieces) - 1)
    return pieces


def sources(pieces: Sequence[Piece]) -> tuple[Numbers, Scores]:
    """The states that may come before each state, `SHORTEST` of which make a piece.

    Returns:
        their numbers, shape (states, most), padded with the state's own, and what each way costs,
        negative.
    """
    most = max(2, *(len(piece.before) for piece in pieces))
    states = len(pieces) * SHORTEST
    before = np.tile(np.arange(states)[:, None], (1, most))
    cost = np.full((states, most), NEVER, dtype=np.float32)
    for number, piece in enumerate(pieces):
        first = number * SHORTEST
        for place, other in enumerate(piece.before):
            before[first, place] = other * SHORTEST + SHORTEST - 1
            cost[first, place] = -SWITCH if piece.word is None else 0.0
        for state in range(first + 1, first + SHORTEST):
            before[state, 0] = state - 1
            cost[state, 0] = 0.0
        cost[first + SHORTEST - 1, 1] = 0.0  # its own
    return before, cost


def best_path(fit: Scores, pieces: Sequence[Piece]) -> list[tuple[int, int, int]]:
    """The likeliest way through a recording.

    Args:
        fit: how well each pdf fits each frame of 10 ms, in nats, shape (frames, pdfs).
        pieces: what it may consist of.

    Returns:
        number, start and length, in frames, of each piece on the way.

    Raises:
        TooShortError: if there are too few frames for the words.
    """
    before, cost = sources(pieces)
    states = np.arange(len(before))
    emission = fit[:, np.repeat([piece.pdf for piece in pieces], SHORTEST)]
    begins = np.zeros(len(states), dtype=bool)
    begins[::SHORTEST] = [piece.begins for piece in pieces]
    here = np.where(begins, emission[0], NEVER)
    came = np.zeros(emission.shape, dtype=np.int64)
    for frame in range(1, len(emission)):
        ways = here[before] + cost
        choice = ways.argmax(1)
        came[frame] = before[states, choice]
        here = ways[states, choice] + emission[frame]
    ends = [n * SHORTEST + SHORTEST - 1 for n, piece in enumerate(pieces) if piece.ends]
    state = max(ends, key=lambda end: here[end])
    if here[state] < NEVER / 2:
        raise TooShortError
    path = [state]
    for frame in range(len(emission) - 1, 0, -1):
        state = int(came[frame, state])
        path.append(state)
    numbers = np.array(path[::-1]) // SHORTEST
    edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1), len(numbers)]
    return [(int(numbers[start]), int(start), int(end - start)) for start, end in pairwise(edges)]


class TooShortError(Exception):
    """A recording has too few frames for its words."""


class Aligner:
    """A trained network, and the dictionary.

    Args:
        checkpoint: of `train`.
    """

    def __init__(self, checkpoint: Path) -> None:
        state = torch.load(checkpoint, weights_only=False)
        self.network, self.tying = restore(state)
        self.network.eval()
        self.log_priors = np.log(state["priors"] + 1e-9).astype(np.float32)
        self.lexicon: Lexicon = read_lexicon()

    def log_posteriors(self, wave: Wave) -> Scores:
        """Of each pdf in each frame of 10 ms, shape (frames, pdfs)."""
        rng = generator("realign")
        quiet = np.zeros(MARGIN * SHIFT, dtype=np.float32)
        padded = np.concatenate([quiet, wave, quiet])
        parts = []
        for offset in range(STRIDE):
            cepstra = mfcc(dithered(padded[offset * SHIFT :], rng))
            with torch.no_grad():
                scores = self.network(torch.from_numpy(cepstra.T[None].copy()))
            parts.append(scores.log_softmax(1)[0].numpy().T)
        count = min(len(part) for part in parts)
        by_frame = np.stack([part[:count] for part in parts], axis=1).reshape(STRIDE * count, -1)
        return np.asarray(by_frame[MARGIN : MARGIN + len(wave) // SHIFT + 1])

    def pronunciations(self, word: AlignedWord) -> list[Pronunciation]:
        """The word's; the one it had comes first, and is the only one of a doubted word."""
        had = tuple(segment.phone for segment in word.segments)
        others = [] if word.text == DOUBTED else self.lexicon.get(word.text, [])
        return [had, *(other for other in others if other != had)]

    def align(self, alignment: Alignment, wave: Wave) -> Alignment:
        """The same words, perhaps elsewhere."""
        spoken = [word for word in alignment.words if not word.silent]
        pieces = pieces_of([self.pronunciations(word) for word in spoken], self.tying)
        scores = self.log_posteriors(wave)
        best, most = alignment, separation(alignment, wave) + BETTER
        for trust in TRUST:
            try:
                path = best_path(SCALE * (scores - trust * self.log_priors), pieces)
            except TooShortError:
                continue
            words = tuple(words_on(path, pieces, spoken))
            other = replace(alignment, words=words)
            apart = separation(other, wave)
            if apart > most:
                best, most = other, apart
        return best


def separation(alignment: Alignment, wave: Wave) -> float:
    """How likely a frame of a word is louder than one of a silence (the area under the ROC)."""
    count = len(wave) // SHIFT
    power = np.square(wave[: count * SHIFT].reshape(count, SHIFT)).mean(axis=1)
    spoken = np.zeros(count, dtype=bool)
    for word in alignment.words:
        spoken[word.start : word.end] |= not word.silent
    if spoken.all() or not spoken.any():
        return UNTOLD
    ranks = power.argsort().argsort()
    words, silences = int(spoken.sum()), int((~spoken).sum())
    above = ranks[spoken].sum() - words * (words - 1) / 2
    return float(above / (words * silences))


def words_on(
    path: Sequence[tuple[int, int, int]], pieces: Sequence[Piece], spoken: Sequence[AlignedWord]
) -> Iterator[AlignedWord]:
    """The words and silences on a path."""
    for word, group in groupby(path, key=lambda step: pieces[step[0]].word):
        segments = tuple(Segment(pieces[n].phone, start, length) for n, start, length in group)
        if word is None:
            yield from (AlignedWord("<sil>", (segment,)) for segment in segments)
        else:
            yield AlignedWord(spoken[word].text, segments)


@cache
def aligner(checkpoint: Path) -> Aligner:
    """This process's."""
    torch.set_num_threads(1)
    return Aligner(checkpoint)


def job(task: tuple[Alignment, Path, Path]) -> str:
    """Align one recording in a worker: a JSON line."""
    alignment, audio, checkpoint = task
    return as_line(aligner(checkpoint).align(alignment, read_wave(audio / alignment.path)))


def main() -> None:
    """Align everything that is not aligned yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audio", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("alignments", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    known = begun(options.output)
    tasks = [
        (alignment, options.audio, options.checkpoint)
        for alignment in read_alignments(options.alignments)
        if alignment.path not in known
    ]
    with options.output.open("a") as output, workers(options.jobs) as pool:
        for line in pool.imap_unordered(job, tasks, chunksize=8):
            print(line, file=output)
    print(f"{len(tasks)} recordings")


if __name__ == "__main__":
    stage(main)
