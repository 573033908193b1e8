"""`roller-coach evaluate`: how well labelled recordings are heard."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from skill.app import App
from skill.cli.console import Screen
from skill.cli.ending import ending_well
from skill.cli.machine import machine
from skill.cli.options import FILE, with_app
from skill.cli.overwriting import keep_apart, require_ending
from skill.core.vocabulary import plain
from skill.errors import CoachError, SettingsError, StorageError
from skill.evaluation import crew
from skill.evaluation.condition import EXAMPLES, Condition, parse
from skill.evaluation.labels import with_words
from skill.evaluation.manifest import LabelledClip, read_manifest
from skill.evaluation.resuming import heard_before, marks, unfinished
from skill.evaluation.run_file import read_run, write_run
from skill.evaluation.runner import Chunk, chunks, hear, kit_of, peak_memory_mb
from skill.evaluation.scene import Surroundings
from skill.evaluation.surroundings import gather
from skill.evaluation.tables import summary
from skill.evaluation.trial import Run, Trial
from skill.recipes import EarsRecipe, recipe

RUN = ".jsonl"
ONLY_WHEN_HEARD = (
    "audio", "also", "conditions", "noise", "music", "rooms", "against", "kinds", "every",
    "cluster", "json_file",
)  # fmt: skip
"""Options that change what is heard, or keep it."""
BY, THEN = "machine", "; then "
WIDTH = 100
KEPT_EVERY_S = 60
"""How much of the work a power cut may cost."""
WEIGHED = 8
"""Clips with which memory is measured, from all over the manifests."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that was asked for."""

    recipes: tuple[EarsRecipe, ...]
    conditions: tuple[Condition, ...]
    clips: tuple[LabelledClip, ...]
    around: Surroundings
    jobs: int
    cluster: str

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """All the work."""
        return tuple(chunks(self.recipes, self.conditions, self.clips, self.around))


@click.command()
@click.argument("manifests", type=FILE, nargs=-1, required=True)
@with_app
@click.option("--audio", type=FILE, help="Paths are relative to this folder, not the manifest.")
@click.option("--also", default="", help="Words that count as commands of their own: up,down.")
@click.option(
    "--condition", "conditions", multiple=True, default=["quiet"], help=f"{EXAMPLES}. Repeatable."
)
@click.option("--noise", type=FILE, help="A folder of noises, for --condition noise:DB.")
@click.option("--music", type=FILE, help="A folder of music, for --condition music:DB.")
@click.option("--rooms", type=FILE, help="A folder of impulse responses, for room and far.")
@click.option(
    "--against", multiple=True, help="Compare with pocketsphinx or vosk:FOLDER. Repeatable."
)
@click.option("--kind", "kinds", multiple=True, help="Take only clips of this kind. Repeatable.")
@click.option("--every", type=click.IntRange(1), default=1, help="Take only each n-th clip.")
@click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Processes. [all cores]"
)
@click.option("--cluster", default="", help="A Dask scheduler's address, to do the work instead.")
@click.option("--json", "json_file", type=FILE, help="Write every trial here (JSON lines).")
@click.option("--html", "html_file", type=FILE, help="Write a report with pictures here.")
def evaluate(
    app: App,
    *,
    manifests: tuple[Path, ...],
    audio: Path | None,
    also: str,
    conditions: tuple[str, ...],
    noise: Path | None,
    music: Path | None,
    rooms: Path | None,
    against: tuple[str, ...],
    kinds: tuple[str, ...],
    every: int,
    jobs: int,
    cluster: str,
    json_file: Path | None,
    html_file: Path | None,
) -> None:
    """Put the recordings of MANIFESTS through the ears of a session and count what comes of them.

    A manifest is a table with tabs between and a title line: path, text, and, if known, speaker,
    kind, group, start_s, end_s, end_of_speech_s, expected, synthetic.

    A single file that --json wrote (.jsonl) is shown again. If a run was ended early, the same
    command goes on with what --json has kept.
    """
    written = {"--json": json_file, "--html": html_file}
    keep_apart(manifests, written)
    if len(manifests) == 1 and manifests[0].suffix == RUN:
        _refuse_what_was_asked_before()
        _check(None, html_file)
        _show(read_run(manifests[0]), html_file)
        return
    crew.require(cluster)
    _check(json_file, html_file)
    words = tuple(word for word in map(plain, also.split(",")) if word)
    vocabulary = with_words(app.content.vocabulary, words)
    found = [clip for one in manifests for clip in read_manifest(one, vocabulary, audio)]
    keep_apart(dict.fromkeys(clip.path for clip in found), written)
    wanted = tuple(dict.fromkeys(map(parse, conditions)))
    plan = Plan(
        recipes=tuple(recipe(app.settings, name, words) for name in dict.fromkeys(("", *against))),
        conditions=wanted,
        clips=_chosen(found, kinds, every),
        around=gather(wanted, found, noise, music, rooms),
        jobs=jobs,
        cluster=cluster,
    )
    run = _run(plan, dict(_facts(app, plan, manifests, words)), json_file)
    # Before anything can go wrong with the tables, and they even if this goes wrong: hours may be
    # in it.
    try:
        if json_file is not None:
            write_run(run, json_file)
    finally:
        _show(run, html_file)


def _refuse_what_was_asked_before() -> None:
    """A run that is shown again is as it was.

    Raises:
        SettingsError: naming an option that would have no effect.
    """
    context = click.get_current_context()
    for name in ONLY_WHEN_HEARD:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = next(one.opts[0] for one in context.command.params if one.name == name)
            raise SettingsError(
                f"{option} means nothing for a run that is only shown again.",
                "Leave it out, or name manifests.",
            )


def _show(run: Run, html_file: Path | None) -> None:
    Screen(WIDTH).print(summary(run))
    if html_file is not None:
        from skill.evaluation.report import write_html

        write_html(run, html_file)


def _check(json_file: Path | None, html_file: Path | None) -> None:
    """What can be said of the files to be written before hours of work."""
    if html_file is not None:
        from skill.evaluation.report import check

        require_ending("--html", html_file, ".html", ".htm")
        check(html_file)
    if json_file is None:
        return
    require_ending("--json", json_file, RUN)
    if not json_file.absolute().parent.is_dir() or json_file.is_dir():
        raise StorageError(
            f"The run cannot be written to {json_file}.", "Name a file in a folder that is there."
        )


def _chosen(
    clips: Sequence[LabelledClip], kinds: tuple[str, ...], every: int
) -> tuple[LabelledClip, ...]:
    there = {clip.kind for clip in clips}
    missing = [kind for kind in kinds if kind not in there]
    if missing:
        raise SettingsError(
            f'No manifest has clips of the kind "{missing[0]}".',
            f"There are {', '.join(sorted(filter(None, there))) or 'none with a kind'}.",
        )
    return tuple(clip for clip in clips if not kinds or clip.kind in kinds)[::every]


def _run(plan: Plan, about: dict[str, str], json_file: Path | None) -> Run:
    for one in plan.recipes:
        kit_of(one).ears()  # a missing model should be known before hours of work
    work = plan.chunks
    made_of = {one.name: one.made_of for one in plan.recipes}
    wanted = () if json_file is None else marks(work, machine(), made_of)
    count = sum(len(chunk.clips) for chunk in work)
    about, done = _taken_up(json_file, about, wanted, count)
    left = [place for place in range(len(work)) if place not in done]
    console = Console(stderr=True)
    keeping = _keeping(json_file, about, done, wanted, count)
    with ending_well(), keeping as keep, _progress(console) as progress:
        task = progress.add_task("listening", total=count, completed=_clips(done))
        kept_at = time.monotonic()
        tasks = [work[place] for place in left]
        for number, trials in crew.share_out(hear, tasks, plan.jobs, plan.cluster):
            done[left[number]] = trials
            progress.advance(task, len(trials))
            if time.monotonic() - kept_at >= KEPT_EVERY_S:
                with suppress(StorageError):  # there may be room again at the end
                    keep()
                kept_at = time.monotonic()
        progress.update(task, description="memory")
        memory = {one.name: crew.alone(peak_memory_mb, _sample(plan, one)) for one in plan.recipes}
    return Run(about, memory, _in_order(done))


def _taken_up(
    json_file: Path | None, about: dict[str, str], wanted: Sequence[str], count: int
) -> tuple[dict[str, str], dict[int, list[Trial]]]:
    """What an unfinished run in the file has of this one, and the facts about both; says so."""
    before = unfinished(json_file)
    if before is None:
        return about, {}
    done = heard_before(before, wanted)
    if not done:
        click.echo(
            f"The unfinished run in {json_file} is another one: this one begins anew.", err=True
        )
        return about, {}
    click.echo(
        f"Going on with {json_file}: {_clips(done)} of {count} clips were heard before.", err=True
    )
    by = dict.fromkeys((*before.about.get(BY, about[BY]).split(THEN), about[BY]))
    return {**about, BY: THEN.join(by)}, done


@contextmanager
def _keeping(
    json_file: Path | None,
    about: Mapping[str, str],
    done: Mapping[int, Sequence[Trial]],
    wanted: Sequence[str],
    count: int,
) -> Iterator[Callable[[], str]]:
    """Write what has been heard of `count` clips, whatever ends this block early, and say so.

    Yields:
        writes it before that, too.
    """

    def keep() -> str:
        trials = _in_order(done)
        if json_file is None or not trials:
            return ""
        whole = f"no, {len(trials)} of {count} clips; what stands side by side may differ in them"
        heard = tuple((wanted[place], len(done[place])) for place in sorted(done))
        write_run(Run({**about, "complete": whole}, {}, trials, heard), json_file)
        return f"What was heard before is in {json_file}. The same command goes on from there."

    try:
        yield keep
    except CoachError as error:
        error.remedy = f"{error.remedy} {keep()}".rstrip()
        raise
    except KeyboardInterrupt as end:
        click.echo(err=True)  # the terminal has shown a ^C there
        raise click.Abort(keep() or "Nothing is kept.") from end
    except BaseException:
        keep()
        raise


def _clips(done: Mapping[int, Sequence[Trial]]) -> int:
    return sum(map(len, done.values()))


def _in_order(done: Mapping[int, Sequence[Trial]]) -> tuple[Trial, ...]:
    return tuple(trial for place in sorted(done) for trial in done[place])


def _sample(plan: Plan, one: EarsRecipe) -> Chunk:
    """What memory is measured with."""
    every = max(1, len(plan.clips) // WEIGHED)
    return Chunk(one, Condition(), plan.clips[::every][:WEIGHED], Surroundings())


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("clips"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def _facts(
    app: App, plan: Plan, manifests: Sequence[Path], words: Sequence[str]
) -> Iterator[tuple[str, str]]:
    cores = os.cpu_count() or 1
    busy = "all of" if plan.jobs > cores else f"{plan.jobs} of"
    where = f"Dask at {plan.cluster}" if plan.cluster else f"{busy} {cores} cores"
    yield BY, f"{machine()}, {where}"
    yield "recordings", ", ".join(path.name for path in manifests)
    yield "model", app.settings.model.name
    if app.settings.person:
        factor = app.hearing.person.factor
        yield "person", app.hearing.stranger or f"{app.settings.person}, played at {factor:.2f}"
    also = f", and the words {', '.join(words)}" if words else ""
    yield "commands", f"{app.settings.commands.name}, all of them live{also}"
    yield "end of a word", "as the manifest has it, else where its sound ends"
