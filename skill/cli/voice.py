"""`roller-coach voice build` and `voice compare`: all lines beforehand; voices side by side."""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from skill.app import App
from skill.cli.compare import compare
from skill.cli.ending import ending_well
from skill.cli.options import FILE, with_app
from skill.core.answers import PACES
from skill.core.coach import Book
from skill.core.repertoire import repertoire
from skill.errors import VoiceError, counted
from skill.recipes import render_line
from skill.settings import Settings
from skill.speech.cache import CachedVoice
from skill.speech.narrator import Inline
from skill.speech.ready import write_ready

Line = tuple[str, int]
WORTH_A_PROCESS = 12
"""Lines: for fewer, a process takes longer to start than they take to render."""


@click.group()
def voice() -> None:
    """Render every line before it is needed, and compare voices."""


voice.add_command(compare)


@voice.command()
@with_app
@click.option(
    "--pace",
    type=click.IntRange(PACES[0], PACES[-1]),
    help="Percent of normal speed; by default the pace the last session ended with.",
)
@click.option("--output", type=FILE, help="Write the lines into a folder that ships with a voice.")
@click.option("--jobs", type=click.IntRange(1), help="Processes; by default one for each core.")
def build(app: App, *, pace: int | None, output: Path | None, jobs: int | None) -> None:
    """Render every line of the routine and the phrases with the chosen voice, into the cache.

    It can be interrupted, and goes on where it stopped. With --output, the lines are also
    written as small ready-made files: `lines/` beside a voice's .onnx file is found by itself.
    """
    mark = app.bookmark()
    lines = _lines(app, pace or (mark.pace if mark else 100))
    made = app.mouth.voice
    keep = app.voice if output is None else CachedVoice(made, app.settings.cache)
    with ending_well():
        failed = _render(app.settings, keep, lines, jobs or os.cpu_count() or 1)
    spoken = [line for line in lines if line not in failed]
    if output is None:
        seconds = sum(keep.render(*line).seconds for line in spoken)
        where = f"in {app.settings.cache}" if app.mouth.ready is None else "here"
        click.echo(f"{counted(len(spoken), 'line')}, {seconds / 60:.1f} min: ready {where}.")
    else:
        clips = ((text, at, keep.render(text, at)) for text, at in _shown("writing", spoken))
        amount = write_ready(output, made.identity, clips)
        click.echo(
            f"{counted(amount.lines, 'line')}, {amount.seconds / 60:.1f} min, "
            f"{amount.bytes / 1e6:.2f} MB: ready in {output}."
        )
    if failed:
        texts = "; ".join(f'"{text[:60]}"' for text, _ in failed)
        raise VoiceError(
            f"{len(failed)} of {len(lines)} lines cannot be said: {texts}.",
            next(iter(failed.values())).remedy,
        )


def _lines(app: App, pace: int) -> tuple[Line, ...]:
    content = app.content
    return repertoire(Book(content.routine, content.phrases, content.vocabulary), pace)


def _render(
    settings: Settings, keep: CachedVoice, lines: Sequence[Line], jobs: int
) -> dict[Line, VoiceError]:
    """Render what is not there; the lines that cannot be said, and why."""
    missing = [line for line in _shown("looking", lines) if not keep.holds(*line)]
    failed: dict[Line, VoiceError] = {}
    workers = min(jobs, len(missing) // WORTH_A_PROCESS + 1)
    with _pool(workers) as pool, _bar() as progress:
        task = progress.add_task("rendering", total=len(missing))
        with _interrupts_ignored() if workers > 1 else nullcontext():
            futures: dict[Future[float], Line] = {
                pool.submit(render_line, settings, *line): line for line in missing
            }
        for future in as_completed(futures):
            try:
                future.result()
            except VoiceError as error:
                failed[futures[future]] = error
            progress.advance(task)
    return failed


@contextmanager
def _pool(workers: int) -> "Iterator[ProcessPoolExecutor | Inline]":
    if workers == 1:
        yield Inline()
        return
    # Not forked: onnxruntime and espeak-ng may have threads and locks by now.
    fresh = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, fresh)
    try:
        yield pool
    finally:
        # After Ctrl-C: what is being rendered is kept, the rest is not begun.
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Processes started meanwhile ignore Ctrl-C from their first moment on: it reaches every
    process of the terminal, and this one decides.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _shown(what: str, lines: Sequence[Line]) -> Iterator[Line]:
    with _bar() as progress:
        yield from progress.track(lines, description=what)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
