"""Writes how the words of a model sound, in its own units: what a command is verified against.

The more usual words come first, with all their ways of being said (`skill/verification`).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from lexicon import Lexicon
from units import Tying

FILE = "lookalikes.npz"


def write_lookalikes(
    lexicon: Lexicon, order: Iterable[str], usual: int, tying: Tying, folder: Path
) -> None:
    """Write FOLDER/lookalikes.npz.

    Args:
        lexicon: how words are said.
        order: words, the more usual ones first; what the lexicon has besides comes last.
        usual: so many of them are what a command is compared with.
        tying: phones to units.
        folder: of the graph.
    """
    known = [word for word in dict.fromkeys(order) if word in lexicon]
    rest = sorted(lexicon.keys() - set(known))
    ways = [(word, tying.pdfs(way)) for word in [*known, *rest] for way in lexicon[word]]
    ways = list(dict.fromkeys(ways))
    np.savez_compressed(
        folder / FILE,
        words=np.frombuffer("\n".join(word for word, _ in ways).encode(), np.uint8),
        lengths=np.array([len(way) for _, way in ways], np.uint8),
        sounds=np.array(_flat(way for _, way in ways), np.uint16),
        usual=np.array(min(usual, len(known)), np.int32),
    )


def _flat(ways: Iterable[Sequence[int]]) -> list[int]:
    return [sound for way in ways for sound in way]
