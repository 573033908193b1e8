"""A session at a real mosquitto."""

import gc
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

import pytest

from skill.core.messages import Heard
from skill.core.vocabulary import Command
from skill.home.address import read_address
from skill.home.mqtt import MOST_NEWS, HomeLink
from skill.home.report import Topics
from skill.ports import Block
from tests.support.broker import PASSWORD, USER, Broker, Home, broker, free_port
from tests.support.room import Witness, session
from tests.support.scripted import Cue
from tests.support.waiting import LONG_S, wait_until

TOPICS = Topics("Mat")
leaves_a_socket = pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket")
"""Paho leaves a socket with which the handshake failed to the garbage collector."""


class Mat:
    """A session that is shown at a broker, a second of it in twenty milliseconds."""

    def __init__(self, address: str, *cues: Cue) -> None:
        self.told: list[str] = []
        self.link = HomeLink(read_address(address), "Mat", self.told.append)
        self.session, self.witness = session(*cues, seconds=36_000)
        self.session.observers = (self.witness, self.link)
        self.session.hands = (self.link,)
        self._blocks: Iterator[Block] = iter(self.session.source.blocks())

    def until(self, happened: Callable[[], object], seconds: float = LONG_S) -> None:
        """Go on with the session until something is so."""
        end = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < end, (self.told, self.session.coach.phase)
            self.session.step(next(self._blocks))
            time.sleep(0.001)

    def go_on(self, seconds: float) -> None:
        """Let so much of the session's own time pass."""
        for _ in range(round(seconds * 20)):
            self.session.step(next(self._blocks))


@contextmanager
def mat(address: str, *cues: Cue) -> Iterator[Mat]:
    made = Mat(address, *cues)
    with made.link:
        yield made


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Broker]:
    with broker(tmp_path) as running:
        yield running


def pressed(witness: Witness) -> list[Command]:
    heard = [entry.message for entry in witness.entries if isinstance(entry.message, Heard)]
    return [message.command for message in heard if message.source == "home"]


def test_a_whole_session_from_its_buttons(mosquitto: Broker) -> None:
    with Home(mosquitto.port) as home:
        with mat(f"127.0.0.1:{mosquitto.port}") as floor:
            floor.until(lambda: home.text(TOPICS.availability) == "online")
            floor.until(lambda: home.json(TOPICS.state))
            assert home.json(TOPICS.discovery)["device"]["name"] == "Mat"
            assert home.json(TOPICS.state)["state"] == "asleep"
            home.publish(TOPICS.command, "start")
            floor.until(lambda: home.json(TOPICS.state)["state"] == "setting up")
            home.publish(TOPICS.command, "next")
            floor.until(lambda: home.json(TOPICS.state)["step"] == "2 of 2: the b")
            home.publish(TOPICS.command, "next")
            floor.until(lambda: home.json(TOPICS.state)["state"] == "rolling")
            floor.until(lambda: (home.json(TOPICS.state)["remaining"] or 99) <= 40)
            home.publish(TOPICS.command, "pause")
            floor.until(lambda: home.json(TOPICS.state)["state"] == "paused")
            assert home.json(TOPICS.state)["remaining"]
            home.publish(TOPICS.command, "stop")
            floor.until(lambda: home.json(TOPICS.state)["state"] == "asleep")
        wait_until(lambda: home.text(TOPICS.availability) == "offline")
    assert pressed(floor.witness) == ["start", "next", "next", "pause", "stop"]
    assert floor.told == []


def test_who_comes_later_finds_everything_retained(mosquitto: Broker) -> None:
    with mat(f"127.0.0.1:{mosquitto.port}") as floor:
        with Home(mosquitto.port) as early:
            floor.until(lambda: early.json(TOPICS.state))
        with Home(mosquitto.port) as late:
            wait_until(
                lambda: {TOPICS.state, TOPICS.availability, TOPICS.discovery} <= late.retained
            )


def test_a_retained_command_and_one_that_is_none_are_left_alone(mosquitto: Broker) -> None:
    with Home(mosquitto.port) as home:
        home.publish(TOPICS.command, "start", retain=True)
        with mat(f"127.0.0.1:{mosquitto.port}") as floor:
            floor.until(lambda: home.json(TOPICS.state))
            for text in ("goodbye", "explode", "\N{NULL}", "x" * 100_000):
                home.publish(TOPICS.command, text)
            home.publish(TOPICS.command, "stop")
            floor.until(lambda: pressed(floor.witness))
    assert pressed(floor.witness) == [Command.STOP]


def publication(topic: bytes, payload: bytes) -> bytes:
    body = len(topic).to_bytes(2, "big") + topic + payload
    return bytes((0x30, len(body))) + body


@contextmanager
def at_a_broker_by_hand() -> Iterator[tuple[Mat, socket.socket]]:
    """A mat, and the broker's end of its connection: mosquitto would not hand everything on."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        mat(f"127.0.0.1:{server.getsockname()[1]}") as floor,
    ):
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(bytes((0x20, 2, 0, 0)))
            yield floor, connection


def test_a_topic_that_is_no_text_is_left_alone() -> None:
    with at_a_broker_by_hand() as (floor, connection):
        connection.sendall(publication(b"\xff\xfe", b"start"))
        connection.sendall(publication(TOPICS.command.encode(), b"stop"))
        floor.until(lambda: pressed(floor.witness))
    assert pressed(floor.witness) == [Command.STOP]
    assert floor.told == []


def test_a_broker_that_does_not_let_us_hear_is_told_of_once() -> None:
    with at_a_broker_by_hand() as (floor, connection):
        wanted = connection.recv(1000)
        assert wanted[0] == 0x82
        for _ in range(2):
            connection.sendall(bytes((0x90, 5, *wanted[2:4], 0x80, 0, 0x80)))
        connection.sendall(publication(TOPICS.command.encode(), b"stop"))
        floor.until(lambda: pressed(floor.witness))
    (told,) = floor.told
    assert f"does not let us hear {TOPICS.command}, so its buttons" in told


def test_a_flood_of_messages_takes_no_more_than_its_share() -> None:
    topics = (TOPICS.home_status.encode(), b"online"), (TOPICS.command.encode(), b"start")
    flood = b"".join(publication(topic, text) for topic, text in topics) * 5_000
    long = TOPICS.command.encode() + b"\0\1start" + b" " * 1_000_000
    with at_a_broker_by_hand() as (floor, connection):
        floor.until(lambda: floor.link._shown)
        connection.sendall(flood)
        # A last one of which paho tells that it has it.
        length = 2 + len(long)
        size = bytes((length & 127 | 128, length >> 7 & 127 | 128, length >> 14))
        connection.sendall(bytes((0x32,)) + size + bytes((0, len(TOPICS.command))) + long)
        told = b""
        while not told.endswith(bytes((0x40, 2, 0, 1))):
            told += connection.recv(100_000)
        assert len(floor.link.pressed()) < MOST_NEWS
        floor.go_on(0.1)
        connection.sendall(publication(TOPICS.command.encode(), b"stop"))
        floor.until(lambda: pressed(floor.witness))
        told += connection.recv(100_000)
    assert told.count(TOPICS.discovery.encode()) == 2, "once at the beginning, and once again"


def test_a_button_means_nothing_where_the_word_does(mosquitto: Broker) -> None:
    with Home(mosquitto.port) as home, mat(f"127.0.0.1:{mosquitto.port}") as floor:
        floor.until(lambda: home.json(TOPICS.state))
        home.publish(TOPICS.command, "next")
        floor.go_on(60)
        assert floor.session.coach.phase == "asleep"


def test_a_broker_that_dies_and_comes_back_knows_everything_again(tmp_path: Path) -> None:
    with broker(tmp_path) as mosquitto, mat(f"127.0.0.1:{mosquitto.port}") as floor:
        with Home(mosquitto.port) as home:
            floor.until(lambda: home.json(TOPICS.state))
        mosquitto.end()
        floor.until(lambda: len(floor.told) == 1)
        assert floor.told[0].startswith(f"The MQTT broker at 127.0.0.1:{mosquitto.port} has gone")
        mosquitto.start()
        floor.until(lambda: len(floor.told) == 2)
        assert floor.told[1].endswith("is there again.")
        with Home(mosquitto.port) as home:
            floor.until(lambda: home.text(TOPICS.availability) == "online")
            floor.until(lambda: home.json(TOPICS.state) and home.json(TOPICS.discovery))
            home.publish(TOPICS.command, "start")
            floor.until(lambda: home.json(TOPICS.state)["state"] == "setting up")


def test_a_coach_that_dies_is_gone_by_its_last_will(mosquitto: Broker) -> None:
    with Home(mosquitto.port) as home, mat(f"127.0.0.1:{mosquitto.port}") as floor:
        floor.until(lambda: home.text(TOPICS.availability) == "online")
        connection = floor.link._client.socket()
        assert isinstance(connection, socket.socket)
        connection.shutdown(socket.SHUT_RDWR)
        wait_until(lambda: home.text(TOPICS.availability) == "offline")


def test_a_broker_that_lets_us_in_and_throws_us_out_is_told_of_once() -> None:
    connections = 0

    def serve() -> None:
        nonlocal connections
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, suppress(ConnectionError):
                    connection.recv(1000)
                    connection.sendall(bytes((0x20, 2, 0, 0)))
                connections += 1

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=serve, daemon=True).start()
        with mat(f"127.0.0.1:{server.getsockname()[1]}") as floor:
            floor.until(lambda: connections == 3)
        server.shutdown(socket.SHUT_RDWR)
    (told,) = floor.told
    assert "has gone away" in told


def test_a_name_that_takes_long_to_look_up_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, over = Event(), Event()
    looked_up = socket.getaddrinfo

    def look_up(host: str, *more: Any, **named: Any) -> Any:
        if host != "broker.home":
            return looked_up(host, *more, **named)
        asked.set()
        over.wait(LONG_S)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    began = time.monotonic()
    with mat("broker.home"):
        assert asked.wait(LONG_S)
    took = time.monotonic() - began
    over.set()
    assert took < LONG_S / 2


@contextmanager
def cut(port: int) -> Iterator[tuple[int, list[socket.socket], list[socket.socket]]]:
    """A way to a broker: its port, and both ends of every connection over it."""
    near: list[socket.socket] = []
    far: list[socket.socket] = []

    def carry(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):  # an end was closed
            while data := source.recv(1000):
                target.sendall(data)

    def serve() -> None:
        with suppress(OSError):
            while True:
                near.append(server.accept()[0])
                far.append(socket.create_connection(("127.0.0.1", port)))
                for ends in ((near[-1], far[-1]), (far[-1], near[-1])):
                    Thread(target=carry, args=ends, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as stack:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], near, far
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for end in (*near, *far):
            stack.enter_context(end)
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def test_the_will_of_a_connection_that_was_cut_is_not_the_last_word(mosquitto: Broker) -> None:
    with (
        Home(mosquitto.port) as home,
        cut(mosquitto.port) as (port, near, far),
        mat(f"127.0.0.1:{port}") as floor,
    ):
        floor.until(lambda: home.text(TOPICS.availability) == "online")
        near[0].shutdown(socket.SHUT_RDWR)  # and the broker does not notice
        floor.until(lambda: len(far) == 2)
        floor.until(lambda: home.counts[TOPICS.availability] >= 3)  # the last will among them
        floor.until(lambda: home.text(TOPICS.availability) == "online")


def test_whoever_says_that_a_living_coach_is_gone_is_corrected(mosquitto: Broker) -> None:
    with Home(mosquitto.port) as home, mat(f"127.0.0.1:{mosquitto.port}") as floor:
        floor.until(lambda: home.json(TOPICS.state))
        # As the last will of a process before this one, whose machine had lost its power.
        home.publish(TOPICS.availability, "offline", retain=True)
        floor.until(lambda: home.text(TOPICS.availability) == "offline")
        floor.until(lambda: home.text(TOPICS.availability) == "online")


def test_home_assistant_that_starts_anew_is_told_again(mosquitto: Broker) -> None:
    with Home(mosquitto.port) as home, mat(f"127.0.0.1:{mosquitto.port}") as floor:
        floor.until(lambda: home.json(TOPICS.state))
        home.latest.clear()
        home.publish(TOPICS.home_status, "online")
        floor.until(lambda: home.json(TOPICS.discovery) and home.json(TOPICS.state))


def test_a_broker_that_is_not_there_is_told_once_and_the_session_goes_on() -> None:
    port = free_port()
    with mat(f"127.0.0.1:{port}", Cue(20_000, 20_600, "start")) as floor:
        floor.until(lambda: floor.told)
        floor.go_on(30)
        time.sleep(1.2)
        floor.go_on(1)
        assert [
            entry.message.command
            for entry in floor.witness.entries
            if isinstance(entry.message, Heard)
        ] == [Command.START]
    assert len(floor.told) == 1
    assert f"127.0.0.1:{port} cannot be reached" in floor.told[0]


def test_the_password(tmp_path: Path) -> None:
    with broker(tmp_path, secret=True) as mosquitto:
        place = f"127.0.0.1:{mosquitto.port}"
        with mat(f"mqtt://{USER}:wrong@{place}") as floor:
            floor.until(lambda: floor.told)
            assert "refuses us (not authorized)" in floor.told[0]
        right = quote(PASSWORD, safe="")
        with (
            Home(mosquitto.port, USER, PASSWORD) as home,
            mat(f"mqtt://{USER}:{right}@{place}") as floor,
        ):
            floor.until(lambda: home.json(TOPICS.state))
            assert floor.told == []


@leaves_a_socket
def test_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with broker(tmp_path, encrypted=True) as mosquitto:
        address = f"mqtts://127.0.0.1:{mosquitto.port}"
        with mat(address) as floor:
            floor.until(lambda: floor.told)
            assert "does not trust (self-signed certificate; SSL_CERT_FILE" in floor.told[0]
        gc.collect()
        monkeypatch.setenv("SSL_CERT_FILE", str(mosquitto.certificate))
        with mat(address) as floor:
            floor.until(lambda: floor.link._shown)
            assert floor.told == []


@leaves_a_socket
def test_a_broker_without_tls_where_it_is_wanted(mosquitto: Broker) -> None:
    with mat(f"mqtts://127.0.0.1:{mosquitto.port}") as floor:
        floor.until(lambda: floor.told)
        assert "does not speak TLS there" in floor.told[0]
    gc.collect()


@leaves_a_socket
def test_a_port_that_answers_something_else_than_tls() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        mat(f"mqtts://127.0.0.1:{server.getsockname()[1]}") as floor,
    ):
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            floor.until(lambda: floor.told)
    assert "does not speak TLS there" in floor.told[0]
    gc.collect()


def test_a_broker_that_wants_tls_and_gets_none_is_not_silently_absent(tmp_path: Path) -> None:
    with (
        broker(tmp_path, encrypted=True) as mosquitto,
        mat(f"127.0.0.1:{mosquitto.port}") as floor,
    ):
        floor.until(lambda: floor.told)
        assert "hangs up without a word (does it want TLS, mqtts://?)" in floor.told[0]
