"""`roller-coach doctor`: everything that can be wrong, each with its remedy."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import click
from rich.console import Console

from skill.app import App
from skill.audio.choosing import DEFAULT
from skill.audio.devices import Direction
from skill.audio.pulse import server as find_server
from skill.checkup import machine, sound
from skill.checkup.finding import Finding, doubtful, fine, is_well, of_error, unknown
from skill.cli.console import terminal
from skill.cli.findings import exit_code, print_json, show
from skill.cli.options import choices, microphone_option, speaker_option
from skill.core.coach import Book
from skill.core.decision import Context
from skill.core.repertoire import repertoire
from skill.errors import CoachError, ContentError, SettingsError, forbidden
from skill.home.joining import find_home
from skill.panel import gpio_library
from skill.ports import Block
from skill.settings import CHECKOUT, DEMO, NAME, Settings, read_settings, settings_file

WARM_UP, MEASURED = 40, 60
"""Blocks of 50 ms that are decoded before, and while, the speed is taken."""
TALK_DB = 40.0
"""In the recorded session, a person is louder than this, and the room 20 dB softer."""
NOBODY = Context(frozenset(), "a check-up")


@click.command()
@choices
@microphone_option
@speaker_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(*, settings_path: Path | None, as_json: bool, **flags: object) -> None:
    """Look at everything that can be wrong on this machine, and say what helps.

    The exit code is 0 if nothing needs doing, and 1 otherwise. It takes some ten seconds and opens
    microphone and speaker for a moment; nothing is recorded.
    """
    console = Console(stderr=True, highlight=False) if as_json else terminal()
    with console.status("Looking at everything ..."):
        findings = tuple(_examine(settings_path, flags))
    if as_json:
        print_json(findings)
    else:
        show(console, findings)
    sys.exit(exit_code(findings))


def _examine(path: Path | None, flags: dict[str, object]) -> Iterator[Finding]:
    yield machine.python()
    yield machine.packages(machine.requirements(CHECKOUT / "pyproject.toml", NAME))
    settings, finding = _settings(path, flags)
    yield finding
    yield from _asked_for(settings)
    yield from _sound(settings)
    app = App(settings)
    content = _try("content", lambda: (app.content, app.words), "no mistake in the four files")
    yield content
    yield from _hearing(app, is_well([content]))
    yield from _speech(app, is_well([content]))
    yield machine.folder("state", settings.state)
    yield machine.folder("cache", settings.cache)
    yield machine.disk(settings.state)


def _settings(path: Path | None, flags: dict[str, object]) -> tuple[Settings, Finding]:
    try:
        settings = read_settings(path, flags)
    except (SettingsError, ContentError) as error:
        return Settings(), of_error("settings", error)
    used = path or settings_file()
    return settings, fine("settings", str(used) if used.is_file() else "as they come")


def _asked_for(settings: Settings) -> Iterator[Finding]:
    """What keeps a session from beginning, and only where the settings ask for it."""
    if settings.mqtt:
        yield _try("mqtt", lambda: find_home(settings), "its address can be understood")
    if (settings.button_pin, settings.led_pin) != (None, None):
        # Not opened: the service has them, and only the service may.
        yield _try("pins", gpio_library, "gpiozero is there")


def _sound(settings: Settings) -> Iterator[Finding]:
    library = sound.portaudio()
    yield library
    server = find_server()
    yield sound.sound_server(server)
    yield sound.sound_cards(server)
    if not is_well([library]):
        yield from (unknown(way.noun, "cannot be looked at without PortAudio") for way in Direction)
        return
    mics, speakers = settings.microphone, settings.speaker
    looks: tuple[tuple[Direction, Sequence[str], Callable[[], Sequence[Finding]]], ...] = (
        (Direction.MICROPHONE, mics, lambda: sound.microphone(mics, settings.channel)),
        (Direction.SPEAKER, speakers, lambda: sound.speaker(speakers)),
    )
    for direction, names, look in looks:
        by_default = not names or names[0].casefold() == DEFAULT
        off = sound.switched_on(direction, server) if by_default else None
        yield from (off,) if off else look()


def _hearing(app: App, content: bool) -> Iterator[Finding]:
    model = _try("model", app.hearing.model_folder)
    yield model
    if not (content and is_well([model])):
        yield unknown("ears", "wait for content and model")
        yield machine.speed(None)
        return
    ears = _try("ears", app.ears, "the model knows every command")
    yield ears
    if app.settings.person:
        yield _person(app)
    yield machine.speed(None if not is_well([ears]) else _decoding(app))


def _person(app: App) -> Finding:
    """Whether the chosen person is known, on the chosen model."""
    found = _try("person", lambda: app.hearing.person, app.settings.person)
    if app.hearing.stranger is None:
        return found
    problem, _, remedy = app.hearing.stranger.partition(". ")
    return doubtful("person", problem, remedy)


def _decoding(app: App) -> float:
    """Seconds of computing for a second of somebody's talk, pauses left out: ears rest in them."""
    from skill.audio.recording import RecordingSource

    ears = app.ears()
    with RecordingSource(DEMO) as source:
        talk = (block for block in source.blocks() if max(block.levels(1)) > TALK_DB)
        loud = list(islice(talk, WARM_UP + MEASURED))
    size = len(loud[0].pcm)
    blocks = [Block(number * size, block.pcm) for number, block in enumerate(loud)]
    for number, block in enumerate(blocks):
        if number == WARM_UP:
            begun = time.perf_counter()
        ears.hear(block, block.end_frame * 1000 // source.rate, NOBODY)
    seconds = MEASURED * len(blocks[0].pcm) / source.rate
    return (time.perf_counter() - begun) / seconds


def _speech(app: App, content: bool) -> Iterator[Finding]:
    from skill.speech.espeak import EspeakVoice

    voice = _try("voice", lambda: app.voice, app.settings.voice)
    if is_well([voice]) and app.mouth.trouble:
        remedy = "It is clear, and not beautiful; run from the checkout to have the built-in one."
        voice = doubtful("voice", app.mouth.trouble, remedy)
    yield voice
    ready = content and is_well([voice])
    yield _lines(app) if ready else unknown("lines", "wait for content and voice")
    yield _try("espeak-ng", lambda: EspeakVoice().render("Hello.", 100), "can speak")


def _lines(app: App) -> Finding:
    """Whether every line can be played without being made first."""
    content, voice = app.content, app.voice
    every = repertoire(Book(content.routine, content.phrases, content.vocabulary))
    missing = sum(not voice.holds(*line) for line in every)
    if voice.trouble is not None:
        problem, _, remedy = voice.trouble.partition(". ")
        return doubtful("lines", problem, remedy)
    if not missing:
        return fine("lines", f"all {len(every)} are ready")
    return doubtful(
        "lines",
        f"{missing} of {len(every)} are made when they are needed",
        "Make them now, so that nobody waits: roller-coach voice build.",
    )


def _try(what: str, look: Callable[[], object], fact: str = "") -> Finding:
    """What happens when something is used: one of our errors, or a fact (by default, what came)."""
    try:
        found = look()
    except CoachError as error:
        return of_error(what, error)
    except PermissionError as failure:
        return of_error(what, forbidden(failure))
    return fine(what, fact or str(found))
