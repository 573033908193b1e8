"""The composition of a live session: a microphone, a speaker, and a coach between them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from skill.ailments import Ailments
from skill.app import App
from skill.audio.caretaker import slept_s
from skill.audio.loudspeaker import Loudspeaker
from skill.audio.microphone import Microphone
from skill.comforts import Comforts
from skill.errors import StorageError
from skill.history.keeper import Keeper
from skill.history.store import Store
from skill.history.today import wall_clock
from skill.home.joining import join_home
from skill.journal import JournalWriter, SpareJournal
from skill.locking import try_lock
from skill.panel import Panel
from skill.ports import Hands
from skill.session import Observer, Session

LOCK = "session.lock"
"""In the state folder; locked while a live session goes on."""


@dataclass(frozen=True, slots=True)
class LiveEquipment:
    """The two devices of a session, as the session asks about them."""

    microphone: Microphone
    speaker: Loudspeaker

    @property
    def speaker_works(self) -> bool:
        """Whether what is played now can be heard."""
        return self.speaker.works

    @property
    def dropouts(self) -> tuple[int, int]:
        """How often the microphone, and how often the speaker, has lost sound so far."""
        return self.microphone.overruns, self.speaker.underruns

    @property
    def hears_nothing(self) -> bool:
        """Whether the microphone seems to be switched off: it brings zeros alone."""
        return self.microphone.hears_nothing

    @property
    def overdriven_s(self) -> float:
        """For how long the microphone has been at its limit."""
        return self.microphone.overdriven_s


@contextmanager
def live(
    app: App,
    *,
    journal: Path | None = None,
    must_journal: bool = True,
    observers: Sequence[Observer] = (),
    stamp: Callable[[], str] = lambda: "session",
    tell: Callable[[str], None] | None = None,
    history: Keeper | None = None,
    hands: Sequence[Hands] = (),
) -> Iterator[Session]:
    """A session at the microphone and the speaker; the person's place outlives the process.

    Args:
        app: builds what the session needs.
        journal: where to write it; the recorder needs one.
        must_journal: whether the session ends if that cannot be done. Otherwise it is told.
        observers: are told everything.
        stamp: date and time, for the names of what the recorder keeps.
        tell: gets sentences about troubles while the session goes on; None: they are notices.
        history: keeps what the session came to.
        hands: give commands without a voice.

    Raises:
        SettingsError: if the smart home's address cannot be understood.
        DeviceError: if a device is not there when the session begins. Later, it is waited for.
        StorageError: if the journal cannot be written, and must be.
    """
    chosen = app.settings
    with ExitStack() as stack:
        home = join_home(chosen, tell or app.notices.append, stack)
        worker = stack.enter_context(ThreadPoolExecutor(1, "narrator"))
        if chosen.button_pin is not None or chosen.led_pin is not None:
            panel = stack.enter_context(Panel(chosen.button_pin, chosen.led_pin))
            hands, observers = (*hands, panel), (*observers, panel)
        with_it = Comforts(chosen, journal, stamp, app.notices.append, stack)
        speaker = stack.enter_context(Loudspeaker(chosen.speaker, awake=chosen.keep_awake))
        narrator = app.narrator(with_it.speaker(speaker), worker)
        ears = app.ears()
        if history is not None:
            history.tell = tell or app.notices.append
        counting = () if history is None else (history,)
        watching: Sequence[Observer] = (*with_it.observers, *counting, *observers)
        if journal is not None and not must_journal:
            spare = spare_journal(app, journal, tell or app.notices.append)
            watching = (stack.enter_context(spare), *watching)
        else:
            watching = app.with_journal(journal, watching, stack)
        microphone = stack.enter_context(Microphone(chosen.microphone, channel=chosen.channel))
        speaker.follow(microphone.clock)
        if history is not None:
            history.suspended = lambda: slept_s() + microphone.stopped_s
        equipment = LiveEquipment(microphone, speaker)
        source = with_it.source(microphone, speaker)
        yield Session(
            app.hearing.without_echo(source, speaker),
            ears,
            narrator,
            app.coach(),
            (*watching, *home),
            app.shelf.put,
            deaf_while_speaking=chosen.mute_while_speaking,
            equipment=equipment,
            this_week=_unknown if history is None else history.this_week,
            hands=(*hands, *home),
            troubles=Ailments(app, equipment),
        )


def spare_journal(
    app: App, path: Path, tell: Callable[[str], None], limit: int | None = None
) -> SpareJournal:
    """The journal of a session whose person has not asked for one; see `JournalWriter`."""
    return SpareJournal(lambda: JournalWriter(path, app.header(), limit), tell)


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Be the only live session that keeps its things in a folder.

    Two of them would write over each other's journal and bookmark, and talk to each other. Where
    no lock can be had, as on a disk that cannot be written to, there is none.

    Raises:
        StorageError: if another one is going on.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = (state / LOCK).open("ab")
    except OSError:
        yield
        return
    with lock:
        try:
            free = try_lock(lock.fileno())
        except OSError:
            free = True
        if not free:
            raise StorageError(
                f"Another session is going on that keeps its place in {state}.",
                "End it first, or give this one a folder of its own: `state` in another settings "
                "file, named with --settings.",
            )
        yield


def _unknown() -> int | None:
    return None


@contextmanager
def kept_history(app: App) -> Iterator[Keeper | None]:
    """The history of live sessions; None, and a notice why, if it cannot be kept.

    Args:
        app: knows where, and the routine.
    """
    if not app.settings.keep_history:
        yield None
        return
    try:
        store = Store(app.settings.history)
    except StorageError as error:
        app.notices.append(f"{error} This session is not in the history.")
        yield None
        return
    routine = app.content.routine.id
    with store, closing(Keeper(store, wall_clock, routine, app.notices.append)) as keeper:
        yield keeper
