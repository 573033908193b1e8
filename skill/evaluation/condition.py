"""Conditions: under what circumstances a clip is heard."""

import math
from dataclasses import dataclass
from enum import StrEnum

from skill.errors import SettingsError


class Trouble(StrEnum):
    """What makes hearing harder."""

    QUIET = "quiet"
    """Nothing but the faint noise that every clip gets."""
    NOISE = "noise"
    MUSIC = "music"
    BABBLE = "babble"
    """Other people of the manifests, four at once."""
    ROOM = "room"
    """The echoes of a real room."""
    FAR = "far"
    """A real room, and a microphone at the other end of it."""
    COACH = "coach"
    """The coach itself speaks."""
    GAIN = "gain"
    """A microphone that is turned up too far, and cuts off what is loud, or turned down too far."""


WITH_LEVEL = frozenset({Trouble.NOISE, Trouble.MUSIC, Trouble.BABBLE, Trouble.COACH, Trouble.GAIN})
LEVELS_DB = range(-40, 61)
"""Beyond these, either only the noise or only the speech is left, or nothing of either."""
EXAMPLES = "quiet, noise:10, music:10, babble:10, room, far, coach:0 or gain:20"


@dataclass(frozen=True, slots=True)
class Condition:
    """One circumstance.

    Attributes:
        trouble: what is wrong.
        level_db: how far the speech is above it, dB; of `GAIN`, how far everything is turned up. 0
            where that has no sense.
    """

    trouble: Trouble = Trouble.QUIET
    level_db: float = 0.0

    @property
    def name(self) -> str:
        """As the tables call it: "noise 10 dB", "coach speaking 0 dB", "gain 20 dB", "room"."""
        if self.trouble not in WITH_LEVEL:
            return self.trouble.value
        what = "coach speaking" if self.trouble is Trouble.COACH else self.trouble.value
        return f"{what} {self.level_db:g} dB"


def parse(text: str) -> Condition:
    """Read "quiet", "noise:10" and so on; the number is the signal-to-noise ratio, or the gain, in
    dB.

    Raises:
        SettingsError: if it is no condition.
    """
    name, colon, level = text.strip().partition(":")
    try:
        trouble = Trouble(name)
    except ValueError as failure:
        raise SettingsError(
            f'"{text}" is no condition.', f"Write --condition with {EXAMPLES}."
        ) from failure
    if trouble not in WITH_LEVEL:
        if colon:
            raise SettingsError(f"{name} takes no level.", f"Write --condition {name}.")
        return Condition(trouble)
    return Condition(trouble, _level(text, name, level))


def _level(text: str, name: str, level: str) -> float:
    try:
        decibels = float(level)
    except ValueError:
        decibels = math.nan
    if not LEVELS_DB.start <= decibels < LEVELS_DB.stop:
        raise SettingsError(
            f'The condition "{text}" has no level of {LEVELS_DB.start} to {LEVELS_DB.stop - 1} dB.',
            f"Say how far the speech is above it, or turned up: --condition {name}:10.",
        )
    return decibels
