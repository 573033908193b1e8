"""Where the page is served: a socket, and the address that people open."""

import socket
from dataclasses import dataclass

from skill.errors import SettingsError
from skill.page.guard import is_loopback

ELSEWHERE = "192.0.2.1"
"""An address of documentation (RFC 5737): asking for the way there sends nothing."""
WAITING = 32
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to
"""All interfaces."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page is.

    Attributes:
        host: what a browser calls this machine.
        port: the port.
        code: the access code.
        loopback: whether only this machine is served.
    """

    host: str
    port: int
    code: str
    loopback: bool

    @property
    def url(self) -> str:
        """What to open."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/{self.code}/"


def listen(host: str, port: int) -> socket.socket:
    """A socket that waits for browsers.

    Raises:
        SettingsError: if the host is not this machine's, or the port is taken or not allowed.
    """
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind)
    except (OSError, UnicodeError) as failure:  # the name cannot be looked up, or be a name
        raise _unservable(host, port, failure) from failure
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(place)
        found.listen(WAITING)
    except OSError as failure:
        found.close()
        raise _unservable(host, port, failure) from failure
    return found


def _unservable(host: str, port: int, failure: OSError | ValueError) -> SettingsError:
    reason = failure.strerror if isinstance(failure, OSError) else "no machine has such a name"
    return SettingsError(
        f"The page cannot be served at {host}, port {port}: {reason}.",
        "Choose another with --page-port or --page-host, or run without --page.",
    )


def reached_at(host: str, port: int, code: str) -> Address:
    """The address of a page that is served at a host: of all interfaces, the one to the network."""
    if host not in EVERYWHERE:
        return Address(host, port, code, is_loopback(host))
    return Address(_own_address(), port, code, loopback=False)


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((ELSEWHERE, 9))
        except OSError:
            return socket.gethostname()
        return str(asking.getsockname()[0])


def own_names() -> frozenset[str]:
    """What this machine is called in its network, lower case."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return frozenset({name, short, f"{short}.local"})
