"""A session inside another program, at devices that the program brings along."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from skill.app import App
from skill.ports import RATE, AudioSource, Hands, Speaker, Voice
from skill.session import Observer, Session
from skill.settings import Settings
from skill.speech.cache import CachedVoice


@contextmanager
def embed(
    settings: Settings,
    source: AudioSource,
    speaker: Speaker,
    *,
    voice: Voice | None = None,
    observers: Sequence[Observer] = (),
    hands: Sequence[Hands] = (),
    journal: Path | None = None,
    live: bool = True,
) -> Iterator[Session]:
    """A coach between a source of sound and a speaker of your own.

    Call `Session.run` for a whole session, or `Session.step` with one block after the other. The
    bookmark is left to you: `Session.run(bookmark)` picks up, and an observer sees `Remember`.

    Args:
        settings: content, model, voice, patience; devices in it are not used.
        source: the microphone: 16 kHz, mono, int16, blocks of 20 to 100 ms. It paces the session:
            time is the count of its samples.
        speaker: plays one clip at a time, and tells when it has ended.
        voice: speaks instead of the one in the settings; its lines are kept in the cache.
        observers: are told every event, effect and block, in the thread that runs the session.
        hands: give commands without a voice.
        journal: where to write every event and effect.
        live: whether lines are rendered ahead in a thread of their own; without, in the session's,
            so that the same source gives the same session.

    Raises:
        ContentError: if the routine, the phrases or the commands cannot be used.
        ModelError, VoiceError: if the model or the voice cannot be used.
        ValueError: if the source has another rate.
    """
    if source.rate != RATE:
        raise ValueError(f"the source has {source.rate} frames a second instead of {RATE}")
    app = App(settings)
    if voice is not None:
        app.voice = CachedVoice(voice, settings.cache)
    with ExitStack() as stack:
        worker = stack.enter_context(ThreadPoolExecutor(1, "narrator")) if live else None
        yield Session(
            source,
            app.ears(),
            app.narrator(speaker, worker),
            app.coach(),
            app.with_journal(journal, observers, stack),
            deaf_while_speaking=settings.mute_while_speaking,
            hands=hands,
        )
