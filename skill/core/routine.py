"""The routine: exercises made of steps, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """Something said while the person moves.

    Attributes:
        at_s: seconds after the movement began.
        text: one sentence.
        pace: how fast it is said, percent of the person's own pace.
    """

    at_s: int
    text: str
    pace: int = 100


@dataclass(frozen=True, slots=True)
class Movement:
    """A timed movement.

    Attributes:
        seconds: how long it lasts.
        breath: sentences said in turn while moving, "breathe in", "breathe out"; may be empty.
        breath_every_s: seconds between two of them.
        cues: reminders at fixed times.
        ending: one sentence when the time is over.
        breath_pace: how fast `breath` is said, percent of the person's own pace.
    """

    seconds: int
    breath: tuple[str, ...]
    breath_every_s: int
    cues: tuple[Cue, ...]
    ending: str
    breath_pace: int = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an exercise.

    Attributes:
        id: unique in its exercise.
        title: a few words, no full stop: "roll from side to side".
        full, brief, more: what the coach says the first time, later, and on "tell me more";
            one sentence each entry.
        movement: None for a step that is only set up.
    """

    id: str
    title: str
    full: tuple[str, ...]
    brief: tuple[str, ...]
    more: tuple[str, ...]
    movement: Movement | None = None

    @property
    def ending(self) -> tuple[str, ...]:
        """What is said when the movement is over; nothing for a set-up."""
        return () if self.movement is None else (self.movement.ending,)


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise.

    Attributes:
        id: unique in the routine; the argument of "go to that exercise".
        title: as the coach says it.
        called: what people call it; each is a way to ask for it.
        intro: sentences said before its first step, when it is done for the first time.
        steps: at least one.
    """

    id: str
    title: str
    called: tuple[str, ...]
    intro: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a routine somebody is: indices of exercise and step."""

    exercise: int
    step: int


@dataclass(frozen=True, slots=True)
class Routine:
    """A whole routine.

    Attributes:
        id: names it in bookmarks; change it when steps change their meaning.
        title: as the coach says it.
        language: two letters, "en".
        exercises: at least one.
    """

    id: str
    title: str
    language: str
    exercises: tuple[Exercise, ...]

    def exercise(self, place: Place) -> Exercise:
        """The exercise at a place."""
        return self.exercises[place.exercise]

    def step(self, place: Place) -> Step:
        """The step at a place."""
        return self.exercises[place.exercise].steps[place.step]

    def find(self, exercise_id: str, step_id: str) -> Place | None:
        """The place with these ids, or None if the routine has no such step."""
        for number, exercise in enumerate(self.exercises):
            for index, step in enumerate(exercise.steps):
                if (exercise.id, step.id) == (exercise_id, step_id):
                    return Place(number, index)
        return None

    def last_step(self, exercise_id: str) -> Place:
        """The last step of an exercise.

        Raises:
            StopIteration: if there is no such exercise.
        """
        return next(
            Place(number, len(exercise.steps) - 1)
            for number, exercise in enumerate(self.exercises)
            if exercise.id == exercise_id
        )

    def find_exercise(self, exercise_id: str) -> Place | None:
        """The first step of an exercise, or None if there is no such exercise."""
        for number, exercise in enumerate(self.exercises):
            if exercise.id == exercise_id:
                return Place(number, 0)
        return None
