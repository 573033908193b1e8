"""What the listener is told about the coach, and what it decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from skill.core.hypothesis import Reading
from skill.core.messages import Heard, Ignored
from skill.core.vocabulary import Command


@dataclass(frozen=True, slots=True)
class Context:
    """What the listener needs to know about the coach.

    Attributes:
        live: commands that do something now.
        phase: the reason given when one does not.
        saying: the sentence being spoken, or just spoken; empty in silence.
    """

    live: frozenset[Command]
    phase: str
    saying: str = ""


@dataclass(frozen=True, slots=True)
class Flush:
    """Ask the recogniser to end the utterance now."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Ask others who heard the same before this is acted on.

    Attributes:
        heard: the command.
        start_ms: when its first word began.
        missing: how much their likelihoods of it must come to.
        unsure: why it is left alone if nobody can be asked; empty: then it counts.
        over_coach: whether others may have heard what is left of an echo around it.
    """

    heard: Heard
    start_ms: int
    missing: float
    unsure: str = ""
    over_coach: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How well a command fits a sound beside all the other words that it may have been.

    Attributes:
        rivals: how many of them fit better.
        margin: by how much it fits better than the best of them, in nats.
    """

    rivals: int
    margin: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was taken for no command, or for another, with what is needed to take it for one yet.

    Attributes:
        reading: what the recogniser made of it.
        context: as it was heard.
        talk_until: when other talk ended before it, ms.
    """

    reading: Reading
    context: Context
    talk_until: int


@dataclass(frozen=True, slots=True)
class Puzzle:
    """Ask others whether this, which came to nothing, was one of the phrases.

    Attributes:
        ignored: what it is if they do not know.
        said: the utterance.
    """

    ignored: Ignored
    said: Utterance


@dataclass(frozen=True, slots=True)
class Closest:
    """The phrase that a sound is closest to. What fits is in nats for each 30 ms, against the best.

    Attributes:
        phrase: its words.
        margin: by how many nats it fits better, in all, than phrases that mean something else.
        misfit: how much worse its sounds fit than those that fit best.
        worst: the same of the worst of its words.
    """

    phrase: str
    margin: float
    misfit: float
    worst: float


@dataclass(frozen=True, slots=True)
class Outcry:
    """Ask others whether this, which was taken for something else, was stop or a word of pain.

    Attributes:
        otherwise: what it is if they do not agree.
        said: the utterance.
        likely: how likely each of these commands was, of those that do something now.
    """

    otherwise: Doubt | Puzzle | Ignored
    said: Utterance
    likely: Mapping[Command, float]


Decision = Flush | Doubt | Puzzle | Outcry | Heard | Ignored
