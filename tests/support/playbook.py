"""A dialogue with the coach, without sound: hear this, wait so long, and see what it says."""

from dataclasses import replace
from typing import Self

from skill.core.advance import advance
from skill.core.coach import Coach, Phase
from skill.core.messages import Chime, Effect, Event, Heard, Say, SpeechEnded, Started, Tick
from skill.core.vocabulary import Command
from tests.support.book import new_coach

TICK_MS = 50


class Playbook:
    """Drives a coach and keeps what it does.

    Attributes:
        coach: as it is now.
        now: milliseconds.
        effects: everything since the last `forget`.
        line_ms: how long every line and chime lasts, without the silence before it.
        tick_ms: how long a block is.
        begun: when the sound of each line began since the last `forget`, and what it was.
    """

    def __init__(self, coach: Coach | None = None, *, started: bool = True) -> None:
        self.coach = coach or new_coach()
        self.now = 0
        self.effects: list[Effect] = []
        self.line_ms = 1_000
        self.tick_ms = TICK_MS
        self.begun: list[tuple[int, str]] = []
        self._ends: tuple[int, int] | None = None
        if started:
            self.send(Started())
            self.finish_speaking()
            self.forget()

    def send(self, event: Event) -> Self:
        """Hand one event to the coach."""
        self.coach, effects = advance(self.coach, event, self.now)
        self.effects.extend(effects)
        playing = self.coach.speaking
        if playing is None:
            self._ends = None
        elif self._ends is None or self._ends[1] != playing.token:
            begins = self.now + playing.pause_ms
            self.begun.append((begins, _name(playing)))
            self._ends = (begins + self.line_ms, playing.token)
        return self

    def hear(self, command: Command, argument: str | None = None) -> Self:
        """The person says a command."""
        return self.send(Heard(command, argument))

    def wait(self, seconds: float) -> Self:
        """Let time pass; lines end when they have been said."""
        for _ in range(round(seconds * 1000 / self.tick_ms)):
            self.now += self.tick_ms
            if self._ends is not None and self.now >= self._ends[0]:
                self.send(SpeechEnded(self._ends[1]))
            self.send(Tick())
        return self

    def finish_speaking(self) -> Self:
        """Let the coach say all it has to say, in no time."""
        while self.coach.speaking is not None:
            self.send(SpeechEnded(self.coach.speaking.token))
        return self

    def forget(self) -> Self:
        """Start to note effects anew."""
        self.effects.clear()
        self.begun.clear()
        return self

    @property
    def said(self) -> list[str]:
        """Lines and chimes since `forget`, chimes in brackets."""
        return [_name(effect) for effect in self.effects if isinstance(effect, Say | Chime)]

    @property
    def at(self) -> str:
        """ "phase exercise/step"."""
        return f"{self.coach.phase.value} {self.coach.exercise.id}/{self.coach.step.id}"


def _name(playing: Say | Chime) -> str:
    return playing.text if isinstance(playing, Say) else f"<{playing.tone}>"


def in_phase(phase: Phase) -> Playbook:
    """A playbook that has come to a phase by commands alone, silent, at one/b (asleep and awake)
    or at the end."""
    book = Playbook()
    book.hear(Command.START).finish_speaking().hear(Command.NEXT).finish_speaking()
    way: dict[Phase, list[Command]] = {
        Phase.ASLEEP: [Command.STOP],
        Phase.SETTING_UP: [],
        Phase.ROLLING: [Command.START],
        Phase.PAUSED: [Command.START, Command.PAUSE],
        Phase.HURT: [Command.START, Command.PAIN],
        Phase.DONE: [Command.SKIP, Command.SKIP, Command.SKIP],
    }
    for command in way[phase]:
        book.hear(command).finish_speaking()
    book.coach = replace(book.coach, history=())
    assert book.coach.phase is phase
    return book.forget()
