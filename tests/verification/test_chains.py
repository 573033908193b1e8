"""Whole phrases against the same sound at once."""

from itertools import combinations_with_replacement, pairwise

import numpy as np
import numpy.typing as npt
import pytest

from skill.verification.chains import NO_WORD, Chains, Way
from skill.verification.tree import PAUSE, REPEAT, SILENCE

Floats = npt.NDArray[np.float32]
PHRASES = (
    Way(0, ((1, 2), (3,))),
    Way(1, ((1, 2), (2, 1))),
    Way(1, ((4,), (2, 1))),
    Way(2, ((3,),)),
)


def noise(frames: int, seed: int) -> Floats:
    return np.random.default_rng(seed).normal(0, 2, (frames, 5)).astype(np.float32)


def by_trying_all(way: Way, fits: Floats) -> float:
    """The best of all paths, each pause taken or left out."""
    best = -np.inf
    gaps = len(way.words)
    for taken in range(1 << gaps):
        chain, pauses = [SILENCE], PAUSE
        for number, word in enumerate(way.words):
            chain += word
            if taken >> number & 1:
                chain.append(SILENCE)
                pauses += PAUSE
        frames = len(fits)
        for places in combinations_with_replacement(range(len(chain)), frames - 1):
            path = (0, *places)
            moved = [later - earlier for earlier, later in pairwise(path)]
            if path[-1] != len(chain) - 1 or max(moved) > 1:
                continue
            stood = sum(step == 0 for step in moved)
            sound = sum(float(fits[at, chain[place]]) for at, place in enumerate(path))
            best = max(best, sound - pauses - REPEAT * stood)
    return best


@pytest.mark.parametrize("seed", range(5))
def test_the_scores_are_those_of_trying_every_path(seed: int) -> None:
    fits = noise(8, seed)
    tried = [by_trying_all(way, fits) for way in PHRASES]
    match = Chains(PHRASES).match(fits)
    assert match.scores == pytest.approx([tried[0], max(tried[1:3]), tried[3]], abs=1e-4)


def said(*sounds: int) -> Floats:
    fits: Floats = np.full((len(sounds), 5), -9, np.float32)
    fits[np.arange(len(sounds)), sounds] = 0
    return fits


def test_it_tells_which_word_is_where_with_a_pause_and_without() -> None:
    chains = Chains(PHRASES)
    match = chains.match(said(0, 0, 1, 1, 2, 0, 0, 3, 3, 0))
    assert match.scores.argmax() == 0
    assert match.sounds.tolist() == [0, 0, 1, 1, 2, 0, 0, 3, 3, 0]
    silence = NO_WORD
    assert match.words.tolist() == [silence, silence, 0, 0, 0, silence, silence, 1, 1, silence]
    match = chains.match(said(0, 4, 2, 1))
    assert match.scores.argmax() == 1
    assert match.words.tolist() == [silence, 0, 1, 1]


def test_a_sound_too_short_for_a_phrase_is_no_crash() -> None:
    match = Chains(PHRASES).match(said(0))
    assert len(match.scores) == 3
