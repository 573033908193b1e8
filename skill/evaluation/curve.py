"""What would have happened at other thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass

from skill.evaluation.intervals import Rate, Share
from skill.evaluation.judge import Outcome, acted_on, hinges_on_score, outcome
from skill.evaluation.score import HOUR_S
from skill.evaluation.trial import Trial

THRESHOLDS = tuple(step / 50 for step in range(51))


@dataclass(frozen=True, slots=True)
class Point:
    """What comes of some clips at one threshold.

    Raising the threshold never lowers the misses nor raises the false accepts. The hits may rise:
    where two commands were acted on in one clip, the wrong one may be the first to go.

    Attributes:
        threshold: least score acted on, 0 to 1, the same for every command.
        hits: of the clips that expect a command.
        misses: clips that expect a command, with nothing acted on.
        false_accepts: in the clips that expect nothing.
    """

    threshold: float
    hits: Share
    misses: int
    false_accepts: Rate


def curve(trials: Sequence[Trial], thresholds: Sequence[float] = THRESHOLDS) -> tuple[Point, ...]:
    """One point for each threshold."""
    commands = [trial for trial in trials if trial.expected]
    others = [trial for trial in trials if not trial.expected]
    open_ones = [trial for trial in commands if any(map(hinges_on_score, trial.candidates))]
    loud_ones = [trial for trial in others if any(map(hinges_on_score, trial.candidates))]
    hours = sum(trial.seconds for trial in others) / HOUR_S
    points = []
    for threshold in thresholds:
        came = [outcome(trial, threshold) for trial in open_ones]
        wrong = sum(len(acted_on(trial, threshold)) for trial in loud_ones)
        points.append(
            Point(
                threshold=threshold,
                hits=Share(came.count(Outcome.HIT), len(commands)),
                misses=len(commands) - len(open_ones) + came.count(Outcome.MISS),
                false_accepts=Rate(wrong, hours),
            )
        )
    return tuple(points)
