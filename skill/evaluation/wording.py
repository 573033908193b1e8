"""How figures are written: the same on the terminal, in the report and in the pictures."""

import math

from skill.evaluation.intervals import Interval, Rate, Share

NOTHING = "-"
FEW = 10
"""From here on a rate needs no decimals."""
HOUR_S, LONG_S = 3600, 120
LITTLE = 0.005
"""Below this, two decimals would say nothing."""


def percent(share: Share) -> str:
    """A share with its interval, in percent: "92.3 (88-95)"."""
    if share.value is None:
        return NOTHING
    between = share.interval
    return f"{100 * share.value:.1f} ({100 * between.low:.0f}\N{EN DASH}{100 * between.high:.0f})"


def per_hour(rate: Rate) -> str:
    """A rate with its interval, per hour: "1.2 (0.4-2.9)"."""
    return NOTHING if rate.value is None else f"{number(rate.value)} {_between(rate.interval)}"


def milliseconds(*values: float | None) -> str:
    """Latencies with a stroke between: "210/335"."""
    return "/".join(NOTHING if value is None else f"{value:.0f}" for value in values)


def number(value: float) -> str:
    """No more digits than mean something: "0", "0.04", "3.2", "187"."""
    if value == 0 or value >= FEW:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}" if value >= LITTLE else f"{value:.1g}"


def factor(value: float | None) -> str:
    """A real-time factor: "0.046"."""
    return NOTHING if value is None else f"{value:.3f}"


def length(hours: float) -> str:
    """How much there was to listen to: "19 s", "35 min", "2.4 h"."""
    seconds = round(HOUR_S * hours)
    if seconds < LONG_S:
        return f"{seconds} s"
    return f"{seconds / 60:.0f} min" if seconds < HOUR_S else f"{hours:.1f} h"


def plain(command: str) -> str:
    """A command as people say it: "start over"."""
    return command.replace("_", " ")


def short(name: str, most: int) -> str:
    """A recogniser's name cut from the left, where a path is least telling; writable."""
    name = writable(name)
    return name if len(name) <= most else f"\N{HORIZONTAL ELLIPSIS}{name[1 - most :]}"


def writable(text: str) -> str:
    """Text as it is, but for bytes of a file name that are no letters: those are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _between(interval: Interval) -> str:
    high = "\N{INFINITY}" if math.isinf(interval.high) else number(interval.high)
    return f"({number(interval.low)}\N{EN DASH}{high})"
