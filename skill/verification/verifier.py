"""How a command stands among all the other words that a sound may have been.

A recogniser's `[unk]` knows sounds, and no words. But most of what people say near a microphone are
words, so a command has to fit better than those that sound like it.
"""

import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from threadpoolctl import ThreadpoolController

from skill.core.decision import Closest, Standing
from skill.core.vocabulary import Vocabulary
from skill.errors import ModelError
from skill.ports import Pcm
from skill.verification.cepstra import BINS, cepstra
from skill.verification.chains import NO_WORD, Chains, Way
from skill.verification.network import STRIDE, Floats, Network
from skill.verification.tree import NEVER, WordTree
from skill.verification.words import Ways, Words

FILE = "graph/lookalikes.npz"
SCALE = np.float32(0.5)
"""Of the network's likelihoods, as in the model's `conf/model.conf` (acoustic-scale)."""
LEAD_MS = 900
"""A word should begin so long after the sound does: of what comes first nothing is known before, so
that the network is led astray, and some silence belongs to every word."""
UNUSED = 20
"""Frames of 30 ms that only lead in."""
SAME = 0.01
"""Scores that differ by less are of words that sound the same."""
MOST_PLACES = 60_000
"""Of phrases' sounds, nearly ten times ours. With more, comparing them would take too long."""
BROKEN = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    MemoryError,
    NotImplementedError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a damaged file comes to: NumPy's and zipfile's own errors are not one kind."""


class Verifier:
    """Compares a vocabulary's phrases with the usual words of a language.

    Args:
        model: a model's folder.
        vocabulary: commands and decoys.

    Raises:
        ModelError: if a file of the model is damaged.
    """

    def __init__(self, model: Path, vocabulary: Vocabulary) -> None:
        # OpenBLAS on as many threads as there are cores takes 440 ms instead of 11 where other
        # programs have these cores.
        self._threads = ThreadpoolController()
        try:
            words = Words(model / FILE)
            with self._threads.limit(limits=1, user_api="blas"):
                self._network = Network(model)
                tried = self._network.fits(np.zeros((1, BINS), np.float32))
            if words.highest >= tried.shape[1]:
                raise ValueError("its words have other sounds than its network")
        except BROKEN as error:
            raise ModelError(
                f"The model in {model} cannot be used to verify what was heard: {error}.",
                "Copy or install the model again.",
            ) from error
        known = [phrase for phrase in dict.fromkeys(vocabulary.grammar) if words.says(phrase)]
        phrases = Ways.of([words.phrase(phrase) for phrase in known])
        self._tree = WordTree(phrases.and_(words.usual(without=set(known))))
        alike = {meaning: set[int]() for meaning in vocabulary.meanings.values()}
        for place, phrase in enumerate(known):
            if phrase in vocabulary.meanings:
                alike[vocabulary.meanings[phrase]].add(place)
        whole = [phrase for phrase in known if " " in phrase and phrase in vocabulary.meanings]
        self._whole = whole
        self._meant = [vocabulary.meanings[phrase] for phrase in whole]
        ways = [
            Way(place, way) for place, phrase in enumerate(whole) for way in words.words(phrase)
        ]
        places = sum(len(sounds) + 1 for way in ways for sounds in way.words)
        self._chains = Chains(ways) if 0 < places <= MOST_PLACES else None
        self._own = {phrase: sorted(alike[m]) for phrase, m in vocabulary.meanings.items()}

    def standing(self, phrase: str, pcm: Pcm) -> Standing | None:
        """How a command stands; None if the sound is too short, or how it is said is not known.

        Args:
            phrase: a phrase of the vocabulary; all that mean the same count as one.
            pcm: shape (samples,), at 16 kHz; the word begins after `LEAD_MS`.
        """
        own, fits = self._own[phrase], self._fits(pcm)
        if fits is None or not own:
            return None
        scores = self._tree.scores(fits)
        best = scores[own].max()
        scores[own] = NEVER
        others = scores[np.abs(scores - best) > SAME]
        return Standing(int((others > best).sum()), float(best - others.max()))

    def closest(self, pcm: Pcm) -> Closest | None:
        """Which phrase of two words or more fits best; None if there is none, or too little sound.

        Args:
            pcm: as for `standing`.
        """
        fits = self._fits(pcm)
        if fits is None or self._chains is None:
            return None
        scores, sounds, words = self._chains.match(fits)
        best = int(scores.argmax())
        if scores[best] < NEVER / 2:  # too short a sound for any of them
            return None
        others = [
            s for s, meant in zip(scores, self._meant, strict=True) if meant != self._meant[best]
        ]
        misfits = fits.max(axis=1) - fits[np.arange(len(fits)), sounds]
        said = words != NO_WORD
        means = [misfits[words == word].mean() for word in range(int(words.max()) + 1)]
        return Closest(
            self._whole[best],
            float(scores[best] - max(others, default=NEVER)),
            float(misfits[said].mean()),
            float(max(means)),
        )

    def _fits(self, pcm: Pcm) -> Floats | None:
        """How well each sound fits each 30 ms, in nats; None if there is too little of it."""
        with self._threads.limit(limits=1, user_api="blas"):
            found = cepstra(pcm)
            if len(found) <= (UNUSED + 2) * STRIDE:
                return None
            return SCALE * self._network.fits(found)[UNUSED:]


def verifier_for(model: Path, vocabulary: Vocabulary) -> Verifier | None:
    """One for a model that tells how its words sound; official ones do not.

    Raises:
        ModelError: as `Verifier`.
    """
    return Verifier(model, vocabulary) if (model / FILE).is_file() else None
