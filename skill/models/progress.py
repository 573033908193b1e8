"""How far an installation has come, as plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What is being done, in this order; a model from a folder is only copied."""

    DOWNLOADING = "downloading"
    CHECKING = "checking"
    UNPACKING = "unpacking"
    COPYING = "copying"


@dataclass(frozen=True, slots=True)
class Progress:
    """One step forward, or back to the start when the server cannot resume.

    Attributes:
        stage: what is being done.
        done: bytes of this stage that are done.
        total: bytes in this stage; None while the server does not say.
    """

    stage: Stage
    done: int
    total: int | None


Report = Callable[[Progress], None]


def ignore(progress: Progress) -> None:
    """A report that nobody reads."""
