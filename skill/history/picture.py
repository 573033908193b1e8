"""The history as one picture: minutes per day, and how each step is done. Pure.

Drawn here and not with matplotlib, because it is for everybody who has a browser, also on a
Raspberry Pi. Colours are Okabe and Ito's, as in every picture of this project; they follow the
reader's light or dark theme.
"""

from collections.abc import Callable, Sequence
from datetime import date
from html import escape

from skill.history.records import Habit, Past, Record, habits, minutes_per_day, past

WIDE = 860
MARGIN = 24
CHART_HIGH = 170
HEAD = 84
ROW = 30
MONTH = 70
"""As wide as any month's name becomes."""
NAME_ENDS, UNIT = 440, 130
"""Where the steps' names end, and how long the longest bar beside them is."""
LONGEST = 43
"""Letters of a step's name that fit; it may have 200."""
STYLE = """
svg { font: 15px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: #17212b;
      background: #fbfaf6; --day: #0072b2; --again: #009e73; --short: #b34a00; }
@media (prefers-color-scheme: dark) {
  svg { color: #eef2f4; background: #10161b; --day: #56b4e9; --again: #35c99b; --short: #ff9a4d; }
}
text { fill: currentColor; } .big { font-size: 20px; font-weight: 700; }
.day { fill: var(--day); } .again { fill: var(--again); } .short { fill: var(--short); }
.line { stroke: currentColor; stroke-opacity: .35; } .end { text-anchor: end; }
.middle { text-anchor: middle; } .small { font-size: 12px; }
"""


def draw(
    records: Sequence[Record],
    today: date,
    days: int,
    title: Callable[[Habit], str],
) -> str:
    """An SVG document.

    Args:
        records: every session.
        today: the last day of the chart.
        days: how many days it has.
        title: what a step is called.
    """
    known = habits(records)
    high = HEAD + CHART_HIGH + 70 + (ROW * len(known) + 60 if known else 0)
    parts = [
        _text(MARGIN, 38, "Your sessions", "big"),
        _text(MARGIN, 64, headline(past(records, today))),
        *_days(minutes_per_day(records, today, days)),
        *(_habits(known, HEAD + CHART_HIGH + 90, title) if known else ()),
    ]
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" role="img">\n'
        f"<title>{escape(headline(past(records, today)))}</title>\n"
        f"<style>{STYLE}</style>\n{body}\n</svg>\n"
    )


def headline(known: Past) -> str:
    """The past in one line."""
    return (
        f"Sessions this week: {known.week} ({known.week_minutes} min). "
        f"Days in a row: {known.streak}."
    )


def page(svg: str) -> str:
    """The picture as a page of its own."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Your sessions</title>'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" '
        'content="light dark"><style>body{margin:0}svg{display:block;max-width:60rem;margin:auto}'
        f"</style></head><body>\n{svg}</body></html>\n"
    )


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(words)}</text>'


def _bar(x: float, y: float, wide: float, high: float, kind: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="2" '
        f'class="{kind}"/>'
    )


def _days(minutes: Sequence[tuple[date, int]]) -> list[str]:
    ground = HEAD + CHART_HIGH
    most = max(1, *(count for _, count in minutes))
    step = (WIDE - 2 * MARGIN) / len(minutes)
    parts = [f'<path class="line" d="M{MARGIN} {ground} H{WIDE - MARGIN}"/>']
    for number, (day, count) in enumerate(minutes):
        left, middle = MARGIN + number * step, MARGIN + (number + 0.5) * step
        high = (CHART_HIGH - 24) * count / most
        if count:
            parts.append(_bar(left + 0.14 * step, ground - high, 0.72 * step, high, "day"))
            parts.append(_text(middle, ground - high - 6, str(count), "middle small"))
        parts.append(_text(middle, ground + 18, str(day.day), "middle small"))
    for left, name in _months([day for day, _ in minutes], step):
        at_end = left > WIDE - MARGIN - MONTH
        kind = "end small" if at_end else "small"
        parts.append(_text(WIDE - MARGIN if at_end else left, ground + 36, name, kind))
    parts.append(_text(WIDE - MARGIN, ground + 54, "minutes on the roller, per day", "end small"))
    return parts


def _months(days: Sequence[date], step: float) -> list[tuple[float, str]]:
    """Where each month begins, and its name; the first only if there is room for it."""
    begins = [
        (MARGIN + number * step, f"{day:%B}")
        for number, day in enumerate(days)
        if number == 0 or day.day == 1
    ]
    return begins[1:] if begins[1:] and begins[1][0] - MARGIN < MONTH else begins


def _cut(name: str) -> str:
    return (
        name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"
    )


def _habits(known: Sequence[Habit], top: int, title: Callable[[Habit], str]) -> list[str]:
    most = max(1, *(max(habit.repeated, habit.cut_short) for habit in known))
    parts = [
        _text(NAME_ENDS, top, "times done", "end small"),
        _text(NAME_ENDS + 24, top, "repeated", "small"),
        _text(NAME_ENDS + 24 + UNIT + 70, top, "cut short", "small"),
    ]
    for number, habit in enumerate(known):
        y = top + ROW * (number + 1)
        parts.append(_text(MARGIN, y, _cut(title(habit))))
        parts.append(_text(NAME_ENDS, y, str(habit.visits), "end"))
        for count, kind, left in (
            (habit.repeated, "again", NAME_ENDS + 24),
            (habit.cut_short, "short", NAME_ENDS + 24 + UNIT + 70),
        ):
            wide = UNIT * count / most
            parts.append(_bar(left, y - 13, max(wide, 1), 16, kind))
            parts.append(_text(left + max(wide, 1) + 8, y, str(count), "small"))
    return parts
