"""A real HTTP server on this machine that can misbehave on demand."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What the server has, how it behaves, and what it was asked.

    Attributes:
        body: the file.
        etag: its ETag; None: none is sent.
        ranges: whether Range is honoured.
        checks: whether If-Range is honoured, as it should be.
        length: whether Content-Length is sent.
        breaks: for each of the next requests, after how many bytes the connection breaks.
        statuses: for each of the next requests, a status to answer instead.
        location: where to redirect to; None: nowhere.
        asked: the headers of every request so far.
    """

    body: bytes
    etag: str | None = '"one"'
    ranges: bool = True
    checks: bool = True
    length: bool = True
    breaks: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    location: str | None = None
    asked: list[Message] = field(default_factory=list)
    url: str = ""

    @property
    def ranges_asked(self) -> list[str | None]:
        """The Range of every request so far."""
        return [headers["Range"] for headers in self.asked]


@contextmanager
def serving(site: Site, host: str = "127.0.0.1") -> Iterator[Site]:
    """Serve a site on a free port of this machine while the context lasts."""

    class Handler(_Handler):
        about = site

    with ThreadingHTTPServer((host, 0), Handler) as server:
        site.url = f"http://{host}:{server.server_port}/model.zip"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    about: Site

    def do_GET(self) -> None:
        site = self.about
        site.asked.append(self.headers)
        if site.statuses:
            self.send_error(site.statuses.pop(0))
            return
        if site.location is not None and self.path != "/moved":
            self.send_response(302)
            self.send_header("Location", site.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = self._start(site)
        if start is None:
            self.send_error(416)
            return
        body = site.body[start:]
        self._head(site, start, len(body))
        self._send(body, site)

    def _start(self, site: Site) -> int | None:
        """The first byte asked for; None if there is no such byte."""
        wanted, known = self.headers["Range"], self.headers["If-Range"]
        if not site.ranges or wanted is None or (site.checks and known not in {None, site.etag}):
            return 0
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        return start if start < len(site.body) else None

    def _head(self, site: Site, start: int, length: int) -> None:
        self.send_response(206 if start else 200)
        if start:
            end, total = len(site.body) - 1, len(site.body)
            self.send_header("Content-Range", f"bytes {start}-{end}/{total}")
        if site.etag is not None:
            self.send_header("ETag", site.etag)
        if site.length:
            self.send_header("Content-Length", str(length))
        else:
            self.send_header("Connection", "close")
        self.end_headers()

    def _send(self, body: bytes, site: Site) -> None:
        if site.breaks:
            self.wfile.write(body[: site.breaks.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay silent."""
