"""Which model, whose voice, with what taken out: the composition root of everything that hears."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from skill.audio.activity import WebRtcVoiceDetector
from skill.content.lint import sound_alike, unknown_words
from skill.content.load import Content
from skill.core.listener import Listener
from skill.core.vocabulary import Vocabulary
from skill.ears import Ears
from skill.echo.canceller import EchoCanceller
from skill.echo.cancelling import EchoCancelled
from skill.echo.suppressor import Suppressor
from skill.echo.weights import read_weights
from skill.enrolment.person import ANYBODY, Person
from skill.enrolment.register import Register, model_mark
from skill.errors import ContentError, ModelError
from skill.models.seal import check_seal, is_sealed
from skill.models.store import missing_file
from skill.ports import RATE, AudioSource, Playback, Recognizer
from skill.recognition.pitched import PitchedRecognizer
from skill.recognition.resting import RestingRecognizer
from skill.recognition.second import PitchedEars
from skill.recognition.tryout import try_out
from skill.recognition.vosk import VoskModel, VoskRecognizer
from skill.settings import SHIPPED, Settings, restoring
from skill.verification.verifier import FILE as LOOKALIKES
from skill.verification.verifier import Verifier, verifier_for
from skill.verification.words import Words

COMMAND_WEIGHT = 3
"""How often a command stands in the grammar for each time that a decoy does: Vosk counts phrases
when it makes a language model of them, and commands are likelier than what sounds like them."""


class Hearing:
    """Builds ears from settings, on one model that is loaded when it is first needed.

    Args:
        settings: what was chosen.
        tell: gets what the person should know after a session, one sentence each.

    Attributes:
        stranger: why the chosen person is heard like anybody, or None.
    """

    def __init__(self, settings: Settings, tell: Callable[[str], None]) -> None:
        self.stranger: str | None = None
        self._settings = settings
        self._tell = tell
        self._known: tuple[Vocabulary, Verifier | None] | None = None

    def ear_maker(self, content: Content) -> Callable[[], Ears]:
        """Makes as many ears as are wanted for some content, each with everything of its own.

        Raises:
            ModelError: if the model cannot be read.
            ContentError: if a command has a word that the model does not know.
        """
        mistakes = unknown_words(content, self.model.knows, self.model.words)
        if mistakes:
            raise ContentError(mistakes)
        factor, vocabulary = self.person.factor, content.vocabulary
        return lambda: self.ears_for(vocabulary, factor)

    def sound_alike(self, content: Content) -> list[str]:
        """A sentence for each phrase that sounds as one that means something else; none if the
        model does not tell how its words sound. Make ears first: they see that it is whole.
        """
        file = self.model.folder / LOOKALIKES
        if not file.is_file():
            return []
        words = Words(file)
        return sound_alike(content, lambda one: words.phrase(one) if words.says(one) else ())

    def ears_for(self, vocabulary: Vocabulary, factor: float = 1.0) -> Ears:
        """Ears for a vocabulary, and for a voice (`skill.recognition.pitched`)."""
        grammar = (*vocabulary.meanings,) * COMMAND_WEIGHT + vocabulary.decoys
        recognizer: Recognizer = RestingRecognizer(VoskRecognizer(self.model, grammar), RATE)
        if factor != 1.0:
            recognizer = PitchedRecognizer(recognizer, factor)
        unhurried = VoskRecognizer(self.model.unhurried, grammar)
        second = PitchedEars(unhurried, RATE, factor, self._verifier(vocabulary))
        return Ears(recognizer, WebRtcVoiceDetector(), Listener(vocabulary), second)

    def _verifier(self, vocabulary: Vocabulary) -> Verifier | None:
        """One for all ears with the same vocabulary: it takes 16 MB, and keeps no sound."""
        if self._known is None or self._known[0] is not vocabulary:
            self._known = vocabulary, verifier_for(self.model.folder, vocabulary)
        return self._known[1]

    @cached_property
    def model(self) -> VoskModel:
        """The chosen model, loaded.

        Raises:
            ModelError: if it cannot be read.
        """
        return VoskModel(self.model_folder())

    @cached_property
    def person(self) -> Person:
        """Whose voice it is: what was learnt of the chosen person, or nothing.

        Raises:
            SettingsError: if the person has not been enrolled.
            ContentError: if their file cannot be used.
        """
        name = self._settings.person
        if not name:
            return ANYBODY
        mark = model_mark(self.model.folder)
        for entry in Register(self._settings.people).get(name):
            if entry.model == mark:
                return entry.person
        self.stranger = (
            f"{name} was enrolled with another model, and is heard like anybody. "
            f"Enrol again: roller-coach enrol {name} --language {self._settings.language}."
        )
        return ANYBODY

    def model_folder(self) -> Path:
        """The chosen model: a folder, or the name of an installed one.

        Raises:
            ModelError: if there is no such folder, or a file in it is missing or damaged.
        """
        chosen = self._settings.model
        installed = self._settings.models / chosen.name
        folder = chosen if chosen.is_dir() or not installed.is_dir() else installed
        try:
            _look_at(folder)
        except ModelError as error:
            if SHIPPED not in folder.parents:
                raise
            raise ModelError(error.problem, restoring()) from error
        return folder

    def without_echo(self, source: AudioSource, playback: Playback) -> AudioSource:
        """A microphone that does not hear what is played, if that is wanted and can be had.

        Otherwise the rules about the coach's own words are all that is left, and a notice says so.
        """
        if not self._settings.cancel_echo:
            return source
        try:
            weights = read_weights(SHIPPED / "echo")
        except ModelError as error:
            self._tell(f"The coach cannot take out its own voice: {error}")
            return source
        return EchoCancelled(source, playback, EchoCanceller(Suppressor(weights)))


def _look_at(folder: Path) -> None:
    missing = missing_file(folder)
    if missing is not None:
        raise ModelError(
            f"{folder} is no complete Vosk model: {missing} is missing.",
            "Install one with `roller-coach models get NAME`, or correct --model.",
        )
    if is_sealed(folder):
        check_seal(folder)
    else:
        try_out(folder)
