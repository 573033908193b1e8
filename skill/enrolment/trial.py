"""Puts takes through a person's ears, as in a session, and says what came of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from skill.core.decision import Context
from skill.core.hypothesis import Hypothesis
from skill.core.messages import Heard
from skill.core.vocabulary import Command, Meaning, Vocabulary
from skill.core.weighing import support
from skill.ears import Ears
from skill.enrolment.takes import Take
from skill.ports import BLOCK, RATE, Block, Pcm, Recognizer

BEFORE, AFTER = RATE // 2, RATE // 2
NOISE = 8
"""Root mean square of the quiet around a take: a recogniser has hardly ever heard zeros."""
SEED = 3
ALL_LIVE = Context(frozenset(Command), "enrolling")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What ears made of one take.

    Attributes:
        chance: how likely the right command is, 0 to 1.
        understood: whether the right command, and nothing else, is acted on.
    """

    chance: float
    understood: bool


class Trial:
    """One pair of ears, to which takes are played one after the other.

    Args:
        ears: hear; every command is live.
        vocabulary: what their phrases mean.
    """

    def __init__(self, ears: Ears, vocabulary: Vocabulary) -> None:
        self._noting = _Noting(ears.recognizer)
        self._ears = Ears(self._noting, ears.detector, ears.listener, ears.second)
        self._vocabulary = vocabulary
        self._frame = 0

    def hear(self, take: Take) -> Outcome:
        """Play a take with a moment of quiet around it."""
        wanted = self._vocabulary.meanings[take.phrase]
        heard = list(self._play(take.pcm))
        chances = [support(final, wanted, self._vocabulary) for final in self._noting.finals]
        return Outcome(max(chances, default=0.0), heard == [wanted])

    def acts_on(self, pcm: Pcm) -> bool:
        """Whether a sound, whatever it is, is taken for a command."""
        return bool(list(self._play(pcm)))

    def _play(self, pcm: Pcm) -> Iterator[Meaning]:
        sound = _in_quiet(pcm)
        self._noting.finals.clear()
        for at in range(0, len(sound), BLOCK):
            block = Block(self._frame, sound[at : at + BLOCK])
            self._frame = block.end_frame
            for decision in self._ears.hear(block, self._frame * 1000 // RATE, ALL_LIVE):
                if isinstance(decision, Heard):
                    yield Meaning(decision.command, decision.argument)
        # What is left unfinished counts as unheard, and must not run into the next take.
        self._ears.listener, _ = self._ears.listener.listen(
            self._noting.flush(), ALL_LIVE, self._frame * 1000 // RATE
        )


class _Noting:
    """Notes the final hypotheses of a recogniser."""

    def __init__(self, inner: Recognizer) -> None:
        self._inner = inner
        self.finals: list[Hypothesis] = []

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        found = self._inner.feed(block)
        self.finals += [one for one in found if one.final]
        return found

    def flush(self) -> Hypothesis:
        found = self._inner.flush()
        self.finals.append(found)
        return found

    def recycle(self) -> None:
        self._inner.recycle()


def _in_quiet(pcm: Pcm) -> Pcm:
    length = BEFORE + len(pcm) + AFTER
    sound = np.pad(pcm.astype(np.float64), (BEFORE, AFTER + -length % BLOCK))
    sound += np.random.default_rng(SEED).normal(0, NOISE, len(sound))
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
