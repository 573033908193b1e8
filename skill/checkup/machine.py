"""What may be wrong with a machine, sound apart."""

import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

from skill.checkup.finding import Finding, doubtful, fine, unknown, wrong
from skill.errors import install_again
from skill.given import is_folder

OLDEST_PYTHON = (3, 11)
NEEDED_MB, WANTED_MB = 50, 500
"""Free room: a bookmark and a journal are small; rendered lines and recordings are not."""
SLOW, TOO_SLOW = 0.5, 0.8
"""Seconds of computing for a second of sound: beyond the first, little is left for the voice."""
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*>=\s*([0-9][0-9.]*)")


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether Python is new enough."""
    shown = ".".join(map(str, version))
    if version[:2] < OLDEST_PYTHON:
        return wrong("Python", f"{shown} is too old", "Install Python 3.11 or newer.")
    return fine("Python", shown)


def packages(requirements: Iterable[str]) -> Finding:
    """Whether every package is there, and new enough.

    Args:
        requirements: as in pyproject.toml: ``name>=version``.
    """
    found = [match for text in requirements if (match := REQUIREMENT.match(text))]
    wants = [(match[1], match[2]) for match in found]
    faults = [fault for name, least in wants if (fault := _fault(name, least))]
    if faults:
        return wrong("packages", "; ".join(faults), install_again())
    return fine("packages", f"all {len(wants)} are there")


def requirements(project: Path, name: str) -> tuple[str, ...]:
    """What the program needs: from its pyproject.toml in a checkout, or from what was installed."""
    try:
        listed = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
        return tuple(map(str, listed))
    except FileNotFoundError:
        needed = importlib.metadata.requires(name) or []
        return tuple(text for text in needed if "extra ==" not in text)


def _fault(name: str, least: str) -> str | None:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"{name} is missing"
    if _numbers(version) < _numbers(least):
        return f"{name} is {version}, and {least} is needed"
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])


def folder(what: str, path: Path) -> Finding:
    """Whether a folder, or the one it will be made in, can be written."""
    there = _nearest(path)
    # A file, or a link to a disk that is not there, whose name is the folder's.
    for each in (path, *path.parents):
        if os.path.lexists(each) and not is_folder(each):
            return wrong(
                what,
                f"{each} is no folder, and no link to one that is there",
                "Remove it, or choose another folder in the settings.",
            )
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"x")
    except OSError as failure:
        return wrong(
            what,
            f"{there} cannot be written: {failure.strerror}",
            "Make it writable, or choose another folder in the settings.",
        )
    return fine(what, str(path))


def disk(path: Path, free: int | None = None) -> Finding:
    """Whether there is room where things are kept.

    Args:
        path: a folder, which need not exist yet.
        free: bytes; None: as the disk says.
    """
    megabytes = (shutil.disk_usage(_nearest(path)).free if free is None else free) // 1_000_000
    fact = f"{megabytes} MB free at {path}"
    remedy = "Free some space: your place and the journal are kept there."
    if megabytes < NEEDED_MB:
        return wrong("disk", fact, remedy)
    return doubtful("disk", fact, remedy) if megabytes < WANTED_MB else fine("disk", fact)


def _nearest(path: Path) -> Path:
    return next((each for each in (path, *path.parents) if is_folder(each)), Path("/"))


def speed(factor: float | None) -> Finding:
    """Whether the processor keeps up with the recogniser.

    Args:
        factor: seconds of computing for a second of sound; None if it was not measured.
    """
    if factor is None:
        return unknown("speed", "without ears nothing is decoded")
    fact = f"a second of sound takes {factor:.2f} s"
    if factor <= SLOW:
        return fine("speed", fact)
    remedy = "Close other programs, or use a smaller model: roller-coach models list."
    return wrong("speed", fact, remedy) if factor > TOO_SLOW else doubtful("speed", fact, remedy)
