"""A run as tables on a terminal of 100 columns."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from skill.evaluation.mishaps import commonest
from skill.evaluation.sheet import Column, Sheet
from skill.evaluation.sheets import sheets
from skill.evaluation.trial import Run
from skill.evaluation.wording import short, writable

ACROSS = 2
"""Recognisers side by side: a third would need 130 columns."""
MOST = 5
"""Rows for each recogniser in the lists of what went wrong."""
NAME, HEADING, CELL = 18, 14, 42
"""Longest texts of a first column, of a heading, and of any other cell; the rest is cut."""


def summary(run: Run) -> RenderableType:
    """Everything worth seeing on a terminal, for rich to print."""
    facts = "\n".join(f"{name}: {value}" for name, value in run.about.items())
    about = Text(writable(facts), "dim")
    shown = (*sheets(run, ACROSS), *commonest(run, MOST))
    return Group(about, *(_draw(sheet) for sheet in shown))


def _draw(sheet: Sheet) -> RenderableType:
    columns = sheet.columns[1:] if sheet.grouped else sheet.columns
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    for column, heading in zip(columns, _headings(columns), strict=True):
        table.add_column(
            Text(heading),
            justify="right" if column.number else "left",
            no_wrap=True,
            overflow="ellipsis",
            vertical="bottom",
        )
    _fill(table, sheet)
    note = [Text(sheet.note, "dim")] if sheet.note else []
    return Padding(Group(Text(sheet.title, "bold"), *note, table), (1, 0, 0, 0))


def _fill(table: Table, sheet: Sheet) -> None:
    before = None
    for row in sheet.rows:
        if not sheet.grouped:
            table.add_row(Text(short(row[0], NAME)), *map(_cell, row[1:]))
            continue
        if row[0] != before:
            if before is not None:
                table.add_section()
            table.add_row(Text(short(row[0], CELL), "italic"))
        table.add_row(*map(_cell, row[1:]))
        before = row[0]


def _headings(columns: Sequence[Column]) -> list[str]:
    """Each column's name, under that of its recogniser where that begins."""
    before = ["", *(column.over for column in columns[:-1])]
    tall = any(column.over for column in columns)
    names = []
    for column, last in zip(columns, before, strict=True):
        over = column.over if column.over != last else ""
        names.append(f"{short(over, HEADING)}\n{column.name}" if tall else column.name)
    return names


def _cell(text: str) -> Text:
    text = writable(text)
    return Text(text if len(text) <= CELL else f"{text[: CELL - 1]}\N{HORIZONTAL ELLIPSIS}")
