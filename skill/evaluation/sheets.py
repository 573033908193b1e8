"""The tables of a run, from the broadest to the finest."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from skill.evaluation.score import (
    Figures,
    figures,
    in_order,
    noise_kind,
    noise_level,
    real_or_all,
    split,
    vital,
)
from skill.evaluation.sheet import Column, Sheet
from skill.evaluation.trial import Run, Trial
from skill.evaluation.wording import NOTHING, factor, length, milliseconds, per_hour, percent

Parts = Mapping[tuple[str, ...], Sequence[Trial]]
Cells = Callable[[Figures], tuple[str, ...]]
TOGETHER = "All conditions together."
MOST_SPEAKERS = 20
"""Rows of one table; of more, nobody reads every one."""


def sheets(run: Run, most: int) -> tuple[Sheet, ...]:
    """Every table that has something to show.

    Args:
        run: all of it.
        most: recognisers side by side in one table; each table after the first has the first one
            again, to compare with.
    """
    pairs = list(side_by_side(run.trials, most))
    made = [
        overview(run),
        *(hits(pair, run.trials) for pair in pairs),
        *(wrong(pair, run.trials) for pair in pairs),
        *(obedience(pair, run.trials) for pair in pairs),
        *(by_group(pair, run.trials) for pair in pairs),
        *(by_level(pair, run.trials) for pair in pairs),
    ]
    return tuple(sheet for sheet in made if sheet.rows)


def recognisers(trials: Sequence[Trial]) -> list[str]:
    """Their names, in the order of the run."""
    return list(dict.fromkeys(trial.recogniser for trial in trials))


def side_by_side(trials: Sequence[Trial], most: int) -> Iterator[tuple[str, ...]]:
    """The first recogniser with one to `most - 1` others beside it, until all have come."""
    first, *others = recognisers(trials) or [""]
    yield (first, *others[: most - 1])
    for begin in range(most - 1, len(others), most - 1):
        yield (first, *others[begin : begin + most - 1])


def overview(run: Run) -> Sheet:
    """One row for each recogniser: everything in one line."""
    rows = []
    for name, trials in split(real_or_all(run.trials), lambda trial: trial.recogniser).items():
        all_of_it, protected = figures(trials), figures(vital(trials))
        memory = run.peak_memory_mb.get(name)
        rows.append(
            (
                name,
                percent(all_of_it.hits),
                percent(protected.hits),
                per_hour(all_of_it.false_accepts),
                milliseconds(all_of_it.median_ms, all_of_it.p95_ms),
                factor(all_of_it.real_time_factor),
                NOTHING if memory is None else f"{memory:.0f}",
            )
        )
    heads = ("hits %", "stop, pain %", "false / h", "ms", "real time", "MB")
    return Sheet(
        "All in all",
        f"{pooled(run.trials)} In brackets: 95 % intervals. "
        "ms: from the end of the word, median / 95th percentile. "
        "Real time: processor seconds for one second of audio.",
        (Column("recogniser", number=False), *map(Column, heads)),
        tuple(rows),
    )


def pooled(trials: Sequence[Trial]) -> str:
    """What is counted where conditions are put together, in a sentence or two."""
    return f"{TOGETHER} {voices(trials)}".rstrip()


def voices(trials: Sequence[Trial]) -> str:
    """Whose voices `real_or_all` leaves, in a sentence; empty if all are people's."""
    if not any(trial.synthetic for trial in trials):
        return ""
    if any(trial.synthetic for trial in real_or_all(trials)):
        return "Synthetic voices, which are easier than people."
    return "Without synthetic voices, which are easier than people."


def hits(pair: Sequence[str], trials: Sequence[Trial]) -> Sheet:
    """What came of the clips that expect a command."""

    def cells(found: Figures) -> tuple[str, ...]:
        return (
            percent(found.hits),
            _else(found),
            milliseconds(found.median_ms, found.p95_ms),
        )

    return Sheet(
        "Commands",
        "Hit: the expected command and no other was acted on. Else: none was / another was. "
        "ms: from the end of the word, median / 95th percentile.",
        _columns(("kind", "condition"), pair, ("hits %", "else", "ms")),
        _rows(_by_condition([one for one in trials if one.expected]), pair, _clips, cells),
        grouped=True,
    )


def wrong(pair: Sequence[str], trials: Sequence[Trial]) -> Sheet:
    """What came of the clips that expect nothing."""

    def cells(found: Figures) -> tuple[str, ...]:
        return str(found.false_accepts.count), per_hour(found.false_accepts)

    def hours(found: Figures) -> str:
        return length(found.false_accepts.hours)

    return Sheet(
        "Everything else",
        "Clips that expect no command; their length is that of the clips themselves, but what is "
        "acted on just before and after them counts as well.",
        _columns(("kind", "condition"), pair, ("count", "false / h"), size="length"),
        _rows(_by_condition([one for one in trials if not one.expected]), pair, hours, cells),
        grouped=True,
    )


def obedience(pair: Sequence[str], trials: Sequence[Trial]) -> Sheet:
    """Stop and pain, the commands that must never be missed."""

    def cells(found: Figures) -> tuple[str, ...]:
        return percent(found.hits), _else(found)

    wanted = vital(real_or_all(trials))
    parts = split(wanted, lambda trial: trial.condition)
    return Sheet(
        "Stop and pain",
        "The commands that must never be missed. Else: nothing was acted on / another command was.",
        _columns(("condition",), pair, ("hits %", "else")),
        _rows({(name,): parts[name] for name in in_order(parts)}, pair, _clips, cells),
    )


def by_group(pair: Sequence[str], trials: Sequence[Trial]) -> Sheet:
    """By who speaks."""
    name = who(trials)
    parts = split(trials, lambda trial: (trial.synthetic, name(trial)))
    order = sorted(parts, key=lambda part: part[0])
    return Sheet(
        "By speaker",
        TOGETHER,
        _columns(("speaker",), pair, ("hits %", "false / h")),
        _rows({part[1:]: parts[part] for part in order}, pair, _clips, _both),
    )


def by_level(pair: Sequence[str], trials: Sequence[Trial]) -> Sheet:
    """By how loud the noise is; empty if fewer than two levels were tried."""
    noisy = [trial for trial in real_or_all(trials) if noise_level(trial.condition) is not None]
    parts = split(noisy, lambda trial: noise_level(trial.condition) or 0.0)
    levels = sorted(parts, reverse=True) if len(parts) > 1 else []
    kinds = ", ".join(dict.fromkeys(noise_kind(trial.condition) for trial in noisy))
    return Sheet(
        "By noise level",
        f"{TOGETHER} Of each level, everything that was tried: {kinds}.",
        _columns(("speech above noise",), pair, ("hits %", "false / h")),
        _rows({(f"{level:g} dB",): parts[level] for level in levels}, pair, _clips, _both),
    )


def kind(trial: Trial) -> str:
    """What sort of clip it is, and whether nobody said it."""
    return f"{trial.kind}, synthetic" if trial.synthetic else trial.kind


def who(trials: Sequence[Trial]) -> Callable[[Trial], str]:
    """Says who speaks, and whether nobody did: by group, or by name if few are, in no group."""
    names = {trial.speaker for trial in trials}
    by_name = len(names) <= MOST_SPEAKERS and not any(trial.group for trial in trials)

    def told(trial: Trial) -> str:
        name = (trial.speaker if by_name else trial.group) or "not told"
        return f"{name}, synthetic" if trial.synthetic else name

    return told


def _columns(
    names: Sequence[str], pair: Sequence[str], heads: Sequence[str], size: str = "clips"
) -> tuple[Column, ...]:
    return (
        *(Column(name, number=False) for name in names),
        Column(size),
        *(Column(head, over=recogniser) for recogniser in pair for head in heads),
    )


def _clips(found: Figures) -> str:
    return str(found.clips)


def _else(found: Figures) -> str:
    return f"{found.misses}/{found.confusions}"


def _both(found: Figures) -> tuple[str, ...]:
    return percent(found.hits), per_hour(found.false_accepts)


def _by_condition(trials: Sequence[Trial]) -> Parts:
    order = in_order(trial.condition for trial in trials)
    parts = split(trials, lambda trial: (kind(trial), trial.condition))
    kinds = dict.fromkeys(name for name, _ in parts)
    rows = ((name, condition) for name in kinds for condition in order)
    return {row: parts[row] for row in rows if row in parts}


def _rows(
    parts: Parts, pair: Sequence[str], size: Callable[[Figures], str], cells: Cells
) -> tuple[tuple[str, ...], ...]:
    rows = []
    for names, trials in parts.items():
        by = split(trials, lambda trial: trial.recogniser)
        found = [figures(by.get(recogniser, [])) for recogniser in pair]
        rows.append((*names, size(found[0]), *(text for one in found for text in cells(one))))
    return tuple(rows)
