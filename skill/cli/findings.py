"""Findings as a person or a script reads them."""

import json
from collections.abc import Iterable, Mapping, Sequence

import click
from rich.console import Console
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


def show(console: Console, findings: Sequence[Finding]) -> None:
    """One line for each, and what to do below it. Long lines are left to the terminal to wrap."""
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        mark, style = MARKS[finding.verdict]
        fact = "dim" if finding.verdict is Verdict.UNKNOWN else ""
        text = Text.assemble((mark, style), f" {finding.what:<{width}}  ", (finding.fact, fact))
        for line in finding.remedy.splitlines():
            text.append(f"\n  {'':<{width}}  {line.strip()}", style=style)
        console.print(text, soft_wrap=True)


def print_json(findings: Iterable[Finding], **more: object) -> None:
    """One JSON object: whether all is well, and the findings."""
    found = tuple(findings)
    facts = {"well": is_well(found), "findings": [finding.to_dict() for finding in found]}
    click.echo(json.dumps({**facts, **more}, ensure_ascii=False))


def exit_code(findings: Iterable[Finding]) -> int:
    """0 if nothing needs doing."""
    return 0 if is_well(findings) else NEEDS_DOING
