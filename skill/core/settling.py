"""What becomes of a command that was in doubt, or of what came to nothing, once others were asked.

Of a doubt: first, how it stands among all the other words there are; then, where that does not
settle it, what second ears make of the sound at other pitches. Of what came to nothing: which
phrase fits it word by word. The recogniser has a bigram of the phrases, so it mixes them, and what
people say haltingly, or with an accent, mostly comes out as a mixture. Of what was taken for
something else: whether it was stop or a word of pain, for others as well.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from skill.core.decision import Closest, Doubt, Outcry, Puzzle, Standing, Utterance
from skill.core.hypothesis import Hypothesis
from skill.core.listener import Listener
from skill.core.messages import Heard, Ignored
from skill.core.vocabulary import Meaning
from skill.core.weighing import outcries, support

MOST_MARGIN = 30.0
"""In nats: where there are few phrases, any of them is far from all others."""


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


def solve(
    listener: Listener, puzzle: Puzzle, closest: Closest | None
) -> tuple[Listener, Heard | Ignored]:
    """Decide what it was; what it has been taken for, if the closest phrase is not close enough.

    Args:
        listener: who was puzzled.
        puzzle: by what.
        closest: None where nobody knows.
    """
    if closest is None:
        return listener, puzzle.ignored
    sure = likelihood(closest)
    meaning = listener.vocabulary.meanings[closest.phrase]
    command = meaning.command
    if sure < listener.tuning.close[command.care] or command not in puzzle.said.context.live:
        return listener, puzzle.ignored
    return _taken_for(listener, puzzle.said, meaning, closest.phrase, sure)


def is_whole(listener: Listener, puzzle: Puzzle, closest: Closest | None) -> bool:
    """Whether what puzzles is a phrase already, while the recogniser still waits for more.

    Args:
        listener: who is puzzled.
        puzzle: by what.
        closest: None where nobody knows.
    """
    if closest is None or listener.vocabulary.is_opening(closest.phrase):
        return False
    command = listener.vocabulary.meanings[closest.phrase].command
    likely = likelihood(closest) >= listener.tuning.close_at_once
    return likely and command in puzzle.said.context.live


def heed(
    listener: Listener, outcry: Outcry, opinions: Iterable[Hypothesis]
) -> tuple[Listener, Heard | None]:
    """Decide whether it was stop or a word of pain, and which; None if others do not agree: half of
    what is needed must be theirs.

    Args:
        listener: who asks.
        outcry: about what.
        opinions: no more of them are asked for than are needed.
    """
    likely, support, asked = dict(outcry.likely), 0.0, 1
    over_coach, tuning = bool(outcry.said.context.saying), listener.tuning
    enough = tuning.outcry_over_coach if over_coach else tuning.outcry
    for opinion in opinions:
        asked += 1
        said = listener.persons(opinion, over_coach=over_coach)
        for command, more in outcries(said, listener.vocabulary).items():
            if command in outcry.said.context.live:
                likely[command] = likely.get(command, 0.0) + more
                support += more
        if sum(likely.values()) >= enough and support >= enough / 2:
            break
    else:
        return listener, None
    command = max(likely, key=lambda one: likely[one])
    phrase, sure = listener.vocabulary.suggest(command), sum(likely.values()) / asked
    return _taken_for(listener, outcry.said, Meaning(command), phrase, sure)


def _taken_for(
    listener: Listener, said: Utterance, meaning: Meaning, phrase: str, sure: float
) -> tuple[Listener, Heard]:
    """It was a command after all, and so no other talk."""
    past = replace(listener.past, talk_until=said.talk_until)
    ended = past.voice_end(said.reading, listener.tuning.detector_tail)
    heard = Heard(meaning.command, meaning.argument, phrase, sure, ended)
    return replace(listener, past=past.knowing(said.reading, said.context)), heard


def likelihood(closest: Closest) -> float:
    """How likely it is that the closest phrase was said, 0 to 1: a logistic model.

    Its numbers are from dev: of its learners' sentences of two to five words one third at a time
    were commands, and all others were not, in quiet and in noise at 10 dB
    (scripts/acoustic/README.md, "Phrases, word by word").
    """
    margin = math.log(min(max(closest.margin, 0.1), MOST_MARGIN))
    length = math.log(len(closest.phrase.replace(" ", "")))
    evidence = 1.40 * margin + 1.64 * length - 3.99 * closest.misfit - 1.58 * closest.worst - 3.77
    return 1 / (1 + math.exp(-evidence))
