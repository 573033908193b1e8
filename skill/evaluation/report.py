"""A run as one HTML file that needs nothing else: no network, no script, no other file."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from skill.errors import StorageError, counted
from skill.evaluation import pictures
from skill.evaluation.canvas import require, style, svg
from skill.evaluation.intervals import Share
from skill.evaluation.judge import VITAL
from skill.evaluation.markup import PATH, figure, fold, section, table, terms
from skill.evaluation.matrix import matrix
from skill.evaluation.mishaps import Mishap, commonest, mishaps
from skill.evaluation.score import figures, in_order, real_or_all, split
from skill.evaluation.sheet import Column, Sheet
from skill.evaluation.sheets import overview, pooled, recognisers, sheets, voices, who
from skill.evaluation.trial import Run, Trial
from skill.evaluation.wording import HOUR_S, length, writable
from skill.lasting import write_whole

MOST_COMMON = 15
MOST_CLIPS = 1000
"""Rows of one list of clips; more than anyone will listen to."""
UNFOLDED = 40


def check(path: Path) -> None:
    """Make sure, before hours of work, that a report can be written afterwards.

    Raises:
        CoachError: if matplotlib is not installed.
        StorageError: if the folder does not exist.
    """
    require()
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise StorageError(
            f"The report cannot be written to {path}.", "Name a file in a folder that is there."
        )


def write_html(run: Run, path: Path) -> None:
    """Write the report.

    Raises:
        CoachError: if matplotlib is not installed.
        StorageError: if the file cannot be written.
    """
    text = writable(html(run))
    try:
        write_whole(path, text)
    except OSError as failure:
        raise StorageError(
            f"The report {path} cannot be written: {failure.strerror}.",
            "Name another file with --html.",
        ) from failure


def html(run: Run) -> str:
    """The report's text.

    Raises:
        CoachError: if matplotlib is not installed.
    """
    names = recognisers(run.trials)
    first, *others = sheets(run, max(2, len(names))) or (overview(run),)
    tables = (*others, *commonest(run, MOST_COMMON))
    with style():
        drawn = "\n".join(_pictures(run.trials))
    template = Template(files("skill.evaluation").joinpath("report.html").read_text("utf-8"))
    return template.substitute(
        title=escape(f"How well it hears: {' against '.join(names)}"),
        lead=escape(_lead(run.trials)),
        about=terms(run.about),
        overview=section(first),
        pictures=drawn,
        tables="\n".join(map(section, tables)),
        mishaps="\n".join(_lists(run.trials)),
    )


def _lead(trials: Sequence[Trial]) -> str:
    if not trials:
        return "Nothing was listened to."
    one = [trial for trial in trials if trial.recogniser == trials[0].recogniser]
    conditions = in_order(trial.condition for trial in one)
    clips = [trial for trial in one if trial.condition == conditions[0]]
    hours = sum(trial.seconds for trial in clips) / HOUR_S
    commands = sum(bool(trial.expected) for trial in clips)
    return (
        f"{counted(len(clips), 'clip')}, {length(hours)}: {counted(commands, 'command')} and "
        f"{len(clips) - commands} of everything else. Conditions: {', '.join(conditions)}."
    )


def _pictures(trials: Sequence[Trial]) -> Iterator[str]:
    counted, note = real_or_all(trials), pooled(trials)
    commands = [trial for trial in counted if trial.expected]
    by_condition = split(commands, lambda one: one.condition)
    whose = voices(trials)
    yield from _shares("Hits by condition", by_condition, in_order(by_condition), whose)
    by_group = split(commands, who(trials))
    yield from _shares("Hits by speaker", by_group, sorted(by_group), note)
    if counted:
        drawing = svg(pictures.thresholds(counted), "Hits and false accepts by threshold")
        yield figure(
            "If it had to be surer, or less sure",
            drawing,
            "Thick: with this one threshold for every command. Thin: as it is, each command with "
            "its own. What would be acted on left of today's thresholds is an upper bound: it was "
            f"not asked whether the words were the coach's own or amid other talk. {note}",
        )
    if any(figures([trial]).latencies_ms for trial in commands):
        drawing = svg(pictures.latencies(commands), "Histogram of latencies")
        yield figure(
            "How soon it acts",
            drawing,
            f"Hits whose end of the word is known. The last bar holds all that is later. {note}",
        )
    for name, own in split(counted, lambda one: one.recogniser).items():
        drawing = svg(pictures.confusions(matrix(own)), "Confusion matrix")
        yield figure(
            f"What was taken for what: {name}",
            drawing,
            f"Clips; the colour is the share of its row. Blue is right, orange is wrong. {note}",
        )


def _shares(
    title: str, parts: Mapping[str, Sequence[Trial]], order: Sequence[str], note: str
) -> Iterator[str]:
    if len(parts) > 1:
        shares = {name: _by_recogniser(parts[name]) for name in order}
        caption = f"Whiskers: 95 % intervals. {note}"
        yield figure(title, svg(pictures.bars(shares), title), caption)


def _by_recogniser(trials: Sequence[Trial]) -> dict[str, Share]:
    parts = split(trials, lambda trial: trial.recogniser)
    return {name: figures(own).hits for name, own in parts.items()}


def _lists(trials: Sequence[Trial]) -> Iterator[str]:
    for name, own in split(trials, lambda trial: trial.recogniser).items():
        found = sorted(mishaps(own), key=lambda one: one.trial.expected not in VITAL)
        rest = len(found) - MOST_CLIPS
        note = f"Here are {MOST_CLIPS}; the other {rest} are in the JSON." if rest > 0 else ""
        shown = Sheet("", "", CLIP_COLUMNS, tuple(map(_row, found[:MOST_CLIPS])))
        yield fold(f"{name}: {len(found)}", note, table(shown), len(found) <= UNFOLDED)


CLIP_COLUMNS = (
    *(Column(name, number=False) for name in ("what", "said", "came", "condition", "speaker")),
    Column("ms"),
    Column(PATH, number=False),
)


def _row(mishap: Mishap) -> tuple[str, ...]:
    trial = mishap.trial
    return (
        mishap.what.value,
        mishap.said,
        mishap.came,
        trial.condition,
        ", ".join(filter(None, (trial.speaker, trial.group, "synthetic" * trial.synthetic))),
        "" if mishap.at_ms is None else str(mishap.at_ms),
        trial.path,
    )
