"""How loud was a word, and does it stand out of what was to be heard before it?

Somebody who gives a command speaks up; a shred of music, of a noise or of somebody else's talk that
happens to resemble a word is about as loud as what went before. This needs no model of either.
"""

import math
from collections.abc import Sequence

from skill.core.recent import STEP_MS, Moment, Recent

BEFORE_MS = 2_400
"""What a word is compared with: so much sound before it."""
ONSET_MS = 80
"""The last of that is left out: a word's start is only roughly known."""
LEAST_MS = 200
"""With less than this to compare with, everything stands out."""
QUIET_DB = 20.0
"""Ten steps of 16 bits: a room that is quieter drowns nothing."""
SHARE = 0.7
"""The level that so much of the sound before stays below. Lower, music's own accents pass; higher,
somebody who says a command a second time, at once, is compared with their own first try."""


def loudness(recent: Recent, start_ms: int, end_ms: int) -> float | None:
    """The level of a word, in dB: the mean power of its louder half; None if it is forgotten."""
    return _louder_half(recent.between(start_ms, end_ms))


def standing_out(recent: Recent, start_ms: int, end_ms: int) -> float:
    """How far the word from `start_ms` to `end_ms` is above what came before it.

    Returns:
        dB: the mean power of the word's louder half against the level below which `SHARE` of
        the `BEFORE_MS` before it stay, without what the coach said; infinite in a quiet room, and
        where there is nothing to compare with.
    """
    word = _louder_half(_without_coach(recent.between(start_ms, end_ms)))
    room = noise_before(recent, start_ms)
    return math.inf if word is None or room is None else word - room


def noise_before(recent: Recent, start_ms: int) -> float | None:
    """The level, in dB, below which `SHARE` of the `BEFORE_MS` before a word stay, without what the
    coach said; None in a quiet room, and where there is nothing to tell it by.
    """
    before = sorted(
        _levels(_without_coach(recent.between(start_ms - BEFORE_MS, start_ms - ONSET_MS)))
    )
    if len(before) * STEP_MS < LEAST_MS:
        return None
    room = before[int(SHARE * len(before))]
    return None if room < QUIET_DB else room


def _louder_half(moments: Sequence[Moment]) -> float | None:
    levels = sorted(_levels(moments))
    loud = [10 ** (level / 10) for level in levels[len(levels) // 2 :]]
    return 10 * math.log10(sum(loud) / len(loud)) if loud else None


def _levels(moments: Sequence[Moment]) -> list[float]:
    return [moment.level for moment in moments if moment.level is not None]


def _without_coach(moments: Sequence[Moment]) -> list[Moment]:
    return [moment for moment in moments if not moment.coach]
