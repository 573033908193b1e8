"""How a person is to be heard: a pure choice, by a rule that wants evidence."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

FACTORS = (0.76, 0.82, 0.88, 0.94, 1.0, 1.06, 1.12, 1.18)
"""From a small child's voice to a very deep one; nearer ones were much the same on recordings."""
FLOOR = 0.05
"""A take of which the recogniser makes something else altogether says no more than this."""
GAIN = 4.0
"""In logarithms of probability, over all phrases; one that was lost and is sure makes 3. Less is
luck."""
AS_GOOD = 1.0
"""In the same measure, a difference that tells nothing."""

Chances = Mapping[float, Sequence[float]]
"""Factor -> how likely the right command was in each take, 0 to 1."""


def choose_factor(
    chances: Chances, phrases: Sequence[str] | None = None, leaving_out: int | None = None
) -> float:
    """The factor at which a person is understood; 1.0 unless another is clearly better.

    A factor is judged together with its neighbours, since luck has no neighbours. Of factors that
    are as good, the one nearest to 1 is taken: it leaves other people's talk as it was.

    Args:
        chances: must have 1.0, and as many takes for every factor.
        phrases: what is said in each take. All takes of a phrase together count as one, or one
            that was said ten times would decide alone. If not given, all differ.
        leaving_out: index of a take that has no say.
    """
    factors = sorted(chances)
    said = phrases or [str(index) for index in range(len(chances[1.0]))]
    sums = [_sum(chances[factor], said, leaving_out) for factor in factors]
    smooth = [
        (sums[max(0, i - 1)] + 2 * sums[i] + sums[min(len(sums) - 1, i + 1)]) / 4
        for i in range(len(sums))
    ]
    good = [i for i in range(len(sums)) if smooth[i] >= max(smooth) - AS_GOOD]
    best = min(good, key=lambda i: (abs(factors[i] - 1), -smooth[i]))
    plain = factors.index(1.0)
    clear = min(smooth[best] - smooth[plain], sums[best] - sums[plain]) >= GAIN
    return factors[best] if clear else 1.0


def _sum(chances: Sequence[float], said: Sequence[str], leaving_out: int | None) -> float:
    logs: dict[str, list[float]] = defaultdict(list)
    for index, chance in enumerate(chances):
        if index != leaving_out:
            logs[said[index]].append(math.log(max(chance, FLOOR)))
    return sum(sum(values) / len(values) for values in logs.values())
