"""What a smart home shows of a session, and how it is told about that: plain values.

The messages are those of Home Assistant's MQTT discovery, one for the whole device
(https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload); other programs read
the same topics.
"""

import re
import unicodedata
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import skill
from skill.core.coach import Coach, Phase
from skill.core.vocabulary import Command

PREFIX = "homeassistant"
"""Home Assistant's own prefix of discovery topics, unless somebody has changed it there."""
BUTTONS = (Command.START, Command.NEXT, Command.PAUSE, Command.STOP)
ONLINE, OFFLINE = "online", "offline"
STEP_S = 5
"""The remaining time is told in so many seconds: a smart home keeps every value for days."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a session stands.

    Attributes:
        state: the phase, as the table's columns name it.
        exercise, step: titles; the step with its number.
        remaining: seconds left of a movement, rounded up to `STEP_S`; None if there is none.
    """

    state: str
    exercise: str
    step: str
    remaining: int | None

    def payload(self) -> dict[str, object]:
        """The fields, for JSON."""
        return asdict(self)


def report(coach: Coach, now: int) -> Report:
    """How things stand at `now`, in milliseconds of the session."""
    number, total = coach.spot.place.step + 1, len(coach.exercise.steps)
    return Report(
        coach.phase.value,
        coach.exercise.title,
        f"{number} of {total}: {coach.step.title}",
        _remaining(coach, now),
    )


def _remaining(coach: Coach, now: int) -> int | None:
    moving = coach.phase in {Phase.ROLLING, Phase.PAUSED}
    if not coach.length() or not moving:
        return None
    left = max(0, coach.length() - coach.rolled(now))
    return -(-left // (1000 * STEP_S)) * STEP_S


@dataclass(frozen=True, slots=True)
class Topics:
    """Where messages go.

    Attributes:
        name: what the device is called; two coaches at one broker need two names.
    """

    name: str

    @property
    def id(self) -> str:
        """The name as a part of a topic: lower-case letters, digits and underscores.

        Home Assistant allows no other letters. A name that has some gets a few digits of its own
        as well: what is left of two such names may be the same, or nothing.
        """
        name = unicodedata.normalize("NFC", self.name).lower()
        plain = re.sub("[^a-z0-9]+", "_", name).strip("_") or "coach"
        return plain if name.isascii() else f"{plain}_{sha256(name.encode()).hexdigest()[:8]}"

    @property
    def state(self) -> str:
        """JSON of `Report`, retained."""
        return f"roller-coach/{self.id}/state"

    @property
    def availability(self) -> str:
        """`ONLINE` or `OFFLINE`, retained."""
        return f"roller-coach/{self.id}/availability"

    @property
    def command(self) -> str:
        """The name of a command, from outside."""
        return f"roller-coach/{self.id}/command"

    @property
    def discovery(self) -> str:
        """What there is, for Home Assistant; retained."""
        return f"{PREFIX}/device/{self.id}/config"

    @property
    def home_status(self) -> str:
        """Where Home Assistant says that it has started."""
        return f"{PREFIX}/status"


def discovery(topics: Topics) -> dict[str, Any]:
    """The message that makes Home Assistant show sensors and buttons."""
    sensors: dict[str, dict[str, Any]] = {
        "state": {
            "device_class": "enum",
            "options": [phase.value for phase in Phase],
            "icon": "mdi:yoga",
        },
        "exercise": {"icon": "mdi:arm-flex"},
        "step": {"icon": "mdi:format-list-numbered"},
        "remaining": {"device_class": "duration", "unit_of_measurement": "s"},
    }
    components: dict[str, dict[str, Any]] = {
        name: {
            "platform": "sensor",
            "unique_id": f"{topics.id}_{name}",
            "name": "Remaining time" if name == "remaining" else name.capitalize(),
            "state_topic": topics.state,
            "value_template": f"{{{{ value_json.{name} }}}}",
            **more,
        }
        for name, more in sensors.items()
    }
    for command in BUTTONS:
        components[command.value] = {
            "platform": "button",
            "unique_id": f"{topics.id}_{command.value}",
            "name": command.value.capitalize(),
            "command_topic": topics.command,
            "payload_press": command.value,
        }
    return {
        "device": {
            "identifiers": [f"roller-coach_{topics.id}"],
            "name": topics.name,
            "model": "roller coach",
            "sw_version": skill.__version__,
        },
        "origin": {"name": "roller coach", "sw_version": skill.__version__},
        "availability_topic": topics.availability,
        "payload_available": ONLINE,
        "payload_not_available": OFFLINE,
        "components": components,
    }
