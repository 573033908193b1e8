"""Whose words are these? Over the coach, the person's, and what is left of an echo.

Nobody who interrupts speaks softly. What the microphone still hears of the coach is mostly 10 dB or
more below the person; so, of an utterance over the coach, words that are much fainter than the
latest commands are left out, and the rest is judged.
"""

from dataclasses import dataclass, replace

from skill.core.hypothesis import Hypothesis, Reading
from skill.core.loudness import loudness
from skill.core.recent import STEP_MS, Recent

FAINTER_DB = 6.0
"""How much fainter than the faintest of the latest commands a word over the coach may be. Of some
200 scenes with commands over the coach, those that were heard were at most 4 dB fainter than the
person's voice before; echoes that were taken for commands 10 dB or more, and 2 to 8 dB where the
coach is 12 dB louder than a person (`scripts/own_voice.py`)."""
DOUBTED_DB = 1.5
"""From here on others are asked whether they heard the same. Of 60 commands over a coach as loud as
the person none was 1.5 dB fainter than the person's voice before; the four echoes that were still
taken for commands, in 395 lines of a coach 12 dB louder, were 2.4 to 3.4."""
LOUDER_DB = 6.0
"""From here on, too, where it is so much louder than the loudest of the latest commands: what was
left of a loud echo, and was taken for a command, was up to 14 dB louder; so is a shout."""
OVERPOWERING_DB = 6.0
"""A coach that is so much louder at the microphone than the faintest of the latest commands leaves
words behind that are as loud as the person's."""
FAINTER_OVERPOWERED_DB = 4.0
"""`FAINTER_DB` over such a coach: 72 commands over one 10 and 12 dB louder than the person were at
most 3.0 dB fainter, "seconds now", which was "volume down" to both ears, 5.0."""
ENDED_DB = 25.0
"""Over the coach, what is so much fainter than commands does not go on with one: a voice detector
hears a voice in what is left of the coach, too. With 25 the coach falls silent 12 ms sooner
(median) where it is as loud as the person, 22 ms where it is 10 dB louder, and as many commands are
heard; with 15 it is five of 70 fewer there."""
LOUD_MS, LOUD_SHARE = 2_400, 0.7
"""How loud it is: the level below which this share of so much sound stays."""
AFTERWARDS_DB = 12.0
"""How much fainter than the faintest command a word may be that begins right after the coach: what
a room still answered then, and was taken for one, was 14 to 32 dB fainter."""
LATEST = 5
"""So many commands tell how loud a person is."""
LATELY_MS = 400
"""How long ago a word was said, at most, that a partial shows for the first time."""


@dataclass(frozen=True, slots=True)
class Foreground:
    """How loud a person is, as far as is known.

    Attributes:
        levels: of the latest commands that came while the coach was silent, in dB.
    """

    levels: tuple[float, ...] = ()

    def knowing(self, command: Reading, recent: Recent) -> "Foreground":
        """One that knows how loud this command was."""
        level = loudness(recent, command.start_ms, command.end_ms)
        return self if level is None else replace(self, levels=(*self.levels, level)[-LATEST:])

    def is_faint(
        self, recent: Recent, start_ms: int, end_ms: int, by_db: float = FAINTER_DB
    ) -> bool:
        """Whether a stretch is so much fainter than commands are; not before there was one."""
        level = loudness(recent, start_ms, end_ms)
        if level is None or not self.levels:
            return False
        return level < min(self.levels) - by_db

    def is_fainter_than_commands(self, recent: Recent, start_ms: int, end_ms: int) -> bool:
        """Whether a stretch over the coach is too faint to be a command."""
        overpowered = self.is_overpowered(recent)
        by_db = FAINTER_OVERPOWERED_DB if overpowered else FAINTER_DB
        return self.is_faint(recent, start_ms, end_ms, by_db)

    def is_odd(self, recent: Recent, start_ms: int, end_ms: int) -> bool:
        """Whether a stretch is a little fainter, or much louder, than commands are."""
        level = loudness(recent, start_ms, end_ms)
        if level is None or not self.levels:
            return False
        return not min(self.levels) - DOUBTED_DB <= level <= max(self.levels) + LOUDER_DB

    def is_overpowered(self, recent: Recent, by_db: float = OVERPOWERING_DB) -> bool:
        """Whether the coach has been so much louder, at the microphone, than commands are."""
        coach = sorted(
            moment.echo for moment in recent.between(recent.until - LOUD_MS, recent.until)
        )
        if not coach or not self.levels:
            return False
        return coach[int(LOUD_SHARE * len(coach))] > min(self.levels) + by_db

    def loud_until(self, recent: Recent) -> int:
        """When something last was about as loud as commands are, in ms."""
        if not self.levels:
            return recent.until
        least = min(self.levels) - ENDED_DB
        for back, moment in enumerate(reversed(recent.moments)):
            if moment.level is not None and moment.level >= least:
                return recent.until - STEP_MS * back
        return 0

    def of(self, hypothesis: Hypothesis, recent: Recent) -> Hypothesis:
        """A final one without the faint words; if there are no others, as it is."""
        return hypothesis.without(lambda word: self.is_faint(recent, word.start_ms, word.end_ms))
