"""Kaldi's phones: each pdf at each place that it can have in a word.

Kaldi finds where words begin and end in a result by the kinds of their phones, so a phone at a
word's beginning and the same phone inside need numbers of their own (with the same pdf). Phone 1
is SIL and phone 2 is SPN, which are no words; the four phones of pdf k (from 2 on) follow each
other from 4k - 5 on, in the order of `KINDS`.
"""

from lexicon import Pronunciation
from units import Tying

SILENT = 2
"""The pdfs below are SIL and SPN."""
KINDS = ("internal", "end", "begin", "singleton")
"""Kaldi's names for the places in a word."""


def phone_count(tying: Tying) -> int:
    """Number of Kaldi's phones."""
    return 2 + len(KINDS) * (tying.count - 2)


def phone_of(pdf: int, *, first: bool = False, last: bool = False) -> int:
    """Kaldi's phone for a pdf, by whether it begins and whether it ends a word."""
    if pdf < SILENT:
        return pdf + 1
    return 3 + len(KINDS) * (pdf - 2) + 2 * first + last


def phones_of(pronunciation: Pronunciation, tying: Tying) -> tuple[int, ...]:
    """Kaldi's phones of a word."""
    pdfs = tying.pdfs(pronunciation)
    return tuple(
        phone_of(pdf, first=place == 0, last=place == len(pdfs) - 1)
        for place, pdf in enumerate(pdfs)
    )


def pdf_of_phones(tying: Tying) -> list[int]:
    """The pdf of phones 1, 2, 3, ..."""
    return [0, 1, *(pdf for pdf in range(2, tying.count) for _ in KINDS)]


def word_kinds(tying: Tying) -> list[str]:
    """The lines of Kaldi's word_boundary.int."""
    kinds = [KINDS[(phone - 3) % len(KINDS)] for phone in range(3, phone_count(tying) + 1)]
    return [f"{phone} {kind}" for phone, kind in enumerate(["nonword", "nonword", *kinds], 1)]
