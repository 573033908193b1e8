"""Whoever talks over the coach is heard better if it lowers its voice: when to, and for how long.

It is what people do. A command that is said over a coach 10 dB louder mostly gets lost, and so
would the second try; over a coach that has lowered its voice it does not.
"""

from dataclasses import dataclass, replace

from skill.core.colour import OWN
from skill.core.foreground import FAINTER_DB, Foreground
from skill.core.recent import STEP_MS, Recent

RUN_MS = 80
"""For so long somebody must have talked, as loud as commands are and in another colour than the
coach's. In 18 minutes of a coach 10 dB louder than a person, through ten rooms, that would have
been so once for nothing; 67 of 70 commands over it were noticed, 400 ms before their end."""
HOLD_MS = 2_500
"""How long it stays low after that: time to say it again."""
MOST_MS = 6_000
"""How long in all: those who want to listen to the coach must be able to."""
CALM_MS = 1_000
"""Only who begins to talk after so much calm lowers it, so that music does not again and again."""
IN_VAIN = 2
"""So often without a command that is understood, and it gives way no more until one is: a room that
echoes for long can sound like somebody, and a voice that wavers is worse to listen to. In one such
scene it did so 13 times in 100 s."""
LOUD_DB = -6.0
"""How much louder than commands the coach must be at the microphone: where it is fainter, it is in
nobody's way."""


@dataclass(frozen=True, slots=True)
class Deference:
    """Whether the coach gives way.

    Attributes:
        at: until when everything has been noticed, ms.
        run: for how long somebody has been talking, ms.
        talked: when somebody had talked before that, ms.
        since, until: when the voice was lowered last, ms.
        vain: how often it has been, since a command was understood.
    """

    at: int = 0
    run: int = 0
    talked: int = -CALM_MS
    since: int = 0
    until: int = 0
    vain: int = 0

    def is_low(self, now: int) -> bool:
        """Whether the coach is to speak in a low voice."""
        return now < self.until

    def end(self) -> "Deference":
        """What was said has been understood: the answer is as loud as ever, whatever is still left
        of those words.
        """
        return replace(self, until=0, talked=self.at, vain=0)

    def notice(self, recent: Recent, known: Foreground, now: int) -> "Deference":
        """Take in the sound up to `now`, and how loud commands are."""
        following = self
        steps = range(max(self.at, now - HOLD_MS) + STEP_MS, now + 1, STEP_MS)
        for at in steps:
            somebody = _is_somebody(recent, known, at)
            # Mostly nobody talks over the coach, and a copy for each 10 ms takes its time.
            if somebody or following.run:
                following = following._hear(recent, known, at, somebody=somebody)
        return replace(following, at=steps[-1]) if steps else following

    def _hear(self, recent: Recent, known: Foreground, at: int, *, somebody: bool) -> "Deference":
        if not somebody:
            talked = at - STEP_MS if self.run >= RUN_MS else self.talked
            return replace(self, at=at, run=0, talked=talked)
        following = replace(self, at=at, run=self.run + STEP_MS)
        if following.run < RUN_MS or not 0 < recent.likeness(at - RUN_MS, at) <= OWN:
            return following
        if at < self.until:
            return replace(following, until=min(at + HOLD_MS, self.since + MOST_MS))
        begun = at - following.run
        calm = begun - self.talked >= CALM_MS and begun >= self.until
        # Asked last, and not at all of a coach that is low: it is no longer in the way.
        if not calm or self.vain >= IN_VAIN or not known.is_overpowered(recent, LOUD_DB):
            return following
        return replace(following, since=at, until=at + HOLD_MS, vain=self.vain + 1)


def _is_somebody(recent: Recent, known: Foreground, at: int) -> bool:
    if not known.levels:
        return False
    for moment in recent.between(at - STEP_MS, at):
        if moment.level is not None and moment.coach and moment.others:
            return moment.level >= min(known.levels) - FAINTER_DB
    return False
