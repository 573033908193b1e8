"""Where a broker is: what a person writes into the settings, taken apart."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from skill.errors import SettingsError

PLAIN_PORT, TLS_PORT = 1883, 8883
"""The ports that IANA has given to MQTT, without and with TLS."""
MOST_LETTERS = 10_000
"""MQTT has room for 65,535 bytes, and a letter may take four. Paho's thread ends over more."""


@dataclass(frozen=True, slots=True)
class Address:
    """A broker.

    Attributes:
        host, port: where it listens.
        user, password: who we are there; empty for a broker that does not ask.
        tls: whether the connection is encrypted, and its certificate checked.
    """

    host: str
    port: int = PLAIN_PORT
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def read_address(text: str) -> Address:
    """Read ``HOST``, ``HOST:PORT`` or ``mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT]``.

    Raises:
        SettingsError: if it is none of these, or no computer can have such a name. The text is not
            repeated: a password may be in it.
    """
    try:
        parts = urlsplit(text if "://" in text else f"mqtt://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if (
        not host
        or port == 0
        or parts.scheme not in {"mqtt", "mqtts"}
        or parts.path not in {"", "/"}
        # A ? or # is most likely one of the password's, and then the user was taken for the host.
        or parts.query
        or parts.fragment
    ):
        raise SettingsError(
            "The MQTT broker's address cannot be understood.",
            "Write mqtt://USER:PASSWORD@HOST:PORT, or only HOST. In the password, write other "
            "characters than letters and digits as %40 for @, %3A for :, %2F for /, %23 for #.",
        )
    _check_name(host)
    if any(len(part or "") > MOST_LETTERS for part in (parts.username, parts.password)):
        raise SettingsError(
            "The MQTT broker's address has a user or a password in it that no broker can take.",
            f"Give either {MOST_LETTERS} characters at most.",
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as failure:
        raise SettingsError(
            "The MQTT broker's address has bytes in it that are no letters in UTF-8.",
            "Type it in a terminal that is set to UTF-8; MQTT knows no other letters.",
        ) from failure
    tls = parts.scheme == "mqtts"
    return Address(
        host,
        port or (TLS_PORT if tls else PLAIN_PORT),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls,
    )


def _check_name(host: str) -> None:
    try:
        host.encode("idna")
    except UnicodeError as failure:
        # The look-up of the name would fail the same way, but in paho's thread, which it would end.
        raise SettingsError(
            "The MQTT broker's address has a name in it that no computer can have.",
            "Look for two dots in a row, a dot in front, and more than 63 characters between dots.",
        ) from failure
