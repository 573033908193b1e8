"""The composition root: it names concrete recognisers and devices (voices: `skill.mouth`)."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import skill
from skill.content.lint import unknown_words, within_reach
from skill.content.load import Content, load_content
from skill.content.translation import check_translated
from skill.content.words import Words, read_words
from skill.core.coach import Book, Coach, Patience
from skill.core.listener import Listener
from skill.core.messages import Bookmark
from skill.core.vocabulary import Vocabulary
from skill.enrolment.person import ANYBODY, Person
from skill.errors import ContentError, ModelError
from skill.journal import JournalWriter
from skill.languages import DATA
from skill.mouth import Mouth, make_mouth
from skill.ports import RATE, AudioSource, Hands, Playback, Recognizer, Speaker
from skill.recorder.beginning import Later, beginning, kept_folder
from skill.recorder.shelf import SOUND
from skill.rehearsal import RehearsedPerson
from skill.session import Ears, Observer, Session, told_dropouts
from skill.settings import SHIPPED, Settings
from skill.shelf import Shelf
from skill.speech.narrator import Inline, Narrator

if TYPE_CHECKING:
    from skill.recognition.vosk import VoskModel
    from skill.speech.cache import CachedVoice

COMMAND_WEIGHT = 3
"""How often a command stands in the grammar for each time that a decoy does: Vosk counts phrases
when it makes a language model of them, and commands are likelier than what sounds like them."""


class App:
    """Builds sessions from settings. What a session needs is made when it is first needed.

    Args:
        settings: what was chosen.

    Attributes:
        stranger: why the chosen person is heard like anybody, or None.
        notices: what else the person should know after a session, one sentence each.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stranger: str | None = None
        self.notices: list[str] = []

    @cached_property
    def content(self) -> Content:
        """Routine, phrases and vocabulary.

        Phrases with words that a better model lacks are left out, if the language chose it.

        Raises:
            ContentError: with every mistake in the three files.
        """
        chosen = self.settings
        content = load_content(chosen.routine, chosen.phrases, chosen.commands)
        if chosen.routine == DATA / chosen.chosen.routine:
            check_translated(content.routine, chosen.routine)
        if not chosen.has_better_model:
            return content
        content, lost = within_reach(content, self.model.knows)
        self.notices += lost
        return content

    @cached_property
    def words(self) -> Words:
        """What the page shows and what prompts say.

        Raises:
            ContentError: with every mistake in the file.
        """
        return read_words(self.settings.words)

    @cached_property
    def voice(self) -> "CachedVoice":
        """The chosen voice, its lines kept on disk.

        Raises:
            VoiceError: if there is no such voice.
        """
        return self.mouth.cached(self.settings.cache)

    @cached_property
    def mouth(self) -> Mouth:
        """The chosen voice with its ready-made lines.

        Raises:
            VoiceError: if there is no such voice.
        """
        return make_mouth(self.settings)

    @cached_property
    def shelf(self) -> Shelf:
        """Where the bookmark is kept."""
        return Shelf(self.settings.state / "bookmark.json")

    def coach(self) -> Coach:
        """A coach at the beginning of a session."""
        patience = Patience(
            before_asking=self.settings.ask_after_s * 1000,
            before_asking_paused=self.settings.ask_after_s * 2000,
            before_sleep=self.settings.sleep_after_s * 1000,
        )
        content = self.content
        return Coach(Book(content.routine, content.phrases, content.vocabulary, patience))

    def ears(self) -> Ears:
        """The recogniser on the chosen model, with the voice detector and the listener.

        Raises:
            ModelError: if the model cannot be read.
            ContentError: if a command has a word that the model does not know.
        """
        return self.ear_maker(self.content)()

    def ear_maker(self, content: Content) -> Callable[[], Ears]:
        """Makes as many ears as are wanted, on one model and for some content; see `ears`."""
        model = self.model
        mistakes = unknown_words(content, model.knows, model.words())
        if mistakes:
            raise ContentError(mistakes)
        factor, vocabulary = self.person.factor, content.vocabulary
        return lambda: self.ears_for(vocabulary, factor)

    def ears_for(self, vocabulary: Vocabulary, factor: float = 1.0) -> Ears:
        """Ears for a vocabulary, and for a voice (`skill.recognition.pitched`)."""
        from skill.audio.activity import WebRtcVoiceDetector
        from skill.recognition.pitched import PitchedRecognizer
        from skill.recognition.resting import RestingRecognizer
        from skill.recognition.second import PitchedEars
        from skill.recognition.vosk import VoskRecognizer

        grammar = (*vocabulary.meanings,) * COMMAND_WEIGHT + vocabulary.decoys
        recognizer: Recognizer = RestingRecognizer(VoskRecognizer(self.model, grammar), RATE)
        if factor != 1.0:
            recognizer = PitchedRecognizer(recognizer, factor)
        second = PitchedEars(VoskRecognizer(self.model, grammar), RATE, factor)
        return Ears(recognizer, WebRtcVoiceDetector(), Listener(vocabulary), second)

    @cached_property
    def model(self) -> "VoskModel":
        """The chosen model, loaded.

        Raises:
            ModelError: if it cannot be read.
        """
        from skill.recognition.vosk import VoskModel

        return VoskModel(self.model_folder())

    @cached_property
    def person(self) -> Person:
        """Whose voice it is: what was learnt of the chosen person, or nothing.

        Raises:
            SettingsError: if the person has not been enrolled.
            ContentError: if their file cannot be used.
        """
        if not self.settings.person:
            return ANYBODY
        from skill.enrolment.register import Register, model_mark

        entry = Register(self.settings.people).get(self.settings.person)
        if entry.model == model_mark(self.model.folder):
            return entry.person
        self.stranger = (
            f"{self.settings.person} was enrolled with another model, and is heard like anybody. "
            f"Enrol again: roller-coach enrol {self.settings.person}."
        )
        return ANYBODY

    def model_folder(self) -> Path:
        """The chosen model: a folder, or the name of an installed one.

        Raises:
            ModelError: if there is no such folder, or a file in it is missing or damaged.
        """
        from skill.models.seal import check_seal, is_sealed
        from skill.models.store import missing_file
        from skill.recognition.tryout import try_out

        chosen = self.settings.model
        installed = self.settings.models / chosen.name
        folder = chosen if chosen.is_dir() or not installed.is_dir() else installed
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
        return folder

    @contextmanager
    def replay(
        self,
        recording: Path,
        *,
        channel: int | None = None,
        write_audio: Path | None = None,
        journal: Path | None = None,
        observers: Sequence[Observer] = (),
        hands: Sequence[Hands] = (),
    ) -> Iterator[Session]:
        """A session over a recording, as fast as it goes and always the same.

        One that the recorder kept sets in where it does, whatever the coach was doing then.
        """
        from skill.audio.recording import RecordingSource
        from skill.audio.session_file import PERSON

        with ExitStack() as stack:
            kept = kept_folder(recording) if channel is None else None
            sound = recording if kept is None else kept / SOUND
            person = channel if kept is None else PERSON
            source = stack.enter_context(RecordingSource(sound, channel=person))
            watching = self.with_journal(journal, observers, stack)
            if kept is None:
                session = self._headless(source, write_audio, watching, stack)
            else:
                session = self._going_on(kept, source, write_audio, watching, stack)
            session.hands = hands
            yield session

    def _going_on(
        self,
        kept: Path,
        source: AudioSource,
        write_audio: Path | None,
        observers: Sequence[Observer],
        stack: ExitStack,
    ) -> Session:
        """A session that sets in where a kept recording does."""
        start = beginning(kept, self.coach())
        source = Later(source, start.start_frame)
        session = self._headless(source, write_audio, observers, stack)
        session.coach, session.going_on = start.coach, True
        if start.rest is not None:
            session.narrator.speaker.play(start.rest, start.token, start.start_frame)
        return session

    @contextmanager
    def rehearse(
        self,
        person: RehearsedPerson,
        *,
        write_audio: Path | None = None,
        journal: Path | None = None,
        observers: Sequence[Observer] = (),
        hands: Sequence[Hands] = (),
    ) -> Iterator[Session]:
        """A session with somebody who answers the coach."""
        with ExitStack() as stack:
            watching = self.with_journal(journal, (person, *observers), stack)
            session = self._headless(person, write_audio, watching, stack)
            session.hands = hands
            yield session

    def _headless(
        self,
        source: AudioSource,
        write_audio: Path | None,
        observers: Sequence[Observer],
        stack: ExitStack,
    ) -> Session:
        from skill.audio.paced import Paced
        from skill.audio.session_file import SessionWriter, TeeSource, TeeSpeaker
        from skill.audio.timeline import TimelineSpeaker

        if self.settings.page:
            source = Paced(source)
        timeline = TimelineSpeaker(source.rate)
        speaker: Speaker = timeline
        ears = self.ears()
        if write_audio is not None:
            writer = stack.enter_context(SessionWriter(write_audio, source.rate))
            source, speaker = TeeSource(source, writer), TeeSpeaker(speaker, writer)
        narrator = self.narrator(speaker, None)
        source = self.without_echo(source, timeline)
        return Session(source, ears, narrator, self.coach(), observers)

    def without_echo(self, source: AudioSource, playback: Playback) -> AudioSource:
        """A microphone that does not hear what is played, if that is wanted and can be had.

        Otherwise the rules about the coach's own words are all that is left, and a notice says so.
        """
        from skill.echo.canceller import EchoCanceller
        from skill.echo.cancelling import EchoCancelled
        from skill.echo.suppressor import Suppressor
        from skill.echo.weights import read_weights

        if not self.settings.cancel_echo:
            return source
        try:
            weights = read_weights(SHIPPED / "echo")
        except ModelError as error:
            self.notices.append(f"The coach cannot take out its own voice: {error}")
            return source
        return EchoCancelled(source, playback, EchoCanceller(Suppressor(weights)))

    def narrator(self, speaker: Speaker, worker: ThreadPoolExecutor | None) -> Narrator:
        """The chosen voice at a speaker; with a worker, lines are rendered ahead of time."""
        from skill.audio.chimes import chime

        return Narrator(self.voice, speaker, chime, worker or Inline(), ahead=worker is not None)

    def with_journal(
        self, journal: Path | None, observers: Sequence[Observer], stack: ExitStack
    ) -> tuple[Observer, ...]:
        """The observers, and the journal if there is to be one."""
        if journal is None:
            return tuple(observers)
        return (stack.enter_context(JournalWriter(journal, self.header())), *observers)

    def header(self) -> dict[str, str]:
        """What a journal says of the session it belongs to."""
        return {
            "version": skill.__version__,
            "language": self.settings.language,
            "routine": self.content.routine.id,
            "model": self.settings.model.name,
            "voice": self.voice.identity,
        }

    def troubles(self, session: Session) -> tuple[str, ...]:
        """What did not work in a session that went on all the same."""
        found = (self.stranger, self.mouth.trouble, self.voice.trouble, self.shelf.trouble)
        lost = told_dropouts(*session.equipment.dropouts)
        return (*(trouble for trouble in (*found, lost) if trouble), *session.narrator.troubles)

    def bookmark(self) -> Bookmark | None:
        """Where the person was when the last live session ended."""
        return self.shelf.get()
