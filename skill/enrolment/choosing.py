"""What to make of a person's recordings: pure choices, each by a rule that wants evidence."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from skill.core.vocabulary import Care, Vocabulary
from skill.core.weighing import UNKNOWN

FACTORS = (0.76, 0.82, 0.88, 0.94, 1.0, 1.06, 1.12, 1.18)
"""From a small child's voice to a very deep one; nearer ones were much the same on recordings."""
FLOOR = 0.05
"""A take of which the recogniser makes something else altogether says no more than this."""
GAIN = 4.0
"""In logarithms of probability, over all phrases; one that was lost and is sure makes 3. Less is
luck."""
AS_GOOD = 1.0
"""In the same measure, a difference that tells nothing."""

SPELLING_TAKES = 2
"""So many takes of a phrase must come out the same way. One slip is no habit."""
SPELLING_SHARE = 0.2
"""How likely a reading must be to count."""
SPELLING_WORDS = 3
COMMONPLACE = (
    " a an and are as at but for he her his i in is it its me my of on or she so that the them "
    "then there they this to us was we were what when with you your "
)
"""Words that stand alone in anybody's talk, with spaces around each."""

Chances = Mapping[float, Sequence[float]]
"""Factor -> how likely the right command was in each take, 0 to 1."""
Readings = Mapping[str, float]
"""Readings of one take -> how likely each was."""


def choose_factor(
    chances: Chances, phrases: Sequence[str] | None = None, leaving_out: int | None = None
) -> float:
    """The factor at which a person is understood; 1.0 unless another is clearly better.

    A factor is judged together with its neighbours, since luck has no neighbours. Of factors that
    are as good, the one nearest to 1 is taken: it leaves other people's talk as it was.

    Args:
        chances: must have 1.0, and as many takes for every factor.
        phrases: what is said in each take. All takes of one phrase together count as one, or
            what is misheard, and so said again, would decide alone. Without it, all differ.
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


def choose_spellings(
    takes: Iterable[tuple[str, Readings]], vocabulary: Vocabulary
) -> dict[str, str]:
    """What a person's phrases regularly come out as, when they do not come out as themselves.

    Never a phrase of the vocabulary, never what comes out for two phrases, never a commonplace
    word, and nothing for commands that cost the person their place.

    Args:
        takes: the phrase said in each take that was not understood, and its readings among all
            words that the model knows.
        vocabulary: everybody's.

    Returns:
        Spelling -> phrase.
    """
    votes: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for phrase, readings in takes:
        for text, share in readings.items():
            if share >= SPELLING_SHARE:
                votes[text][phrase].append(share)
    chosen: dict[str, tuple[float, str]] = {}
    for text, phrases in votes.items():
        phrase, shares = next(iter(phrases.items()))
        if len(phrases) > 1 or len(shares) < SPELLING_TAKES or not _may_mean(text, vocabulary):
            continue
        if vocabulary.meanings[phrase].command.care is not Care.COSTLY:
            chosen[phrase] = max(chosen.get(phrase, (0.0, "")), (sum(shares), text))
    return {text: phrase for phrase, (_, text) in chosen.items()}


def _may_mean(text: str, vocabulary: Vocabulary) -> bool:
    words = text.split()
    usable = UNKNOWN not in words and len(words) <= SPELLING_WORDS
    return (
        usable
        and text not in vocabulary.meanings
        and any(f" {word} " not in COMMONPLACE for word in words)
    )
