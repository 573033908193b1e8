"""`roller-coach run --service`: a coach that is there all day, under systemd."""

from contextlib import ExitStack
from pathlib import Path

from skill.app import App
from skill.cli import complain
from skill.cli.console import terminal
from skill.cli.page import page_beside
from skill.cli.screen import watchers
from skill.journal import JournalWriter, SpareJournal
from skill.living import alone, kept_history, live, spare_journal
from skill.session import Observer, Session
from skill.watchdog import Watchdog, service_manager

JOURNAL_BYTES = 4_000_000
"""Some 130 sessions; with the file before it, 8 MB of the card at most."""


def serve(app: App, journal: Path | None, *, fresh: bool, quiet: bool, as_json: bool) -> None:
    """Be there until stopped: after a goodbye the coach sleeps, and "start rolling" begins anew.

    Args:
        app: with the settings of it all.
        journal: where every event and effect is written; None: where the last session's is.
        fresh: the first session does not go on where the last one was.
        quiet: show nothing but mistakes.
        as_json: show the journal.

    Raises:
        DeviceError: if a device is not there; systemd tries again.
    """
    with ExitStack() as stack:
        stack.enter_context(alone(app.settings.state))
        history = stack.enter_context(kept_history(app))
        page = stack.enter_context(page_beside(app, history, must=False))
        written = _journal(app, journal)
        stack.enter_context(written)
        observers: list[Observer] = [
            written,
            *watchers(terminal(), quiet=quiet, as_json=as_json),
            *page.observers,
        ]
        manager = service_manager()
        if manager is not None:
            observers.append(Watchdog(stack.enter_context(manager)))
        session = stack.enter_context(
            live(app, observers=observers, history=history, hands=page.hands, tell=complain)
        )
        session.run(None if fresh else app.bookmark())
        while True:
            for trouble in (*app.troubles(session), *app.notices):
                complain(trouble)
            app.notices.clear()
            session.narrator.troubles.clear()
            session.begin_again()
            sleep_on(session)


def _journal(app: App, asked: Path | None) -> JournalWriter | SpareJournal:
    if asked is not None:
        return JournalWriter(asked, app.header(), JOURNAL_BYTES)
    place = app.settings.state / "last-session.jsonl"
    return spare_journal(app, place, complain, JOURNAL_BYTES)


def sleep_on(session: Session) -> None:
    """Go on with a coach that is asleep and says nothing of itself, until the next goodbye."""
    for block in session.source.blocks():
        session.step(block)
        if session.coach.gone:
            return
