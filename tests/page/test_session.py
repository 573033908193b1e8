"""`replay --page`: a session with its page, in a process of its own, as somebody starts it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from skill.app import App
from skill.cli.page import Beside, page_beside
from skill.settings import Settings
from tests.support.shell import run
from tests.support.waiting import LONG_S

RATE = 16_000
SECONDS = 4
EVERYWHERE = "0.0.0.0"  # noqa: S104 - as long as a test


@pytest.fixture
def quiet_room(tmp_path: Path) -> Path:
    path = tmp_path / "quiet.wav"
    noise = np.random.default_rng(1).normal(0, 8, SECONDS * RATE).astype(np.int16)
    soundfile.write(path, noise, RATE)
    return path


@contextmanager
def replaying(recording: Path, journal: Path, *args: str) -> Iterator[tuple[str, str, list[str]]]:
    """A running session: address on this machine, address as printed, and later all it printed."""
    command = [sys.executable, "-m", "skill", "replay", str(recording), "--quiet", "--page"]
    with subprocess.Popen(
        [*command, "--journal", str(journal), "--page-port", "0", *args],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as process:
        assert process.stderr is not None
        printed = process.stderr.readline().split()[-1]
        said: list[str] = []
        yield re.sub("//[^:]+:", "//127.0.0.1:", printed), printed, said
        out, err = process.communicate(timeout=LONG_S)
        said.extend((out, err))
        assert process.returncode == 0, err


def views(response: httpx.Response) -> Iterator[dict[str, object]]:
    for line in response.iter_lines():
        if line.startswith("data: {"):
            view = json.loads(line.removeprefix("data: "))["view"]
            if view is not None:
                yield view


def press(url: str, command: str) -> None:
    headers = {"Origin": url[: url.index("/", 8)], "Content-Type": "application/json"}
    answer = httpx.post(url + "command", json={"command": command}, headers=headers)
    assert answer.status_code == 204


def test_a_press_moves_the_session_and_every_browser_sees_it(
    quiet_room: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.jsonl"
    with (
        replaying(quiet_room, journal, "--page-host", EVERYWHERE) as (url, printed, said),
        httpx.stream("GET", url + "events", timeout=LONG_S) as one,
        httpx.stream("GET", url + "events", timeout=LONG_S) as two,
    ):
        first, second = views(one), views(two)
        assert next(first)["phase"] == "asleep"
        press(url, "start")
        assert any(view["phase"] == "setting up" for view in first)
        assert any(view["heard"] == "start rolling" for view in second)
        press(url, "goodbye")
        assert list(first)[-1]["over"], "the end is told, and then the stream ends"
    assert EVERYWHERE not in printed
    assert "▄" in said[1], "another machine's camera can read the address"
    events = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    assert [event["source"] for event in events if event.get("event") == "Heard"] == ["page"] * 2


def test_a_page_that_cannot_be_served_is_said_before_the_session_begins(
    quiet_room: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    done = run(capfd, "replay", quiet_room, "--page", "--page-host", "192.0.2.7")
    assert done.code == 10
    assert "cannot be served at 192.0.2.7" in done.err
    assert "--page-host" in done.err
    empty = run(capfd, "replay", quiet_room, "--page", "--page-host", " ")
    assert empty.code == 10
    assert "an empty name is no machine's" in empty.err


def test_a_service_goes_on_without_a_page_that_cannot_be_served(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    app = App(Settings(state=tmp_path, page=True, page_host="192.0.2.7"))
    with page_beside(app, must=False) as page:
        assert page == Beside()
    assert "cannot be served at 192.0.2.7" in capfd.readouterr().err


def test_without_the_wish_there_is_no_page(tmp_path: Path) -> None:
    with page_beside(App(Settings(state=tmp_path))) as page:
        assert page == Beside()
    assert list(tmp_path.iterdir()) == []
