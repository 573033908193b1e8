"""A coach in text, for programs that hear and speak themselves: voice assistants.

Pure like the core: times are handed in, in milliseconds since the conversation began.
"""

from collections.abc import Sequence
from dataclasses import replace

from skill.core.advance import advance
from skill.core.coach import Coach
from skill.core.messages import Chime, Effect, Event, Heard, Say, SpeechEnded, Tick
from skill.core.table import live_commands
from skill.core.vocabulary import Command, plain

LETTER_MS = 65
"""A letter takes so long to say: 190 words a minute, as the built-in voice speaks."""
LINE_MS = 500
"""A line takes so much longer: silence at its ends."""


def understand(coach: Coach, text: str, now: int) -> Heard | None:
    """What a sentence asks for; None if it is no phrase of a command, or of none that is live."""
    phrase = plain(text)
    meaning = coach.book.vocabulary.meanings.get(phrase)
    if meaning is None or meaning.command not in live_commands(coach, now):
        return None
    return Heard(meaning.command, meaning.argument, phrase, 1.0, now)


class Correspondence:
    """Text in, the whole answer out: for those who can ask and cannot be told.

    Nothing goes on by itself, since nobody would hear of it: no question, no sleep, and a movement
    that is over waits for "next".

    Args:
        coach: how it begins.
    """

    def __init__(self, coach: Coach) -> None:
        self.coach = coach
        self._now = self._asked_at = 0

    def answer(self, text: str, now: int) -> str | None:
        """The coach's answer to a sentence; None if it is no command now."""
        self._pass_time(now)
        heard = understand(self.coach, text, self._now)
        if heard is None:
            return None
        said = self._say_all(heard)
        if not said:  # Only a chime: it is not the moment. Where we are tells why.
            said = self._say_all(Heard(Command.WHERE))
        return " ".join(said)

    def help(self) -> str:
        """What can be said now. Asking for it changes nothing."""
        before = self.coach
        said = self._say_all(Heard(Command.HELP))
        self.coach = before
        return " ".join(said)

    def _pass_time(self, now: int) -> None:
        elapsed, self._asked_at = now - self._asked_at, now
        left = self.coach.length() - self.coach.rolled(self._now)
        if self.coach.rolled(self._now + 1) > self.coach.rolled(self._now):
            elapsed = min(elapsed, max(0, left))  # "undo" may have made it shorter
        self._now += elapsed

    def _say_all(self, heard: Heard) -> list[str]:
        self.coach, effects = advance(self.coach, heard, self._now)
        said = _lines(effects)
        while (speaking := self.coach.speaking) is not None:
            self.coach, effects = advance(self.coach, SpeechEnded(speaking.token), self._now)
            said += _lines(effects)
        self.coach = _still_there(self.coach)
        return said


def _still_there(coach: Coach) -> Coach:
    """An assistant does not end: after a goodbye the coach sleeps, and keeps its place."""
    return replace(coach, gone=False, leaving=False) if coach.gone else coach


def _lines(effects: Sequence[Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, Say)]


class Monologue:
    """A coach whose lines somebody else speaks, in their time: questions, cues and all.

    How long a line lasts is estimated, since not every assistant tells when it has been heard.

    Args:
        coach: how it begins.
    """

    def __init__(self, coach: Coach) -> None:
        self.coach = coach
        self._ends_at = 0

    def take(self, event: Event, now: int) -> tuple[Effect, ...]:
        """Handle an event; what is to be said, or no longer said, is among the effects."""
        self.coach, effects = advance(self.coach, event, now)
        for effect in effects:
            match effect:
                case Say():
                    self._ends_at = now + effect.pause_ms + LINE_MS + LETTER_MS * len(effect.text)
                case Chime():
                    self._ends_at = now + effect.pause_ms + LINE_MS
                case _:
                    pass
        self.coach = _still_there(self.coach)
        return effects

    def pass_time(self, now: int) -> tuple[Effect, ...]:
        """Let time pass: lines end and follow, movements go on, silence is noticed."""
        effects: tuple[Effect, ...] = ()
        speaking = self.coach.speaking
        if speaking is not None and now >= self._ends_at:
            effects = self.take(SpeechEnded(speaking.token), now)
        return effects + self.take(Tick(), now)
