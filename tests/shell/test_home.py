"""`roller-coach run --mqtt`: the whole way from a button in the house to the coach's voice."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from skill.home.report import Topics
from tests.support.broker import Home, broker
from tests.support.live import live
from tests.support.pulse import Pulse, running_pulseaudio
from tests.support.shell import run
from tests.support.waiting import LONG_S, wait_until

TOPICS = Topics("Roller coach")


@pytest.fixture
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


@pytest.mark.device
def test_a_live_session_is_begun_and_stopped_from_the_house(pulse: Pulse, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with (
        broker(tmp_path) as mosquitto,
        Home(mosquitto.port) as home,
        live(journal, "--fresh", "--mqtt", f"127.0.0.1:{mosquitto.port}") as session,
    ):
        wait_until(lambda: home.text(TOPICS.availability) == "online")
        session.said("Hello")
        home.publish(TOPICS.command, "start")
        assert session.heard("start")["source"] == "home"
        session.said("You will lie on the roller")
        wait_until(lambda: home.json(TOPICS.state)["state"] == "setting up")
        before = session.place()
        mosquitto.end()
        session.said("It massages", before)
        session.process.send_signal(signal.SIGTERM)
        assert session.process.wait(LONG_S) == 128 + signal.SIGTERM
        complaints = session._errors()
    assert complaints.count("roller-coach:") == 1
    assert "has gone away" in complaints
    assert "Traceback" not in complaints


def test_an_address_that_is_none(capfd: pytest.CaptureFixture[str]) -> None:
    done = run(capfd, "run", "--mqtt", "http://house:1", "--microphone", "none of these")
    assert done.code == 10
    assert "The MQTT broker's address cannot be understood." in done.err
