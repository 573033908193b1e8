"""What has been heard so far: what any new utterance is judged against."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from skill.core import colour
from skill.core.decision import Context
from skill.core.foreground import AFTERWARDS_DB, Foreground
from skill.core.hypothesis import Reading
from skill.core.recent import STEP_MS, Moment, Recent
from skill.core.tuning import Tuning
from skill.core.vocabulary import contains


@dataclass(frozen=True, slots=True)
class Past:
    """The sound of the last seconds, and who said something when.

    Attributes:
        recent: the sound of the last seconds.
        foreground: how loud the latest commands were that came while the coach was silent.
        coached: for how long the coach has talked in all, ms.
        voice_since, voice_until: the latest stretch of voice, ms; equal before the first.
        talk_until: when the latest words that were no command ended, ms.
        command_until: when the latest command ended, ms.
    """

    recent: Recent = field(default_factory=Recent)
    foreground: Foreground = field(default_factory=Foreground)
    coached: int = 0
    voice_since: int = 0
    voice_until: int = 0
    talk_until: int = 0
    command_until: int = 0

    def notice(self, moments: Sequence[Moment], now: int) -> "Past":
        """Take in how it sounded, for each 10 ms up to `now`."""
        coached = self.coached + STEP_MS * sum(moment.coach for moment in moments)
        return replace(self, recent=self.recent.after(moments, now), coached=coached)

    def notice_voice(self, probabilities: Sequence[float], now: int, tuning: Tuning) -> "Past":
        """Take in a voice detector's answers.

        Args:
            probabilities: one for each 10 ms, the last of which ended at about `now`.
            now: milliseconds.
            tuning: what counts as a voice, and as a gap in it.
        """
        since, until = self.voice_since, self.voice_until
        for index, probability in enumerate(probabilities):
            at = now - STEP_MS * (len(probabilities) - 1 - index)
            if probability >= tuning.voice_probability:
                if at - until > tuning.voice_gap:
                    since = at - STEP_MS
                until = at
        return replace(self, voice_since=since, voice_until=until)

    def knowing(self, command: Reading, context: Context) -> "Past":
        """Take in that this was a command."""
        known = self.foreground
        if not context.saying:
            known = known.knowing(command, self.recent)
        return replace(self, foreground=known, command_until=command.end_ms)

    @property
    def is_settled(self) -> bool:
        """Whether the coach has talked long enough for its colour to be known."""
        return self.coached >= colour.SETTLED_MS

    def is_anothers(self, start: int, end: int, most: float = colour.OTHER) -> bool:
        """Whether a stretch sounds like somebody else than the coach."""
        return self.is_settled and colour.is_anothers(self.recent, start, end, most)

    def is_own(self, text: str, start: int, end: int, context: Context) -> bool:
        """Whether the coach is saying it, can be heard, and it sounds like nobody else."""
        if not contains(context.saying, text) or colour.is_unheard(self.recent, start):
            return False
        loud = self.foreground.is_overpowered(self.recent)
        return not self.is_anothers(start, end, colour.OTHER if loud else colour.OWN)

    def is_late_echo(self, start: int, end: int, afterwards: int) -> bool:
        """Whether it is as faint as an echo, and the coach talked within `afterwards` ms before."""
        coach = any(moment.coach for moment in self.recent.between(start - afterwards, start))
        return coach and self.foreground.is_faint(self.recent, start, end, AFTERWARDS_DB)

    def is_amid_talk(self, start: int, pause: int) -> bool:
        """Whether other talk had ended less than `pause` ms before."""
        return bool(self.talk_until) and start - self.talk_until < pause

    def is_in_noise(self, at: int, noise: int) -> bool:
        """Whether a voice had by then been heard for `noise` ms, without words."""
        return at - max(self.voice_since, self.talk_until) >= noise

    def voice_end(self, reading: Reading, detector_tail: int) -> int:
        """When its voice ended, ms."""
        # Each is late in its own way, so the earlier one is nearer the truth.
        noticed = self.voice_until - detector_tail
        return min(noticed, reading.end_ms) if self.voice_until else reading.end_ms
