"""The page's own thread. The only file that meets uvicorn, and h11, by which it reads HTTP."""

import asyncio
import socket
import threading

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from skill.closing import Closing
from skill.page.web import Web

LONGEST_END_S = 2
"""How long a browser that does not go may hold up the end."""
MOST_CONNECTIONS = 64
"""The process has some thousand files to open, and the session needs its share."""
HURRY_S = 10
"""Who has not asked by then, or only half a question, or reads no answer, is sent away."""


class Connection(H11Protocol):
    """A connection that cannot keep the session from what it needs by being one of too many."""

    _hurry: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Take a connection, if there is room for it."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._hurry = self.loop.call_later(HURRY_S, transport.close)

    def data_received(self, data: bytes) -> None:
        """Take what was sent; a request that it begins has to be whole soon."""
        try:
            super().data_received(data)
        except h11.LocalProtocolError:
            # It could not even be told that this is no HTTP: the body of a HEAD, for one.
            self.transport.abort()
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self._end_hurry()
        elif self._hurry is None:
            # Uvicorn has stopped its own clock at the first byte.
            self._hurry = self.loop.call_later(HURRY_S, self.transport.close)

    def pause_writing(self) -> None:
        """Wait for a browser that does not read, but not for ever."""
        super().pause_writing()
        # Abort: a close would wait until everything is read.
        self._unread = self.loop.call_later(HURRY_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the browser has read."""
        self._end_unread()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end_hurry()
        self._end_unread()
        super().connection_lost(exc)

    def _end_hurry(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None

    def _end_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


class PageServer(Closing):
    """Serves the page from its own thread until closed. The session never waits for it.

    Args:
        web: answers requests.
        listening: the socket; closed with the server.
    """

    def __init__(self, web: Web, listening: socket.socket) -> None:
        self._web = web
        self._listening = listening
        self._server = uvicorn.Server(
            uvicorn.Config(
                web.app,
                loop="asyncio",
                http=Connection,
                ws="none",
                lifespan="on",
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=LONGEST_END_S,
                h11_max_incomplete_event_size=16_384,
            )
        )
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        serving = asyncio.create_task(self._server.serve(sockets=[self._listening]))
        while not (self._server.should_exit or serving.done()):
            await asyncio.sleep(0.05)
        self._web.close()
        await serving

    def close(self) -> None:
        """Let the browsers go and end the thread."""
        self._server.should_exit = True
        self._thread.join(LONGEST_END_S + 1)
        self._listening.close()
