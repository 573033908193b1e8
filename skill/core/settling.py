"""What becomes of a command that was in doubt, once others have been asked.

First, how it stands among all the other words there are; then, where that does not settle it, what
second ears make of the sound at other pitches.
"""

from collections.abc import Iterable

from skill.core.decision import Doubt, Standing
from skill.core.hypothesis import Hypothesis
from skill.core.listener import Listener
from skill.core.messages import Heard, Ignored
from skill.core.weighing import support


def settle(
    listener: Listener,
    doubt: Doubt,
    opinions: Iterable[Hypothesis],
    standing: Standing | None = None,
) -> Heard | Ignored:
    """Decide; if nobody was asked, the recogniser counts where it was sure.

    Args:
        listener: who doubts.
        doubt: what it asked.
        opinions: no more of them are asked for than are needed.
        standing: None where nobody knows how other words sound.
    """
    heard, tuning = doubt.heard, listener.tuning
    missing, asked = doubt.missing, standing is not None
    if standing is not None and standing.rivals >= tuning.rivals:
        return Ignored(heard.phrase, "more like other words", heard.confidence)
    if standing is not None and not standing.rivals and standing.margin >= tuning.margin:
        missing -= tuning.unrivalled
    if missing > 0:
        for opinion in opinions:
            asked = True
            missing -= _support(listener, doubt, opinion)
            if missing <= 0:
                break
    if not asked and doubt.unsure:
        return Ignored(heard.phrase, doubt.unsure, heard.confidence)
    if asked and missing > 0:
        return Ignored(heard.phrase, "heard by one ear only", heard.confidence)
    return heard


def _support(listener: Listener, doubt: Doubt, opinion: Hypothesis) -> float:
    said = listener.persons(opinion, over_coach=doubt.over_coach)
    meaning = listener.vocabulary.meanings[doubt.heard.phrase]
    return support(said, meaning, listener.vocabulary)
