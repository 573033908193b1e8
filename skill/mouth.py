"""Which voice a name in the settings means: the composition root of everything that speaks."""

from dataclasses import dataclass
from pathlib import Path

from skill.errors import ModelError, VoiceError
from skill.models.seal import read_seal
from skill.ports import Voice
from skill.settings import SHIPPED, Settings, restoring
from skill.speech.cache import CachedVoice
from skill.speech.ready import INDEX, ReadyLines

BUILT_IN = "built-in"
ESPEAK = "espeak"
HOME = SHIPPED / "voice-en"
"""Where the built-in voice lies."""
LINES = "lines"
"""Folder beside a voice with its ready-made lines."""


@dataclass(frozen=True, slots=True)
class Mouth:
    """A voice and what belongs to it.

    Attributes:
        voice: makes lines anew.
        ready: lines that came with it, or None.
        trouble: why it is not the voice that was asked for, or None.
    """

    voice: Voice
    ready: ReadyLines | None = None
    trouble: str | None = None

    def cached(self, folder: Path) -> CachedVoice:
        """The voice as a session uses it: nothing is said twice."""
        return CachedVoice(self.voice, folder, ready=self.ready)


def make_mouth(settings: Settings, home: Path = HOME) -> Mouth:
    """The chosen voice. The built-in one may be missing.

    Args:
        settings: names the voice, and the folder of installed ones.
        home: where the built-in voice lies.

    Raises:
        VoiceError: if there is no such voice, or it cannot be used.
    """
    if settings.voice != BUILT_IN:
        named = settings.voice
        return _beside(_find(_of_language(settings) if named == ESPEAK else named, settings.models))
    models = sorted(home.glob("*.onnx"))
    if models:
        try:
            return _beside(models[0])
        except (VoiceError, ModelError) as error:
            raise VoiceError(error.problem, restoring()) from error
    return Mouth(
        make_voice(_of_language(settings)),
        trouble=f"The built-in voice is not in {home}, so espeak-ng speaks in its place.",
    )


def _of_language(settings: Settings) -> str:
    return f"{ESPEAK}:{settings.chosen.espeak}"


def make_voice(name: str, models: Path | None = None) -> Voice:
    """A voice by its name in the settings, without its ready-made lines.

    Args:
        name: ``built-in``, ``espeak``, ``espeak:en-gb+f3``, an ONNX file or an installed voice.
        models: folder of installed voices; None: the person's own.

    Raises:
        VoiceError: if there is no such voice.
    """
    chosen = {"voice": name} if models is None else {"voice": name, "models": models}
    return make_mouth(Settings.model_validate(chosen)).voice


def _find(name: str, models: Path) -> "Path | str":
    engine = name.partition(":")[0]
    if engine == ESPEAK or name.endswith(".onnx"):
        return name if engine == ESPEAK else Path(name)
    installed = models / name / f"{name}.onnx"
    if "/" not in name and installed.is_file():
        return installed
    raise VoiceError(
        f'"{name}" is no voice.',
        "Use built-in, espeak, espeak:NAME (for example espeak:en-gb+f3), a Piper voice's .onnx "
        "file, or the name of an installed voice (`roller-coach voices list`).",
    )


def _beside(found: "Path | str") -> Mouth:
    """The voice in a file with the lines beside it, or one of espeak-ng's."""
    if isinstance(found, str):
        from skill.speech.espeak import EspeakVoice  # noqa: PLC0415 - imported when it is chosen

        variant = found.partition(":")[2]
        return Mouth(EspeakVoice(variant) if variant else EspeakVoice())
    from skill.speech.piper import PiperSpeech  # noqa: PLC0415 - imported when it is chosen

    voice = PiperSpeech(found, sealed=_seal(found))
    lines = found.parent / LINES
    ready = ReadyLines(lines, voice.identity) if (lines / INDEX).is_file() else None
    return Mouth(voice, ready)


def _seal(model: Path) -> dict[str, str] | None:
    """The checksums of a voice's two files, if somebody wrote them down."""
    sums = read_seal(model.parent)
    return sums if {model.name, f"{model.name}.json"} <= sums.keys() else None
