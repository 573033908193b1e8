"""`roller-coach voice compare`: the same lines by several voices, on one page."""

from pathlib import Path

import click

from skill.cli.options import FILE
from skill.cli.overwriting import keep_apart, require_ending
from skill.content.load import load_content
from skill.errors import StorageError, VoiceError
from skill.evaluation.audition import Scene, Take, write_page
from skill.languages import ENGLISH
from skill.mouth import make_mouth
from skill.ports import Voice
from skill.settings import Settings, read_settings

LINES = (
    "Hello. Shall we begin with the spine release?",
    "Breathe in, and out, and let your shoulders grow heavy.",
    "Roll slowly from the lower ribs up to the shoulder blades, and back.",
    "One minute and thirty seconds left.",
    "Ten seconds to go.",
    "If it hurts, say ouch, and we stop at once.",
)
"""A question, a breath, a long sentence, a number, a short one, and a warning."""


@click.command()
@click.argument("page", type=FILE)
@click.option("--settings", "settings_path", type=FILE, help="A settings file (TOML).")
@click.option(
    "--voice",
    "voices",
    multiple=True,
    default=("built-in", "espeak"),
    show_default=True,
    help="built-in, espeak:NAME, an installed voice, or an .onnx file. Repeatable.",
)
@click.option("--line", "lines", multiple=True, help="What to say. Repeatable.")
@click.option("--pace", type=click.IntRange(50, 200), default=100, help="Percent of normal speed.")
def compare(
    page: Path,
    *,
    settings_path: Path | None,
    voices: tuple[str, ...],
    lines: tuple[str, ...],
    pace: int,
) -> None:
    """Write PAGE, an HTML file with the same lines by several voices, to choose by ear."""
    keep_apart(map(Path, voices), {"PAGE": page})
    require_ending("PAGE", page, ".html", ".htm")
    if page.is_dir() or not page.absolute().parent.is_dir():
        raise StorageError(
            f"The page cannot be written to {page}.", "Name a file in a folder that is there."
        )
    made = {name: _voice(settings_path, name) for name in dict.fromkeys(voices)}
    scenes = [
        Scene(text, [_take(name, voice, text, pace) for name, voice in made.items()])
        for text in dict.fromkeys(lines or _lines(read_settings(settings_path)))
    ]
    write_page(page, scenes)
    click.echo(f"{len(scenes)} lines by {len(made)} voices are in {page}: open it in a browser.")


def _lines(settings: Settings) -> tuple[str, ...]:
    """What is said unless somebody says otherwise, in the language of the settings."""
    if settings.language == ENGLISH:
        return LINES
    content = load_content(settings.routine, settings.phrases, settings.commands)
    said, steps = content.phrases.lines, content.routine.exercises[0].steps
    moving = [step for step in steps if step.movement is not None]
    return (*said["hello"], *said["not_medical"], *(moving or steps)[0].full, *said["hurt"][:1])


def _voice(settings_path: Path | None, name: str) -> Voice:
    """As a session would use it, with its ready-made lines and the cache."""
    settings = read_settings(settings_path, {"voice": name})
    mouth = make_mouth(settings)
    if mouth.trouble:
        click.echo(f"roller-coach: {mouth.trouble}", err=True)
    return mouth.cached(settings.cache)


def _take(name: str, voice: Voice, text: str, pace: int) -> Take:
    try:
        return Take(name, voice.render(text, pace))
    except VoiceError as error:
        return Take(name, None, str(error))
