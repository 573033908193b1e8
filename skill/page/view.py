"""What the page shows, as one plain value made from the coach and what was said. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from skill.core.coach import Coach, Phase
from skill.core.messages import Effect, Event, Heard, Ignored, Say
from skill.core.table import useful_commands
from skill.core.vocabulary import Command, Meaning

CAPTIONS = 6
"""How many lines of the dialogue a page that comes late gets to read."""
URGENT = (Command.STOP, Command.PAIN)
"""Always on the page, at the same place."""
BIG: Mapping[Phase, tuple[Command, ...]] = {
    Phase.ASLEEP: (Command.START,),
    Phase.SETTING_UP: (Command.NEXT, Command.BACK, Command.REPEAT, Command.TELL_MORE),
    Phase.ROLLING: (Command.PAUSE, Command.BACK, Command.MORE_TIME, Command.NEXT),
    Phase.PAUSED: (Command.RESUME, Command.BACK, Command.REPEAT, Command.NEXT),
    Phase.HURT: (Command.RESUME, Command.REPEAT),
    Phase.DONE: (Command.START, Command.GOODBYE),
}
"""The large buttons, the likeliest first."""
ANSWERS = (Command.YES, Command.NO)


@dataclass(frozen=True, slots=True)
class Caption:
    """One line of the dialogue.

    Attributes:
        number: counts lines since the session began, so that a page knows which it has.
        coach: whether the coach said it, rather than the person.
        text: the words.
    """

    number: int
    coach: bool
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """What has been said so far, as far as a page shows it.

    Attributes:
        captions: the last lines, oldest first.
        heard: the person's last command, in their words.
        unheard: words that were not taken for a command, until something else is heard.
    """

    captions: tuple[Caption, ...] = ()
    heard: str = ""
    unheard: str = ""

    def follow(self, message: Event | Effect) -> "Story":
        """The story after one event or effect."""
        match message:
            case Say(text=text):
                return self._with(text, coach=True)
            case Heard(phrase=phrase, command=command):
                words = phrase or command.value.replace("_", " ")
                return replace(self._with(words, coach=False), heard=words, unheard="")
            case Ignored(text=text):
                return replace(self, unheard=text)
            case _:
                return self

    def _with(self, text: str, *, coach: bool) -> "Story":
        number = self.captions[-1].number + 1 if self.captions else 1
        return replace(self, captions=(*self.captions, Caption(number, coach, text))[-CAPTIONS:])


@dataclass(frozen=True, slots=True)
class Button:
    """A command that can be given now.

    Attributes:
        command, argument: what a press asks for.
        words: what can be said instead.
    """

    command: Command
    argument: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Timer:
    """A movement's time, in milliseconds.

    Attributes:
        length_ms: how long it lasts.
        zero_ms: the session's moment at which it would have begun, had it never paused; it stands
            still while the timer runs, so that a view need not be sent for every block.
        rolled_ms: how much is done, while the timer does not run; otherwise 0.
        running: whether it runs.
        breath: what to do with the breath, in turn; empty if the movement has no rhythm.
        breath_every_ms: how long each of them lasts; the first begins after so long.
    """

    length_ms: int
    zero_ms: int
    rolled_ms: int
    running: bool
    breath: tuple[str, ...]
    breath_every_ms: int


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the page.

    Attributes:
        phase: what is going on.
        routine, exercise, title: names, as the coach says them.
        number, total: which step of how many.
        drawing: name of the position's drawing, "exercise.step".
        brief: the step in one sentence or two, to be read beside the drawing.
        timer: of a movement; None in a set-up.
        saying: the sentence being spoken, or nothing.
        captions: the dialogue's last lines.
        heard: the person's last command.
        partial: what seems to be being said.
        unheard: what was said and is no command now.
        urgent, big, small: buttons, by size; together, `useful_commands`.
        asking: whether the coach waits for yes or no.
        deaf, mute: whether microphone or speaker are lost.
        over: whether the session has ended.
    """

    phase: Phase
    routine: str
    exercise: str
    title: str
    number: int
    total: int
    drawing: str
    brief: str
    timer: Timer | None
    saying: str
    captions: tuple[Caption, ...]
    heard: str
    partial: str
    unheard: str
    urgent: tuple[Button, ...]
    big: tuple[Button, ...]
    small: tuple[Button, ...]
    asking: bool
    deaf: bool
    mute: bool
    over: bool


def view(coach: Coach, now: int, story: Story, partial: str = "") -> View:
    """The page at a moment of the session, in milliseconds of microphone audio."""
    live = useful_commands(coach, now)
    first = (*(ANSWERS if coach.asking else ()), *_big(coach))
    big = tuple(command for command in first if command in live)
    named = {*URGENT, *big}
    small = tuple(command for command in live if command not in named)
    return View(
        phase=coach.phase,
        routine=coach.book.routine.title,
        exercise=coach.exercise.title,
        title=coach.step.title,
        number=coach.spot.place.step + 1,
        total=len(coach.exercise.steps),
        drawing=f"{coach.exercise.id}.{coach.step.id}",
        brief=" ".join(coach.step.brief),
        timer=_timer(coach, now),
        saying=coach.saying,
        captions=story.captions,
        heard=story.heard,
        partial=partial,
        unheard=story.unheard,
        urgent=_buttons(coach, tuple(command for command in URGENT if command in live)),
        big=_buttons(coach, big),
        small=_buttons(coach, small),
        asking=coach.asking,
        deaf=coach.deaf,
        mute=coach.mute,
        over=coach.gone,
    )


def _big(coach: Coach) -> tuple[Command, ...]:
    chosen = BIG[coach.phase]
    if coach.phase is Phase.SETTING_UP and coach.step.movement is not None:
        return (Command.START, *chosen[1:])
    return chosen


def _buttons(coach: Coach, commands: tuple[Command, ...]) -> tuple[Button, ...]:
    """A button for each command, and one for each exercise that can be gone to."""
    vocabulary = coach.book.vocabulary
    wanted = [
        Meaning(command, argument)
        for command in commands
        for argument in (
            [exercise.id for exercise in coach.book.routine.exercises]
            if command is Command.EXERCISE
            else [None]
        )
    ]
    known = set(vocabulary.meanings.values())
    return tuple(
        Button(
            meaning.command,
            meaning.argument,
            vocabulary.suggest(meaning.command, meaning.argument),
        )
        for meaning in wanted
        if meaning in known
    )


def _timer(coach: Coach, now: int) -> Timer | None:
    movement = coach.step.movement
    if movement is None:
        return None
    running = coach.phase is Phase.ROLLING and not coach.cut_off
    rolled = coach.rolled(now)
    return Timer(
        length_ms=coach.length(),
        zero_ms=now - rolled if running else 0,
        rolled_ms=0 if running else rolled,
        running=running,
        breath=movement.breath,
        breath_every_ms=movement.breath_every_s * 1000,
    )
