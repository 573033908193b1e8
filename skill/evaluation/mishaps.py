"""What went wrong, so that someone can go and listen."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skill.evaluation.judge import Outcome, acted_on, answer, outcome, why_missed
from skill.evaluation.score import split
from skill.evaluation.sheet import Column, Sheet
from skill.evaluation.trial import Run, Trial
from skill.evaluation.wording import plain

UNKNOWN_TEXT = "(not told)"


@dataclass(frozen=True, slots=True)
class Mishap:
    """One clip of which something else came than should have.

    Attributes:
        trial: the clip.
        what: a miss, a confusion or a false accept.
        said: the words, or the command where they are not known.
        came: what was acted on, or why nothing was.
        at_ms: when, from the clip's start; None if nothing was acted on.
    """

    trial: Trial
    what: Outcome
    said: str
    came: str
    at_ms: int | None


def mishaps(trials: Sequence[Trial]) -> list[Mishap]:
    """Everything that went wrong, in the order of the trials."""
    right = {Outcome.HIT, Outcome.LEFT_ALONE}
    return [_mishap(trial) for trial in trials if outcome(trial) not in right]


def _mishap(trial: Trial) -> Mishap:
    what, acted = outcome(trial), answer(trial)
    said = trial.text or plain(trial.expected) or UNKNOWN_TEXT
    if acted is None:
        return Mishap(trial, what, said, why_missed(trial), None)
    phrases = dict.fromkeys(one.phrase for one in acted_on(trial))
    came = acted.phrase if what is Outcome.CONFUSION else ", ".join(phrases)
    return Mishap(trial, what, said, came, acted.at_ms)


def commonest(run: Run, most: int) -> tuple[Sheet, ...]:
    """The commonest confusions, misses and false accepts.

    Args:
        run: all of it; every condition and kind is counted.
        most: rows for each recogniser in each table.
    """
    return tuple(
        sheet
        for sheet in (
            _count(run, most, Outcome.CONFUSION, ("said", "taken for"), _said_and_came),
            _count(run, most, Outcome.MISS, ("said", "came to nothing"), _said_and_came),
            _count(run, most, Outcome.FALSE_ACCEPT, ("acted on", "said, for instance"), _came),
        )
        if sheet.rows
    )


TITLES = {
    Outcome.CONFUSION: "Commonest confusions",
    Outcome.MISS: "Commonest misses",
    Outcome.FALSE_ACCEPT: "Commonest false accepts",
}


def _said_and_came(mishap: Mishap) -> list[tuple[str, ...]]:
    return [(mishap.said, mishap.came)]


def _came(mishap: Mishap) -> list[tuple[str, ...]]:
    return [(one.phrase,) for one in acted_on(mishap.trial)]


def _count(
    run: Run,
    most: int,
    what: Outcome,
    heads: tuple[str, str],
    rows_of: Callable[[Mishap], list[tuple[str, ...]]],
) -> Sheet:
    rows = []
    for name, trials in split(run.trials, lambda trial: trial.recogniser).items():
        found = [mishap for mishap in mishaps(trials) if mishap.what is what]
        examples = {row: mishap.said for mishap in reversed(found) for row in rows_of(mishap)}
        counts = Counter(row for mishap in found for row in rows_of(mishap))
        for row, times in counts.most_common(most):
            texts = row if len(row) == len(heads) else (*row, examples[row])
            rows.append((name, *texts, str(times)))
    columns = (
        Column("recogniser", number=False),
        *(Column(head, number=False) for head in heads),
        Column("times"),
    )
    return Sheet(TITLES[what], "", columns, tuple(rows), grouped=True)
