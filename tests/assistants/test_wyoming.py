"""`roller-coach wyoming`, asked by wyoming's own client."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
import soundfile
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event, Eventable
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong

from skill.assistants.bounded import BoundedReader
from skill.assistants.wyoming_service import CONNECTIONS, Service, serve
from skill.conversation import Correspondence
from tests.support.book import BOOK, new_coach
from tests.support.shell import run
from tests.support.waiting import LONG_S

RECORDING = Path(__file__).parent.parent / "recordings" / "start rolling.flite-slt.ogg"
COMMAND = [sys.executable, "-m", "skill", "wyoming"]


@contextmanager
def serving(home: Path) -> Iterator[int]:
    """The port of a server that runs, and that ends without a complaint."""
    server = subprocess.Popen(
        [*COMMAND, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOME": str(home), "PYTHONUNBUFFERED": "1"},
    )
    assert server.stdout is not None
    listening = re.search(r"tcp://127\.0\.0\.1:(\d+)", server.stdout.readline())
    assert listening, server.communicate()
    yield int(listening[1])
    server.send_signal(signal.SIGTERM)
    out, complaints = server.communicate(timeout=LONG_S)
    assert (server.returncode, out, complaints) == (128 + signal.SIGTERM, "", "")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that all of them ask."""
    with serving(tmp_path_factory.mktemp("home")) as port:
        yield port


def ask(port: int, *events: Eventable) -> Event:
    """Send events on one connection; return the first answer."""

    async def talk() -> Event:
        async with AsyncTcpClient("127.0.0.1", port, read_timeout=LONG_S) as client:
            for event in events:
                await client.write_event(event.event())
            answer: Event | None = await client.read_event()
            assert answer is not None, "the connection was closed"
            return answer

    return asyncio.run(talk())


def say(port: int, text: str) -> str | None:
    answer = ask(port, Transcript(text))
    return Handled.from_event(answer).text if Handled.is_type(answer.type) else None


def test_it_ends_while_somebody_is_connected(tmp_path: Path) -> None:
    with closing(socket.socket()) as client, serving(tmp_path) as port:
        client.connect(("127.0.0.1", port))
        client.sendall(b'{"type": "describe"}\n')
        assert client.recv(1)


def test_what_there_is(port: int) -> None:
    info = Info.from_event(ask(port, Describe()))
    assert [program.name for program in info.asr] == ["roller-coach"]
    assert info.handle[0].models[0].languages == ["en"]
    assert info.satellite is None


def test_a_recording_becomes_a_text_and_the_text_an_answer(port: int) -> None:
    pcm, rate = soundfile.read(RECORDING, dtype="int16")
    chunks = [
        AudioChunk(rate, 2, 1, pcm[at : at + 1024].tobytes()) for at in range(0, len(pcm), 1024)
    ]
    heard = ask(port, Transcribe(language="en"), AudioStart(rate, 2, 1), *chunks, AudioStop())
    assert Transcript.from_event(heard).text == "start rolling"
    answer = say(port, "Start rolling.")
    assert answer is not None
    assert answer.startswith("You will lie on the roller")
    assert answer.endswith("Say next when you are there.")


def test_a_conversation_goes_on_from_one_connection_to_the_next(port: int) -> None:
    say(port, "go to vertical rolling")
    answer = say(port, "which step")
    assert answer == "This is vertical rolling, step 1 of 5: lay the roller across the mat."
    assert (say(port, "next") or "").startswith("Recline until")


def test_a_strangers_sentence_is_not_handled_and_told_what_can_be_said(port: int) -> None:
    answer = ask(port, Transcript("turn on the kitchen light", context={"room": "kitchen"}))
    assert NotHandled.is_type(answer.type)
    refused = NotHandled.from_event(answer)
    assert (refused.text or "").startswith("You can say")
    assert refused.context == {"room": "kitchen"}


def test_silence_is_an_empty_text(port: int) -> None:
    heard = ask(
        port, AudioStart(16_000, 2, 1), AudioChunk(16_000, 2, 1, bytes(32_000)), AudioStop()
    )
    assert Transcript.from_event(heard).text == ""


def test_a_format_that_is_none_is_an_error_and_the_connection_stays(port: int) -> None:
    for start in (
        AudioStart(16_000, 4, 1),
        AudioStart(0, 2, 1),
        AudioStart(7_999, 2, 1),
        AudioStart(10**9, 2, 1),
        AudioStart(192_000, 2, 1),
        AudioStart(16_000.0, 2, 1),  # type: ignore[arg-type]  # as JSON may have it
        AudioStart(16_000, 2, True),
        AudioStart(16_000, 2, 0),
        AudioStart(16_000, 2, 3),
        AudioStart(16_000, 2, 1000),
    ):
        chunk = AudioChunk(16_000, 2, 1, bytes(32_000))
        assert Error.is_type(ask(port, start, chunk, AudioStop()).type)
    assert Error.is_type(ask(port, AudioStop()).type)
    assert Pong.is_type(ask(port, Ping()).type)


def test_sound_in_another_format_than_was_announced_is_not_heard_as_other_words(port: int) -> None:
    pcm, rate = soundfile.read(RECORDING, dtype="int16")
    faster = AudioChunk(3 * rate, 2, 1, pcm.repeat(3).tobytes())
    right = AudioChunk(rate, 2, 1, pcm.tobytes())
    for chunks in ((faster,), (right, faster), (faster, right)):
        answer = ask(port, AudioStart(rate, 2, 1), *chunks, AudioStop())
        assert "every audio-chunk the same" in Error.from_event(answer).text


@pytest.mark.parametrize(
    "rubbish",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xfe\n",
        b"[]\n",
        b'{"type": "ping", "data": ' + b"[" * 30_000 + b"]" * 30_000 + b"}\n",
        b'{"type": "audio-start"}\n',
        b'{"type": "transcript", "data": {"text": 7}}\n',
        b'{"type": "audio-start", "data": {"rate": "x", "width": 2, "channels": 1}}\n'
        b'{"type": "audio-stop", "data": {}}\n',
        json.dumps({"type": "ping", "payload_length": 10}).encode() + b"\n123",
    ],
)
def test_rubbish_closes_its_own_connection_only(port: int, rubbish: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=LONG_S) as connection:
        connection.sendall(rubbish)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    assert Pong.is_type(ask(port, Ping()).type)


def refused(answer: bytes) -> str:
    """What the one event that a server sends before it hangs up says."""
    header, _, data = answer.partition(b"\n")
    assert json.loads(header)["type"] == "error"
    return str(json.loads(data)["text"])


def everything(connection: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    return b"".join(iter(lambda: connection.recv(4096), b""))


@pytest.mark.parametrize(
    ("part", "size", "bound"),
    [
        ("payload_length", 10**12, "5760000 bytes"),
        ("payload_length", 5_760_001, "5760000 bytes"),
        ("data_length", 10**12, "65536 bytes"),
        ("data_length", 100_000, "65536 bytes"),
    ],
)
def test_an_event_that_announces_more_than_it_may_is_told_and_hung_up_on(
    port: int, part: str, size: int, bound: str
) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=LONG_S) as connection:
        connection.sendall(json.dumps({"type": "ping", part: size}).encode() + b"\n")
        assert bound in refused(everything(connection))
    assert Pong.is_type(ask(port, Ping()).type)


def test_half_a_minute_in_one_chunk_is_no_more_than_it_may_be(port: int) -> None:
    sound = AudioChunk(48_000, 2, 2, bytes(5_760_000))
    heard = ask(port, AudioStart(48_000, 2, 2), sound, AudioStop())
    assert Transcript.from_event(heard).text == ""


def test_more_connections_than_there_are_places_are_told_so(port: int) -> None:
    with ExitStack() as stack:

        def opened() -> socket.socket:
            return stack.enter_context(
                socket.create_connection(("127.0.0.1", port), timeout=LONG_S)
            )

        there = [opened() for _ in range(CONNECTIONS)]
        for connection in there:
            connection.sendall(b'{"type": "ping"}\n')
            assert b"pong" in connection.recv(4096)
        assert "16 connections are open" in refused(everything(opened()))
        there[0].close()
        there[1].sendall(b'{"type": "ping"}\n')
        assert there[1].recv(4096), "the others go on"
        last = opened()
        last.sendall(b'{"type": "ping"}\n')
        assert b"pong" in last.recv(4096)


def test_who_sends_nothing_gives_the_place_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skill.assistants.bounded.PATIENCE_S", 0)

    async def wait() -> str:
        reader = BoundedReader(1000)
        with pytest.raises(ValueError, match="Nothing has come"):
            await reader.readline()
        return reader.refusal

    assert asyncio.run(wait())


def test_who_never_reads_does_not_keep_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("bounded", "wyoming_service"):
        monkeypatch.setattr(f"skill.assistants.{module}.PATIENCE_S", 0.1)

    async def ask_on_and_on(client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listening: asyncio.Future[int] = loop.create_future()
        correspondence = Correspondence(new_coach())
        service = Service(pytest.fail, correspondence, BOOK.vocabulary, "en")
        serving = loop.create_task(serve(service, "127.0.0.1", 0, listening.set_result))
        client.connect(("127.0.0.1", await listening))
        client.setblocking(False)
        with suppress(ConnectionError):
            async with asyncio.timeout(20):
                while True:  # until the connection is no more
                    with suppress(BlockingIOError):
                        client.send(b'{"type": "describe"}\n' * 100)
                    await asyncio.sleep(0)
        serving.cancel()

    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asyncio.run(ask_on_and_on(client))


def test_a_port_that_is_taken_is_one_sentence(port: int) -> None:
    ended = subprocess.run(
        [*COMMAND, "--port", str(port)], capture_output=True, text=True, timeout=LONG_S, check=False
    )
    assert ended.returncode == 10
    assert f"Nothing can listen at 127.0.0.1, port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ("", "the whole network"),
        ("a..b", "Nothing can listen at a..b"),
        ("a" * 64, "label too long"),
    ],
)
def test_a_host_that_is_none(capfd: pytest.CaptureFixture[str], host: str, problem: str) -> None:
    done = run(capfd, "wyoming", "--host", host, "--port", "0")
    assert done.code == 10
    assert problem in done.err
    assert "Traceback" not in done.err


def test_what_is_wrong_with_its_ears_is_told(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "anna.yaml").write_text("model: another\nfactor: 1.06\n", encoding="utf-8")
    chosen = tmp_path / "settings.toml"
    chosen.write_text(f'people = "{tmp_path}"\nperson = "anna"\nlanguage = "de"\n', "utf-8")
    done = run(capfd, "wyoming", "--host", "", "--settings", chosen)
    assert "The coach hears with a stopgap" in done.err
    assert "anna was enrolled with another model" in done.err
