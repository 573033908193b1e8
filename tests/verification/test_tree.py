"""The tree finds what trying every path finds."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.verification.tree import PAUSE, REPEAT, SILENCE, Floats, WordTree
from skill.verification.words import Sounds, Ways

SOUNDS = 5
sound = st.integers(1, SOUNDS - 1)
way = st.lists(sound, min_size=1, max_size=3).map(tuple)
word = st.lists(way, min_size=1, max_size=3)


def every_path(way: Sounds, fits: Floats) -> float:
    """The best of all ways to cut the frames into silence, sounds, and silence or none."""
    best = -np.inf
    for whole in ((SILENCE, *way, SILENCE), (SILENCE, *way)):
        for cuts in combinations(range(1, len(fits)), len(whole) - 1):
            edges = (0, *cuts, len(fits))
            score = -PAUSE * whole.count(SILENCE) - REPEAT * (len(fits) - len(whole))
            for sound, start, end in zip(whole, edges, edges[1:], strict=False):
                score += fits[start:end, sound].sum()
            best = max(best, score)
    return best


@given(st.lists(word, min_size=1, max_size=4), st.integers(1, 8), st.integers(0, 1000))
def test_it_scores_every_word_as_its_best_path(
    words: list[list[Sounds]], frames: int, seed: int
) -> None:
    fits = np.random.default_rng(seed).normal(0, 2, (frames, SOUNDS)).astype(np.float32)
    scores = WordTree(Ways.of(words)).scores(fits)
    for found, ways in zip(scores, words, strict=True):
        expected = max(every_path(way, fits) for way in ways)
        if expected == -np.inf:
            assert found < -1e8, "too few frames for it"
        else:
            assert found == pytest.approx(expected, abs=1e-3)
