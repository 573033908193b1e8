"""What somebody may have meant by a word that nobody knows."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str], count: int = 1) -> str:
    """``did you mean "next" or "text"?`` for the nearest known words; empty if none is near."""
    return did_you_mean(get_close_matches(word, list(known), n=count, cutoff=0.6))


def did_you_mean(words: Sequence[str]) -> str:
    """The question; empty without words."""
    quoted = [f'"{word}"' for word in words]
    return f"did you mean {' or '.join(quoted)}?" if quoted else ""
