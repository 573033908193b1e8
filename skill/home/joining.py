"""Joins a session to the smart home that the settings name."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from skill.errors import SettingsError
from skill.home.address import Address, read_address
from skill.settings import Settings

if TYPE_CHECKING:
    from skill.home.mqtt import HomeLink


def join_home(
    settings: Settings, tell: Callable[[str], None], stack: ExitStack
) -> "tuple[HomeLink, ...]":
    """The link to the home, or none.

    Args:
        settings: say where the broker is, if there is one.
        tell: gets a sentence for each trouble, in the session's thread.
        stack: the link is closed with it.

    Raises:
        SettingsError: if the address cannot be understood, or paho-mqtt is not installed.
    """
    if not settings.mqtt:
        return ()
    link, address = find_home(settings)
    return (stack.enter_context(link(address, settings.mqtt_name, tell)),)


def find_home(settings: Settings) -> "tuple[type[HomeLink], Address]":
    """What a session is joined by, and where to, without joining.

    Raises:
        SettingsError: if the address cannot be understood, or paho-mqtt is not installed.
    """
    address = read_address(settings.mqtt)
    try:
        from skill.home.mqtt import HomeLink  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError as failure:
        raise SettingsError(
            "paho-mqtt, which talks to the MQTT broker, is not installed.",
            'Install it with: pip install "roller-coach[mqtt]", or leave `mqtt` out.',
        ) from failure
    return HomeLink, address
