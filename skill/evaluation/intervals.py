"""Shares and rates, each with the 95 % interval that says how far to trust it.

The intervals take clips for independent. Clips of one speaker, and one clip in several conditions,
are not quite: where such are counted together the truth is somewhat wider.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

Z = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""
TAIL = 0.025
HALVINGS = 80
"""Bisection steps: more than a double's 53 bits resolve."""
NEGLIGIBLE = 1e-17


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many.

    Attributes:
        count: how many had it.
        of: how many could have had it.
    """

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> Interval:
        """Wilson's interval (JASA 22, 1927); everything from 0 to 1 if there was nothing."""
        return wilson(self.count, self.of)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many hours."""

    count: int
    hours: float

    @property
    def value(self) -> float | None:
        """Per hour; None in no time."""
        return self.count / self.hours if self.hours else None

    @property
    def interval(self) -> Interval:
        """The exact Poisson interval per hour (Garwood, Biometrika 28, 1936)."""
        if not self.hours:
            return Interval(0.0, math.inf)
        events = poisson(self.count)
        return Interval(events.low / self.hours, events.high / self.hours)


def wilson(count: int, of: int) -> Interval:
    """Wilson's score interval of a proportion."""
    if not of:
        return Interval(0.0, 1.0)
    share, weight = count / of, Z * Z / of
    middle = (share + weight / 2) / (1 + weight)
    reach = Z / (1 + weight) * math.sqrt((share * (1 - share) + weight / 4) / of)
    # At the ends rounding would otherwise leave 1e-17 where the formula says 0.
    low = 0.0 if count == 0 else middle - reach
    high = 1.0 if count == of else middle + reach
    return Interval(low, high)


def poisson(count: int) -> Interval:
    """Garwood's exact interval of a Poisson mean of which `count` events were seen."""
    far = count + 10 * math.sqrt(count + 1) + 10
    high = _cross(lambda mean: at_most(count, mean) - TAIL, count, far)
    if count == 0:
        return Interval(0.0, high)
    return Interval(_cross(lambda mean: TAIL - at_least(count, mean), 0.0, count), high)


def at_most(count: int, mean: float) -> float:
    """Probability of `count` or fewer events, for a mean of `count` or more."""
    term = total = _probability(count, mean)
    while count > 0 and term > NEGLIGIBLE * total:
        term *= count / mean
        total += term
        count -= 1
    return total


def at_least(count: int, mean: float) -> float:
    """Probability of `count` or more events, for a mean of `count` or less."""
    term = total = _probability(count, mean)
    while term > NEGLIGIBLE * total:
        count += 1
        term *= mean / count
        total += term
    return total


def _probability(count: int, mean: float) -> float:
    if mean == 0:
        return float(count == 0)
    return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))


def _cross(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses zero."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
