"""A run in a file of JSON lines: first what was measured, then one line for each trial."""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from skill.errors import StorageError
from skill.evaluation.trial import Candidate, Run, Trial
from skill.given import read_given, why_not
from skill.lasting import write_whole

HEAD, TRIAL = TypeAdapter(Run), TypeAdapter(Trial)
HEARD = "heard"
REMEDY = "Name a file that `roller-coach evaluate --json FILE` wrote."


def to_json(run: Run) -> str:
    """A run as JSON lines."""
    head: dict[str, Any] = {"about": run.about, "peak_memory_mb": run.peak_memory_mb}
    if run.heard:
        head[HEARD] = run.heard
    lines: Iterable[dict[str, Any]] = (head, *(asdict(trial) for trial in run.trials))
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def from_json(text: str) -> Run:
    """Read what `to_json` wrote.

    Raises:
        ValueError: if it is something else, naming the line.
    """
    head = Run()
    trials: list[Trial] = []
    for number, line in enumerate(text.splitlines() or [""]):
        try:
            entry = json.loads(line, parse_constant=_no_number)
            if number:
                trials.append(_trial(entry, line))
            else:
                _exactly(entry, "about", "peak_memory_mb", *({HEARD} & set(entry)))
                head = HEAD.validate_json(line, strict=True)
        except (ValueError, RecursionError) as failure:
            raise ValueError(f"line {number + 1} is no part of a run") from failure
    return replace(head, trials=tuple(trials))


def write_run(run: Run, path: Path) -> None:
    """Write a run.

    Raises:
        StorageError: if the file cannot be written.
    """
    try:
        write_whole(path, to_json(run))
    except OSError as failure:
        raise StorageError(
            f"The run cannot be written to {path}: {failure.strerror}.",
            "Name another file with --json.",
        ) from failure


def read_run(path: Path) -> Run:
    """Read a run back.

    Raises:
        StorageError: if the file cannot be read, or holds something else.
    """
    try:
        return from_json(read_given(path).decode("utf-8"))
    except OSError as failure:
        raise StorageError(f"{path} cannot be read: {failure.strerror}.", REMEDY) from failure
    except ValueError as failure:
        raise StorageError(f"{path} is no run: {why_not(failure)}.", REMEDY) from failure


def _trial(entry: Any, line: str) -> Trial:
    _exactly(entry, *(field.name for field in fields(Trial)))
    trial = TRIAL.validate_json(line, strict=True)
    for one in entry["candidates"]:
        _exactly(one, *(field.name for field in fields(Candidate)))
    return trial


def _exactly(entry: Any, *names: str) -> None:
    if not isinstance(entry, dict) or set(entry) != set(names):
        raise ValueError(f"{', '.join(names)} expected")


def _no_number(word: str) -> float:
    raise ValueError(word)
