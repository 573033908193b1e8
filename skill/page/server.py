"""The page's own thread. The only file that meets uvicorn."""

import asyncio
import socket
import threading

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from skill.closing import Closing
from skill.page.web import Web

LONGEST_END_S = 2
"""How long a browser that does not go may hold up the end."""
MOST_CONNECTIONS = 64
"""The process has some thousand files to open, and the session needs its share."""
HURRY_S = 10
"""Who has not asked for anything by then is sent away."""


class Connection(H11Protocol):
    """A connection that cannot keep the session from what it needs by being one of too many."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Take a connection, if there is room for it."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self.loop.call_later(HURRY_S, self._leave_if_idle)

    def _leave_if_idle(self) -> None:
        if self.cycle is None:
            self.transport.close()


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
