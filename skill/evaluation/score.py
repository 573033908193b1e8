"""From trials to figures. Nothing is pooled here that the caller did not put together."""

import re
import statistics
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from skill.evaluation.intervals import Rate, Share
from skill.evaluation.judge import VITAL, Outcome, acted_on, latency_ms, outcome
from skill.evaluation.trial import Trial

LEVEL = re.compile(r"(?P<kind>.*\S)\s+(?P<level>[-+]?\d+(?:\.\d+)?) dB")
QUIET = "quiet"
HOUR_S = 3600

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of some clips.

    Attributes:
        clips: how many.
        hits: of the clips that expect a command.
        misses, confusions: the rest of these.
        false_accepts: everything acted on in the clips that expect nothing, and their length.
        latencies_ms: of the hits whose end of the word is known, ascending.
        compute_s: processor time.
        padded_s: seconds of audio decoded, padding included.
    """

    clips: int
    hits: Share
    misses: int
    confusions: int
    false_accepts: Rate
    latencies_ms: tuple[float, ...]
    compute_s: float
    padded_s: float

    @property
    def median_ms(self) -> float | None:
        """Half of the hits were acted on sooner than this after the word."""
        return statistics.median(self.latencies_ms) if self.latencies_ms else None

    @property
    def p95_ms(self) -> float | None:
        """95th percentile of the latencies, interpolated."""
        return percentile(self.latencies_ms, 95)

    @property
    def real_time_factor(self) -> float | None:
        """Processor time for one second of audio."""
        return self.compute_s / self.padded_s if self.padded_s else None


def figures(trials: Sequence[Trial]) -> Figures:
    """Count."""
    came = [outcome(trial) for trial in trials]
    others = [trial for trial in trials if not trial.expected]
    latencies = (latency_ms(trial) for trial in trials)
    return Figures(
        clips=len(trials),
        hits=Share(came.count(Outcome.HIT), len(trials) - len(others)),
        misses=came.count(Outcome.MISS),
        confusions=came.count(Outcome.CONFUSION),
        false_accepts=Rate(
            sum(len(acted_on(trial)) for trial in others),
            sum(trial.seconds for trial in others) / HOUR_S,
        ),
        latencies_ms=tuple(sorted(one for one in latencies if one is not None)),
        compute_s=sum(trial.compute_s for trial in trials),
        padded_s=sum(trial.padded_s for trial in trials),
    )


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The interpolated percentile of some values; None of none."""
    if not values:
        return None
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def split(trials: Iterable[Trial], key: Callable[[Trial], Key]) -> dict[Key, list[Trial]]:
    """Trials by key, in the order in which the keys first come."""
    parts: dict[Key, list[Trial]] = {}
    for trial in trials:
        parts.setdefault(key(trial), []).append(trial)
    return parts


def real_or_all(trials: Sequence[Trial]) -> Sequence[Trial]:
    """The recordings; everything if all commands are synthetic.

    A synthetic voice is easier to understand than a person, so the two are never pooled.
    """
    real = [trial for trial in trials if not trial.synthetic]
    return real if any(trial.expected for trial in real) else trials


def vital(trials: Iterable[Trial]) -> list[Trial]:
    """Those that expect stop or pain."""
    return [trial for trial in trials if trial.expected in VITAL]


def noise_kind(condition: str) -> str:
    """What a condition adds: "noise" of "noise 10 dB"."""
    found = LEVEL.fullmatch(condition)
    return found["kind"] if found else condition


def noise_level(condition: str) -> float | None:
    """The signal-to-noise ratio that a condition names, in dB; None if it names none."""
    found = LEVEL.fullmatch(condition)
    return float(found["level"]) if found else None


def in_order(conditions: Iterable[str]) -> list[str]:
    """Quiet first, then each kind of noise from its gentlest level to its hardest."""
    names = list(dict.fromkeys(conditions))
    kinds = list(dict.fromkeys(noise_kind(name) for name in names))

    def place(name: str) -> tuple[bool, int, float]:
        return name != QUIET, kinds.index(noise_kind(name)), -(noise_level(name) or 0.0)

    return sorted(names, key=place)
