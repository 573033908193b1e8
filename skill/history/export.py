"""The history for other programs: CSV and JSON. Pure."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict

from skill.history.records import Record

COLUMNS = (
    "session",
    "started",
    "routine",
    "seconds",
    "whole",
    "exercise",
    "step",
    "rolled_s",
    "length_s",
    "repeats",
    "cut_short",
)


def as_csv(records: Iterable[Record]) -> str:
    """One row for each step that was done, with its session's fields in front."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for record in records:
        first = [
            record.id,
            record.started.isoformat(timespec="seconds"),
            record.routine,
            record.seconds,
            int(record.whole),
        ]
        for visit in record.visits:
            rolled, length = visit.rolled_ms / 1000, visit.length_ms / 1000
            steps = [visit.exercise, visit.step, rolled, length, visit.repeats]
            table.writerow([*first, *steps, int(visit.cut_short)])
    return written.getvalue()


def as_json(records: Iterable[Record]) -> str:
    """A list of sessions, each with its steps."""
    told = [
        {
            **asdict(record),
            "started": record.started.isoformat(timespec="seconds"),
            "visits": [{**asdict(visit), "cut_short": visit.cut_short} for visit in record.visits],
        }
        for record in records
    ]
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
