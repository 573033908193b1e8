"""Opens the page of a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from skill.errors import SettingsError
from skill.page.address import EVERYWHERE, Address, listen, own_names, reached_at
from skill.page.board import Post
from skill.page.guard import is_loopback, keep_code
from skill.page.site import Site

NEEDED = ("starlette", "uvicorn")


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that is being served.

    Attributes:
        address: where.
        post: letters to it, presses from it.
    """

    address: Address
    post: Post


@contextmanager
def open_page(host: str, port: int, code: Path, site: Site) -> Iterator[Opened]:
    """Serve the page as long as the block lasts.

    Args:
        host: where to listen: an address of this machine, or 0.0.0.0 for all.
        port: 0 for a free one.
        code: the file that keeps the access code.
        site: what a browser can ask for.

    Raises:
        SettingsError: if it cannot be served there, or the packages that it needs are missing.
        StorageError: if the access code cannot be kept.
    """
    if not all(find_spec(name) for name in NEEDED):
        raise SettingsError(
            "The page needs packages that are not installed: starlette and uvicorn.",
            'Install them with: pip install "roller-coach[page]", or run without --page.',
        )
    from skill.page.server import PageServer  # noqa: PLC0415 - only who wants a page has uvicorn
    from skill.page.web import Access, Web  # noqa: PLC0415 - the same for starlette

    post = Post()
    kept = keep_code(code)
    listening = listen(host, port)
    place, port = listening.getsockname()[:2]
    if place in EVERYWHERE:
        host = place  # "0" means the same, and no other machine can open it
    access = Access(kept, own_names() | {host.lower()}, is_loopback(host))
    web = Web(site, post, access)
    with PageServer(web, listening):
        yield Opened(reached_at(host, port, kept), post)
