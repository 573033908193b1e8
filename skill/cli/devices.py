"""`roller-coach devices`: what there is to hear and to speak with."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from skill.app import App
from skill.audio.choosing import DEFAULT, named_devices, wanted_devices
from skill.audio.devices import Device, Direction
from skill.audio.holders import holders
from skill.audio.sound_server import endpoints
from skill.cli.options import microphone_option, speaker_option, with_app
from skill.errors import DeviceError


@click.command()
@with_app
@microphone_option
@speaker_option
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each device.")
def devices(app: App, *, as_json: bool) -> None:
    """List microphones and speakers; an arrow marks those that a session would use.

    Any part of a name will do: `--microphone yeti`. Exit code 7 if one is missing.
    """
    wanted = {
        Direction.MICROPHONE: app.settings.microphone,
        Direction.SPEAKER: app.settings.speaker,
    }
    missing: DeviceError | None = None
    for direction, names in wanted.items():
        found, trouble = _look(direction, names)
        missing = missing or trouble
        if as_json:
            for line in found:
                click.echo(json.dumps(line))
        else:
            _show(direction, found, trouble)
    if missing is not None:
        raise missing


def _look(
    direction: Direction, names: Sequence[str]
) -> tuple[list[dict[str, object]], DeviceError | None]:
    """Every device as a line, and why none of the wanted ones is there."""
    there = named_devices(direction)
    chosen: Device | None = None
    trouble: DeviceError | None = None
    try:
        chosen = wanted_devices(direction, names)[0]
    except DeviceError as error:
        trouble = error
    if chosen is not None and chosen not in there:
        there.insert(0, chosen)
    now = next((end.description for end in endpoints(direction) if end.default), "")
    lines = [
        {**_line(direction, device), "chosen": device == chosen, "now": now * _is_default(device)}
        for device in there
    ]
    return lines, trouble


def _is_default(device: Device) -> bool:
    return device.name == DEFAULT and not device.at_server


def _line(direction: Direction, device: Device) -> dict[str, object]:
    capture = direction is Direction.MICROPHONE
    return {
        "direction": direction.noun,
        **asdict(device),
        "held_by": list(holders(device.name, capture=capture)),
    }


def _show(
    direction: Direction, found: Sequence[dict[str, object]], trouble: DeviceError | None
) -> None:
    click.echo(f"{direction.noun.capitalize()}s")
    for line in found:
        mark = "→" if line["chosen"] else " "
        held = line["held_by"]
        busy = f", in use by {', '.join(held)}" if isinstance(held, list) and held else ""
        click.echo(f" {mark} {line['name']} ({_kind(line)}{busy})")
    if not found:
        click.echo("   none")
    elif trouble is not None:
        click.echo(f"   {trouble.problem}")


def _kind(line: dict[str, object]) -> str:
    if line["now"]:
        return f"the system's choice, now {line['now']}"
    channels = "mono" if line["channels"] == 1 else f"{line['channels']} channels"
    where = f", {line['at_server']} at the sound server" if line["at_server"] else ""
    return f"{line['rate']} Hz, {channels}{where}"
