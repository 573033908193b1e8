"""What the coach says beside the routine's own sentences, with checked placeholders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter

from skill.core.messages import Trouble
from skill.core.vocabulary import Command

PHRASES: Mapping[str, frozenset[str]] = {
    "hello": frozenset(),
    "greeting": frozenset(),
    "greeting_back": frozenset({"exercise", "number"}),
    "not_medical": frozenset(),
    "picked_up": frozenset({"exercise", "number", "title"}),
    "movement_ready": frozenset({"length"}),
    "movement_started": frozenset({"length"}),
    "halfway": frozenset(),
    "ten_seconds": frozenset(),
    "setup_ready": frozenset(),
    "exercise_done": frozenset({"exercise"}),
    "exercise_next": frozenset({"exercise"}),
    "routine_done": frozenset({"routine"}),
    "this_week": frozenset(),
    "paused": frozenset(),
    "resumed": frozenset({"left"}),
    "hurt": frozenset(),
    "after_hurt": frozenset({"exercise", "number"}),
    "more_time": frozenset({"left"}),
    "take_your_time": frozenset(),
    "where": frozenset({"exercise", "number", "total", "title"}),
    "where_done": frozenset(),
    "left_in_movement": frozenset({"left"}),
    "length_of_movement": frozenset({"length"}),
    "left_in_exercise": frozenset({"count", "exercise"}),
    "first_step": frozenset(),
    "undone": frozenset({"exercise", "number", "title"}),
    "nothing_to_undo": frozenset(),
    "help": frozenset({"commands"}),
    "all_well": frozenset(),
    "says_less": frozenset(),
    "says_more": frozenset(),
    "chimes_only": frozenset(),
    "pace_changed": frozenset(),
    "volume_changed": frozenset(),
    "no_further": frozenset(),
    "still_there": frozenset(),
    "going_to_sleep": frozenset(),
    "microphone_lost": frozenset(),
    **{f"trouble_{trouble}": frozenset() for trouble in Trouble},
    "goodbye": frozenset(),
    "seconds": frozenset({"count"}),
    "one_minute": frozenset(),
    "minutes": frozenset({"count"}),
    "minutes_and_seconds": frozenset({"minutes", "seconds"}),
    "list_and": frozenset({"first", "last"}),
}
"""Every line the coach needs, and the placeholders that are filled in it. Beside these, any line
may name a command: ``{say_next}`` becomes the phrase that is live for `Command.NEXT`."""

FRAGMENTS = frozenset({"seconds", "one_minute", "minutes", "minutes_and_seconds", "list_and"})
"""Lines that are pieces of others."""

COMMAND_PLACEHOLDERS: Mapping[str, Command] = {f"say_{command}": command for command in Command}
"""``say_next`` -> `Command.NEXT`, and so on; not for commands that take an argument."""


def placeholders(line: str) -> frozenset[str]:
    """The names in braces in a line.

    Raises:
        ValueError: if the braces do not pair up.
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(line) if name is not None)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Silence within one reply, in milliseconds at the voice's own speed.

    Attributes:
        sentence: between two sentences about one thing.
        subject: before something new: the next step, or what the person can say now.
    """

    sentence: int = 450
    subject: int = 800


@dataclass(frozen=True, slots=True)
class Phrases:
    """Lines by name; each is one or more sentences. Complete and checked when loaded.

    Attributes:
        lines: name in `PHRASES` -> sentences, with placeholders.
        pauses: silence between them.
    """

    lines: Mapping[str, tuple[str, ...]]
    pauses: Pauses = field(default_factory=Pauses)

    def get(self, name: str, **values: str) -> tuple[str, ...]:
        """The sentences of a line, with its placeholders filled."""
        return tuple(line.format(**values) for line in self.lines[name])
