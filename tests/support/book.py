"""A small routine whose every line says its own name, so that tests can read the coach."""

from skill.core.coach import Book, Coach
from skill.core.phrases import PHRASES, Phrases
from skill.core.routine import Cue, Exercise, Movement, Routine, Step
from skill.core.vocabulary import Command, Meaning, Vocabulary


def _step(name: str, movement: Movement | None = None) -> Step:
    return Step(
        id=name,
        title=f"the {name}",
        full=(f"full {name}", f"full {name} 2"),
        brief=(f"brief {name}",),
        more=(f"more {name}",),
        movement=movement,
    )


MOVEMENT = Movement(
    seconds=60,
    breath=("in", "out"),
    breath_every_s=5,
    cues=(Cue(20, "cue"),),
    ending="ending",
)

ROUTINE = Routine(
    id="test",
    title="the routine",
    language="en",
    exercises=(
        Exercise(
            "one", "exercise one", ("one",), ("intro one",), (_step("a"), _step("b", MOVEMENT))
        ),
        Exercise(
            "two", "exercise two", ("two",), ("intro two",), (_step("c", MOVEMENT), _step("d"))
        ),
    ),
)

PHRASE_BOOK = Phrases(
    {
        name: (" ".join([name, *(f"{{{field}}}" for field in sorted(fields))]),)
        for name, fields in PHRASES.items()
    }
    | {
        "seconds": ("{count} s",),
        "one_minute": ("1 min",),
        "minutes": ("{count} min",),
        "minutes_and_seconds": ("{minutes} {seconds}",),
        "list_and": ("{first}, {last}",),
        "greeting": ("greeting {say_start}",),
    }
)

VOCABULARY = Vocabulary(
    {
        **{
            command.value.replace("_", " "): Meaning(command)
            for command in Command
            if command is not Command.EXERCISE
        },
        "one": Meaning(Command.EXERCISE, "one"),
        "two": Meaning(Command.EXERCISE, "two"),
        "next step": Meaning(Command.NEXT),
        "next one": Meaning(Command.EXERCISE, "one"),
    },
    decoys=("text",),
)

BOOK = Book(ROUTINE, PHRASE_BOOK, VOCABULARY)


def new_coach() -> Coach:
    """A coach before its session has started."""
    return Coach(BOOK)
