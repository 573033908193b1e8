"""The page over HTTP, as a browser and as somebody hostile would ask for it."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from skill.core.coach import Phase
from skill.core.vocabulary import Command
from skill.errors import SettingsError
from skill.page import server
from skill.page.board import PRESSES
from skill.page.opening import open_page
from skill.page.server import MOST_CONNECTIONS
from skill.ports import Press
from tests.page.conftest import Serve, Served, site
from tests.support.playbook import in_phase
from tests.support.waiting import LONG_S, wait_until

NEXT = b'{"command": "next", "argument": null}'


@pytest.fixture
def page(serve: Serve) -> Iterator[Served]:
    with serve() as served:
        yield served


def own(page: Served) -> dict[str, str]:
    base = page.address.url.removesuffix(f"/{page.address.code}/")
    return {"Origin": base, "Content-Type": "application/json"}


def events(response: httpx.Response) -> Iterator[tuple[str, str]]:
    name = "message"
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, line.removeprefix("data: ")
            name = "message"


def test_nothing_is_told_without_the_code(page: Served) -> None:
    base = page.address.url.removesuffix(f"{page.address.code}/")
    for path in ("", "index.html", "wrong/", "wrong/events", "wrong/drawings.json", "a/b/c"):
        answer = httpx.get(base + path)
        assert answer.status_code == 404
        assert "whole address" in answer.text
        assert page.address.code not in answer.text
    assert httpx.post(base + "wrong/command", content=NEXT, headers=own(page)).status_code == 404
    assert page.post.pressed() == []


def test_the_files_are_there_and_all_of_them_are_small(page: Served) -> None:
    names = ("", "page.css", "page.js", "icon.svg", "drawings.json")
    answers = [httpx.get(page.address.url + name) for name in names]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert sum(len(answer.content) for answer in answers) < 100_000
    for answer in answers:
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "http://" not in answer.text.replace("http://www.w3.org/", "")
        assert "https://" not in answer.text
    assert httpx.get(page.address.url + "../conftest.py").status_code == 404
    assert httpx.get(page.address.url + "server.py").status_code == 404


def test_a_press_reaches_the_session(page: Served) -> None:
    answer = httpx.post(page.address.url + "command", content=NEXT, headers=own(page))
    assert answer.status_code == 204
    assert page.post.pressed() == [Press(Command.NEXT, None, "page")]
    assert page.post.pressed() == []


def test_whoever_has_given_a_press_up_has_not_pressed(page: Served) -> None:
    lines = [f"POST /{page.address.code}/command HTTP/1.1", f"Host: 127.0.0.1:{page.address.port}"]
    lines += [f"{name}: {value}" for name, value in own(page).items()]
    asked = "\r\n".join([*lines, f"Content-Length: {len(NEXT)}", "", ""]).encode() + NEXT
    with socket.create_connection(("127.0.0.1", page.address.port)) as raw:
        # With its end close behind, as a network brings it that stood still.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        raw.sendall(asked)
    stop = NEXT.replace(b"next", b"stop")
    assert httpx.post(page.address.url + "command", content=stop, headers=own(page)).is_success
    assert page.post.pressed() == [Press(Command.STOP, None, "page")]


def test_a_hostile_page_cannot_command_even_if_it_knows_the_code(page: Served) -> None:
    url = page.address.url + "command"
    strange = {**own(page), "Origin": "http://evil.example"}
    assert httpx.post(url, content=NEXT, headers=strange).status_code == 403
    simple = {"Content-Type": "text/plain", "Origin": own(page)["Origin"]}
    assert httpx.post(url, content=NEXT, headers=simple).status_code == 403
    assert httpx.post(url, content=NEXT, headers={"Content-Type": "application/json"}).is_error
    assert httpx.options(url, headers=strange).is_error
    assert httpx.get(url).is_error
    assert page.post.pressed() == []


def test_a_name_that_was_made_to_point_here_sees_nothing(page: Served) -> None:
    answer = httpx.get(page.address.url, headers={"Host": "evil.example"})
    assert answer.status_code == 403
    assert "Open the address" in answer.text


def test_nonsense_is_refused_and_the_page_goes_on(page: Served) -> None:
    url = page.address.url + "command"
    assert httpx.post(url, content=b"{}", headers=own(page)).status_code == 400
    assert httpx.post(url, content=b"x" * 1_000_000, headers=own(page)).is_error
    with socket.create_connection(("127.0.0.1", page.address.port)) as raw:
        raw.sendall(b"\x00\xffnonsense\r\n\r\n")
        raw.recv(1000)
    assert httpx.get(page.address.url).status_code == 200
    assert page.post.pressed() == []


def test_a_body_where_there_is_none_is_no_ones_business(
    page: Served, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = b"HEAD /wrong HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    with socket.create_connection(("127.0.0.1", page.address.port), timeout=10) as raw:
        raw.sendall(asked)
        while not gone(raw):
            pass
    assert answers(page)
    assert capfd.readouterr().err == "", "it would be written over the session"


def test_whoever_opens_all_connections_is_cut_off(page: Served) -> None:
    place = ("127.0.0.1", page.address.port)
    idle = [socket.create_connection(place) for _ in range(MOST_CONNECTIONS + 20)]
    wait_until(lambda: sum(map(is_refused, idle)) == 20)
    for one in idle:
        one.close()
    wait_until(lambda: answers(page))


def is_refused(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(1) == b""
    except ConnectionResetError:
        return True
    except BlockingIOError:
        return False


def answers(page: Served) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(page.address.url).status_code == 200
    return False


ASKED = b"GET /wrong HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.parametrize("questions", [0, 1, 2])
def test_whoever_asks_half_a_question_is_sent_away(
    page: Served, monkeypatch: pytest.MonkeyPatch, questions: int
) -> None:
    monkeypatch.setattr(server, "HURRY_S", 0.5)
    with socket.create_connection(("127.0.0.1", page.address.port), timeout=LONG_S) as raw:
        raw.sendall(ASKED * questions)
        read_refusals(raw, questions)
        for byte in ASKED[:-2]:
            try:
                raw.sendall(bytes((byte,)))
            except OSError:
                break
            time.sleep(0.05)
        else:
            pytest.fail("byte after byte is no excuse")
        assert gone(raw)


def test_whoever_asks_on_and_on_and_reads_nothing_is_sent_away(
    page: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HURRY_S", 0.5)
    end = time.monotonic() + 60
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", page.address.port))
        raw.setblocking(False)
        with suppress(ConnectionResetError, BrokenPipeError):
            while time.monotonic() < end:
                with suppress(BlockingIOError):
                    raw.send(ASKED * 1000)
                time.sleep(0.01)
        assert time.monotonic() < end, "it is still there"


def read_refusals(raw: socket.socket, count: int) -> None:
    answers = b""
    while answers.count(b"when it starts.\n") < count:
        part = raw.recv(10_000)
        assert part, "sent away"
        answers += part


def gone(raw: socket.socket) -> bool:
    try:
        return not raw.recv(10_000)
    except ConnectionResetError:
        return True


def test_whoever_asks_again_in_time_or_is_being_answered_stays(
    page: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HURRY_S", 2.5)
    with socket.create_connection(("127.0.0.1", page.address.port), timeout=LONG_S) as raw:
        for _ in range(6):
            raw.sendall(ASKED[:20])
            time.sleep(0.5)
            raw.sendall(ASKED[20:])
            read_refusals(raw, 1)
    with httpx.stream("GET", page.address.url + "events") as stream:
        told = _until_view(events(stream))
        next(told)
        time.sleep(3)
        page.show(in_phase(Phase.SETTING_UP).coach, 0)
        assert json.loads(next(told)[1])["view"]


def test_a_session_that_does_nothing_is_not_filled_with_presses(page: Served) -> None:
    codes = [
        httpx.post(page.address.url + "command", content=NEXT, headers=own(page)).status_code
        for _ in range(PRESSES + 1)
    ]
    assert codes == [204] * PRESSES + [503]


def test_every_browser_gets_the_view_and_then_what_changes(page: Served) -> None:
    book = in_phase(Phase.SETTING_UP)
    with (
        httpx.stream("GET", page.address.url + "events") as one,
        httpx.stream("GET", page.address.url + "events") as two,
    ):
        first, second = events(one), events(two)
        assert one.headers["content-type"].startswith("text/event-stream")
        assert next(first)[0] == "beat"
        assert json.loads(next(first)[1])["view"] is None
        page.show(book.coach, 1_000)
        for stream in (first, second):
            shown = [json.loads(text) for name, text in _until_view(stream)][-1]["view"]
            assert (shown["phase"], shown["drawing"]) == ("setting up", "one.b")
        page.show(book.coach, 2_000)
        assert next(first)[0] == "beat"


def _until_view(stream: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, text in stream:
        if name == "message":
            yield name, text
            if json.loads(text)["view"] is not None:
                return


def test_a_browser_that_comes_late_gets_the_whole_view_at_once(page: Served) -> None:
    page.show(in_phase(Phase.ROLLING).coach, 5_000)
    wait_until(lambda: not page.post.letters, what="the letter to be fetched")
    with httpx.stream("GET", page.address.url + "events") as late:
        stream = events(late)
        assert next(stream) == ("beat", "5000")
        assert json.loads(next(stream)[1])["view"]["timer"]["running"]


def test_a_browser_that_stays_does_not_hold_up_the_end(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LONGEST_END_S", 30)
    with serve() as served:
        stream = httpx.stream("GET", served.address.url + "events")
        response = stream.__enter__()
        next(events(response))
        started = time.perf_counter()
    assert time.perf_counter() - started < 10
    response.close()


def test_a_taken_port_and_a_strange_host_are_said_so(serve: Serve, tmp_path: Path) -> None:
    with serve() as served:
        taken = open_page("127.0.0.1", served.address.port, tmp_path / "code", site())
        with pytest.raises(SettingsError, match="Address already in use"), taken:
            pass
    for host in ("192.0.2.7", "", "a..b", "a" * 64):
        strange = open_page(host, 0, tmp_path / "code", site())
        with pytest.raises(SettingsError, match=f"cannot be served at {host}, port 0: "), strange:
            pass


def test_everywhere_is_no_address_to_open(tmp_path: Path) -> None:
    with open_page("0", 0, tmp_path / "code", site()) as opened:
        assert "//0:" not in opened.address.url
