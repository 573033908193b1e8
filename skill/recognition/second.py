"""Second ears: the same sound a little higher and a little lower.

A word that somebody said is the same word in a slightly larger or smaller mouth. What a recogniser
has made of a noise or of a shred of music mostly falls apart.
"""

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from skill.core.decision import Closest, Standing
from skill.core.hypothesis import Hypothesis
from skill.ports import Block, Pcm, Recognizer
from skill.recognition.pitched import PitchedRecognizer, stretched
from skill.recognition.vosk import with_hiss
from skill.verification.verifier import LEAD_MS, Verifier

FACTORS = (0.92, 1.09)
"""A semitone and a half. On dev, both together told false accepts from commands better than
either alone, than 0.95 and 1.05, or than the same pitch with frames 15 ms later."""
BEFORE_MS = 600
"""So much sound before a word is heard as well: features lean on it."""
KEPT_S = 6.0
SILENCE = np.zeros(1600, np.int16)
"""A tenth of a second."""


class PitchedEars:
    """Keep the last seconds, and hear them again at other pitches when they are asked.

    Args:
        inner: hears; nobody else uses it.
        rate: frames per second of every block.
        factor: the person's own, see `PitchedRecognizer`.
        verifier: knows how other words sound, if the model tells.
    """

    def __init__(
        self,
        inner: Recognizer,
        rate: int,
        factor: float = 1.0,
        verifier: Verifier | None = None,
    ) -> None:
        self._inner = inner
        self._verifier = verifier
        self._rate = rate
        self._factor = factor
        self._kept: deque[Block] = deque()

    def keep(self, block: Block) -> None:
        """Keep one block, for a few seconds."""
        self._kept.append(block)
        while self._kept[0].end_frame < block.end_frame - KEPT_S * self._rate:
            self._kept.popleft()

    def opinions(self, start_ms: int) -> Iterator[Hypothesis]:
        """What is heard since then at each pitch: the last final hypothesis with words in it."""
        kept = self._since(start_ms - BEFORE_MS)
        if kept:
            whole = Block(kept[0].start_frame, _joined(kept))
            for factor in FACTORS:
                yield self._hear(whole, self._factor * factor)

    def standing(self, phrase: str, start_ms: int) -> Standing | None:
        """How a phrase stands among all words there are, in what was heard since then."""
        if self._verifier is None:
            return None
        heard = self._heard_since(start_ms)
        return None if heard is None else self._verifier.standing(phrase, heard)

    def closest(self, start_ms: int) -> Closest | None:
        """Which phrase is closest to what was heard since then."""
        if self._verifier is None:
            return None
        heard = self._heard_since(start_ms)
        return None if heard is None else self._verifier.closest(heard)

    def _heard_since(self, start_ms: int) -> Pcm | None:
        """The sound of a word that began then, with what leads in; None if it is forgotten."""
        kept = self._since(start_ms - LEAD_MS)
        if not kept:
            return None
        begin = (start_ms - LEAD_MS) * self._rate // 1000
        first = begin - kept[0].start_frame
        sound = np.concatenate((np.zeros(max(0, -first), np.int16), _joined(kept)[max(0, first) :]))
        return with_hiss(Block(begin, stretched(sound, self._factor)))

    def forget(self) -> None:
        """Drop what is kept: it was a command, and is no part of the next one."""
        self._kept.clear()

    def _since(self, start_ms: int) -> list[Block]:
        first = start_ms * self._rate // 1000
        return [block for block in self._kept if block.end_frame > first]

    def _hear(self, sound: Block, factor: float) -> Hypothesis:
        recognizer = PitchedRecognizer(self._inner, factor)
        finals = [found for found in recognizer.feed(sound) if found.final]
        if finals:
            # Or Vosk would keep what it has of this sound, and hear it before the next.
            recognizer.feed(Block(sound.end_frame, SILENCE))
        found = [one for one in (*finals, recognizer.flush()) if one.readings]
        return found[-1] if found else Hypothesis((), final=True)


def _joined(blocks: Sequence[Block]) -> Pcm:
    """Their sound, with what a block gives again in the place of what it was before."""
    whole = np.concatenate([block.pcm for block in blocks])
    at = 0
    for block in blocks:
        first = max(0, at - len(block.again))
        whole[first:at] = block.again[len(block.again) - (at - first) :]
        at += len(block.pcm)
    return whole
