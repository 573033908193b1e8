"""What the coach knows at any moment: one immutable value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from skill.core.messages import Bookmark, Chime, Say, Talk, Tone, Trouble
from skill.core.phrases import COMMAND_PLACEHOLDERS, Phrases
from skill.core.routine import Exercise, Place, Routine, Step
from skill.core.vocabulary import Meaning, Vocabulary

SLOWEST, FASTEST = 50, 200
"""Percent of normal speed that every voice must manage."""


class Phase(StrEnum):
    """What is going on, in the order of the table's columns."""

    ASLEEP = "asleep"
    """Before the start and after a stop: waits to be woken, keeps the place."""
    SETTING_UP = "setting up"
    """A step has been explained; the person takes the time it needs."""
    ROLLING = "rolling"
    """A timed movement."""
    PAUSED = "paused"
    HURT = "hurt"
    """Something hurt: the person is off the roller, and only their word goes on."""
    DONE = "done"
    """Every exercise is finished."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long silence may last, in milliseconds.

    Attributes:
        before_asking: in a set-up, until the one soft question.
        before_asking_paused: the same during a pause.
        before_sleep: from the question until the coach goes to sleep.
        hurt: after pain, until it goes to sleep without a word.
        done: after the last exercise, likewise.
        undo_stop: how long after a stop "undo" still works.
    """

    before_asking: int = 45_000
    before_asking_paused: int = 90_000
    before_sleep: int = 45_000
    hurt: int = 180_000
    done: int = 60_000
    undo_stop: int = 20_000


@dataclass(frozen=True)
class Book:
    """What the coach works from; the same for the whole session."""

    routine: Routine
    phrases: Phrases
    vocabulary: Vocabulary
    patience: Patience = field(default_factory=Patience)

    @cached_property
    def suggestions(self) -> Mapping[str, str]:
        """``say_next`` -> the phrase that means it, for every command that has one."""
        return {
            name: self.vocabulary.suggest(command)
            for name, command in COMMAND_PLACEHOLDERS.items()
            if Meaning(command) in self.vocabulary.meanings.values()
        }

    def lines(self, name: str, **values: str) -> tuple[str, ...]:
        """The sentences of a phrase, every placeholder filled."""
        return self.phrases.get(name, **self.suggestions, **values)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or chime waiting to be heard.

    Attributes:
        what: the sentence, or the chime.
        pause_ms: silence before it.
        pace: percent of the person's own pace.
        tells: "exercise/step" of the step that is told with its end; mostly empty.
        aside: whether it is said amid something else, which goes on afterwards.
        ending: whether it tells that a movement is over.
    """

    what: str | Tone
    pause_ms: int = 0
    pace: int = 100
    tells: str = ""
    aside: bool = False
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A sentence or chime with its moment in the movement.

    Attributes:
        at_ms: when its sound begins, in milliseconds of the movement.
        what, pace: as in `Line`.
        late_ms: how much later it may begin; after that it is left out.
        halfway: whether it tells that half of the movement is over.
    """

    at_ms: int
    what: str | Tone
    pace: int = 100
    late_ms: int = 0
    halfway: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Everything that a command can change and "undo" brings back.

    Attributes:
        phase: what is going on.
        place: which exercise and step.
        begun: whether the routine has been started at all.
        rolled_ms: how much of the step's movement is done, up to `Coach.rolling_since`.
        extra_ms: time the person asked for on top.
        halved: whether it has been said that half of the movement is over.
        paused_from: the phase that "resume" goes back to.
        hurt: whether something hurt, and nothing has gone on since; sleep does not end that.
        finished: ids of the exercises done in this round.
        talk, pace, volume: as in `Bookmark`.
    """

    phase: Phase = Phase.ASLEEP
    place: Place = field(default_factory=lambda: Place(0, 0))
    begun: bool = False
    rolled_ms: int = 0
    extra_ms: int = 0
    halved: bool = False
    paused_from: Phase = Phase.SETTING_UP
    hurt: bool = False
    finished: tuple[str, ...] = ()
    talk: Talk = Talk.FULL
    pace: int = 100
    volume: int = 0

    def paced(self, line: int) -> int:
        """The pace of a line that is said at `line` percent of the person's own."""
        return paced(self.pace, line)


def paced(own: int, line: int) -> int:
    """The pace of a line in percent of normal, as far as voices can follow (`ports.Voice`)."""
    return min(max(own * line // 100, SLOWEST), FASTEST)


@dataclass(frozen=True, slots=True)
class Coach:
    """The coach between two events. `skill.core.advance.advance` makes the next one.

    Attributes:
        book: routine, phrases and vocabulary.
        spot: phase, place and preferences.
        told: "exercise/step" of every step whose explanation has been heard to its end.
        history: earlier spots, the latest last, for "undo".
        speaking: what is being played, until its `SpeechEnded`.
        line: the same as it stood in the queue, to be said again if a device goes away.
        queue: what follows it.
        next_token: for the next line or chime.
        rolling_since: when the movement went on, milliseconds; counts while rolling.
        ended_at: when a movement last came to its end by itself, or that had been said.
        due: what remains to be said during the movement.
        quiet_since: when the person or the coach was last heard.
        asking: whether the soft question waits for an answer.
        stirred: whether the person has said something since it was asked, which was no answer.
        last_said: the last reply, for "repeat".
        help_page: how many commands "what can I say" has named since the phase began.
        deaf: whether the microphone is lost.
        mute: whether the speaker is lost.
        leaving: whether the session ends when the coach has finished speaking.
        over: the same, and nothing can change it: the recording has ended.
        gone: whether the session has ended.
        bookmark: the last one remembered.
        troubles: what is wrong with the coach itself.
        untold: those that have not been said yet.
        week: how many sessions there have been this week, until it has been said; 0: unknown.
    """

    book: Book
    spot: Spot = field(default_factory=Spot)
    told: tuple[str, ...] = ()
    history: tuple[Spot, ...] = ()
    speaking: Say | Chime | None = None
    line: Line | None = None
    queue: tuple[Line, ...] = ()
    next_token: int = 1
    rolling_since: int = 0
    ended_at: int = 0
    due: tuple[Due, ...] = ()
    quiet_since: int = 0
    asking: bool = False
    stirred: bool = False
    last_said: tuple[Line, ...] = ()
    help_page: int = 0
    deaf: bool = False
    mute: bool = False
    leaving: bool = False
    over: bool = False
    gone: bool = False
    bookmark: Bookmark | None = None
    troubles: tuple[Trouble, ...] = ()
    untold: tuple[Trouble, ...] = ()
    week: int = 0

    @property
    def phase(self) -> Phase:
        """What is going on."""
        return self.spot.phase

    @property
    def exercise(self) -> Exercise:
        """The current exercise."""
        return self.book.routine.exercise(self.spot.place)

    @property
    def step(self) -> Step:
        """The current step."""
        return self.book.routine.step(self.spot.place)

    @property
    def finished(self) -> bool:
        """Whether every exercise is done in this round."""
        return len(self.spot.finished) == len(self.book.routine.exercises)

    @property
    def saying(self) -> str:
        """The sentence being spoken; empty in silence and during a chime."""
        return self.speaking.text if isinstance(self.speaking, Say) else ""

    @property
    def cut_off(self) -> bool:
        """Whether coach and person cannot hear each other, so that nothing may go on by itself."""
        return self.deaf or self.mute

    def rolled(self, now: int) -> int:
        """Milliseconds of the movement done by `now`; they stand still while cut off."""
        rolling = self.phase is Phase.ROLLING and not self.cut_off
        running = now - self.rolling_since if rolling else 0
        return self.spot.rolled_ms + running

    def length(self) -> int:
        """Milliseconds the step's movement lasts, asked-for time included; 0 for a set-up."""
        movement = self.step.movement
        return 0 if movement is None else movement.seconds * 1000 + self.spot.extra_ms
