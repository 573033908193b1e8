"""A table before it is drawn: columns and rows of text, for the terminal and the report alike."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: its heading.
        over: what stands above it and its neighbours of the same recogniser; often empty.
        number: whether it holds figures, which stand to the right.
    """

    name: str
    over: str = ""
    number: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    Attributes:
        title: what it shows.
        note: what a reader must know to read it right; may be empty.
        columns: from left to right.
        rows: as many texts as there are columns.
        grouped: whether rows with the same first text belong together under it.
    """

    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    grouped: bool = False
