"""What a kept journal tells beside the sound happens again in its replay, at its time."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from skill.core.coach import Coach
from skill.core.messages import (
    Counted,
    Effect,
    Event,
    Heard,
    SpeakerBack,
    SpeakerLost,
    ThereAgain,
    Trouble,
    Troubles,
)
from skill.journal import Entry
from skill.ports import AudioSource, Block, BlockKind, Press
from skill.recorder.ring import Span


class Retold:
    """All that reached a session from outside: a microphone, hands and equipment at once.

    Of sound that a busy machine lost the coach takes no notice; so neither does its replay.

    Args:
        source: the sound, by the session's own clock.
        lost: where the microphone delivered nothing.
        entries: of the journal, from where the sound begins.
        coach: as it was there.

    Attributes:
        speakers: how often the speaker has been there again.
        speaker_works, dropouts, hears_nothing, overdriven_s: see `skill.ports.Equipment`.
    """

    def __init__(
        self, source: AudioSource, lost: Sequence[Span], entries: Sequence[Entry], coach: Coach
    ) -> None:
        self.speakers = 0
        self.speaker_works = not coach.mute
        self.dropouts = (0, 0)
        self.hears_nothing = False
        self.overdriven_s = 0.0
        self._source = source
        self._lost = lost
        self._waiting = deque(entries)
        self._troubles = coach.troubles
        self._this_week: int | None = None
        self._presses: list[Press] = []

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        return self._source.rate

    @property
    def returns(self) -> int:
        """How often the coach is still there again after a goodbye."""
        return sum(isinstance(entry.message, ThereAgain) for entry in self._waiting)

    def blocks(self) -> Iterator[Block]:
        """The source's blocks; those that were lost are so again."""
        for block in self._source.blocks():
            self._go_on(block.end_frame * 1000 // self.rate)
            lost = any(span.start <= block.start_frame < span.end for span in self._lost)
            yield replace(block, kind=BlockKind.LOST) if lost else block

    def pressed(self) -> Sequence[Press]:
        """What was given without a voice."""
        presses, self._presses = self._presses, []
        return presses

    def troubles(self) -> tuple[Trouble, ...]:
        """What was wrong with the coach itself."""
        return self._troubles

    def this_week(self) -> int | None:
        """How many sessions there had been."""
        return self._this_week

    def _go_on(self, now: int) -> None:
        while self._waiting and self._waiting[0].at <= now:
            self._tell(self._waiting.popleft().message)

    def _tell(self, message: Event | Effect) -> None:
        match message:
            case SpeakerLost() | SpeakerBack():
                self.speaker_works = isinstance(message, SpeakerBack)
                self.speakers += self.speaker_works
            case Troubles(found):
                self._troubles = found
            case Counted(this_week):
                self._this_week = this_week
            case Heard(command, argument, source=source) if source:
                self._presses.append(Press(command, argument, source))
            case _:
                pass
