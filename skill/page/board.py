"""Between the session's thread and the page's: the latest letter one way, presses the other."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from queue import Empty, Full, Queue

from skill.history.records import Past
from skill.page.view import View
from skill.ports import Press

LOOK_S = 0.05
"""How often the page's thread looks for a letter: as often as a session has blocks."""
BEAT_S = 1.0
"""How often a browser hears that it is still connected, and what time it is in the session."""
AGAIN_MS = 1_000
"""How long a browser waits before it tries to connect again."""
PRESSES = 8
"""More presses than that are not waiting for a session that does its work."""


@dataclass(frozen=True, slots=True)
class Letter:
    """How the session stands.

    Attributes:
        now: milliseconds of microphone audio.
        view: what the page shows; None while the session gets ready.
        past: what is known of earlier sessions.
    """

    now: int
    view: View | None
    past: Past | None = None


@dataclass
class Post:
    """What the two threads hand each other. Neither ever waits for the other.

    A new letter takes the place of one that nobody has fetched: only the latest counts.
    """

    letters: deque[Letter] = field(default_factory=lambda: deque(maxlen=1))
    presses: Queue[Press] = field(default_factory=lambda: Queue(PRESSES))

    def press(self, press: Press) -> bool:
        """Hand a press over; whether there was room for it."""
        try:
            self.presses.put_nowait(press)
        except Full:
            return False
        return True

    def pressed(self) -> Sequence[Press]:
        """What has been pressed since the last call: the page is one of a session's hands."""
        found = []
        with suppress(Empty):
            while True:
                found.append(self.presses.get_nowait())
        return found


class Board:
    """What every browser is shown; lives in the page's thread.

    Args:
        post: where letters come from.
        made: names this program, so that a page of an older one loads itself anew.
    """

    def __init__(self, post: Post, made: str) -> None:
        self._post = post
        self._made = made
        self._letter = Letter(0, None)
        self._text = self._write()
        self._number = 0
        self._news = asyncio.Event()
        self._closed = False

    async def fetch_letters(self) -> None:
        """Put up letters as they come, for ever."""
        while True:
            self._fetch()
            await asyncio.sleep(LOOK_S)

    def _fetch(self) -> None:
        if self._post.letters:
            self._put_up(self._post.letters.popleft())

    def _put_up(self, letter: Letter) -> None:
        known = self._letter
        changed = (letter.view, letter.past) != (known.view, known.past)
        self._letter = letter
        if changed:
            self._text = self._write()
            self._number += 1
            self._wake()

    def _write(self) -> str:
        letter = self._letter
        view = None if letter.view is None else asdict(letter.view)
        past = None if letter.past is None else asdict(letter.past)
        told = {"made": self._made, "view": view, "past": past}
        return json.dumps(told, ensure_ascii=False)

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def close(self) -> None:
        """Put up what has come last, and let every browser go."""
        self._fetch()
        self._closed = True
        self._wake()

    async def events(self) -> AsyncIterator[str]:
        """Server-sent events for one browser: the view when it changes, and a beat in between."""
        yield f"retry: {AGAIN_MS}\n\n"
        seen = -1
        while True:
            news = self._news
            yield f"event: beat\ndata: {self._letter.now}\n\n"
            if seen != self._number:
                seen = self._number
                yield f"data: {self._text}\n\n"
            if self._closed:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):
                    await news.wait()
