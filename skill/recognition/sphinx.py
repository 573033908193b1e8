"""PocketSphinx behind the `Recognizer` port: something to compare with, not to use.

It has no way to say "none of these": one of the phrases fits whatever is said. It gives no
partials, because the listener's haste with them is tuned for another recogniser: on 53 recorded
command words it cost half of the hits. Waiting for the endpointer costs time instead.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pocketsphinx

from skill.core.hypothesis import Hypothesis, Reading
from skill.errors import ModelError
from skill.ports import RATE, Block, Pcm

FRAME_MS = 10
MODEL = "en-us/en-us"
DICTIONARY = "en-us/cmudict-en-us.dict"
"""Both come inside the package."""
VAD_MODE = 2
"""As strict as `skill.audio.activity`; at the package's own 0, some utterances went on for seconds
of faint noise."""
ALTERNATIVES = 40
"""Paths looked at for a final result; many differ only in where they put silence."""
LOG_SHIFT = 1024
"""Its scores are logarithms shifted down by ten bits (SENSCR_SHIFT in its hmm.h)."""
ACOUSTIC_SCALE = 20
"""Its own divisor of acoustic scores where it computes posteriors (the option `ascale`)."""


class SphinxRecognizer:
    """Recognises the phrases of one grammar; its own endpointer says where utterances are.

    Args:
        grammar: phrases; doubles count once.

    Raises:
        ModelError: if its dictionary lacks a word of the grammar.
    """

    def __init__(self, grammar: Iterable[str]) -> None:
        models = Path(pocketsphinx.get_model_path())
        self._decoder = pocketsphinx.Decoder(
            hmm=str(models / MODEL),
            dict=str(models / DICTIONARY),
            lm=None,
            samprate=float(RATE),
            loglevel="FATAL",
        )
        phrases = tuple(dict.fromkeys(grammar))
        words = {word for phrase in phrases for word in phrase.split()}
        unknown = sorted(word for word in words if self._decoder.lookup_word(word) is None)
        if unknown:
            raise ModelError(
                f"PocketSphinx's dictionary does not know: {', '.join(unknown)}.",
                "Use other words in the commands file, or leave out --against pocketsphinx.",
            )
        choice = " | ".join(phrases)
        self._decoder.add_jsgf_string("phrases", f"#JSGF V1.0; grammar g; public <p> = {choice};")
        self._decoder.activate_search("phrases")
        self._fed = 0
        self._open_at: int | None = None
        self._listen_anew()

    def _listen_anew(self) -> None:
        self._endpointer = pocketsphinx.Endpointer(sample_rate=RATE, vad_mode=VAD_MODE)
        self._origin = self._fed
        self._rest: Pcm = np.zeros(0, np.int16)

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        """Hear one block; return the final result at an endpoint, and never a partial."""
        self._fed = block.end_frame
        pcm = np.concatenate((self._rest, block.pcm))
        size = self._endpointer.frame_bytes // 2
        whole = len(pcm) // size * size
        self._rest = pcm[whole:]
        found = [self._frame(pcm[at : at + size]) for at in range(0, whole, size)]
        return [hypothesis for hypothesis in found if hypothesis is not None]

    def flush(self) -> Hypothesis:
        """End the utterance now."""
        final = self._end()
        self._listen_anew()
        return final

    def recycle(self) -> None:
        """Forget the utterance; the decoder itself does not grow."""
        self.flush()

    def _frame(self, pcm: Pcm) -> Hypothesis | None:
        speech = self._endpointer.process(pcm.tobytes())
        if speech is None:
            return None
        if self._open_at is None:
            self._open_at = self._ms(self._origin) + round(self._endpointer.speech_start * 1000)
            self._decoder.start_utt()
        self._decoder.process_raw(speech)
        return None if self._endpointer.in_speech else self._end()

    def _end(self) -> Hypothesis:
        if self._open_at is None:
            return Hypothesis((), final=True)
        opened, self._open_at = self._open_at, None
        self._decoder.end_utt()
        best = self._decoder.hyp()
        if not best or not best.hypstr:
            return Hypothesis((), final=True)
        spoken = [entry for entry in self._decoder.seg() if not entry.word.startswith(("<", "["))]
        start = opened + spoken[0].start_frame * FRAME_MS
        end = opened + (spoken[-1].end_frame + 1) * FRAME_MS
        shares = self._shares(best.hypstr)
        return Hypothesis(
            tuple(Reading(text, start, end, share) for text, share in shares), final=True
        )

    def _shares(self, best: str) -> Iterator[tuple[str, float]]:
        """Different texts, the best one first, and how likely each is: a share of the sum."""
        scores: dict[str, float] = {}
        for path in islice(self._decoder.nbest(), ALTERNATIVES):
            if path is not None and path.hypstr:  # it may end with None
                log = LOG_SHIFT / ACOUSTIC_SCALE * math.log(max(path.score, 1e-300))
                scores[path.hypstr] = max(log, scores.get(path.hypstr, -math.inf))
        top = max(scores.values(), default=0.0)
        weights = {text: math.exp(score - top) for text, score in scores.items()}
        weights.setdefault(best, 1.0)
        total = sum(weights.values())
        for text in sorted(weights, key=lambda text: (text != best, -weights[text])):
            yield text, weights[text] / total

    @staticmethod
    def _ms(frame: int) -> int:
        return frame * 1000 // RATE
