"""One button and one light on a Raspberry Pi's header, through gpiozero.

gpiozero calls back in a thread of its own; what it notices goes through a queue and becomes a
`Press` in the session's thread (`skill.ports.Hands`). What a short press means depends on what the
coach is doing, and the session is watched for that, and for the light.
"""

import sys
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from skill.closing import Closing
from skill.core.coach import Coach, Phase
from skill.core.messages import Effect, Event, Heard
from skill.core.vocabulary import Command
from skill.errors import SettingsError
from skill.ports import RATE, Block, Press

if TYPE_CHECKING:
    from gpiozero import LED, Button

BUTTON = "button"
LONG_S = 0.8
"""A press this long means stop, at once and not when the button is let go."""
BOUNCE_S = 0.02
"""Contacts of a push button bounce for some milliseconds."""
HEARD_MS = 600
"""How long the light shows that a command was heard."""
HEARD_BLINK_MS, DEAF_BLINK_MS = 100, 500
"""Half a period of the light's blinking."""
SHORT: dict[Phase, Command] = {
    Phase.ASLEEP: Command.START,
    Phase.SETTING_UP: Command.PAUSE,
    Phase.ROLLING: Command.PAUSE,
    Phase.PAUSED: Command.RESUME,
    Phase.HURT: Command.RESUME,
    Phase.DONE: Command.START,
}
"""What a short press means: pause or go on."""


def light(deaf: bool, now: int, heard_at: int | None) -> bool:
    """Whether the light is on: always while it listens, quick blinks for a command that was heard,
    slow ones while the microphone is lost. Times in milliseconds.
    """
    if deaf:
        return now // DEAF_BLINK_MS % 2 == 0
    if heard_at is not None and now - heard_at < HEARD_MS:
        return (now - heard_at) // HEARD_BLINK_MS % 2 == 1
    return True


def gpio_library() -> Any:
    """gpiozero, through which pins are met.

    Raises:
        SettingsError: if it is not installed.
    """
    try:
        import gpiozero  # noqa: PLC0415 # an optional extra
    except ImportError as failure:
        raise SettingsError(
            "The settings name a button_pin or led_pin, and gpiozero is not installed.",
            'Install it with: pip install "roller-coach[gpio]", or take the pins out of the '
            "settings.",
        ) from failure
    return gpiozero


class Panel(Closing):
    """The button as `Hands`, and the light as an observer of the session.

    Args:
        button_pin: number of the button's GPIO (Broadcom's), which it connects to ground; None
            for no button.
        led_pin: the same for the light's, which lights when it is high.

    Raises:
        SettingsError: if gpiozero is not installed, or the pins cannot be had.
    """

    def __init__(self, button_pin: int | None, led_pin: int | None) -> None:
        self._presses: SimpleQueue[bool] = SimpleQueue()
        self._held = False
        self._phase = Phase.ASLEEP
        self._heard_at: int | None = None
        self._button: Button | None = None
        self._led: LED | None = None
        gpiozero = gpio_library()
        try:
            if button_pin is not None:
                self._button = gpiozero.Button(button_pin, hold_time=LONG_S, bounce_time=BOUNCE_S)
                self._button.when_held = self._when_held
                self._button.when_released = self._when_released
            if led_pin is not None:
                self._led = gpiozero.LED(led_pin)
        except (gpiozero.GPIOZeroError, OSError, *_lgpio_errors()) as failure:
            self.close()
            raise SettingsError(
                f"The pins button_pin = {button_pin} and led_pin = {led_pin} cannot be used: "
                f"{failure}.",
                "Choose others, or make sure that this is a Raspberry Pi, and that no other "
                "program uses them.",
            ) from failure

    # In gpiozero's thread

    def _when_held(self) -> None:
        self._held = True
        self._presses.put(True)

    def _when_released(self) -> None:
        if not self._held:
            self._presses.put(False)
        self._held = False

    # In the session's thread

    def pressed(self) -> Sequence[Press]:
        """Presses since the last call: a long one is "stop", a short one pause or go on."""
        found: list[Press] = []
        while True:
            try:
                long = self._presses.get_nowait()
            except Empty:
                return found
            found.append(Press(Command.STOP if long else SHORT[self._phase], None, BUTTON))

    def message(self, at: int, message: Event | Effect) -> None:
        """A command was heard: show it."""
        if isinstance(message, Heard):
            self._heard_at = at

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Show how it is; note what the coach is doing."""
        self._phase = coach.phase
        if self._led is not None:
            now = block.end_frame * 1000 // RATE
            self._led.value = light(coach.deaf, now, self._heard_at)

    def close(self) -> None:
        """Let the pins go; the light goes out."""
        for device in (self._button, self._led):
            if device is not None:
                device.close()


def _lgpio_errors() -> tuple[type[Exception], ...]:
    """What the library below gpiozero says of a pin that another program uses: gpiozero hands it on
    as it is.
    """
    lgpio = sys.modules.get("lgpio")  # which it is only where gpiozero has chosen it
    return () if lgpio is None else (lgpio.error,)
