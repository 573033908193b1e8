"""What was said against what was acted on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from skill.core.vocabulary import Command
from skill.evaluation.judge import answer
from skill.evaluation.trial import Trial


@dataclass(frozen=True, slots=True)
class Matrix:
    """How often which command came of which.

    Attributes:
        said: what is expected, in the coach's order; "" last, if anything expects nothing.
        acted: what was acted on; "" last, if nothing ever was.
        counts: clips, by what is expected and what was acted on. Of several commands acted on in
            one clip, the first wrong one counts.
    """

    said: tuple[str, ...]
    acted: tuple[str, ...]
    counts: Counter[tuple[str, str]]

    def share(self, said: str, acted: str) -> float:
        """Part of the clips that expect `said`, 0 to 1."""
        row = sum(self.counts[said, column] for column in self.acted)
        return self.counts[said, acted] / row if row else 0.0


def matrix(trials: Sequence[Trial]) -> Matrix:
    """Count; only what occurs is in it."""
    counts: Counter[tuple[str, str]] = Counter()
    for trial in trials:
        acted = answer(trial)
        counts[trial.expected, acted.command if acted else ""] += 1
    said, acted_on = {expected for expected, _ in counts}, {came for _, came in counts}
    return Matrix(_in_order(said), _in_order(acted_on | (said - {""})), counts)


def _in_order(names: set[str]) -> tuple[str, ...]:
    known = [command.value for command in Command if command.value in names]
    labels = sorted(names - set(known) - {""})
    return (*known, *labels, *([""] if "" in names else []))
