"""The pictures of a run, each a matplotlib figure."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from skill.evaluation.canvas import COLOURS, FADED, HATCHES, INK, LINES, canvas, colour
from skill.evaluation.curve import curve
from skill.evaluation.intervals import Share
from skill.evaluation.matrix import Matrix
from skill.evaluation.score import Figures, figures, split
from skill.evaluation.trial import Trial
from skill.evaluation.wording import plain, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = 40
BIN_MS = 25
MOST_BINS = 60
BAR_IN = 0.3
CELL_IN = 0.3
LEAST_IN = 1.6
BEYOND = 107
"""Right end of an axis of percent: what is written beside a full bar needs room."""
EDGE, GREY = "#ffffff", "#7a7f87"
DARK = 0.8
"""A cell stronger than this is written on in white."""


def thresholds(trials: Sequence[Trial]) -> "Figure":
    """Hits, and false accepts per hour, against the threshold, for each recogniser."""
    figure, (above, below) = canvas(2, 5.6)
    for number, (name, own) in enumerate(split(trials, lambda trial: trial.recogniser).items()):
        points, real = curve(own), figures(own)
        at = [point.threshold for point in points]
        look, line = colour(number), LINES[number % len(LINES)]
        if real.hits.of:
            hits = [100 * (point.hits.value or 0.0) for point in points]
            above.plot(at, hits, ls=line, color=look, label=short(name, NAME))
            above.axhline(100 * (real.hits.value or 0.0), color=look, lw=1, alpha=0.6)
        if real.false_accepts.hours:
            wrong = [point.false_accepts.value or 0.0 for point in points]
            below.plot(at, wrong, ls=line, color=look, label=short(name, NAME))
            below.axhline(real.false_accepts.value or 0.0, color=look, lw=1, alpha=0.6)
    above.set(title="Hits, %", ylim=(0, 101), xlim=(0, 1))
    below.set(title="False accepts per hour", xlabel="threshold: least score acted on")
    below.set_yscale("symlog", linthresh=1, linscale=0.5)
    below.set_ylim(0, max(1, below.get_ylim()[1]))
    below.yaxis.set_major_formatter("{x:g}")
    for axes in (above, below):
        axes.grid(color=INK, alpha=FADED / 2)
        if not axes.lines:
            axes.text(0.5, 0.5, "no such clips", ha="center", transform=axes.transAxes)
    told = above if above.lines else below
    if told.lines:
        told.legend(loc="best")
    return figure


def latencies(trials: Sequence[Trial]) -> "Figure":
    """How long the hits took from the end of the word, one plot below another."""
    parts = split(trials, lambda trial: trial.recogniser)
    found = {name: one for name, own in parts.items() if (one := figures(own)).latencies_ms}
    figure, plots = canvas(max(1, len(found)), 0.8 + 1.9 * max(1, len(found)))
    edges = _bins(list(found.values()))
    for number, (axes, (name, one)) in enumerate(zip(plots, found.items(), strict=False)):
        within = [min(max(value, edges[0]), edges[-1]) for value in one.latencies_ms]
        axes.hist(within, bins=edges, color=colour(number), alpha=0.75)
        axes.set_title(short(name, NAME), pad=18)
        axes.set_ylabel("hits")
        axes.locator_params(axis="y", integer=True)
        axes.grid(axis="y", color=INK, alpha=FADED / 2)
        _mark(axes, one.median_ms or 0.0, "median", "right")
        _mark(axes, one.p95_ms or 0.0, "95th percentile", "left")
    plots[-1].set_xlabel("ms from the end of the word")
    return figure


def _bins(found: Sequence[Figures]) -> list[float]:
    """Bins that hold nearly everything; the first and the last take in what lies beyond."""
    latest = max((one.p95_ms or 0.0 for one in found), default=0.0) * 1.25
    earliest = min((one.latencies_ms[0] for one in found), default=0.0)
    low = BIN_MS * (max(earliest, -latest / 2) // BIN_MS)
    count = max(8, int((latest - low) // BIN_MS) + 1)
    width = BIN_MS * (1 + count // MOST_BINS)
    return [low + width * step for step in range(count * BIN_MS // width + 2)]


def _mark(axes: "Axes", at: float, name: str, side: str) -> None:
    axes.axvline(at, color=INK, lw=1.4, ls="-" if name == "median" else "--")
    axes.annotate(
        f"{name} {at:.0f} ms",
        (at, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if side == "right" else 4, 3),
        textcoords="offset points",
        ha=side,
        va="bottom",
        fontsize=10,
    )


def bars(shares: Mapping[str, Mapping[str, Share]]) -> "Figure":
    """Hits in percent, with their 95 % intervals.

    Args:
        shares: by what stands beside the bars, from above, then by recogniser.
    """
    names = list(dict.fromkeys(name for row in shares.values() for name in row))
    figure, (axes,) = canvas(1, max(LEAST_IN, 0.9 + BAR_IN * len(shares) * (len(names) + 0.6)))
    thick = 0.84 / max(1, len(names))
    for number, name in enumerate(names):
        shift = thick * (number - (len(names) - 1) / 2)
        own = {
            place + shift: row[name]
            for place, row in enumerate(shares.values())
            if name in row and row[name].of
        }
        _bars(axes, own, thick, number, short(name, NAME))
    axes.set_yticks(range(len(shares)), labels=[short(row, NAME) for row in shares])
    axes.set_xticks(range(0, 101, 20))
    axes.set(xlim=(0, BEYOND), ylim=(len(shares) - 0.5, -0.5), xlabel="hits, %")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=INK, alpha=FADED / 2)
    if len(names) > 1:
        figure.legend(loc="outside upper left", ncols=min(3, len(names)))
    return figure


def _bars(axes: "Axes", own: Mapping[float, Share], thick: float, number: int, name: str) -> None:
    values = [100 * share.count / share.of for share in own.values()]
    lows = [100 * share.interval.low for share in own.values()]
    highs = [100 * share.interval.high for share in own.values()]
    axes.barh(
        list(own),
        values,
        0.92 * thick,
        label=name,
        color=colour(number),
        alpha=0.85,
        hatch=HATCHES[number % len(HATCHES)],
        edgecolor=EDGE,
        linewidth=0,
    )
    reach = [
        [value - low for value, low in zip(values, lows, strict=True)],
        [high - value for value, high in zip(values, highs, strict=True)],
    ]
    axes.errorbar(values, list(own), xerr=reach, fmt="none", ecolor=INK, elinewidth=1.3, capsize=2)
    for place, value, high in zip(own, values, highs, strict=True):
        axes.text(high + 1, place, f"{value:.0f}", va="center", fontsize=10)


def confusions(found: Matrix) -> "Figure":
    """What was said (rows) against what was acted on (columns), in clips."""
    rows, columns = len(found.said), len(found.acted)
    figure, (axes,) = canvas(1, max(LEAST_IN, 1.5 + CELL_IN * rows))
    for down, said in enumerate(found.said):
        for right, acted in enumerate(found.acted):
            if found.counts[said, acted]:
                _cell(axes, down, right, found, (said, acted))
    names = [plain(name) or "(nothing)" for name in found.acted]
    axes.set_xticks(range(columns), labels=names, rotation=45, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(rows), labels=[plain(name) or "(no command)" for name in found.said])
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), ylabel="said")
    axes.set_xlabel("acted on", labelpad=8)
    axes.xaxis.set_label_position("top")
    for edge in range(rows + 1):
        axes.axhline(edge - 0.5, color=INK, lw=0.5, alpha=FADED)
    for edge in range(columns + 1):
        axes.axvline(edge - 0.5, color=INK, lw=0.5, alpha=FADED)
    axes.spines[:].set_visible(False)
    return figure


def _cell(axes: "Axes", down: int, right: int, found: Matrix, which: tuple[str, str]) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - see canvas

    said, acted = which
    strength = 0.12 + 0.88 * found.share(said, acted)
    fill = COLOURS[0] if said == acted else COLOURS[1] if acted else GREY
    place = (right - 0.5, down - 0.5)
    axes.add_patch(Rectangle(place, 1, 1, facecolor=fill, alpha=strength, linewidth=0))
    axes.text(
        right,
        down,
        str(found.counts[which]),
        ha="center",
        va="center",
        fontsize=9,
        color=EDGE if strength > DARK else INK,
    )
