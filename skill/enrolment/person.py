"""What the coach knows about one person's voice, as a plain value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """One person's voice.

    Attributes:
        factor: how many times higher and faster the voice is played to the recogniser
            (`skill.recognition.pitched`).
    """

    factor: float = 1.0


ANYBODY = Person()
"""Somebody of whom nothing is known."""
