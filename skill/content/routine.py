"""A routine's identities and times, and its plain values for the core."""

from collections.abc import Mapping

from skill.content.places import Document, Trail
from skill.content.schema import ExerciseModel, MovementModel, RoutineFile, StepModel
from skill.content.templates import is_phrase, straight
from skill.core.cues import ROOM_MS, SHORTEST_FOR_TEN_MS, TEN_SECONDS_MS
from skill.core.routine import Cue, Exercise, Movement, Routine, Step

ROOM_S = ROOM_MS // 1000


def called_names(document: Document, mistakes: list[str]) -> Mapping[str, Mapping[str, str]]:
    """An exercise's id -> what people call it -> where, as far as they can be used."""
    called: dict[str, Mapping[str, str]] = {}
    first: dict[str, str] = {}
    for exercise in document.entries(("exercises",)):
        identity = document.at((*exercise, "id"))
        if not isinstance(identity, str) or identity in called:
            continue
        names: dict[str, str] = {}
        for trail in document.entries((*exercise, "called")):
            name = document.at(trail)
            if not isinstance(name, str):
                continue
            name = straight(name)
            if not is_phrase(name):
                problem = f'"{name}" is not lower-case words'
                mistakes.append(
                    document.mistake(trail, problem, "use lower-case letters and apostrophes only")
                )
            elif name in first:
                problem = f'"{name}" is already a name of the exercise {first[name]}'
                mistakes.append(document.mistake(trail, problem, "keep one"))
            else:
                names[name] = document.place(trail)
                first[name] = identity
        called[identity] = names
    return called


def check_order(document: Document, mistakes: list[str]) -> None:
    """Check that ids are unique and that every cue of a movement has its moment."""
    exercises = document.entries(("exercises",))
    _check_unique(document, exercises, mistakes)
    for exercise in exercises:
        steps = document.entries((*exercise, "steps"))
        _check_unique(document, steps, mistakes)
        for step in steps:
            _check_cues(document, (*step, "movement"), mistakes)


def _check_unique(document: Document, trails: list[Trail], mistakes: list[str]) -> None:
    first: dict[str, Trail] = {}
    for trail in trails:
        identity = document.at((*trail, "id"))
        if not isinstance(identity, str):
            continue
        if identity in first:
            line = document.lines[first[identity]]
            mistakes.append(
                document.mistake(
                    (*trail, "id"),
                    f'the id "{identity}" is already taken in line {line}',
                    "choose another",
                )
            )
        first.setdefault(identity, trail)


def _check_cues(document: Document, movement: Trail, mistakes: list[str]) -> None:
    """The coach leaves out a cue that has no room, so it is refused here."""
    seconds = document.at((*movement, "seconds"))
    if type(seconds) is not int:
        return
    busy = {"the beginning": 0.0, "halfway": seconds / 2, "the end": float(seconds)}
    if seconds * 1000 >= SHORTEST_FOR_TEN_MS:
        busy["the ten-second call"] = seconds - TEN_SECONDS_MS / 1000
    for number, cue in enumerate(document.entries((*movement, "cues")), start=1):
        at_s = document.at((*cue, "at_s"))
        if type(at_s) is not int:
            continue
        near = [name for name, at in busy.items() if abs(at - at_s) < ROOM_S]
        if at_s > seconds:
            near = ["the end"]
        if near:
            mistakes.append(
                document.mistake(
                    (*cue, "at_s"),
                    f"second {at_s} is after or too near {near[0]}, so the cue would not be said",
                    f"keep {ROOM_S} seconds away from it",
                )
            )
        busy[f"cue {number}"] = at_s


def build_routine(file: RoutineFile) -> Routine:
    """The routine for the core."""
    exercises = tuple(_exercise(exercise) for exercise in file.exercises)
    return Routine(file.id, file.title, file.language, exercises)


def _exercise(model: ExerciseModel) -> Exercise:
    steps = tuple(_step(step) for step in model.steps)
    return Exercise(model.id, model.title, tuple(model.called), tuple(model.intro), steps)


def _step(model: StepModel) -> Step:
    return Step(
        id=model.id,
        title=model.title,
        full=tuple(model.full),
        brief=tuple(model.brief),
        more=tuple(model.more),
        movement=None if model.movement is None else _movement(model.movement),
    )


def _movement(model: MovementModel) -> Movement:
    return Movement(
        seconds=model.seconds,
        breath=tuple(model.breath),
        breath_every_s=model.breath_every_s,
        cues=tuple(Cue(cue.at_s, cue.text, cue.pace) for cue in model.cues),
        ending=model.ending,
        breath_pace=model.breath_pace,
    )
