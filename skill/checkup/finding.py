"""One thing that was looked at."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from skill.errors import CoachError, printable


class Verdict(StrEnum):
    """How something is."""

    FINE = "fine"
    DOUBTFUL = "doubtful"
    """It works, and could be better."""
    WRONG = "wrong"
    """Something needs doing."""
    UNKNOWN = "unknown"
    """It could not be looked at, or does not matter here."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what was found.

    Attributes:
        what: the thing, in a word or two.
        verdict: how it is.
        fact: what was seen, with figures, as one sentence or less.
        remedy: what to do, as a sentence; empty if it is fine.
    """

    what: str
    verdict: Verdict
    fact: str
    remedy: str = ""

    def to_dict(self) -> dict[str, str]:
        """For JSON."""
        return {name: str(value) for name, value in asdict(self).items()}


def fine(what: str, fact: str) -> Finding:
    """All is well."""
    return Finding(what, Verdict.FINE, fact)


def doubtful(what: str, fact: str, remedy: str) -> Finding:
    """It works, and could be better."""
    return Finding(what, Verdict.DOUBTFUL, fact, remedy)


def wrong(what: str, fact: str, remedy: str) -> Finding:
    """Something needs doing."""
    return Finding(what, Verdict.WRONG, fact, remedy)


def unknown(what: str, fact: str) -> Finding:
    """It could not be looked at."""
    return Finding(what, Verdict.UNKNOWN, fact)


def of_error(what: str, error: CoachError) -> Finding:
    """What one of our errors says."""
    return wrong(what, printable(error.problem), error.advice)


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing needs doing."""
    return all(finding.verdict is not Verdict.WRONG for finding in findings)
