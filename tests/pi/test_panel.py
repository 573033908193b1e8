"""Button and light, on gpiozero's mock pins and in a real session."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from time import sleep
from types import SimpleNamespace
from typing import Any

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from skill.core.coach import Coach, Phase
from skill.core.messages import Effect, Event, Heard
from skill.core.vocabulary import Command
from skill.errors import SettingsError
from skill.panel import LONG_S, Panel, light
from skill.ports import Block, BlockKind
from tests.support.room import Blocks, session

BUTTON, LED = 17, 27


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    Device.pin_factory = MockFactory()
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = None


class Finger:
    """An observer that presses the button at blocks of its choice."""

    def __init__(self, pin: Any, short: tuple[int, ...] = (), long: int | None = None) -> None:
        self._pin, self._short, self._long = pin, short, long
        self._number = 0
        self.phases: list[Phase] = []

    def message(self, at: int, message: Event | Effect) -> None:
        pass

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        self._number += 1
        self.phases.append(coach.phase)
        if self._number in self._short or self._number == self._long:
            self._pin.drive_low()
            sleep(LONG_S + 0.2 if self._number == self._long else 0.05)
            self._pin.drive_high()


def test_short_presses_start_pause_and_go_on_a_long_one_stops(pins: MockFactory) -> None:
    talk, witness = session(source=Blocks((30, BlockKind.HEARD)))
    with Panel(BUTTON, LED) as panel:
        finger = Finger(pins.pin(BUTTON), short=(100, 300, 400), long=500)
        talk.hands, talk.observers = (panel,), (witness, panel, finger)
        talk.run()
    heard = [entry.message for entry in witness.entries if isinstance(entry.message, Heard)]
    assert [(one.command, one.source) for one in heard] == [
        (Command.START, "button"),
        (Command.PAUSE, "button"),
        (Command.RESUME, "button"),
        (Command.STOP, "button"),
    ]
    assert [phase for phase, _ in groupby(finger.phases)] == [
        Phase.ASLEEP,
        Phase.SETTING_UP,
        Phase.PAUSED,
        Phase.SETTING_UP,
        Phase.ASLEEP,
    ]


def test_the_light_shows_listening_heard_and_deaf(pins: MockFactory) -> None:
    talk, _ = session(source=Blocks((6, BlockKind.HEARD), (5, BlockKind.LOST)))
    led = pins.pin(LED)
    seen: list[bool] = []

    class Eye(Finger):
        def block(self, block: Block, coach: Coach, partial: str) -> None:
            super().block(block, coach, partial)
            seen.append(bool(led.state))

    with Panel(BUTTON, LED) as panel:
        talk.hands, talk.observers = (panel,), (panel, Eye(pins.pin(BUTTON), short=(60,)))
        talk.run()
    changes = [n for n, (a, b) in enumerate(pairwise(seen)) if a != b]
    assert seen[:60] == [True] * 60, "listening"
    assert sum(60 <= n < 75 for n in changes) >= 4, "a command was heard"
    assert seen[75:110] == [True] * 35
    lost = [n for n in changes if 130 <= n < 220]
    assert 7 <= len(lost) <= 10, "one change each half second"
    assert not led.state, "out at the end"


def test_light_is_a_function_of_time() -> None:
    assert light(False, 5_000, None)
    assert not light(False, 5_000, 5_000)
    assert light(False, 5_000, 4_000)
    assert not light(True, 750, None)


def test_a_pin_that_is_taken_gets_a_sentence(pins: MockFactory) -> None:
    with Panel(BUTTON, None), pytest.raises(SettingsError, match="button_pin = 17"):
        Panel(BUTTON, None)


def test_a_pin_that_another_program_uses_is_a_sentence_and_the_button_is_given_back(
    pins: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LgpioError(Exception):
        """As lgpio's own, which gpiozero does not make one of its own."""

    def busy(_pin: int) -> None:
        raise LgpioError("GPIO busy")

    monkeypatch.setitem(sys.modules, "lgpio", SimpleNamespace(error=LgpioError))
    monkeypatch.setattr("gpiozero.LED", busy)
    with pytest.raises(SettingsError, match="led_pin = 27 cannot be used: GPIO busy"):
        Panel(BUTTON, LED)
    with Panel(BUTTON, None):
        pass


def test_not_on_a_pi_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "native")
    with pytest.raises(SettingsError, match="make sure that this is a Raspberry Pi"):
        Panel(BUTTON, None)


def test_pins_that_there_are_not_are_refused(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("led_pin = 99\n")
    command = [sys.executable, "-m", "skill", "run", "--settings", str(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 10
    assert "led_pin" in done.stderr
