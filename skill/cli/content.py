"""`roller-coach check`, `table` and `schema`: the content, looked at from outside."""

from collections.abc import Iterator
from pathlib import Path

import click

from skill.app import App
from skill.cli import complain
from skill.cli.options import FILE, with_app
from skill.content.places import sentence
from skill.content.schema import write_schemas
from skill.content.words import Words
from skill.core.coach import Book, Phase
from skill.core.repertoire import repertoire
from skill.core.table import TABLE
from skill.errors import ContentError, StorageError, counted
from skill.guessing import nearest
from skill.page.site import read_drawings
from skill.speech.text import left_out


@click.command()
@with_app
def check(app: App) -> None:
    """Look for mistakes in routine, drawings, phrases, commands and words, against the recogniser's
    model.
    """
    content, words = app.content, app.words
    app.ears()
    drawn = _of_no_step(app, words)
    mistakes = [*app.hearing.sound_alike(content), *_unsaid(app), *drawn]
    if mistakes:
        raise ContentError(mistakes)
    for notice in app.notices:
        complain(notice)
    exercises, vocabulary = content.routine.exercises, content.vocabulary
    steps = sum(len(exercise.steps) for exercise in exercises)
    click.echo(
        f"No mistakes: {counted(len(exercises), 'exercise')}, {counted(steps, 'step')}, "
        f"{len(vocabulary.meanings)} command phrases, "
        f"{counted(len(vocabulary.decoys), 'decoy')}, {len(vocabulary.words)} words, all of "
        f"them known to {app.settings.model.name}."
    )


def _unsaid(app: App) -> Iterator[str]:
    """A sentence for each line of which a voice would leave something out."""
    content = app.content
    book = Book(content.routine, content.phrases, content.vocabulary)
    phrases = {line for lines in content.phrases.lines.values() for line in lines}
    for text in dict.fromkeys(text for text, _ in repertoire(book)):
        words = left_out(text, content.routine.language)
        if words:
            file = str(app.settings.phrases if text in phrases else app.settings.routine)
            problem = f'"{text}" has letters of another script in it, which are not spoken'
            yield sentence(file, problem, f"write {' '.join(words)} in Latin letters")


def _of_no_step(app: App, words: Words) -> Iterator[str]:
    """A sentence for each drawing beside the routine that no step would show."""
    routine, file = app.content.routine, app.settings.routine
    steps = [f"{one.id}.{step.id}" for one in routine.exercises for step in one.steps]
    for name in read_drawings(file, routine.id, words.drawings):
        if name not in steps:
            remedy = nearest(name, steps) or f"name it as {steps[0]}.svg for the first"
            path = file.parent / routine.id / f"{name}.svg"
            yield sentence(str(path), "this is the drawing of no step", remedy)


@click.command()
@with_app
def table(app: App) -> None:
    """Show what every command does in every phase, as Markdown."""
    click.echo(markdown_table(app))


def markdown_table(app: App) -> str:
    """THE table in Markdown; the README's copy."""
    vocabulary = app.content.vocabulary
    head = ["say", *(phase.value for phase in Phase)]
    rows = [head, ["---"] * len(head)]
    for command, row in TABLE.items():
        phrase = next(
            text for text, meant in vocabulary.meanings.items() if meant.command is command
        )
        rows.append([f"**{phrase}**", *(do.value for do in row.values())])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


@click.command()
@click.argument("folder", type=FILE)
def schema(folder: Path) -> None:
    """Write the JSON Schemas of routines, phrases, commands and words into FOLDER."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_schemas(folder)
    except OSError as failure:
        raise StorageError(
            f"The schemas cannot be written into {folder}: {failure.strerror}.",
            "Name a folder that you can write to.",
        ) from failure
    click.echo(f"Written to {folder}.")
