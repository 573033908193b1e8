"""Findings as a person or a script reads them."""

import json
from collections.abc import Iterable, Mapping

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from skill.checkup.finding import Finding, Verdict, is_well

MARKS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.FINE: ("✓", "green"),
    Verdict.DOUBTFUL: ("!", "yellow"),
    Verdict.WRONG: ("✗", "bold red"),
    Verdict.UNKNOWN: ("·", "dim"),
}
NEEDS_DOING = 1
"""Exit code if something is wrong."""


def show(console: Console, findings: Iterable[Finding]) -> None:
    """One line for each, and what to do below it."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        mark, style = MARKS[finding.verdict]
        fact = Text(finding.fact, style="dim" if finding.verdict is Verdict.UNKNOWN else "")
        table.add_row(Text(mark, style=style), finding.what, fact)
        if finding.remedy:
            table.add_row("", "", Text(finding.remedy, style=style))
    console.print(table)


def print_json(findings: Iterable[Finding], **more: object) -> None:
    """One JSON object: whether all is well, and the findings."""
    found = tuple(findings)
    facts = {"well": is_well(found), "findings": [finding.to_dict() for finding in found]}
    click.echo(json.dumps({**facts, **more}, ensure_ascii=False))


def exit_code(findings: Iterable[Finding]) -> int:
    """0 if nothing needs doing."""
    return 0 if is_well(findings) else NEEDS_DOING
