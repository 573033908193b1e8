"""`roller-coach benchmark`: the figures of the README, measured on this machine."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from skill.app import App
from skill.cli.console import Screen
from skill.cli.machine import machine
from skill.cli.options import FILE, given_choices, with_app
from skill.errors import CoachError
from skill.measure import measure, read_labels

LABELS = ".tsv"
WIDTH = 120
NO_COMMAND, NO_LINE = "no command was recognised", "no line was spoken"
BARS = {
    "command's end to effect, median": "300 ms or less",
    "command's end to effect, 95th percentile": "450 ms or less",
    "cached line to the speaker, 95th percentile": "20 ms or less",
    "whole replay": "20 times real time or more",
    "decoding real-time factor": "0.05 or less",
    "peak memory": "200 MB or less",
    "torch imported": "no",
    "roller-coach --help": "0.3 s or less",
    "start to listening": "2 s or less",
}


@click.command()
@with_app
@click.option("--recording", type=FILE, help="Another recording than the language's.")
@click.option(
    "--labels",
    type=FILE,
    help="Its labels: start, end, text (ms). By default those beside it that end in .tsv.",
)
@click.option(
    "--repeat",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="How often; medians are shown.",
)
@click.option("--once", is_flag=True, hidden=True, help="One measured pass, as JSON.")
@click.option("--ready", is_flag=True, hidden=True, help="Get ready to listen, and no more.")
def benchmark(
    app: App, *, recording: Path | None, labels: Path | None, repeat: int, once: bool, ready: bool
) -> None:
    """Measure delay, speed and memory over the recorded session, each pass in a new process."""
    recording = recording or app.settings.demo
    labels = labels or recording.with_suffix(LABELS)
    if ready:
        _ready(app)
    elif once:
        with app.replay(recording) as session:
            click.echo(json.dumps(asdict(measure(session, read_labels(labels)))))
    else:
        _report(recording, labels, repeat)


def _ready(app: App) -> None:
    """Everything that comes before the first block of a session."""
    with app.replay(app.settings.demo) as session:
        next(iter(session.source.blocks()))


def _report(recording: Path, labels: Path, repeat: int) -> None:
    chosen = given_choices()
    arguments = [*chosen, "--recording", str(recording), "--labels", str(labels), "--once"]
    _run("benchmark", *arguments)  # fills the cache, so that synthesis is not measured
    console = Console(stderr=True)
    passes = [
        json.loads(_run("benchmark", *arguments)[1])
        for _ in track(range(repeat), "measuring", console=console, transient=True)
    ]
    helps = [_run("--help")[0] for _ in range(repeat)]
    starts = [_run("benchmark", *chosen, "--ready")[0] for _ in range(repeat)]
    _show(figures(passes, helps, starts), passes[0], repeat)


def _run(*arguments: str) -> tuple[float, str]:
    """Run ourselves in a new process; seconds and output."""
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own program, with our own arguments
        [sys.executable, "-m", "skill", *arguments], capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - began
    if done.returncode:
        problem, *lines = done.stderr.strip().removeprefix("roller-coach: ").split("\n")
        error = CoachError(problem, "Then measure again.", lines)
        error.exit_code = done.returncode
        raise error
    return took, done.stdout


def figures(
    passes: Sequence[dict[str, float]], helps: Sequence[float], starts: Sequence[float]
) -> dict[str, str]:
    """The figures by their names, as they are shown.

    Args:
        passes: the fields of `Result` of each pass.
        helps: seconds that the help took each time.
        starts: seconds until there was listening each time.
    """
    delays = [delay for one in passes for delay in _list(one, "delays_ms")]
    waits = [wait for one in passes for wait in _list(one, "first_sample_ms")]
    speed = statistics.median(one["audio_s"] / one["wall_s"] for one in passes)
    decode = statistics.median(one["decode_s"] / one["audio_s"] for one in passes)
    memory = statistics.median(one["peak_mb"] for one in passes)
    values = (
        f"{_percentile(delays, 50):.0f} ms" if delays else NO_COMMAND,
        f"{_percentile(delays, 95):.0f} ms" if delays else NO_COMMAND,
        f"{_percentile(waits, 95):.1f} ms" if waits else NO_LINE,
        f"{speed:.0f} times real time",
        f"{decode:.3f}",
        f"{memory:.0f} MB",
        "yes" if any(one["torch"] for one in passes) else "no",
        f"{statistics.median(helps):.2f} s",
        f"{statistics.median(starts):.2f} s",
    )
    return dict(zip(BARS, values, strict=True))


def _list(one: dict[str, float], name: str) -> list[float]:
    values = one[name]
    return values if isinstance(values, list) else [values]


def _percentile(values: Sequence[float], percent: int) -> float:
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _show(measured: dict[str, str], one: dict[str, float], repeat: int) -> None:
    table = Table(box=None)
    for heading in ("what", "measured", "bar"):
        table.add_column(heading, no_wrap=True)
    for name, value in measured.items():
        table.add_row(name, value, BARS[name])
    console = Screen(WIDTH)
    console.print(table)
    console.print(
        f"{one['hits']:.0f} of {one['labels']:.0f} commands recognised; "
        f"{repeat} passes over {one['audio_s']:.0f} s; {machine()}."
    )
