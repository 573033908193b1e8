"""From takes to a person: choose, and tell honestly what it is worth.

What was chosen on a recording says nothing when it is tried on the same recording. So each take is
heard, for the figures, as a person of whom all the *other* takes are known.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skill.core.vocabulary import Vocabulary
from skill.ears import Ears
from skill.enrolment.choosing import FACTORS, FLOOR, choose_factor
from skill.enrolment.person import ANYBODY, Person
from skill.enrolment.takes import Take
from skill.enrolment.trial import Outcome, Trial
from skill.errors import RecordingError

Make = Callable[[Vocabulary, float], Ears]
"""Makes ears for a vocabulary, at a factor."""


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
        make: makes ears.
        vocabulary: what is said.
        progress: is told how many hearings of how many are done.
    """

    make: Make
    vocabulary: Vocabulary
    progress: Callable[[int, int], None] = lambda _done, _all: None

    def trial(self, person: Person) -> Trial:
        """Ears fitted to a person."""
        return Trial(self.make(self.vocabulary, person.factor), self.vocabulary)


def learn(takes: Sequence[Take], lab: Lab) -> Lesson:
    """Learn a person's voice from takes of known phrases.

    Raises:
        RecordingError: if not one of them is understood, whatever is tried.
    """
    heard = {factor: _hear_all(takes, lab, place) for place, factor in enumerate(FACTORS)}
    if not any(outcome.understood for outcomes in heard.values() for outcome in outcomes):
        raise RecordingError(
            f"Not one of the {len(takes)} recordings was understood as what it should be.",
            "Listen to them, or try `roller-coach mic-test`; what was learnt before stays.",
        )
    chances = {factor: [one.chance for one in outcomes] for factor, outcomes in heard.items()}
    said = [take.phrase for take in takes]
    before = heard[1.0]
    after = [heard[choose_factor(chances, said, index)][index] for index in range(len(takes))]
    person = Person(choose_factor(chances, said)) if _worth(after) > _worth(before) else ANYBODY
    return Lesson(person, tuple(map(Result, said, before, after)))


def _hear_all(takes: Sequence[Take], lab: Lab, place: int) -> list[Outcome]:
    trial = lab.trial(Person(FACTORS[place]))
    outcomes = []
    for take in takes:
        outcomes.append(trial.hear(take))
        lab.progress(place * len(takes) + len(outcomes), len(FACTORS) * len(takes))
    return outcomes


def _worth(outcomes: Sequence[Outcome]) -> tuple[int, float]:
    sure = sum(math.log(max(outcome.chance, FLOOR)) for outcome in outcomes)
    return sum(outcome.understood for outcome in outcomes), sure
