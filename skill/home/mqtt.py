"""A session at an MQTT broker: it is shown there, and commands come from there.

Paho's thread only puts news on a queue; everything else happens in the session's thread, block by
block, so that a broker that is slow, down or hostile can hold up nothing.
"""

import json
import secrets
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import compress
from queue import Empty, SimpleQueue
from threading import Thread

from paho.mqtt.client import Client, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from skill.closing import Closing
from skill.core.coach import Coach
from skill.core.messages import Effect, Event
from skill.core.vocabulary import Command
from skill.home.address import Address
from skill.home.report import BUTTONS, OFFLINE, ONLINE, Report, Topics, discovery, report
from skill.ports import RATE, Block, Press

SOURCE = "home"
"""What the journal calls the place where a command was pressed."""
UNREACHABLE = "cannot be reached"
"""The rest of a sentence. Nobody needs it who knows already that the broker has gone away."""
UNTRUSTED = "shows a certificate that this machine does not trust ({}; SSL_CERT_FILE may name it)"
NO_TLS = (
    "does not speak TLS there (mqtt:// is for brokers without, and another port may be with it)"
)
NO_ANSWER = frozenset(
    {"WRONG_VERSION_NUMBER", "UNEXPECTED_EOF_WHILE_READING", "RECORD_LAYER_FAILURE"}
)
"""What OpenSSL says of one who hangs up or answers something else; the last since 3.2."""
UNHEARD = "Home Assistant, when it starts anew, is not told of the coach", "its buttons do nothing"
"""What comes of topics that are not heard, without and with that of the buttons."""
SILENT = "hangs up without a word (does it want TLS, mqtts://?)"
ROLLER = "roller"
"""How our name at the broker begins; 23 letters and digits are what every broker takes."""
KEEPALIVE_S = 20
"""The broker tells the home that we are gone after one and a half times this."""
SLOWEST_RETRY_S = 30
CONNECT_S = 3.0
"""Longer than any network at home takes; the end of a session may have to wait so long."""
MOST_NEWS = 32
"""What others may have written that a session has not read yet; it reads twenty times a second."""
LONGEST_NEWS = 100
"""Bytes of a message that can be one for us."""
STEADY_S = 5
"""A connection that has lasted so long is one: some brokers let everybody in, and throw out at once
whoever writes where he may not."""
FAREWELL_S = 1.0
"""How long the last message may take at the end of a session."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker has let us in."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """The broker has not; `problem` is the rest of a sentence."""

    problem: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A connection has ended, also one that was never let in."""


@dataclass(frozen=True, slots=True)
class Deaf:
    """The broker has let us hear everything but these topics."""

    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HomeStarted:
    """Home Assistant has started, and may know nothing of us."""


@dataclass(frozen=True, slots=True)
class DeclaredGone:
    """The home has been told that we are gone: by an earlier connection's last will."""


News = Connected | Deaf | Trouble | Gone | HomeStarted | DeclaredGone | Command


class HomeLink(Closing):
    """An observer that shows a session at a broker, and hands in the commands pressed there.

    A trouble is told once, until there is another one or it is over.

    Args:
        address: the broker.
        name: what the coach is called there.
        tell: is given one sentence for each trouble, and when it is over; in the session's thread.
    """

    def __init__(self, address: Address, name: str, tell: Callable[[str], None]) -> None:
        self._address, self._topics, self._tell = address, Topics(name), tell
        self._news: SimpleQueue[News] = SimpleQueue()
        self._pressed: list[Command] = []
        self._connected = self._introduced = False
        self._trouble = ""
        self._at = self._greeted = 0
        self._missed: tuple[str, ...] = ()
        self._shown: Report | None = None
        self._client = self._make_client()
        self._client.connect_async(address.host, address.port, KEEPALIVE_S)
        self._client.loop_start()

    def _make_client(self) -> Client:
        # A name that stays: when we come back, the broker ends a connection that was cut without
        # its noticing. Else it would publish that one's last will over our "online" later. But no
        # other coach's name, even of another process: two would throw each other out for ever.
        client = Client(CallbackAPIVersion.VERSION2, f"{ROLLER}{secrets.token_hex(8)}")
        client.connect_timeout = CONNECT_S
        client.reconnect_delay_set(1, SLOWEST_RETRY_S)
        client.will_set(self._topics.availability, OFFLINE, qos=1, retain=True)
        if self._address.user:
            client.username_pw_set(self._address.user, self._address.password)
        if self._address.tls:
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    # In paho's thread: news on the queue, nothing else.

    def _on_connect(
        self, client: Client, _data: object, _flags: object, reason: ReasonCode, _p: object
    ) -> None:
        if reason.is_failure:
            self._news.put(Trouble(f"refuses us ({str(reason).lower()})"))
            return
        topics = self._topics
        client.subscribe([(topics.command, 1), (topics.home_status, 0), (topics.availability, 1)])
        self._news.put(Connected())

    def _on_subscribe(
        self, _client: Client, _data: object, _id: int, reasons: list[ReasonCode], _p: object
    ) -> None:
        # In the order of the topics; of the last one only a correction depends.
        refused = tuple(reason.is_failure for reason in reasons[:2])
        topics = (self._topics.command, self._topics.home_status)
        self._news.put(Deaf(tuple(compress(topics, refused))))

    def _on_connect_fail(self, _client: Client, _data: object) -> None:
        error = sys.exception()  # paho is handling it, and does not hand it over
        if isinstance(error, ssl.SSLCertVerificationError):
            self._news.put(Trouble(UNTRUSTED.format(error.verify_message)))
        elif isinstance(error, ssl.SSLError) and error.reason not in NO_ANSWER:
            self._news.put(Trouble(f"and we find no TLS that both speak ({error.reason})"))
        elif isinstance(error, (ssl.SSLError, ConnectionResetError)):
            self._news.put(Trouble(NO_TLS))
        else:
            self._news.put(Trouble(UNREACHABLE))

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: object, _reason: object, _p: object
    ) -> None:
        self._news.put(Gone())

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            # It is not one of ours, and paho would end its thread.
            return
        if len(message.payload) > LONGEST_NEWS or self._news.qsize() >= MOST_NEWS:
            # Whoever floods the broker must take neither the session's time nor its memory.
            return
        text = message.payload.decode("utf-8", "replace").strip()
        if topic == self._topics.home_status:
            if text == ONLINE:
                self._news.put(HomeStarted())
        elif topic == self._topics.availability:
            if text == OFFLINE and not message.retain:
                self._news.put(DeclaredGone())
        elif not message.retain and text in set(BUTTONS):
            # A retained command is somebody's mistake: it would come again at every connection.
            self._news.put(Command(text))

    # In the session's thread.

    def message(self, at: int, message: Event | Effect) -> None:
        """Nothing: what is shown is how things stand after each block."""

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Show what has changed with a block."""
        self._at = block.end_frame
        self._read_news()
        if self._connected and self._trouble and self._at - self._greeted >= STEADY_S * RATE:
            self._trouble = ""
            self._tell(f"The MQTT broker at {self._address} is there again.")
        if self._connected and not self._introduced:
            self._introduce()
        current = report(coach, block.end_frame * 1000 // RATE)
        if self._connected and current != self._shown:
            self._publish(self._topics.state, json.dumps(current.payload()))
            self._shown = current

    def pressed(self) -> tuple[Press, ...]:
        """The commands that were pressed since the last call, oldest first."""
        self._read_news()
        pressed, self._pressed = self._pressed, []
        return tuple(Press(command, None, SOURCE) for command in pressed)

    def _read_news(self) -> None:
        while True:
            try:
                news = self._news.get_nowait()
            except Empty:
                return
            match news:
                case Trouble(problem):
                    self._lose(problem)
                case Gone() if self._connected:
                    self._lose("has gone away")
                case Gone() if not self._trouble:
                    self._lose(SILENT)
                case Connected():
                    self._greet()
                case Deaf(topics):
                    self._miss(topics)
                case HomeStarted() | DeclaredGone():
                    self._introduced = False
                case Command():
                    self._pressed.append(news)
                case _:
                    pass

    def _lose(self, problem: str) -> None:
        self._connected = False
        if problem == self._trouble or (self._trouble and problem == UNREACHABLE):
            return
        self._trouble = problem
        self._tell(
            f"The MQTT broker at {self._address} {problem}, so Home Assistant does not follow the "
            "session, which goes on; the broker is tried again and again. "
            "Check the name, the password and whether it runs."
        )

    def _miss(self, topics: tuple[str, ...]) -> None:
        if topics and topics != self._missed:
            self._tell(
                f"The MQTT broker at {self._address} does not let us hear {' and '.join(topics)}, "
                f"so {UNHEARD[topics[0] == self._topics.command]}. "
                "Allow it to our user in the broker's access list."
            )
        self._missed = topics

    def _greet(self) -> None:
        self._connected, self._introduced = True, False
        self._greeted = self._at

    def _introduce(self) -> None:
        self._publish(self._topics.discovery, json.dumps(discovery(self._topics)))
        self._publish(self._topics.availability, ONLINE)
        self._introduced, self._shown = True, None

    def _publish(self, topic: str, text: str) -> MQTTMessageInfo:
        return self._client.publish(topic, text, qos=1, retain=True)

    def close(self) -> None:
        """Say that the coach is gone, and leave."""
        if self._connected:
            self._connected = False
            farewell = self._publish(self._topics.availability, OFFLINE)
            if farewell.rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
                with suppress(RuntimeError):  # the connection has ended: the last will speaks
                    farewell.wait_for_publish(FAREWELL_S)
        self._client.disconnect()
        # Its thread may look a name up, for as long as a network that is half there lets it wait.
        leaving = Thread(target=self._client.loop_stop, daemon=True)
        leaving.start()
        leaving.join(CONNECT_S)
        # The client closes its last sockets when it is deleted: at once, if nothing points back.
        self._client.on_connect = self._client.on_connect_fail = None
        self._client.on_disconnect = self._client.on_message = self._client.on_subscribe = None
