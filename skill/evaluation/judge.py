"""What came of one clip: the only place that says what a hit is."""

from enum import StrEnum

from skill.core.judging import UNSURE
from skill.core.vocabulary import Command
from skill.evaluation.labels import is_meant
from skill.evaluation.trial import Candidate, Trial

VITAL = frozenset({Command.STOP.value, Command.PAIN.value})
"""The commands that must never be missed."""


class Outcome(StrEnum):
    """What came of one clip."""

    HIT = "hit"
    """The expected command was acted on, and no other."""
    MISS = "miss"
    """A command was expected and nothing was acted on."""
    CONFUSION = "confusion"
    """A command was expected and another was acted on."""
    FALSE_ACCEPT = "false accept"
    """Nothing was expected and something was acted on."""
    LEFT_ALONE = "left alone"
    """Nothing was expected and nothing was acted on."""


def acted_on(trial: Trial, threshold: float | None = None) -> tuple[Candidate, ...]:
    """The candidates that are acted on, in order.

    Args:
        trial: one clip.
        threshold: None for what really happened; otherwise the one threshold, 0 to 1, that every
            score is held against instead, so that a low one takes in what was left alone only for
            its score. The listener looks at the score before it asks whether the words were the
            coach's own or stood amid other talk, so those taken in are an upper bound.
    """
    if threshold is None:
        return tuple(one for one in trial.candidates if one.accepted)
    return tuple(one for one in trial.candidates if hinges_on_score(one) and one.score >= threshold)


def hinges_on_score(candidate: Candidate) -> bool:
    """Whether a threshold alone decides about a candidate."""
    return candidate.accepted or (bool(candidate.command) and candidate.reason.startswith(UNSURE))


def outcome(trial: Trial, threshold: float | None = None) -> Outcome:
    """What came of a clip, really or at a threshold (see `acted_on`)."""
    acted = acted_on(trial, threshold)
    if not trial.expected:
        return Outcome.FALSE_ACCEPT if acted else Outcome.LEFT_ALONE
    if not acted:
        return Outcome.MISS
    right = all(is_meant(one.command, trial.expected) for one in acted)
    return Outcome.HIT if right else Outcome.CONFUSION


def answer(trial: Trial) -> Candidate | None:
    """The candidate that tells a clip's story: the first wrong one acted on, else the first one
    acted on, else None.
    """
    acted = acted_on(trial)
    wrong = (one for one in acted if not is_meant(one.command, trial.expected))
    return next(wrong, acted[0] if acted else None)


def latency_ms(trial: Trial) -> float | None:
    """From the end of the word to the decision with its compute, ms; None unless a hit whose end
    is known. Below zero if decided before the voice had quite ended.
    """
    if trial.end_ms is None or outcome(trial) is not Outcome.HIT:
        return None
    first = acted_on(trial)[0]
    return first.at_ms + first.compute_ms - trial.end_ms


def why_missed(trial: Trial) -> str:
    """What was heard in a clip of which nothing was acted on, and why it was left alone."""
    if not trial.candidates:
        return "nothing heard"
    nearest = max(
        trial.candidates,
        key=lambda one: (is_meant(one.command, trial.expected), hinges_on_score(one)),
    )
    reason = nearest.reason.partition(":")[0]
    return reason if nearest.phrase == trial.text else f"{nearest.phrase}: {reason}"
