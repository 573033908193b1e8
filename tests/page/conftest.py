"""A page that is really served, with a session that the test writes itself."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from skill.content.words import read_words
from skill.core.coach import Coach
from skill.page.address import Address
from skill.page.board import Letter, Post
from skill.page.opening import open_page
from skill.page.site import Site, read_drawings
from skill.page.view import Story, view
from skill.settings import Settings


@dataclass
class Served:
    """A page and the session behind it."""

    address: Address
    post: Post

    def show(self, coach: Coach, now: int, story: Story | None = None, partial: str = "") -> None:
        self.post.letters.append(Letter(now, view(coach, now, story or Story(), partial)))


def site(language: str = "en") -> Site:
    """The page's files in a language."""
    chosen = Settings(language=language)
    words = read_words(chosen.words)
    return Site(read_drawings(chosen.routine, "back", words.drawings), words)


Serve = Callable[..., AbstractContextManager[Served]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Serves the page at a port, 0 for a free one, in a language."""

    @contextmanager
    def serving(port: int = 0, language: str = "en") -> Iterator[Served]:
        with open_page("127.0.0.1", port, tmp_path / "page-code", site(language)) as page:
            yield Served(page.address, page.post)

    return serving
