"""Pieces of an HTML page. Everything that comes in is text and is escaped here."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby

from skill.evaluation.sheet import Column, Sheet

PATH = "file"
"""Columns of this name hold paths, which may be long."""


def section(sheet: Sheet) -> str:
    """A table with its heading and note."""
    note = f'<p class="note">{escape(sheet.note)}</p>' if sheet.note else ""
    return f"<h2>{escape(sheet.title)}</h2>\n{note}\n{table(sheet)}"


def table(sheet: Sheet) -> str:
    """A table by itself."""
    firsts = _firsts(sheet.columns)
    rows, before = [], None
    for row in sheet.rows:
        new = sheet.grouped and before is not None and row[0] != before
        cells = (
            f"<td{_classes(column, first)}>{escape(text)}</td>"
            for text, column, first in zip(row, sheet.columns, firsts, strict=True)
        )
        start = '<tr class="part">' if new else "<tr>"
        rows.append(f"{start}{''.join(cells)}</tr>")
        before = row[0]
    head = _head(sheet.columns, firsts)
    body = "\n".join(rows)
    return f'<div class="wide"><table>\n<thead>{head}</thead>\n<tbody>{body}</tbody></table></div>'


def _head(columns: Sequence[Column], firsts: Sequence[bool]) -> str:
    names = "".join(
        f'<th scope="col"{_classes(column, first)}>{escape(column.name)}</th>'
        for column, first in zip(columns, firsts, strict=True)
    )
    if not any(column.over for column in columns):
        return f"<tr>{names}</tr>"
    overs = ""
    for over, under in groupby(columns, key=lambda column: column.over):
        mark = ' class="over"' if over else ""
        overs += f'<th scope="colgroup" colspan="{len(list(under))}"{mark}>{escape(over)}</th>'
    return f"<tr>{overs}</tr><tr>{names}</tr>"


def _firsts(columns: Sequence[Column]) -> list[bool]:
    """Where a recogniser's columns begin."""
    before = ["", *(column.over for column in columns[:-1])]
    return [
        bool(column.over) and column.over != last
        for column, last in zip(columns, before, strict=True)
    ]


def _classes(column: Column, first: bool) -> str:
    marks = {"number": column.number, "first": first, "file": column.name == PATH}
    names = " ".join(name for name, wanted in marks.items() if wanted)
    return f' class="{names}"' if names else ""


def figure(title: str, drawing: str, caption: str) -> str:
    """A picture with its heading.

    Args:
        title: what it shows.
        drawing: an `<svg>` element.
        caption: how to read it.
    """
    return (
        f"<h2>{escape(title)}</h2>\n<figure>{drawing}\n"
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def terms(pairs: Mapping[str, str]) -> str:
    """The inside of a list of names and values."""
    return "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs.items()
    )


def fold(summary: str, note: str, body: str, unfolded: bool) -> str:
    """Something that can be opened and closed; `body` is markup."""
    mark = " open" if unfolded else ""
    return (
        f"<details{mark}><summary>{escape(summary)}</summary>\n"
        f"<p>{escape(note)}</p>\n{body}</details>"
    )
