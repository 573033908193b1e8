"""What the listener is told about the coach, and what it decides."""

from dataclasses import dataclass

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


Decision = Flush | Doubt | Heard | Ignored
