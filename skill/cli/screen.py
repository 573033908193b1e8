"""What a person at the screen sees of a session."""

import json
from collections.abc import Sequence

import click
import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from skill.core.coach import Coach, Phase
from skill.core.messages import Chime, Effect, Event, Heard, Ignored, Say
from skill.dialogue import COACH, PERSON, clock, describe
from skill.errors import printable
from skill.journal import Entry
from skill.ports import RATE, Block
from skill.session import Observer

STYLES = {PERSON: "bold cyan", COACH: "green"}
LEVEL_FLOOR_DB = -60.0
LEVEL_CELLS = 20
REFRESH_PER_SECOND = 8


class Transcript:
    """Prints the dialogue as it happens: when, who, what, and how long an answer took."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._asked: Heard | None = None

    def message(self, at: int, message: Event | Effect) -> None:
        """Print a message that belongs to the dialogue."""
        described = describe(message)
        if isinstance(message, Heard):
            self._asked = message
        if described is None:
            return
        who, what = described
        line = Text(f"{clock(at)} ", style="dim")
        line.append(f"{who:>5}  ", style=STYLES[who])
        line.append(printable(what), style="dim" if isinstance(message, Ignored) else "")
        line.append(self._delay(at, message), style="dim")
        self._console.print(line, soft_wrap=True)

    def _delay(self, at: int, message: Event | Effect) -> str:
        # A chime is an answer, too, or what is said half a minute later would be taken for one.
        if not isinstance(message, Say | Chime) or self._asked is None:
            return ""
        asked, self._asked = self._asked, None
        return f"  (+{(at - asked.ended_ms) / 1000:.2f} s)"

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Nothing to print."""


class Dashboard:
    """Below the dialogue: step, timer bar, microphone level, and what seems to be heard.

    Use as a context manager around the session.
    """

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, refresh_per_second=REFRESH_PER_SECOND, transient=True)

    def __enter__(self) -> "Dashboard":
        self._live.__enter__()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._live.__exit__(None, None, None)

    def message(self, at: int, message: Event | Effect) -> None:
        """Nothing: the transcript shows messages."""

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Show how things stand after a block."""
        now = block.end_frame * 1000 // RATE
        self._live.update(Group(_state(coach, now), _microphone(block, partial)))


def _state(coach: Coach, now: int) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, overflow="ellipsis")
    place = f"{coach.exercise.title}, step {coach.spot.place.step + 1}: {coach.step.title}"
    row: list[Text | ProgressBar] = [Text(coach.phase.value, style="bold"), Text(place)]
    length = coach.length()
    if coach.phase in {Phase.ROLLING, Phase.PAUSED} and length:
        rolled = min(coach.rolled(now), length)
        row += [ProgressBar(length, rolled, width=30), Text(f"{(length - rolled) // 1000} s")]
    grid.add_row(*row)
    return grid


def _microphone(block: Block, partial: str) -> Text:
    level = float(np.sqrt(np.mean(np.square(block.pcm.astype(np.float64))))) / 32768
    decibels = 20 * np.log10(max(level, 1e-6))
    cells = round((1 - min(0.0, decibels) / LEVEL_FLOOR_DB) * LEVEL_CELLS)
    bar = "▮" * max(0, cells) + "▯" * (LEVEL_CELLS - max(0, cells))
    return Text.assemble(("mic ", "dim"), bar, ("  … " + partial if partial else "", "dim italic"))


class JsonLines:
    """Prints the journal's lines, for machines."""

    def message(self, at: int, message: Event | Effect) -> None:
        """Print one event or effect."""
        click.echo(Entry(at, message).to_json())

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Nothing to print."""


def watchers(console: Console, *, quiet: bool, as_json: bool) -> Sequence[Observer]:
    """Those who show a session on the terminal.

    Whatever else is shown must be shown on the same console, or it would be written over.
    """
    if as_json:
        return (JsonLines(),)
    return () if quiet else (Transcript(console),)


def summary(console: Console, fields: dict[str, object], *, as_json: bool) -> None:
    """Print the last words about a session."""
    if as_json:
        click.echo(json.dumps({"summary": fields}))
        return
    for name, value in fields.items():
        console.print(Text.assemble((f"{name}: ", "dim"), str(value)))
