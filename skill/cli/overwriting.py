"""What is read is never written over: a slip of the pen would cost a recording."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from skill.errors import StorageError
from skill.settings import Settings, settings_file

CHOSEN = ("routine", "phrases", "commands")


def keep_apart(read: Iterable[Path | None], written: Mapping[str, Path | None]) -> None:
    """Refuse to write a file that is read, or two into one.

    Args:
        read: files; None for what was not given.
        written: option -> file.

    Raises:
        StorageError: naming the file and the option.
    """
    every = (*read, *_chosen())
    taken = {_place(file): "is read here" for file in every if file is not None}
    for option, file in written.items():
        if file is None:
            continue
        place = _place(file)
        if place in taken:
            raise StorageError(
                f"{file} {taken[place]}, so {option} would destroy it.",
                f"Name another file with {option}.",
            )
        if not place.is_char_device():  # /dev/null takes everything
            taken[place] = f"is written by {option}"


def content(settings: Settings) -> tuple[Path, ...]:
    """The files that a session works from, whether options or a settings file named them."""
    chosen = (settings.routine, settings.phrases, settings.commands, settings.words)
    return (*chosen, settings.history)


def require_ending(option: str, file: Path, *endings: str) -> None:
    """Refuse a name that is more likely another file of the person's.

    Args:
        option: where it was given.
        file: to be written; devices and pipes may be called anything.
        endings: those that such a file can have.

    Raises:
        StorageError: naming the file and the endings.
    """
    if file.suffix.lower() in endings or (file.exists() and not file.is_file()):
        return
    raise StorageError(
        f"{file} does not end in {' or '.join(endings)}.",
        f"Give {option} such a name, so that no other file is written over.",
    )


def _chosen() -> tuple[Path | None, ...]:
    """The content and settings that the command in progress was given."""
    context = click.get_current_context(silent=True)
    if context is None:
        return ()
    settings = context.params.get("settings_path") or settings_file()
    return (settings, *(context.params.get(name) for name in CHOSEN))


def _place(file: Path) -> Path:
    """Where a file really is; a link that leads to itself is where it lies."""
    return Path(os.path.realpath(file))
