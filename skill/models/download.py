"""Fetches a file over HTTP, and goes on where an earlier try stopped."""

import re
from dataclasses import dataclass
from time import sleep
from typing import NoReturn
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from skill.errors import DownloadError
from skill.models.manifest import Remote, is_secure
from skill.models.partial import Offer, Partial, offer
from skill.models.progress import Progress, Report, Stage

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses that are worth another try."""
PROXIES = "HTTPS_PROXY, HTTP_PROXY and ALL_PROXY"
LEEWAY = 4
"""How much larger than announced a file may be whose size is only roughly known."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to put up with a bad connection.

    Attributes:
        tries: at most so many in one download.
        pause_s: before the second try; twice as long before each later one.
        timeout_s: without a connection, or without a byte.
    """

    tries: int = 5
    pause_s: float = 1.0
    timeout_s: float = 20.0


class _StartOverError(Exception):
    """The part on the disk cannot be continued."""


def download(
    remote: Remote, part: Partial, report: Report, patience: Patience, by_hand: str
) -> None:
    """Fetch a file.

    A part that is there is continued if the server still has the same file. After an error it stays
    for the next call, unless it is of no use.

    Args:
        remote: which file.
        part: where it grows.
        report: called with every step forward.
        patience: how long to put up with a bad connection.
        by_hand: what to do without this machine's network, in one sentence.

    Raises:
        DownloadError: if the server cannot be reached, breaks off too often, or does not have the
            file that the manifest describes.
        OSError: if the part cannot be written.
    """
    with _client(patience) as client:
        transfer = _Transfer(client, remote, part, report, by_hand)
        for attempt in range(1, patience.tries + 1):
            try:
                transfer.run()
            except (_StartOverError, httpx.HTTPError) as error:
                if attempt == patience.tries or not _passing(error, attempt):
                    raise _explained(remote, error, by_hand) from error
            else:
                return
            sleep(patience.pause_s * 2 ** (attempt - 1))


def _passing(error: Exception, attempt: int) -> bool:
    """Whether another try may go better."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in PASSING
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        # Somebody without a network should hear so at once, not after every pause.
        return attempt > 1
    if isinstance(error, httpx.ProxyError):
        return False  # it wants a password, or does not let this through: it will not next time
    return isinstance(error, _StartOverError | httpx.TransportError)


def _client(patience: Patience) -> httpx.Client:
    try:
        return httpx.Client(timeout=patience.timeout_s, follow_redirects=True)
    except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
        raise DownloadError(
            f"The network settings in the environment cannot be used: {error}.",
            f"Correct or unset NO_PROXY, SSL_CERT_FILE, {PROXIES}.",
        ) from error


@dataclass(frozen=True, slots=True)
class _Transfer:
    client: httpx.Client
    remote: Remote
    part: Partial
    report: Report
    by_hand: str

    def run(self) -> None:
        """One try, from where the part ends."""
        known, have = self.part.known(self.remote.url)
        if known and known.total == have:
            return
        headers = self._headers(known, have)
        with self.client.stream("GET", self.remote.url, headers=headers) as response:
            self._refuse_insecure(response)
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                self._start_over()
            response.raise_for_status()
            offered, start = offer(self.remote.url, response)
            if start and not (known and start == have and known.may_be(offered)):
                self._start_over()
            if offered.total is not None:
                self._refuse_other_size(offered.total)
            self._receive(response, offered, start)

    def _headers(self, known: Offer | None, have: int) -> dict[str, str]:
        # Compressed on the way, the bytes would not be those that Range and the size count.
        headers = {"Accept-Encoding": "identity"}
        if known and have:
            headers["Range"] = f"bytes={have}-"
            if known.validator:
                headers["If-Range"] = known.validator
        return headers

    def _receive(self, response: httpx.Response, offered: Offer, start: int) -> None:
        done = start
        with self.part.open(offered, start) as file:
            self.report(Progress(Stage.DOWNLOADING, done, offered.total))
            for chunk in response.iter_raw():  # as it comes: chunks of one size lose the last one
                done += len(chunk)
                self._refuse_too_large(done)
                file.write(chunk)
                self.report(Progress(Stage.DOWNLOADING, done, offered.total))
        if offered.total is not None and done < offered.total:
            raise httpx.RemoteProtocolError(f"only {done} of {offered.total} bytes came")

    def _refuse_insecure(self, response: httpx.Response) -> None:
        for hop in (*response.history, response):
            if not is_secure(str(hop.url)):
                raise DownloadError(
                    f"{self.remote.host} leads to {hop.url}, which is not secure.",
                    self.by_hand,
                )

    def _refuse_other_size(self, total: int) -> None:
        if self.remote.is_exact and total != self.remote.size:
            self._refuse_size(total)
        self._refuse_too_large(total)

    def _refuse_too_large(self, size: int) -> None:
        if size > self.remote.size * (1 if self.remote.is_exact else LEEWAY):
            self._refuse_size(size)

    def _refuse_size(self, size: int) -> None:
        self.part.forget()
        raise DownloadError(
            f"{self.remote.url} has {size} bytes instead of {self.remote.size}.",
            "It is another file than the one meant: look for a newer version of this program.",
        )

    def _start_over(self) -> NoReturn:
        self.part.forget()
        raise _StartOverError("it offers another file at every try")


def _proxy(url: str) -> str | None:
    """Host and port of the proxy that the environment chooses; not its password."""
    asked = urlsplit(url)
    if proxy_bypass(asked.hostname or ""):
        return None
    proxies = getproxies()
    chosen = proxies.get(asked.scheme) or proxies.get("all")
    return None if chosen is None else chosen.rpartition("//")[2].rpartition("@")[2].rstrip("/")


def _explained(remote: Remote, error: Exception, by_hand: str) -> DownloadError:
    """The error for a person."""
    reason = re.sub(r"^\[.*?\] ", "", str(error)).rstrip(".") or type(error).__name__
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout():
            proxy = _proxy(remote.url)
            if proxy is None:
                return DownloadError(f"Cannot reach {remote.host}: {reason}.", by_hand)
            return DownloadError(
                f"Cannot reach {remote.host} by way of the proxy {proxy}: {reason}.",
                f"Correct or unset {PROXIES}, or: {by_hand}",
            )
        case httpx.HTTPStatusError():
            answer = f"{error.response.status_code} {error.response.reason_phrase}".strip()
            problem = f"{remote.host} answers {answer!r} for {remote.url}."
            return DownloadError(problem, by_hand)
        case httpx.ProxyError():
            return DownloadError(
                f"The proxy does not let us through to {remote.host}: {reason}.",
                f"Correct or unset {PROXIES}.",
            )
        case httpx.TransportError():
            return DownloadError(
                f"The connection to {remote.host} broke again and again: {reason}.",
                "Run the same command again: it goes on where this one stopped.",
            )
    return DownloadError(f"{remote.host} cannot be used: {reason}.", by_hand)
