"""Whether a routine has everything of the one that it translates."""

from pathlib import Path

from skill.content.load import ROUTINE, load_content
from skill.core.routine import Exercise, Movement, Routine
from skill.errors import ContentError


def check_translated(routine: Routine, file: Path) -> None:
    """Compare a routine that ships with the one in English.

    Raises:
        ContentError: with everything that is missing or differs.
    """
    if file == ROUTINE:
        return
    mistakes = untranslated(routine, load_content().routine, file)
    if mistakes:
        raise ContentError(mistakes)


def untranslated(routine: Routine, original: Routine, file: Path) -> list[str]:
    """A sentence for each exercise, step or movement of the original that is missing or differs.

    Args:
        routine: the translation.
        original: what it translates.
        file: where the translation is written.
    """
    if routine.id != original.id:
        return []
    found = {exercise.id: exercise for exercise in routine.exercises}
    mistakes = []
    for exercise in original.exercises:
        if exercise.id in found:
            mistakes += _steps(found[exercise.id], exercise, file)
        else:
            mistakes.append(f"{file}: the exercise {exercise.id} is missing; translate it.")
    return mistakes


def _steps(exercise: Exercise, original: Exercise, file: Path) -> list[str]:
    where = f"{file}, exercise {exercise.id}"
    order = [step.id for step in exercise.steps], [step.id for step in original.steps]
    if order[0] != order[1]:
        missing = ", ".join(one for one in order[1] if one not in order[0]) or "none"
        return [
            f"{where}: its steps are not those of the original ({missing} missing); "
            f"translate {', '.join(order[1])}, in this order."
        ]
    mistakes = []
    for step, meant in zip(exercise.steps, original.steps, strict=True):
        here, there = step.movement, meant.movement
        if (here is None) != (there is None):
            mistakes.append(f"{where}, step {step.id}: its movement differs; do as the original.")
        elif here and there and (here.seconds, *_times(here)) != (there.seconds, *_times(there)):
            mistakes.append(f"{where}, step {step.id}: its times differ; take the original's.")
    return mistakes


def _times(movement: Movement) -> tuple[int, ...]:
    return (movement.breath_every_s, *(cue.at_s for cue in movement.cues))
