"""`roller-coach wyoming`: our ears and answers for Home Assistant's Assist."""

import asyncio
from collections.abc import Callable, Coroutine

import click

from skill.app import App
from skill.cli import complain
from skill.cli.ending import SIGNALS, end, ending_well
from skill.cli.options import with_app
from skill.errors import SettingsError

PORT = 10_400


@click.command(name="wyoming")
@with_app
@click.option("--host", default="127.0.0.1", help="Where to listen; 0.0.0.0: the whole network.")
@click.option("--port", default=PORT, type=click.IntRange(0, 65_535), show_default=True)
def serve(app: App, host: str, port: int) -> None:
    """Serve speech to text over the coach's commands, and the coach's answers to texts."""
    try:
        from skill.assistants.wyoming_service import Service
        from skill.assistants.wyoming_service import serve as serve_for_ever
    except ModuleNotFoundError as failure:
        if failure.name is None or failure.name.partition(".")[0] != "wyoming":
            raise
        raise SettingsError(
            "The package wyoming, which speaks Home Assistant's protocol, is not installed.",
            'Install it with: pip install "roller-coach[wyoming]".',
        ) from failure
    from skill.conversation import Correspondence

    content = app.content
    make_ears = app.hearing.ear_maker(content)
    service = Service(
        lambda: make_ears().recognizer,
        Correspondence(app.coach()),
        content.vocabulary,
        content.routine.language,
    )
    for sentence in (app.settings.stopgap, app.hearing.stranger, *app.notices):
        if sentence:
            complain(sentence)
    with ending_well():
        asyncio.run(_until_told(serve_for_ever(service, host, port, _say_where(host))))


async def _until_told(serving: Coroutine[None, None, None]) -> None:
    """Serve until a signal. The loop takes it, and not whichever client's task is at work: that one
    would complain of the exit as of a fault.
    """
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    await serving


def _say_where(host: str) -> Callable[[int], None]:
    def say(port: int) -> None:
        click.echo(f"Listening at tcp://{host}:{port}, for Home Assistant's Wyoming integration.")

    return say
