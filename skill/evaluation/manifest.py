"""Manifests: which recordings there are, what is said in them, and what should come of it.

A text file with tabs between, a title line first, and these columns in any order:

    path             relative to the manifest (or to the folder that is given instead), or absolute
    text             what is said; empty if unknown, or if nobody speaks
    speaker, kind, group    free words for the tables: who, what sort of clip, which people
    start_s, end_s   the part of the recording that counts, in seconds; empty for all of it
    end_of_speech_s  where the last word ends, in seconds from the file's start; empty if unknown
    expected         a command's name, or - for none (exercise: any; exercise ID: this one); empty:
                     by the text
    synthetic        yes if a machine spoke it

Only `path` and `text` must be there.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from skill.core.vocabulary import Vocabulary, plain
from skill.errors import ContentError
from skill.evaluation.labels import label, labels
from skill.given import read_given
from skill.guessing import nearest

NEEDED = ("path", "text")
COLUMNS = (
    *NEEDED, "speaker", "kind", "group", "start_s", "end_s", "end_of_speech_s", "expected",
    "synthetic",
)  # fmt: skip
NOTHING = "-"
TRUE, FALSE = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0", ""})
MOST_MISTAKES = 20
ROUNDING_S = 0.1
"""How much later than a clip or its recording ends speech may end, by the manifest."""


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """A recording, or a part of one, and what should come of it.

    Attributes:
        name: the path as the manifest has it; stays the same on every machine.
        path: the file.
        text, speaker, kind, group: as in the manifest.
        start_s, end_s: the part that counts, seconds; None for the file's own start and end.
        end_of_speech_s: end of the last word, seconds from the file's start; None if unknown.
        expected: a label (`skill.evaluation.labels`); empty for none.
        synthetic: whether a machine spoke it.
    """

    name: str
    path: Path
    text: str = ""
    speaker: str = ""
    kind: str = ""
    group: str = ""
    start_s: float | None = None
    end_s: float | None = None
    end_of_speech_s: float | None = None
    expected: str = ""
    synthetic: bool = False


Part = tuple[Path, float | None, float | None]
"""A file, and from where to where."""


class _RowError(Exception):
    """A mistake in one row: what is wrong, and what to do."""


def read_manifest(
    manifest: Path, vocabulary: Vocabulary, audio: Path | None = None
) -> tuple[LabelledClip, ...]:
    """Read a manifest.

    Args:
        manifest: the file.
        vocabulary: says which texts are phrases of commands.
        audio: what paths are relative to; None for the manifest's own folder.

    Raises:
        ContentError: with every mistake in it, the first 20 in full: columns, numbers, names, and
            recordings that do not exist.
    """
    folder = manifest.parent if audio is None else audio
    titles, *lines = _lines(manifest)
    columns = _columns(manifest, titles.rstrip("\r").split("\t"))
    clips, mistakes = [], []
    lines_of: dict[Part, int] = {}
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        try:
            clip = _clip(_row(columns, line.split("\t")), folder, vocabulary)
            _seen_once(clip, number, lines_of)
            clips.append(clip)
        except _RowError as mistake:
            mistakes.append(f"{manifest}, line {number}: {mistake}")
    if mistakes:
        rest = len(mistakes) - MOST_MISTAKES
        more = [f"{manifest}: {rest} more like these; correct these first."] if rest > 0 else []
        raise ContentError([*mistakes[:MOST_MISTAKES], *more])
    if not clips:
        raise ContentError([f"{manifest} lists no recordings; add one in each line."])
    return tuple(clips)


def _lines(manifest: Path) -> list[str]:
    try:
        given = read_given(manifest)
    except OSError as failure:
        problem = f"{manifest} cannot be read: {failure.strerror}; check the name."
        raise ContentError([problem]) from failure
    try:
        return given.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as failure:
        number = given.count(b"\n", 0, failure.start) + 1
        problem = (
            f"{manifest}, line {number}, is no text in UTF-8; save a manifest in that encoding, "
            "and name no recording here."
        )
        raise ContentError([problem]) from failure


def _columns(manifest: Path, titles: list[str]) -> list[str]:
    if not any(titles):
        raise ContentError([f"{manifest}, line 1: name the columns here, with tabs between."])
    if len(titles) == 1 and all(needed in titles[0] for needed in NEEDED):
        problem = f"{manifest}, line 1: {titles[0]} is one column, because there is no tab in it"
        raise ContentError([f"{problem}; put tabs between all columns, here and below."])
    mistakes = [
        f'{manifest}, line 1: there is no column "{title}"; {_or(nearest(title, COLUMNS), COLUMNS)}'
        for title in titles
        if title not in COLUMNS
    ]
    mistakes += [
        f'{manifest}, line 1: the column "{needed}" is missing; the first line names the columns, '
        "with tabs between."
        for needed in NEEDED
        if needed not in titles
    ]
    twice = dict.fromkeys(title for title in titles if titles.count(title) > 1)
    mistakes += [f'{manifest}, line 1: "{title}" is there twice; keep one.' for title in twice]
    if mistakes:
        raise ContentError(mistakes)
    return titles


def _row(columns: list[str], values: list[str]) -> Mapping[str, str]:
    if len(values) != len(columns):
        raise _RowError(f"{len(values)} values for {len(columns)} columns; put tabs between them.")
    return dict.fromkeys(COLUMNS, "") | dict(zip(columns, map(str.strip, values), strict=True))


def _clip(row: Mapping[str, str], folder: Path, vocabulary: Vocabulary) -> LabelledClip:
    path = folder / row["path"]
    if not row["path"] or not _is_file(path):
        raise _RowError(f"there is no recording {path}; correct the path, or use --audio.")
    start, end, spoken = (_seconds(row, name) for name in ("start_s", "end_s", "end_of_speech_s"))
    if end is not None and end <= (start or 0.0):
        raise _RowError(f"the clip ends at {end:g} s, before it begins; swap start_s and end_s.")
    if spoken is not None and spoken <= (start or 0.0):
        raise _RowError("the speech ends before the clip begins; correct end_of_speech_s.")
    if spoken is not None and end is not None and spoken > end + ROUNDING_S:
        raise _RowError(f"speech ends at {spoken:g} s, after the clip; correct end_of_speech_s.")
    if row["synthetic"].lower() not in TRUE | FALSE:
        raise _RowError(f'synthetic is "{row["synthetic"]}"; write yes or no.')
    return LabelledClip(
        name=row["path"],
        path=path.absolute(),
        text=plain(row["text"]),
        speaker=row["speaker"],
        kind=row["kind"],
        group=row["group"],
        start_s=start,
        end_s=end,
        end_of_speech_s=spoken,
        expected=_expected(row, vocabulary),
        synthetic=row["synthetic"].lower() in TRUE,
    )


def _seen_once(clip: LabelledClip, line: int, lines_of: dict[Part, int]) -> None:
    """Heard twice, a clip would count twice, and intervals would be too narrow."""
    first = lines_of.setdefault((clip.path, clip.start_s, clip.end_s), line)
    if first != line:
        raise _RowError(f"{clip.name} is in line {first} already; leave one of them out.")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a sentence in the column of paths is too long for a name
        return False


def _seconds(row: Mapping[str, str], column: str) -> float | None:
    if not row[column]:
        return None
    try:
        seconds = float(row[column])
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise _RowError(f'{column} is "{row[column]}"; write seconds, for example 1.25.')
    return seconds


def _expected(row: Mapping[str, str], vocabulary: Vocabulary) -> str:
    given = row["expected"]
    if not given:
        return label(vocabulary, plain(row["text"]))
    known = labels(vocabulary)
    if given != NOTHING and given not in known:
        hint = _or(nearest(given, known), sorted(known))
        raise _RowError(f'"{given}" is no command (- is for none); {hint}')
    return "" if given == NOTHING else given


def _or(question: str, known: Sequence[str]) -> str:
    return question or f"there are {', '.join(known)}."
