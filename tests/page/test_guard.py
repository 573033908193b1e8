"""Who gets in, and who may command."""

import os
import stat
from pathlib import Path

import pytest

from skill.core.vocabulary import Command
from skill.errors import ContentError, StorageError
from skill.page.address import reached_at
from skill.page.guard import command_refused, host_allowed, is_loopback, keep_code
from skill.page.site import read_drawings
from skill.page.web import read_press
from skill.ports import Press

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it here
NAMES = frozenset({"mat", "mat.local"})
OWN = {
    "host": "192.168.1.7:8470",
    "origin": "http://192.168.1.7:8470",
    "content-type": "application/json",
}


@pytest.mark.parametrize("host", ["127.0.0.1:8470", "localhost", "[::1]:8470", "127.0.0.2"])
def test_on_loopback_its_names_are_hosts(host: str) -> None:
    assert host_allowed(host, NAMES, loopback=True)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "mat", "", "10.0.0.1"])
def test_on_loopback_no_other_name_is(host: str) -> None:
    assert not host_allowed(host, NAMES, loopback=True)


@pytest.mark.parametrize("host", ["mat:8470", "MAT.local", "192.168.1.7:8470", "[fe80::1]:8470"])
def test_in_the_network_addresses_and_own_names_are_hosts(host: str) -> None:
    assert host_allowed(host, NAMES, loopback=False)


@pytest.mark.parametrize("host", ["evil.example:8470", "mat.evil.example", "", "[nonsense"])
def test_in_the_network_a_strange_name_is_none(host: str) -> None:
    assert not host_allowed(host, NAMES, loopback=False)


def test_a_command_from_the_own_page_is_allowed() -> None:
    assert command_refused(OWN) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://192.168.1.7:9999"},
        {"sec-fetch-site": "cross-site"},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
    ],
)
def test_a_command_from_elsewhere_is_refused(changed: dict[str, str]) -> None:
    assert command_refused({**OWN, **changed}) is not None


def test_the_code_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "page-code"
    code = keep_code(path)
    assert len(code) == 16
    assert keep_code(path) == code
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    assert keep_code(path) != code


def test_a_damaged_code_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "page-code"
    path.write_bytes(b"\xff/../\n")
    assert keep_code(path).isalnum()


def test_a_code_that_cannot_be_kept_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="access code cannot be kept"):
        keep_code(tmp_path / "file" / "page-code")


def test_addresses() -> None:
    assert is_loopback("::1")
    assert not is_loopback(EVERYWHERE)
    assert reached_at("127.0.0.1", 80, "abc").url == "http://127.0.0.1:80/abc/"
    assert reached_at("::1", 80, "abc").url == "http://[::1]:80/abc/"
    everywhere = reached_at(EVERYWHERE, 80, "abc")
    assert not everywhere.loopback
    assert everywhere.host != EVERYWHERE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"next"',
        b'{"command": "explode"}',
        b'{"command": ["next"]}',
        b'{"command": "next", "more": 1}',
        b'{"command": "next", "argument": 3}',
        b'{"command": "exercise", "argument": "\\ud800"}',
        b"\xff\xfe",
        b"[" * 1001,
    ],
)
def test_what_is_no_press(body: bytes) -> None:
    assert read_press(body) is None


def test_what_is_a_press() -> None:
    assert read_press(b'{"command": "next"}') == Press(Command.NEXT, None, "page")


def test_a_drawing_that_is_none_is_said_so(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.good.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', "utf-8")
    assert list(read_drawings(tmp_path / "mine.yaml", "mine")) == ["a.good"]
    (folder / "a.broken.svg").write_text("<svg", "utf-8")
    (folder / "a.page.svg").write_text("<html/>", "utf-8")
    (folder / "a.photo.svg").write_bytes(b"\xff\xd8\xff")
    os.mkfifo(folder / "a.pipe.svg")
    (folder / "a.zero.svg").symlink_to("/dev/zero")
    with pytest.raises(ContentError) as raised:
        read_drawings(tmp_path / "mine.yaml", "mine")
    assert len(raised.value.mistakes) == 5
    assert read_drawings(tmp_path / "mine.yaml", "other") == {}
