"""Puts takes through a recogniser, and says what came of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skill.core.hypothesis import Hypothesis
from skill.core.listener import Context, Listener
from skill.core.messages import Heard
from skill.core.vocabulary import Command, Meaning, Vocabulary
from skill.enrolment.takes import Take
from skill.ports import Block, Pcm, Recognizer

RATE = 16_000
BLOCK = RATE // 20
BEFORE, AFTER = RATE // 4, RATE // 4
NOISE = 4
"""Root mean square of the quiet around a take: a recogniser has hardly ever heard zeros."""
SEED = 3
ALL_LIVE = Context(frozenset(Command), "enrolling")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a recogniser made of one take.

    Attributes:
        chance: how likely the right command is, 0 to 1.
        understood: whether the listener would act on it.
        readings: how likely each reading is.
    """

    chance: float
    understood: bool
    readings: dict[str, float]


class Trial:
    """One recogniser, to which takes are played one after the other.

    Args:
        recognizer: hears.
        vocabulary: what its phrases mean.
    """

    def __init__(self, recognizer: Recognizer, vocabulary: Vocabulary) -> None:
        self._recognizer = recognizer
        self._vocabulary = vocabulary
        self._frame = 0

    def hear(self, take: Take) -> Outcome:
        """Play a take with a moment of quiet around it."""
        wanted = self._vocabulary.meanings[take.phrase]
        found = self._utterances(take.pcm)
        chance = max((self._chance(one, take.phrase) for one in found), default=0.0)
        right = wanted in map(self._meant, found)
        readings: dict[str, float] = {}
        if len(found) == 1:
            for reading in found[0].readings:
                readings[reading.text] = readings.get(reading.text, 0.0) + reading.share
        return Outcome(chance, right, readings)

    def acts_on(self, pcm: Pcm) -> bool:
        """Whether the listener would take a sound, whatever it is, for a command."""
        return any(map(self._meant, self._utterances(pcm)))

    def _chance(self, hypothesis: Hypothesis, phrase: str) -> float:
        meanings = self._vocabulary.meanings
        return sum(
            reading.share
            for reading in hypothesis.readings
            if meanings.get(reading.text) == meanings[phrase]
        )

    def _meant(self, hypothesis: Hypothesis) -> Meaning | None:
        _, heard = Listener(self._vocabulary).listen(hypothesis, ALL_LIVE, 0)
        return Meaning(heard.command, heard.argument) if isinstance(heard, Heard) else None

    def _utterances(self, pcm: Pcm) -> Sequence[Hypothesis]:
        sound = _in_quiet(pcm)
        found: list[Hypothesis] = []
        for at in range(0, len(sound), BLOCK):
            block = Block(self._frame, sound[at : at + BLOCK])
            self._frame = block.end_frame
            found += [one for one in self._recognizer.feed(block) if one.final]
        found.append(self._recognizer.flush())
        return [one for one in found if one.readings]


def _in_quiet(pcm: Pcm) -> Pcm:
    length = BEFORE + len(pcm) + AFTER
    sound = np.pad(pcm.astype(np.float64), (BEFORE, AFTER + -length % BLOCK))
    sound += np.random.default_rng(SEED).normal(0, NOISE, len(sound))
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
