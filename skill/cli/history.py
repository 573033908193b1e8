"""`roller-coach history`: what there has been, as a table, a picture, or data; and its end."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from skill.app import App
from skill.cli.console import print_whole, terminal
from skill.cli.options import FILE, with_app
from skill.cli.overwriting import keep_apart
from skill.errors import SettingsError, StorageError, counted, printable
from skill.history.export import as_csv, as_json
from skill.history.picture import draw, headline, page
from skill.history.records import Habit, Record, habits, minutes_per_day, past
from skill.history.store import Store
from skill.history.today import wall_clock
from skill.lasting import write_whole

BAR_CELLS = 40
BESIDE_BAR = 26
"""Cells for the day and its minutes."""
SHOWN = 10
DAYS = 14
STANDARD_OUTPUT = Path("-")


@click.group(invoke_without_command=True)
@click.pass_context
def history(context: click.Context) -> None:
    """Show the sessions that there were; all of it stays on this machine."""
    if context.invoked_subcommand is None:
        context.invoke(show)


@history.command()
@with_app
@click.option(
    "--days", type=click.IntRange(1, 366), default=DAYS, show_default=True, help="How many days."
)
def show(app: App, *, days: int = DAYS) -> None:
    """Minutes per day, the last sessions, and which steps are repeated or cut short."""
    records = _records(app)
    if not records:
        click.echo("There are no sessions yet. One of a minute or more is kept by itself.")
        return
    console = terminal()
    today = wall_clock().date()
    console.print(Text(headline(past(records, today)), style="bold"))
    print_whole(_days(records, days, console.width))
    print_whole(_sessions(records[-SHOWN:]))
    print_whole(_steps(records, _title(app)))


@history.command()
@click.argument("file", type=FILE)
@with_app
@click.option(
    "--days", type=click.IntRange(7, 56), default=28, show_default=True, help="How many days."
)
def picture(app: App, *, file: Path, days: int) -> None:
    """Draw the history into FILE: .svg or .html, light and dark."""
    keep_apart((app.settings.history,), {"FILE": file})
    svg = draw(_records(app), wall_clock().date(), days, _title(app))
    if file.suffix not in {".svg", ".html"}:
        raise SettingsError(
            f"{file} does not say by its ending what to draw.",
            "Choose a name that ends in .svg or .html.",
        )
    _write(file, svg if file.suffix == ".svg" else page(svg))


@history.command()
@click.argument("form", type=click.Choice(["csv", "json"]), metavar="csv|json")
@click.argument("file", type=FILE, required=False)
@with_app
def export(app: App, *, form: str, file: Path | None) -> None:
    """Write every session as CSV or JSON into FILE; without one, or with a dash, print it."""
    keep_apart((app.settings.history,), {"FILE": file})
    text = {"csv": as_csv, "json": as_json}[form](_records(app))
    if file in {None, STANDARD_OUTPUT}:
        sys.stdout.write(text)
    else:
        _write(file, text)


@history.command()
@click.argument("sessions", type=int, nargs=-1)
@with_app
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.option("--yes", is_flag=True, help="Do not ask before.")
def delete(app: App, *, sessions: tuple[int, ...], everything: bool, yes: bool) -> None:
    """Delete SESSIONS by their numbers, for good."""
    if bool(sessions) == everything:
        raise click.UsageError("Name either the sessions' numbers, or --all.")
    known = _ids(app)
    wanted = known if everything else sorted(set(sessions))
    strange = sorted(set(wanted) - set(known))
    if strange:
        raise StorageError(
            f"There is no session {strange[0]} in the history; nothing was deleted.",
            "`roller-coach history` shows their numbers.",
        )
    if not wanted:
        click.echo("There are no sessions to delete.")
        return
    if not (yes or _sure(f"Delete {counted(len(wanted), 'session')} for good?")):
        click.echo("Nothing was deleted.")
        return
    with Store(app.settings.history) as store:
        count = store.delete(wanted)
    click.echo(f"{counted(count, 'session')} deleted.")


def _sure(question: str) -> bool:
    try:
        return click.confirm(question)
    except click.Abort as end:  # Ctrl-C, or there is nobody to answer
        click.echo(err=True)
        raise click.Abort("Nothing was deleted; with --yes nobody is asked.") from end


def _is_there(history: Path) -> bool:
    with suppress(OSError):  # of which the store itself says what it means
        return history.exists()
    return True


def _records(app: App) -> Sequence[Record]:
    if not _is_there(app.settings.history):
        return ()
    with Store(app.settings.history) as store:
        return store.records()


def _ids(app: App) -> Sequence[int]:
    if not _is_there(app.settings.history):
        return ()
    with Store(app.settings.history) as store:
        return store.ids()


def _title(app: App) -> Callable[[Habit], str]:
    routine = app.content.routine

    def title(habit: Habit) -> str:
        if habit.routine != routine.id:
            return f"{habit.routine}/{habit.exercise}/{habit.step}"
        place = routine.find(habit.exercise, habit.step)
        return f"{habit.exercise}/{habit.step}" if place is None else routine.step(place).title

    return title


def _write(file: Path, text: str) -> None:
    try:
        write_whole(file, text)
    except OSError as failure:
        raise StorageError(
            f"{file} cannot be written: {failure.strerror}.", "Choose another place."
        ) from failure
    click.echo(f"Written to {file}.")


def _days(records: Sequence[Record], days: int, width: int) -> Table:
    room = max(1, min(BAR_CELLS, width - BESIDE_BAR))
    grid = Table(box=None, show_header=False, padding=(0, 1))
    minutes = minutes_per_day(records, wall_clock().date(), days)
    most = max(1, *(count for _, count in minutes))
    for day, count in minutes:
        cells = max(1, round(room * count / most)) if count else 0
        grid.add_row(
            Text(f"{day:%a %d %b}", style="dim"),
            Text("█" * cells, style="cyan"),
            Text(f"{count} min" if count else "·", style="" if count else "dim"),
        )
    return grid


def _sessions(records: Sequence[Record]) -> Table:
    table = Table("no.", "started", "minutes", "steps", "cut short", "", title_justify="left")
    for record in records:
        table.add_row(
            str(record.id),
            f"{record.started:%a %Y-%m-%d %H:%M}",
            f"{record.seconds / 60:.0f}",
            str(len(record.visits)),
            str(sum(visit.cut_short for visit in record.visits)),
            "whole routine" if record.whole else "",
        )
    return table


def _steps(records: Sequence[Record], title: Callable[[Habit], str]) -> Table:
    table = Table("step", "done", "repeated", "cut short")
    for habit in habits(records):
        counts = (habit.visits, habit.repeated, habit.cut_short)
        name = printable(title(habit))
        table.add_row(name, *(str(count) if count else "·" for count in counts))
    return table
