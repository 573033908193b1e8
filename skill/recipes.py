"""How other processes build what they hear or speak with: the composition root's annexe."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from skill.app import App
from skill.audio.pcm import to_pcm
from skill.content.load import Content
from skill.core.listener import Listener
from skill.ears import Ears
from skill.errors import SettingsError, StorageError
from skill.evaluation.labels import with_words
from skill.evaluation.runner import Kit
from skill.evaluation.scene import Line
from skill.mouth import make_mouth
from skill.settings import PACKAGE, SHIPPED, Settings
from skill.speech.cache import CachedVoice

BUILT_IN, VOSK, SPHINX = "built-in", "vosk", "pocketsphinx"


@dataclass(frozen=True, slots=True)
class EarsRecipe:
    """How every process of an evaluation makes its ears (`skill.evaluation.runner.Recipe`).

    Attributes:
        name: "built-in", "pocketsphinx" or "vosk:PATH".
        settings: content, model and voice.
        also: further words that count as commands.
    """

    name: str
    settings: Settings
    also: tuple[str, ...] = ()

    @property
    def made_of(self) -> tuple[Path, ...]:
        """The files and folders on which it depends what is heard, and said by the coach."""
        chosen = self.settings
        return (
            PACKAGE,
            SHIPPED,
            *(chosen.routine, chosen.phrases, chosen.commands, chosen.words, chosen.people),
            *(chosen.model, chosen.models / chosen.model.name),
            *(Path(chosen.voice), chosen.models / chosen.voice),
        )

    def prepare(self) -> Kit:
        """Load the model.

        Raises:
            ModelError: if it cannot be read, or lacks a word.
            ContentError: if there is a mistake in the content.
        """
        app = App(self.settings)
        content = app.content
        vocabulary = with_words(content.vocabulary, self.also)
        origins = dict.fromkeys(self.also, "--also") | dict(content.origins)
        content = replace(content, vocabulary=vocabulary, origins=origins)
        if self.name == SPHINX:
            return Kit(_sphinx_maker(content), partial(_lines, app))
        return Kit(app.hearing.ear_maker(content), partial(_lines, app))


def _sphinx_maker(content: Content) -> Callable[[], Ears]:
    from skill.audio.activity import WebRtcVoiceDetector  # noqa: PLC0415 - only if it is chosen
    from skill.recognition.sphinx import SphinxRecognizer  # noqa: PLC0415 - an extra

    vocabulary = content.vocabulary
    return lambda: Ears(
        SphinxRecognizer(vocabulary.grammar), WebRtcVoiceDetector(), Listener(vocabulary)
    )


def _lines(app: App) -> tuple[Line, ...]:
    """What the coach says of each step the first time, as sound."""
    exercises = app.content.routine.exercises
    texts = (text for one in exercises for step in one.steps for text in step.full)
    return tuple(Line(text, to_pcm(app.voice.render(text, 100))) for text in texts)


def recipe(settings: Settings, name: str = "", also: tuple[str, ...] = ()) -> EarsRecipe:
    """The recipe of a recogniser by its name; of the chosen model without one.

    Raises:
        SettingsError: if there is no such recogniser.
    """
    engine, _, model = name.partition(":")
    if not name:
        builtin = settings.model == SHIPPED / settings.chosen.models[-1]
        return EarsRecipe(BUILT_IN if builtin else f"{VOSK}:{settings.model}", settings, also)
    if engine == VOSK and model:
        return EarsRecipe(name, settings.model_copy(update={"model": Path(model)}), also)
    if name != SPHINX:
        raise SettingsError(
            f'"{name}" is no recogniser.', f"Write --against {SPHINX} or --against {VOSK}:FOLDER."
        )
    if importlib.util.find_spec(SPHINX) is None:
        raise SettingsError(
            "PocketSphinx is not installed.",
            'Install it with: pip install "roller-coach[evaluate]", on a Python before 3.14, or '
            "leave it out.",
        )
    return EarsRecipe(name, settings, also)


def render_line(settings: Settings, text: str, pace: int) -> float:
    """Put one line into the cache, in whatever process; its seconds. The voice is loaded once.

    Raises:
        VoiceError: if the voice cannot be used, or cannot say it.
        StorageError: if the cache cannot be written.
    """
    voice = _cached_voice(settings)
    seconds = voice.render(text, pace).seconds
    if voice.trouble:
        raise StorageError(voice.trouble, "Choose another folder with `cache` in the settings.")
    return seconds


@cache
def _cached_voice(settings: Settings) -> CachedVoice:
    # Without its ready-made lines: they are what is being made.
    return CachedVoice(make_mouth(settings).voice, settings.cache)
