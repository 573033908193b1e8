"""An unfinished run in a file, and what of it need not be heard again.

What comes of a chunk depends on nothing but itself, the files that it names, and the program (see
`skill.evaluation.runner`). A mark made of all of these says whether it is the same chunk still.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from skill.errors import StorageError
from skill.evaluation.run_file import read_run
from skill.evaluation.runner import Chunk
from skill.evaluation.scene import Surroundings
from skill.evaluation.trial import Run, Trial

CACHED = "__pycache__"


def marks(
    work: Sequence[Chunk], machine: str, made_of: Mapping[str, Iterable[Path]]
) -> tuple[str, ...]:
    """Each chunk's mark.

    Args:
        work: all of it.
        machine: rounding may differ on another one.
        made_of: recogniser's name -> the files and folders that it comes from.
    """
    packages = sorted(f"{one.name} {one.version}" for one in distributions())
    ears = {
        name: _digest(machine, packages, [_stamp(file) for one in places for file in _files(one)])
        for name, places in made_of.items()
    }
    around = cache(_around)
    return tuple(
        _digest(
            chunk.recipe,
            ears[chunk.recipe.name],
            chunk.condition,
            chunk.clips,
            [_stamp(clip.path) for clip in chunk.clips],
            around(chunk.around),
        )
        for chunk in work
    )


def unfinished(file: Path | None) -> Run | None:
    """The run in a file, if there is one that can be gone on with."""
    try:
        found = read_run(file) if file is not None and file.is_file() else Run()
    except StorageError:
        return None
    counts = [count for _, count in found.heard]
    fits = sum(counts) == len(found.trials) and min(counts, default=0) > 0
    return found if fits else None


def heard_before(found: Run, wanted: Sequence[str]) -> dict[int, list[Trial]]:
    """Trials of an unfinished run, by the place of their chunk among those that are wanted."""
    parts: dict[str, list[Trial]] = {}
    rest = iter(found.trials)
    for mark, count in found.heard:
        parts[mark] = [next(rest) for _ in range(count)]
    return {place: parts[mark] for place, mark in enumerate(wanted) if mark in parts}


def _around(around: Surroundings) -> str:
    files = (*around.noises, *around.music, *around.rooms, *(one.path for one in around.talkers))
    return _digest(around, [_stamp(file) for file in files])


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    inside = (path for path in sorted(place.rglob("*")) if CACHED not in path.parts)
    yield from (path for path in inside if path.is_file())


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        known = file.stat()
    except OSError:
        return str(file), 0, 0
    return str(file), known.st_size, known.st_mtime_ns


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]
