"""The page over HTTP. The only file that meets starlette."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from skill.core.vocabulary import Command
from skill.page.board import Board, Post
from skill.page.guard import code_matches, command_refused, host_allowed
from skill.page.site import Site
from skill.ports import Press

SOURCE = "page"
"""Where its presses come from, as a journal tells."""
MOST_BYTES = 1_000
"""A command is shorter."""
BODY_S = 5
"""How long a command may take to arrive."""
STAYING_S = 0.05
"""Who is still there then waits for what was pressed. What a network or a machine that stood still
delivers late, comes with the end of its connection close behind: the page has given it up."""
MOST_BROWSERS = 24
"""Each holds a connection open; more than a household has."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
NO_PAGE = "There is nothing here. Open the whole address that the coach shows when it starts.\n"
NOT_THIS_HOST = "This is not the name of the coach's machine. Open the address that it shows.\n"


Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Access:
    """Who gets in.

    Attributes:
        code: the access code.
        names: what this machine is called, lower case.
        loopback: whether only this machine is served.
    """

    code: str
    names: frozenset[str]
    loopback: bool


class Web:
    """Answers requests.

    Args:
        site: the files.
        post: letters from the session, presses to it.
        access: who gets in.

    Attributes:
        app: the ASGI application.
    """

    def __init__(self, site: Site, post: Post, access: Access) -> None:
        self._site = site
        self._post = post
        self._access = access
        self._board = Board(post, site.made)
        self._browsers = 0
        self.app = Starlette(
            routes=[
                Route("/{code}", self._guarded(_add_slash)),
                Route("/{code}/events", self._guarded(self._events)),
                Route("/{code}/command", self._guarded(self._command), methods=["POST"]),
                Route("/{code}/{name:path}", self._guarded(self._file)),
                Route("/{code:path}", self._guarded(_nothing)),
            ],
            lifespan=self._lifespan,
        )

    def close(self) -> None:
        """Let every browser go; called in the page's thread."""
        self._board.close()

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        fetching = asyncio.create_task(self._board.fetch_letters())
        yield
        fetching.cancel()

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """Let nobody in who has not the right host and code."""

        async def guard(request: Request) -> Response:
            access = self._access
            host = request.headers.get("host", "")
            if not host_allowed(host, access.names, loopback=access.loopback):
                response: Response = PlainTextResponse(NOT_THIS_HOST, 403)
            elif not code_matches(request.path_params["code"], access.code):
                response = PlainTextResponse(NO_PAGE, 404)
            else:
                response = await endpoint(request)
            response.headers.update(HEADERS)
            return response

        return guard

    async def _file(self, request: Request) -> Response:
        found = self._site.files.get(request.path_params["name"])
        if found is None:
            return PlainTextResponse(NO_PAGE, 404)
        media_type, content = found
        return Response(content, media_type=media_type)

    async def _events(self, _request: Request) -> Response:
        if self._browsers >= MOST_BROWSERS:
            return PlainTextResponse("Too many browsers are watching.\n", 503)
        return StreamingResponse(self._counted(), media_type="text/event-stream")

    async def _counted(self) -> AsyncIterator[str]:
        self._browsers += 1
        try:
            async for event in self._board.events():
                yield event
        finally:
            self._browsers -= 1

    async def _command(self, request: Request) -> Response:
        refused = command_refused(request.headers)
        if refused is not None:
            return PlainTextResponse(refused + "\n", 403)
        try:
            async with asyncio.timeout(BODY_S):
                body = await _body(request)
        except TimeoutError:
            return PlainTextResponse("That took too long.\n", 408)
        press = read_press(body)
        if press is None:
            return PlainTextResponse("That is no command.\n", 400)
        await asyncio.sleep(STAYING_S)
        if await request.is_disconnected():
            return PlainTextResponse("That came too late.\n", 408)
        if not self._post.press(press):
            return PlainTextResponse("The coach is busy.\n", 503)
        return Response(status_code=204)


def read_press(body: bytes) -> Press | None:
    """The press in a request's body, or None if it is none."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not {"command"} <= fields.keys() <= {"command", "argument"}:
        return None
    command, argument = fields["command"], fields.get("argument")
    if command not in list(Command) or not isinstance(argument, str | None):
        return None
    if argument is not None and not argument.isprintable():
        return None  # half a character, which JSON can name, cannot be written into a journal
    return Press(Command(command), argument, SOURCE)


async def _body(request: Request) -> bytes:
    """A request's body, or its beginning if it is too long to be a command."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            break
    return body[: MOST_BYTES + 1]


async def _add_slash(request: Request) -> Response:
    return RedirectResponse(f"/{request.path_params['code']}/", 307)


async def _nothing(_request: Request) -> Response:
    return PlainTextResponse(NO_PAGE, 404)
