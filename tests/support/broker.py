"""A real mosquitto on a port of its own, and a program that listens at it as a smart home would."""

import json
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.waiting import wait_until

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
INSTALL = "sudo apt install mosquitto"
USER, PASSWORD = "coach", "k@ttle:9/"


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Broker:
    """A mosquitto that can be started, ended and started again at the same port.

    Attributes:
        folder: for its files.
        secret: whether it lets in `USER` with `PASSWORD` only.
        encrypted: whether it wants TLS, with a certificate that it signs itself.
    """

    folder: Path
    secret: bool = False
    encrypted: bool = False
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        if MOSQUITTO is None:
            pytest.skip(f"no mosquitto; install it: {INSTALL}")
        config = self.folder / "mosquitto.conf"
        lines = [
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {str(not self.secret).lower()}",
        ]
        if self.secret:
            passwords = self.folder / "passwords"
            subprocess.run(["mosquitto_passwd", "-c", "-b", passwords, USER, PASSWORD], check=True)
            passwords.chmod(0o644)
            self.folder.chmod(0o755)
            lines.append(f"password_file {passwords}")
        if self.encrypted:
            self._certify()
            lines += [f"certfile {self.certificate}", f"keyfile {self.folder / 'key.pem'}"]
        config.write_text("\n".join([*lines, "user root", ""]))
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([MOSQUITTO, "-c", config], stderr=log)
        wait_until(self._listens)

    @property
    def certificate(self) -> Path:
        """The certificate of an encrypted broker, which nobody else has signed."""
        return self.folder / "certificate.pem"

    def _certify(self) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("no openssl to make a certificate; install it: sudo apt install openssl")
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", self.folder / "key.pem", "-out", self.certificate,
                "-days", "2", "-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1",
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self) -> None:
        """Kill it, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def broker(folder: Path, *, secret: bool = False, encrypted: bool = False) -> Iterator[Broker]:
    """A running broker."""
    made = Broker(folder, secret, encrypted)
    made.start()
    try:
        yield made
    finally:
        made.end()


class Home:
    """A client that keeps the latest message of every topic, and can press buttons."""

    def __init__(self, port: int, user: str = "", password: str = "") -> None:
        self.latest: dict[str, bytes] = {}
        self.retained: set[str] = set()
        self.counts: Counter[str] = Counter()
        self._client = Client(CallbackAPIVersion.VERSION2)
        if user:
            self._client.username_pw_set(user, password)
        self._client.on_message = self._keep
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("#")
        self._client.loop_start()

    def _keep(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.latest[message.topic] = bytes(message.payload)
        self.counts[message.topic] += 1
        if message.retain:
            self.retained.add(message.topic)

    def json(self, topic: str) -> Any:
        """The latest message of a topic, or None."""
        return json.loads(self.latest[topic]) if topic in self.latest else None

    def text(self, topic: str) -> str:
        """The same as text."""
        return self.latest.get(topic, b"").decode()

    def publish(self, topic: str, text: str, *, retain: bool = False) -> None:
        """Send a message and wait until the broker has it."""
        self._client.publish(topic, text, 1, retain).wait_for_publish(5)

    def __enter__(self) -> "Home":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_message = None  # or the client would keep its sockets until collected
