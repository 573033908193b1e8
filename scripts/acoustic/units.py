"""What the network tells apart: a phone after a class of phone, within its word.

A phone sounds different after a lip sound than after a front vowel, and most of that difference
is in the sound that comes before. So a *unit* is a phone together with the class of its left
neighbour in the same word; the first phone of a word has the class `BOUNDARY`, whatever the
word before ended in. A word's units then depend on nothing outside the word, and the graph needs
no context transducer.

Units that training hardly heard share one output per phone (`tie`). An output is called a *pdf*,
as in Kaldi; there, pdf k is also the only pdf of Kaldi's phone k + 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from lexicon import PHONE_ID, PHONES, SIL, SPN, Pronunciation

BOUNDARY = 0
CLASSES = (
    "",  # the boundary of a word
    "P B F V M",
    "T D S Z TH DH",
    "SH ZH CH JH",
    "K G NG",
    "N L",
    "R ER",
    "W UW UH OW AW AO",
    "IY IH EY EH AE Y AY OY",
    "AA AH HH",
)
"""Left neighbours that shape what follows in a similar way; a diphthong by how it ends."""

CLASS_OF = {
    PHONE_ID[phone]: number for number, names in enumerate(CLASSES) for phone in names.split()
}
UNITS = len(PHONES) * len(CLASSES)


def unit(phone: int, left_class: int) -> int:
    """A unit's number; SIL and SPN have no context."""
    return phone * len(CLASSES) + (BOUNDARY if phone in (SIL, SPN) else left_class)


def units_of(phones: Sequence[int]) -> list[int]:
    """The units of one word's phones."""
    classes = [BOUNDARY, *(CLASS_OF.get(phone, BOUNDARY) for phone in phones)]
    return [unit(phone, left) for phone, left in zip(phones, classes, strict=False)]


@dataclass(frozen=True, slots=True)
class Tying:
    """Which pdf each unit has.

    Attributes:
        pdf_of_unit: a pdf for every unit; SIL's is 0 and SPN's is 1.
        count: number of pdfs.
    """

    pdf_of_unit: tuple[int, ...]
    count: int

    def pdfs(self, pronunciation: Pronunciation) -> tuple[int, ...]:
        """The pdfs of a word."""
        return tuple(self.pdf_of_unit[number] for number in units_of(pronunciation))

    def array(self) -> npt.NDArray[np.int64]:
        """`pdf_of_unit` for indexing, shape (UNITS,)."""
        return np.array(self.pdf_of_unit, dtype=np.int64)


def write_tying(tying: Tying, file: Path) -> None:
    """One line per unit: phone, left class, pdf."""
    lines = (
        f"{PHONES[number // len(CLASSES)]} {number % len(CLASSES)} {pdf}\n"
        for number, pdf in enumerate(tying.pdf_of_unit)
    )
    file.write_text("".join(lines))


def read_tying(file: Path) -> Tying:
    """Read what `write_tying` wrote."""
    pdfs = tuple(int(line.split()[-1]) for line in file.read_text().splitlines())
    return Tying(pdfs, max(pdfs) + 1)


def tie(frames: npt.NDArray[np.int64], fewest: int) -> Tying:
    """Give its own pdf to each unit with at least `fewest` frames; the others of a phone share.

    Args:
        frames: training frames of each unit, shape (UNITS,).
        fewest: frames of 30 ms.
    """
    pdfs = [0] * UNITS
    count = 0
    for phone in range(len(PHONES)):
        if phone in (SIL, SPN):
            for left in range(len(CLASSES)):
                pdfs[phone * len(CLASSES) + left] = count
            count += 1
            continue
        shared = count
        count += 1
        for left in range(len(CLASSES)):
            number = unit(phone, left)
            if frames[number] >= fewest:
                pdfs[number] = count
                count += 1
            else:
                pdfs[number] = shared
    return Tying(tuple(pdfs), count)
