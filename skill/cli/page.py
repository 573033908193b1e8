"""`--page`: the companion page beside a session, and how people find it."""

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import click

from skill.app import App
from skill.errors import SettingsError, StorageError
from skill.history.keeper import Keeper
from skill.history.records import Past
from skill.page.address import Address
from skill.ports import Hands
from skill.session import Observer
from skill.settings import Settings


@dataclass(frozen=True, slots=True)
class Beside:
    """What a session must know of its page; nothing, if there is none.

    Attributes:
        observers: are told everything.
        hands: give commands.
    """

    observers: tuple[Observer, ...] = ()
    hands: tuple[Hands, ...] = ()


OPTIONS = (
    click.option(
        "--page",
        is_flag=True,
        default=None,
        help="Serve a page that follows the session, for a phone or tablet beside the mat.",
    ),
    click.option(
        "--page-host",
        help="Where: 127.0.0.1 (this machine), or 0.0.0.0 (the network)."
        f"  [default: {Settings.model_fields['page_host'].default}]",
    ),
    click.option(
        "--page-port",
        type=int,
        help=f"The page's port.  [default: {Settings.model_fields['page_port'].default}]",
    ),
)


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the page; they are settings, so `with_app` reads them."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@contextmanager
def page_beside(app: App, history: Keeper | None = None, *, must: bool = True) -> Iterator[Beside]:
    """The page, if it is wanted: served and shown as long as the block lasts.

    Args:
        app: knows what was chosen.
        history: what the page shows of earlier sessions.
        must: whether a page that cannot be served is an error, rather than a sentence.

    Yields:
        who must be told of the session, and who gives commands.

    Raises:
        SettingsError, StorageError: if the page must be served and cannot be.
    """
    chosen = app.settings
    if not chosen.page:
        yield Beside()
        return
    from skill.page.companion import Companion
    from skill.page.opening import open_page
    from skill.page.site import Site, read_drawings

    words = app.words
    drawings = read_drawings(chosen.routine, app.content.routine.id, words.drawings)
    code = chosen.state / "page-code"
    with ExitStack() as stack:
        try:
            page = stack.enter_context(
                open_page(chosen.page_host, chosen.page_port, code, Site(drawings, words))
            )
        except (SettingsError, StorageError) as error:
            if must:
                raise
            click.echo(f"roller-coach: {error}", err=True)
            yield Beside()
            return
        announce(page.address)
        watching = Companion(page.post, _nothing if history is None else history.past)
        yield Beside((watching,), (page.post,))


def _nothing() -> Past | None:
    return None


def announce(address: Address) -> None:
    """Print where the page is; for other machines as a QR code as well."""
    click.echo(f"The page: {address.url}", err=True)
    if not address.loopback and find_spec("segno"):
        import segno

        drawn = io.StringIO()
        segno.make(address.url, error="l").terminal(drawn, compact=True)
        click.echo(drawn.getvalue(), err=True)
