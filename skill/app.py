"""The composition root: it makes sessions of ears (`skill.hearing`) and a voice (`skill.mouth`).

What a session is made of is imported with the first one: `history` and `devices` have none.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import skill
from skill.languages import DATA
from skill.settings import JOURNALED, Settings

if TYPE_CHECKING:
    from skill.content.load import Content
    from skill.content.words import Words
    from skill.core.coach import Coach
    from skill.core.messages import Bookmark
    from skill.ears import Ears
    from skill.hearing import Hearing
    from skill.mouth import Mouth
    from skill.ports import AudioSource, Hands, Playback, Speaker
    from skill.rehearsal import RehearsedPerson
    from skill.session import Observer, Session
    from skill.shelf import Shelf
    from skill.speech.cache import CachedVoice
    from skill.speech.narrator import Narrator

ENROLLED = "enrolled"
"""In a journal's header: whether the ears were fitted to somebody; not to whom, for others may read
it."""


class App:
    """Builds sessions from settings. What a session needs is made when it is first needed.

    Args:
        settings: what was chosen.

    Attributes:
        notices: what else the person should know after a session, one sentence each.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.notices: list[str] = []

    @cached_property
    def content(self) -> "Content":
        """Routine, phrases and vocabulary.

        Phrases with words that a better model lacks are left out, if the language chose it.

        Raises:
            ContentError: with every mistake in the three files.
        """
        from skill.content.lint import within_reach
        from skill.content.load import load_content
        from skill.content.translation import check_translated

        chosen = self.settings
        content = load_content(chosen.routine, chosen.phrases, chosen.commands)
        if chosen.routine == DATA / chosen.chosen.routine:
            check_translated(content.routine, chosen.routine)
        if not chosen.has_better_model:
            return content
        content, lost = within_reach(content, self.hearing.model.knows)
        self.notices += lost
        return content

    @cached_property
    def words(self) -> "Words":
        """What the page shows and what prompts say.

        Raises:
            ContentError: with every mistake in the file.
        """
        from skill.content.words import read_words

        return read_words(self.settings.words)

    @cached_property
    def voice(self) -> "CachedVoice":
        """The chosen voice, its lines kept on disk.

        Raises:
            VoiceError: if there is no such voice.
        """
        return self.mouth.cached(self.settings.cache)

    @cached_property
    def mouth(self) -> "Mouth":
        """The chosen voice with its ready-made lines.

        Raises:
            VoiceError: if there is no such voice.
        """
        from skill.mouth import make_mouth

        return make_mouth(self.settings)

    @cached_property
    def hearing(self) -> "Hearing":
        """What makes ears on the chosen model."""
        from skill.hearing import Hearing

        return Hearing(self.settings, self.notices.append)

    @cached_property
    def shelf(self) -> "Shelf":
        """Where the bookmark is kept."""
        from skill.shelf import Shelf

        return Shelf(self.settings.state / "bookmark.json")

    def coach(self) -> "Coach":
        """A coach at the beginning of a session."""
        from skill.core.coach import Book, Coach, Patience

        patience = Patience(
            before_asking=self.settings.ask_after_s * 1000,
            before_asking_paused=self.settings.ask_after_s * 2000,
            before_sleep=self.settings.sleep_after_s * 1000,
        )
        content = self.content
        return Coach(Book(content.routine, content.phrases, content.vocabulary, patience))

    def ears(self) -> "Ears":
        """The recogniser on the chosen model, with the voice detector and the listener.

        Raises:
            ModelError: if the model cannot be read.
            ContentError: if a command has a word that the model does not know.
        """
        return self.hearing.ear_maker(self.content)()

    @contextmanager
    def replay(
        self,
        recording: Path,
        *,
        channel: int | None = None,
        write_audio: Path | None = None,
        journal: Path | None = None,
        observers: "Sequence[Observer]" = (),
        hands: "Sequence[Hands]" = (),
    ) -> "Iterator[Session]":
        """A session over a recording, as fast as it goes and always the same.

        One that the recorder kept sets in where it does, whatever the coach was doing then.
        """
        from skill.audio.recording import RecordingSource
        from skill.audio.session_file import PERSON
        from skill.recorder.beginning import kept_folder
        from skill.recorder.shelf import SOUND

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
            session.hands = (*session.hands, *hands)
            yield session

    def _going_on(
        self,
        kept: Path,
        source: "AudioSource",
        write_audio: Path | None,
        observers: "Sequence[Observer]",
        stack: ExitStack,
    ) -> "Session":
        """A session that sets in where a kept recording does, and to which the same happens."""
        from skill.audio.recording import RecordingSource
        from skill.audio.session_file import COACH
        from skill.recorder.beginning import Later, beginning
        from skill.recorder.overheard import Overheard
        from skill.recorder.retold import Retold
        from skill.recorder.shelf import SOUND

        start = beginning(kept, self.coach())
        later = Later(source, start.sound_frame, start.start_frame)
        retold = Retold(later, start.lost, start.later, start.coach)
        coach = stack.enter_context(RecordingSource(kept / SOUND, channel=COACH))
        voice = Overheard(Later(coach, start.sound_frame, start.start_frame), retold)
        session = self._headless(retold, write_audio, observers, stack, voice)
        session.coach, session.going_on = start.coach, True
        session.hands, session.equipment = (retold,), retold
        session.this_week, session.troubles = retold.this_week, retold.troubles
        session.returns = retold.returns
        if start.rest is not None:
            session.narrator.speaker.play(start.rest, start.token, start.start_frame)
        return session

    @contextmanager
    def rehearse(
        self,
        person: "RehearsedPerson",
        *,
        write_audio: Path | None = None,
        journal: Path | None = None,
        observers: "Sequence[Observer]" = (),
        hands: "Sequence[Hands]" = (),
    ) -> "Iterator[Session]":
        """A session with somebody who answers the coach."""
        with ExitStack() as stack:
            watching = self.with_journal(journal, (person, *observers), stack)
            session = self._headless(person, write_audio, watching, stack)
            session.hands = hands
            yield session

    def _headless(
        self,
        source: "AudioSource",
        write_audio: Path | None,
        observers: "Sequence[Observer]",
        stack: ExitStack,
        playback: "Playback | None" = None,
    ) -> "Session":
        from skill.audio.paced import Paced
        from skill.audio.session_file import SessionWriter, TeeSource, TeeSpeaker
        from skill.audio.timeline import TimelineSpeaker
        from skill.session import Session

        if self.settings.page:
            source = Paced(source)
        timeline = TimelineSpeaker(source.rate)
        speaker: Speaker = timeline
        ears = self.ears()
        if write_audio is not None:
            writer = stack.enter_context(SessionWriter(write_audio, source.rate))
            source, speaker = TeeSource(source, writer), TeeSpeaker(speaker, writer)
        narrator = self.narrator(speaker, None)
        source = self.hearing.without_echo(source, playback or timeline)
        deaf = self.settings.mute_while_speaking
        return Session(source, ears, narrator, self.coach(), observers, deaf_while_speaking=deaf)

    def narrator(self, speaker: "Speaker", worker: ThreadPoolExecutor | None) -> "Narrator":
        """The chosen voice at a speaker; with a worker, lines are rendered ahead of time."""
        from skill.audio.chimes import chime
        from skill.speech.narrator import Inline, Narrator

        return Narrator(self.voice, speaker, chime, worker or Inline(), ahead=worker is not None)

    def with_journal(
        self, journal: Path | None, observers: "Sequence[Observer]", stack: ExitStack
    ) -> "tuple[Observer, ...]":
        """The observers, and the journal if there is to be one.

        Raises:
            StorageError: if it cannot be written; from its messages, too.
        """
        if journal is None:
            return tuple(observers)
        from skill.journal import JournalWriter

        return (stack.enter_context(JournalWriter(journal, self.header())), *observers)

    def header(self) -> dict[str, object]:
        """What a journal says of the session it belongs to."""
        return {
            "version": skill.__version__,
            **{name: getattr(self.settings, name) for name in JOURNALED},
            "routine": self.content.routine.id,
            "model": self.settings.model.name,
            "voice": self.voice.identity,
            ENROLLED: bool(self.settings.person),
        }

    def troubles(self, session: "Session") -> tuple[str, ...]:
        """What did not work in a session that went on all the same."""
        from skill.session import told_dropouts

        found = (self.hearing.stranger, self.mouth.trouble, self.voice.trouble, self.shelf.trouble)
        lost = told_dropouts(*session.equipment.dropouts)
        return (*(trouble for trouble in (*found, lost) if trouble), *session.narrator.troubles)

    def bookmark(self) -> "Bookmark | None":
        """Where the person was when the last live session ended."""
        return self.shelf.get()
