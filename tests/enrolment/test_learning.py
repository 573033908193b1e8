"""Learning: what is kept, and that its figures are honest."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import soxr

from skill.app import App
from skill.audio.pcm import read_pcm
from skill.core.hypothesis import Hypothesis, Reading
from skill.core.vocabulary import Command, Meaning, Vocabulary
from skill.enrolment.learning import Lab, Lesson, learn
from skill.enrolment.person import ANYBODY, Person
from skill.enrolment.takes import Take
from skill.ports import Block
from skill.settings import Settings

RATE = 16_000
RECORDINGS = Path(__file__).parent.parent / "recordings"
VOCABULARY = Vocabulary(
    {"back": Meaning(Command.BACK), "no": Meaning(Command.NO), "stop": Meaning(Command.STOP)},
    ("bag",),
)
Habit = Mapping[int, Mapping[str, float]]


class Hearer:
    """A recogniser that goes by loudness: what is heard depends on the take's peak, the factor and
    the grammar. It is a stand-in for how engines behave, so that an exact outcome can be asked for.
    """

    def __init__(self, heard: Mapping[str, float]) -> None:
        self._heard = heard
        self._peak = 0

    def hears(self, peak: int) -> Mapping[str, float]:
        return {f"{peak}": 1.0}

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        self._peak = max(self._peak, round(int(np.abs(block.pcm).max()) / 1000))
        return ()

    def flush(self) -> Hypothesis:
        heard, self._peak = self.hears(self._peak), 0
        return Hypothesis(tuple(Reading(text, 0, 300, p) for text, p in heard.items()), final=True)

    def recycle(self) -> None:
        """Nothing piles up."""


class Mumbler(Hearer):
    """Takes of peak 1 are "no" said as "now"; those of peak 2 are "stop", said well; those of
    peak 3 are "back" by a child.
    """

    def __init__(self, grammar: frozenset[str], factor: float) -> None:
        super().__init__({})
        self._grammar = grammar
        self._factor = factor

    def hears(self, peak: int) -> Mapping[str, float]:
        if peak == 1:
            return {"now": 1.0} if "now" in self._grammar else {"[unk]": 1.0}
        if peak == 2:
            return {"stop": 1.0}
        sure = max(0.0, 1 - abs(self._factor - 0.82) * 6)
        return {"back": sure, "[unk]": 1 - sure}


def mumbler(vocabulary: Vocabulary, factor: float, words: Sequence[str]) -> Mumbler:
    return Mumbler(frozenset((*vocabulary.grammar, *words)), factor)


def takes(no: int, stop: int, back: int) -> list[Take]:
    counts = (("no", 1, no), ("stop", 2, stop), ("back", 3, back))
    return [
        Take(phrase, np.full(RATE // 4, peak * 1000, np.int16))
        for phrase, peak, count in counts
        for _ in range(count)
    ]


def test_a_habit_is_learnt_and_worth_what_it_is_said_to_be() -> None:
    lesson = learn(takes(no=3, stop=4, back=0), Lab(mumbler, VOCABULARY, ("now", "stop")))
    assert lesson.person == Person(1.0, {"now": "no"})
    assert (lesson.before, lesson.after) == (4, 7)


def test_figures_come_from_the_other_takes_only() -> None:
    # Two takes make a habit; with either one left out, the other is a slip.
    lesson = learn(takes(no=2, stop=4, back=0), Lab(mumbler, VOCABULARY, ("now", "stop")))
    assert (lesson.before, lesson.after) == (4, 4)
    assert lesson.person == ANYBODY, "what cannot be shown to help is not kept"


def test_without_the_models_words_there_are_no_spellings() -> None:
    lesson = learn(takes(no=3, stop=4, back=0), Lab(mumbler, VOCABULARY))
    assert lesson.person == ANYBODY
    assert lesson.after == lesson.before


def test_a_childs_factor_is_found() -> None:
    lesson = learn(takes(no=0, stop=4, back=5), Lab(mumbler, VOCABULARY))
    assert lesson.person == Person(0.82, {})
    assert (lesson.before, lesson.after) == (4, 9)


def test_somebody_who_is_understood_stays_as_they_are() -> None:
    lesson = learn(takes(no=0, stop=9, back=0), Lab(mumbler, VOCABULARY))
    assert lesson.person == ANYBODY
    assert (lesson.before, lesson.after) == (9, 9)


def test_progress_reaches_its_end() -> None:
    told: list[tuple[int, int]] = []
    learn(
        takes(0, 2, 0), Lab(mumbler, VOCABULARY, (), lambda done, all_: told.append((done, all_)))
    )
    assert told[-1][0] == told[-1][1] == len(told)


# The built-in ears

ENROLLED = ("next", "more time", "say more", "which step", "start rolling", "how long")
OTHERS = ("skip", "repeat", "louder", "resume", "say less", "where are we", "start over", "slower")
CHILD = 1.3


def child(phrase: str) -> Take:
    """A woman's voice, a third higher and faster: a small child in a hurry."""
    adult = read_pcm(RECORDINGS / f"{phrase}.flite-slt.ogg").astype(np.float32)
    played = soxr.resample(adult, RATE * CHILD, RATE, "HQ")
    return Take(phrase, np.clip(np.rint(played), -32768, 32767).astype(np.int16))


@pytest.fixture(scope="module")
def lab() -> Lab:
    app = App(Settings())
    return Lab(app.recognizer, app.content.vocabulary)


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
