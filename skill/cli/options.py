"""Options that several commands share."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from skill.given import is_possible, is_somewhere


class FileType(click.Path):
    """A path, there or not; refused if it is empty, or there can be no file of that name."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        if value == "":  # which Path takes for the working directory
            self.fail("An empty path names no file. Is a variable unset?", param, ctx)
        path = Path(str(super().convert(value, param, ctx)))
        if not is_possible(path):
            self.fail(f"...{path.name[-40:]} is too long for a file's name.", param, ctx)
        if not path.is_absolute() and not is_somewhere():
            self.fail(
                f"{path} would lie in the working directory, which was deleted. Change to another.",
                param,
                ctx,
            )
        return path


FILE = FileType()
CHOICES = (
    click.option("--settings", "settings_path", type=FILE, help="A settings file (TOML)."),
    click.option("--language", help="Of the whole session: en, de; see docs/languages.md."),
    click.option("--routine", type=FILE, help="A routine of your own (YAML)."),
    click.option("--phrases", type=FILE, help="What the coach says (YAML)."),
    click.option("--commands", type=FILE, help="What you can say (hassil's intents, YAML)."),
    click.option(
        "--model",
        type=FILE,
        help="The recogniser's model: a Vosk model's folder, or an installed one's name.",
    ),
    click.option(
        "--voice", help="built-in, espeak, espeak:NAME, an installed voice, or an .onnx file."
    ),
    click.option("--person", help="Whose voice it is: a name given to `enrol`."),
)


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the content, model and voice options, and an `App` made from them."""

    @wraps(command)
    def wrapper(settings_path: Path | None, **options: Any) -> Any:
        from skill.app import App
        from skill.settings import Settings, read_settings

        flags = {name: options.pop(name) for name in Settings.model_fields if name in options}
        return command(App(read_settings(settings_path, flags)), **options)

    return choices(wrapper)


def choices(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the content, model and voice options, as they are."""
    for option in reversed(CHOICES):
        command = option(command)
    return command


def given_choices() -> list[str]:
    """What the command in progress was given of these options, to hand on to another one."""
    from skill.settings import Settings

    context = click.get_current_context()
    given = (
        (option.opts[0], context.params[option.name])
        for option in context.command.params
        if option.name in {"settings_path", *Settings.model_fields}
    )
    return [part for name, value in given if value is not None for part in (name, str(value))]


microphone_option = click.option(
    "--microphone", help="Parts of microphones' names, the most wanted first: yeti,usb,default."
)
speaker_option = click.option("--speaker", help="The same for speakers; see `devices`.")
journal_option = click.option(
    "--journal", type=FILE, help="Write every event and effect here (JSON lines)."
)
quiet_option = click.option("--quiet", is_flag=True, help="Show nothing but mistakes.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the journal instead.")
