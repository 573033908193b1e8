"""From takes to a person: choose, and tell honestly what it is worth.

What was chosen on a recording says nothing when it is tried on the same recording. So each take is
heard, for the figures, as a person of whom all the *other* takes are known.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skill.core.vocabulary import Vocabulary
from skill.enrolment.choosing import (
    FACTORS,
    FLOOR,
    SPELLING_TAKES,
    Readings,
    choose_factor,
    choose_spellings,
)
from skill.enrolment.person import ANYBODY, Person
from skill.enrolment.takes import Take
from skill.enrolment.trial import Outcome, Trial
from skill.ports import Recognizer

Make = Callable[[Vocabulary, float, Sequence[str]], Recognizer]
"""Makes a recogniser: for a vocabulary, at a factor, with further words beside the phrases."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one take.

    Attributes:
        phrase: what was said.
        before: what anybody's ears make of it.
        after: what the person's ears make of it when they were fitted without this take.
    """

    phrase: str
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learnt.

    Attributes:
        person: what to keep; `ANYBODY` if nothing helped.
        results: one for each take. They judge the way of learning, also where nothing is kept.
    """

    person: Person
    results: tuple[Result, ...]

    @property
    def before(self) -> int:
        """Takes understood without enrolment."""
        return sum(result.before.understood for result in self.results)

    @property
    def after(self) -> int:
        """Takes understood by ears that were fitted to the other takes."""
        return sum(result.after.understood for result in self.results)


@dataclass(frozen=True, slots=True)
class Lab:
    """What learning needs.

    Attributes:
        make: makes recognisers.
        vocabulary: everybody's.
        words: every word the model knows; without them, no spellings are learnt.
        progress: is told how many hearings of how many are done.
    """

    make: Make
    vocabulary: Vocabulary
    words: Sequence[str] = ()
    progress: Callable[[int, int], None] = lambda _done, _all: None

    def trial(self, person: Person) -> Trial:
        """Ears fitted to a person."""
        vocabulary = person.vocabulary(self.vocabulary, lambda _word: True)
        return Trial(self.make(vocabulary, person.factor, ()), vocabulary)

    def spelling_trial(self, factor: float) -> Trial:
        """Ears that write any word the model knows."""
        return Trial(self.make(self.vocabulary, factor, self.words), self.vocabulary)


def learn(takes: Sequence[Take], lab: Lab) -> Lesson:
    """Learn a person's voice from takes of known phrases."""
    return _Learner(takes, lab).lesson()


class _Learner:
    """One person's takes as they were heard, each way at most once."""

    def __init__(self, takes: Sequence[Take], lab: Lab) -> None:
        self._takes = takes
        self._lab = lab
        self._heard = {factor: self._hear_all(n, factor) for n, factor in enumerate(FACTORS)}
        self._spelt: dict[float, list[tuple[int, str, Readings]]] = {}

    def lesson(self) -> Lesson:
        person = self._choose(None)
        before = self._heard[1.0]
        after = [self._heard_as(self._choose(index), index) for index in range(len(self._takes))]
        results = tuple(
            Result(take.phrase, old, new)
            for take, old, new in zip(self._takes, before, after, strict=True)
        )
        return Lesson(person if _is_better(before, after) else ANYBODY, results)

    def _hear_all(self, number: int, factor: float) -> list[Outcome]:
        trial = self._lab.trial(Person(factor))
        done, count = number * len(self._takes), len(FACTORS) * len(self._takes)
        outcomes = []
        for take in self._takes:
            outcomes.append(trial.hear(take))
            self._lab.progress(done + len(outcomes), count)
        return outcomes

    def _choose(self, leaving_out: int | None) -> Person:
        """The person of whom all takes but one are known."""
        chances = {
            factor: [outcome.chance for outcome in outcomes]
            for factor, outcomes in self._heard.items()
        }
        said = [take.phrase for take in self._takes]
        factor = choose_factor(chances, said, leaving_out)
        spelt = [
            (phrase, readings)
            for index, phrase, readings in self._spelt_at(factor)
            if index != leaving_out
        ]
        return Person(factor, choose_spellings(spelt, self._lab.vocabulary))

    def _spelt_at(self, factor: float) -> list[tuple[int, str, Readings]]:
        """The takes that are not understood, as the whole dictionary writes them."""
        if factor not in self._spelt:
            outcomes = enumerate(self._heard[factor])
            missed = [index for index, outcome in outcomes if not outcome.understood]
            often = Counter(self._takes[index].phrase for index in missed)
            worth = [i for i in missed if often[self._takes[i].phrase] >= SPELLING_TAKES]
            trial = self._lab.spelling_trial(factor) if worth and self._lab.words else None
            self._spelt[factor] = [
                (index, self._takes[index].phrase, trial.hear(self._takes[index]).readings)
                for index in worth
                if trial is not None
            ]
        return self._spelt[factor]

    def _heard_as(self, person: Person, index: int) -> Outcome:
        if not person.spellings:
            return self._heard[person.factor][index]
        return self._lab.trial(person).hear(self._takes[index])


def _is_better(before: Sequence[Outcome], after: Sequence[Outcome]) -> bool:
    return _worth(after) > _worth(before)


def _worth(outcomes: Sequence[Outcome]) -> tuple[int, float]:
    sure = sum(math.log(max(outcome.chance, FLOOR)) for outcome in outcomes)
    return sum(outcome.understood for outcome in outcomes), sure
