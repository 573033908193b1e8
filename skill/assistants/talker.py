"""A coach in a thread of its own, for assistants that call us from threads of theirs."""

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from skill.closing import Closing
from skill.conversation import Monologue, understand
from skill.core.coach import Coach, Phase
from skill.core.messages import Chime, Effect, Heard, Hush, Say

TICK_S = 0.1
"""How exactly cues fall: a person breathes in several seconds."""


class Talker(Closing):
    """Keeps a coach's time and hands out its lines. Only its thread touches the coach.

    Args:
        coach: how it begins.
        say: speaks a sentence; returns at once.
        chime: plays a short sound; returns at once.
        hush: is silent at once.
    """

    def __init__(
        self,
        coach: Coach,
        say: Callable[[str], None],
        chime: Callable[[], None],
        hush: Callable[[], None],
    ) -> None:
        self._say, self._chime, self._hush = say, chime, hush
        self._heard: SimpleQueue[Heard | None] = SimpleQueue()
        self._monologue = Monologue(coach)
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="coach", daemon=True)
        self._thread.start()

    @property
    def coach(self) -> Coach:
        """The coach as it last was; a value that nobody changes."""
        return self._monologue.coach

    def understand(self, text: str) -> Heard | None:
        """What a sentence asks for now; see `skill.conversation.understand`."""
        return understand(self.coach, text, self._now())

    def hear(self, heard: Heard) -> None:
        """Hand in a command."""
        self._heard.put(heard)

    def close(self) -> None:
        """Say no more."""
        self._heard.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _now(self) -> int:
        return round((time.monotonic() - self._began) * 1000)

    def _run(self) -> None:
        while True:
            busy = self.coach.phase is not Phase.ASLEEP or self.coach.speaking is not None
            try:
                heard = self._heard.get(timeout=TICK_S if busy else None)
            except Empty:
                self._perform(self._monologue.pass_time(self._now()))
                continue
            if heard is None:
                return
            self._perform(self._monologue.take(heard, self._now()))

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case Say():
                    self._say(effect.text)
                case Chime():
                    self._chime()
                case Hush():
                    self._hush()
                case _:
                    pass
