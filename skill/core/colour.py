"""Whose words are these? Over the coach, what has its colour is left of it, and what has quite
another is a person's: the third way to tell, beside the words themselves and how loud they are.

The colour is the canceller's to tell (`Moment.alike`), once its filter has settled.
"""

from skill.core.recent import UNHEARD, Recent

BEFORE_MS = 1_000
"""What somebody says is heard, so it is the time before that tells."""
SETTLED_MS = 9_000
"""After so much talk of the coach. Before, the filter is quick to follow a person, too: after 2 and
6 s, what is said here would cost 7 of 285 commands, after 9 s none of 160."""
OWN = 0.907
"""From here on, it is the coach. Of some 210 commands over an echo as loud as the person and 10 dB
louder two, a "hold on" in one room, had more than 0.905: 0.912 and 0.931; what was left of the
coach in ten false ones, as likely and as loud as a person's, 0.909 to 0.965."""
OWN_EARLY = 0.93
"""The same before that. Of 80 commands after five seconds one had more than 0.913, it had 0.943;
what was left of the coach and was obeyed, 0.95 to 0.97."""
OTHER = 0.8
"""Up to here, it is a person. So are half of the commands over the coach; of what was left of a
coach 12 dB louder, in 794 lines, all that was as loud as a person and likely had 0.85 or more."""

NEAR = 0.85
"""From here on others are asked (`Tuning.support_near_coach`), unless it is nearly sure: of 125
commands over an echo as loud as the person 19 had as much, and all but three were nearly sure; a
"slight bridge" that was "it hurts", the only one of 3,990 lines that was obeyed, had 0.861."""


def own(*, settled: bool, doubtful: bool) -> float:
    """From which likeness on it is the coach.

    Args:
        settled: whether the coach has talked for `SETTLED_MS`.
        doubtful: whether it is fainter than commands are (`foreground.DOUBTED_DB`), and not nearly
            sure or among the words that the coach is saying. "Enough", "repeat" and "stop" were
            all of it, with 0.845 to 0.903, and were obeyed; no person's command over an echo as
            loud was, but for one with 0.82 that was sure.
    """
    if not settled:
        return OWN_EARLY
    return OTHER if doubtful else OWN


def is_anothers(recent: Recent, start_ms: int, end_ms: int, most: float = OTHER) -> bool:
    """Whether it has another, up to `most`; not where nothing is known of it."""
    return 0 < recent.likeness(start_ms, end_ms) <= most


def is_unheard(recent: Recent, start_ms: int) -> bool:
    """Whether the coach talked before a word, and could not be heard."""
    return recent.likeness(start_ms - BEFORE_MS, start_ms) == UNHEARD
