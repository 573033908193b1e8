"""What is wrong with a live coach, as far as it shows while a session goes on; it says so itself.

`roller-coach doctor` looks at far more, and takes ten seconds and the microphone.
"""

import shutil
from collections import deque
from collections.abc import Callable
from pathlib import Path

from skill.app import App
from skill.core.messages import Trouble
from skill.ports import Equipment

EVERY = 200
"""Blocks of 50 ms between two looks: a full card can wait for ten seconds."""
NEARLY_FULL = 20_000_000
"""Bytes free; the state is 8 MB at most, and a card that is full is worn."""
MANY_DROPOUTS = 50
OVERDRIVEN_S = 1.5
"""Some ten loud words; knocks on the floor take a few hundredths of a second each. Of 68 words of
which 57 are understood, 52 are with 10 dB too much, and 38 with 20 (`evaluate`, "gain:20")."""
LOOKS = 360
"""What was in the last hour counts: a service that runs for weeks is not busy for what once was."""
HARDWARE = Path("/sys/class/hwmon")
"""Where the kernel's driver `raspberrypi-hwmon` tells of too low a voltage (in0_lcrit_alarm, see
docs.kernel.org/hwmon/raspberrypi-hwmon.html)."""


class _LastHour:
    """By how much a figure that never falls has risen in the last `LOOKS` looks."""

    def __init__(self) -> None:
        self._figures: deque[float] = deque([0], maxlen=LOOKS)

    def rise(self, figure: float) -> float:
        """What it has come to now, against then."""
        before = self._figures[0]
        self._figures.append(figure)
        return figure - before


class Ailments:
    """Looks now and then. Called for every block, in the session's thread.

    Args:
        app: what the session is made of.
        equipment: its devices.
        hardware: where the kernel tells of the machine's sensors.
    """

    def __init__(self, app: App, equipment: Equipment, hardware: Path = HARDWARE) -> None:
        self._app = app
        self._equipment = equipment
        self._hardware = hardware
        self._calls = 0
        self._found: tuple[Trouble, ...] = ()
        self._dropouts, self._overdriven = _LastHour(), _LastHour()

    def __call__(self) -> tuple[Trouble, ...]:
        """What is wrong; empty if nothing is known to be."""
        if self._calls % EVERY == 0:
            self._found = self._look()
        self._calls += 1
        return self._found

    def _look(self) -> tuple[Trouble, ...]:
        app = self._app
        looks: tuple[tuple[Trouble, Callable[[], bool]], ...] = (
            (Trouble.NO_BOOKMARK, lambda: not app.shelf.keeps),
            (Trouble.FULL, lambda: _is_full(app.settings.state)),
            (Trouble.OTHER_VOICE, lambda: app.mouth.trouble is not None),
            (Trouble.STRANGER, lambda: app.hearing.stranger is not None),
            (Trouble.WEAK, self._is_weak),
            (Trouble.BUSY, self._is_busy),
            (Trouble.SILENT, lambda: self._equipment.hears_nothing),
            (Trouble.OVERDRIVEN, self._is_overdriven),
        )
        return tuple(trouble for trouble, is_so in looks if is_so())

    def _is_busy(self) -> bool:
        return self._dropouts.rise(sum(self._equipment.dropouts)) >= MANY_DROPOUTS

    def _is_overdriven(self) -> bool:
        return self._overdriven.rise(self._equipment.overdriven_s) >= OVERDRIVEN_S

    def _is_weak(self) -> bool:
        return any(_reads_one(alarm) for alarm in self._hardware.glob("*/in0_lcrit_alarm"))


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < NEARLY_FULL
    except OSError:
        # It is made with the first bookmark.
        return False


def _reads_one(file: Path) -> bool:
    try:
        return file.read_text(encoding="ascii").strip() == "1"
    except (OSError, UnicodeDecodeError):
        return False
