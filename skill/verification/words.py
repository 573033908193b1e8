"""How the words of a model sound: what `scripts/acoustic/lookalikes.py` writes."""

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product, takewhile
from operator import ne
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Sounds = tuple[int, ...]
"""Numbers of the network's outputs, one after the other."""
Numbers = npt.NDArray[np.intp]
MOST_WAYS = 36
"""Of a phrase: as many as any of ours has. Ten words with three ways each would have 59,049."""


class Ways(NamedTuple):
    """Ways in which words may be said.

    Attributes:
        sounds: of all ways, one after the other.
        lengths: how many of them each way has.
        owners: the number of each way's word.
    """

    sounds: Numbers
    lengths: Numbers
    owners: Numbers

    @classmethod
    def of(cls, words: Sequence[Sequence[Sounds]]) -> "Ways":
        """Those of some words; the number of a word is its place."""
        ways = [(number, way) for number, ways in enumerate(words) for way in ways]
        return cls(
            np.array([sound for _, way in ways for sound in way], np.intp),
            np.array([len(way) for _, way in ways], np.intp),
            np.array([number for number, _ in ways], np.intp),
        )

    def among(self, chosen: npt.NDArray[np.bool_]) -> "Ways":
        """Some of them; shape of `chosen`: (ways,). Words are numbered anew."""
        owners = np.unique(self.owners[chosen], return_inverse=True)[1]
        return Ways(self.sounds[np.repeat(chosen, self.lengths)], self.lengths[chosen], owners)

    def and_(self, others: "Ways") -> "Ways":
        """These, then other words."""
        first = int(self.owners.max(initial=-1)) + 1
        added = (others.sounds, others.lengths, others.owners + first)
        return Ways(*(np.concatenate(pair) for pair in zip(self, added, strict=True)))


class Words:
    """The words of a model, the more usual ones first.

    Args:
        file: of the model.

    Raises:
        OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error: if it is missing or
            damaged.
    """

    def __init__(self, file: Path) -> None:
        with np.load(io.BytesIO(file.read_bytes())) as kept:
            self._words = kept["words"].tobytes().decode().split("\n")
            sounds, lengths = kept["sounds"].astype(np.intp), kept["lengths"].astype(np.intp)
            usual = int(kept["usual"])
        if len(lengths) != len(self._words) or lengths.sum() != len(sounds) or not lengths.all():
            raise ValueError("its words and their sounds do not belong together")
        # Thousands of words: what goes through them is not written in Python, which takes 100 ms.
        another = np.fromiter(map(ne, self._words, ["", *self._words[:-1]]), np.bool_)
        self._ways = Ways(sounds, lengths, another.cumsum() - 1)
        self._usual = self._ways.owners < usual
        self._ends = np.concatenate(([0], lengths.cumsum()))
        self._first = dict(
            zip(reversed(self._words), reversed(range(len(self._words))), strict=True)
        )

    @property
    def highest(self) -> int:
        """The highest number of a sound."""
        return int(self._ways.sounds.max())

    def says(self, phrase: str) -> bool:
        """Whether it is known how a phrase sounds."""
        return all(word in self._first for word in phrase.split())

    def phrase(self, phrase: str) -> list[Sounds]:
        """The ways to say a phrase, without pauses."""
        return [sum(ways, ()) for ways in self.words(phrase)]

    def words(self, phrase: str) -> Iterator[tuple[Sounds, ...]]:
        """The same, word by word; no more than `MOST_WAYS`."""
        return islice(product(*map(self._ways_of, phrase.split())), MOST_WAYS)

    def usual(self, without: Iterable[str]) -> Ways:
        """The usual words, without some."""
        asked = self._usual.copy()
        for word in self._first.keys() & without:
            asked[self._numbers_of(word)] = False
        return self._ways.among(asked)

    def _numbers_of(self, word: str) -> list[int]:
        """Of the ways to say a word."""
        first = self._first[word]
        return list(takewhile(lambda n: self._words[n] == word, range(first, len(self._words))))

    def _ways_of(self, word: str) -> list[Sounds]:
        edges = [self._ends[number : number + 2] for number in self._numbers_of(word)]
        return [tuple(self._ways.sounds[start:end].tolist()) for start, end in edges]
