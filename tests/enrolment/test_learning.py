"""Learning: what is kept, and that its figures are honest."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soxr

from skill.app import App
from skill.audio.pcm import read_pcm
from skill.core.hypothesis import Hypothesis, Reading
from skill.core.listener import Listener
from skill.core.vocabulary import Command, Meaning, Vocabulary
from skill.ears import Ears
from skill.enrolment.learning import Lab, Lesson, learn
from skill.enrolment.person import ANYBODY, Person
from skill.enrolment.takes import Take
from skill.enrolment.trial import Trial
from skill.ports import Block
from skill.settings import Settings

RATE = 16_000
RECORDINGS = Path(__file__).parent.parent / "recordings"
VOCABULARY = Vocabulary({"back": Meaning(Command.BACK), "stop": Meaning(Command.STOP)})
STOP, BACK = 2, 3


class Grandchild:
    """A recogniser that goes by loudness, so that an exact outcome can be asked for: "stop" (peak
    2000) is heard whatever the factor, "back" (peak 3000) at about 0.82 only.
    """

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._peak = 0
        self._end_ms = 0

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        before = self._peak
        loudest = round(int(np.abs(block.pcm).max()) / 1000)
        self._peak = max(self._peak, loudest)
        if loudest >= STOP:
            self._end_ms = block.end_frame * 1000 // RATE
        if self._peak == before:
            return ()
        text = "stop" if self._peak == STOP else "back"
        return (Hypothesis((Reading(text, 0, 0, 1.0),), final=False),)

    def flush(self) -> Hypothesis:
        if not self._peak:
            return Hypothesis((), final=True)
        sure = 1.0 if self._peak == STOP else max(0.0, 1 - abs(self._factor - 0.82) * 6)
        text = "stop" if self._peak == STOP else "back"
        self._peak = 0
        said = (self._end_ms - 300, self._end_ms)
        readings = (Reading(text, *said, sure), Reading("[unk]", *said, 1 - sure))
        return Hypothesis(readings, final=True)

    def recycle(self) -> None:
        """Nothing piles up."""


class Threshold:
    """A voice detector for constants."""

    def feed(self, block: Block) -> Sequence[float]:
        return [float(np.abs(block.pcm).max() > 500)] * (len(block.pcm) // 160)


def grandchild(vocabulary: Vocabulary, factor: float) -> Ears:
    return Ears(Grandchild(factor), Threshold(), Listener(vocabulary))


VOCABULARY_OF_BACKS = Vocabulary(
    {**VOCABULARY.meanings, **{f"back {n}": Meaning(Command.BACK) for n in range(9)}}
)


def take(phrase: str, peak: int) -> Take:
    return Take(phrase, np.full(RATE // 4, peak * 1000, np.int16))


def takes(stop: int, back: int) -> list[Take]:
    """Takes of "stop", and of as many different phrases that mean "back"."""
    return [take("stop", STOP)] * stop + [take(f"back {n}", BACK) for n in range(back)]


def test_a_childs_factor_is_found_and_worth_what_it_is_said_to_be() -> None:
    lesson = learn(takes(stop=4, back=5), Lab(grandchild, VOCABULARY_OF_BACKS))
    assert lesson.person == Person(0.82)
    assert (lesson.before, lesson.after) == (4, 9)


def test_figures_come_from_the_other_takes_only() -> None:
    # Two phrases are just enough evidence; with either one left out, the other is not.
    lesson = learn(takes(stop=4, back=2), Lab(grandchild, VOCABULARY_OF_BACKS))
    assert (lesson.before, lesson.after) == (4, 4)
    assert lesson.person == ANYBODY, "what cannot be shown to help is not kept"


def test_one_phrase_said_often_is_not_enough() -> None:
    lesson = learn([take("back", BACK)] * 9, Lab(grandchild, VOCABULARY))
    assert lesson.person == ANYBODY


def test_somebody_who_is_understood_stays_as_they_are() -> None:
    lesson = learn(takes(stop=9, back=0), Lab(grandchild, VOCABULARY))
    assert lesson.person == ANYBODY
    assert (lesson.before, lesson.after) == (9, 9)


def test_progress_reaches_its_end() -> None:
    told: list[tuple[int, int]] = []
    learn(takes(2, 0), Lab(grandchild, VOCABULARY, lambda done, all_: told.append((done, all_))))
    assert told[-1][0] == told[-1][1] == len(told)


def test_a_sound_is_played_to_its_end_whatever_is_made_of_it() -> None:
    class Counting(Grandchild):
        blocks = 0

        def feed(self, block: Block) -> Sequence[Hypothesis]:
            self.blocks += 1
            return super().feed(block)

    recognizer = Counting(1.0)
    trial = Trial(Ears(recognizer, Threshold(), Listener(VOCABULARY)), VOCABULARY)
    word = take("stop", STOP).pcm
    assert trial.acts_on(word)
    played = recognizer.blocks
    assert not trial.acts_on(word * 0)
    assert recognizer.blocks == 2 * played


# The built-in ears

ENROLLED = (
    "next", "more time", "say more", "which step", "start rolling", "how long", "stop", "skip",
    "tell me more", "where are we",
)  # fmt: skip
OTHERS = ("repeat", "louder", "resume", "say less", "start over", "slower", "go back", "faster")
CHILD = 1.3


def child(phrase: str) -> Take:
    """A woman's voice, a third higher and faster: a small child in a hurry."""
    adult = read_pcm(RECORDINGS / f"{phrase}.flite-slt.ogg").astype(np.float32)
    played = soxr.resample(adult, RATE * CHILD, RATE, "HQ")
    return Take(phrase, np.clip(np.rint(played), -32768, 32767).astype(np.int16))


@pytest.fixture(scope="module")
def lab() -> Lab:
    app = App(Settings())
    return Lab(app.hearing.ears_for, app.content.vocabulary)


@pytest.fixture(scope="module")
def lesson(lab: Lab) -> Lesson:
    return learn([child(phrase) for phrase in ENROLLED], lab)


def test_a_child_is_heard_as_smaller(lesson: Lesson) -> None:
    assert lesson.person.factor <= 0.94
    assert lesson.after > lesson.before


def test_what_was_learnt_helps_with_phrases_that_were_not_said(lab: Lab, lesson: Lesson) -> None:
    def understood(person: Person) -> int:
        trial = lab.trial(person)
        return sum(trial.hear(child(phrase)).understood for phrase in OTHERS)

    assert understood(lesson.person) > understood(ANYBODY)
