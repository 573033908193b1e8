"""The picture of the history."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from skill.history.picture import WIDE, draw
from skill.history.records import Record
from skill.history.tally import Visit

FIRST = date(2026, 10, 20)
LONG = "die Wirbelsäule hinauf und hinunter rollen"
SIZES = {"big": 20, "small": 12}
LETTER = 0.56
"""Of a font's size, as wide as the letters of these texts are on average."""


def written(svg: str) -> list[tuple[float, float, float, str]]:
    """Line, left and right end, and words of every text."""
    found = []
    for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314 - our own
        kinds, words = text.attrib["class"].split(), text.text or ""
        size = next((SIZES[kind] for kind in kinds if kind in SIZES), 15)
        wide = LETTER * size * len(words)
        left = float(text.attrib["x"]) - wide * ("end" in kinds) - wide / 2 * ("middle" in kinds)
        found.append((float(text.attrib["y"]), left, left + wide, words))
    return found


@pytest.mark.parametrize("days", [7, 28, 56])
@pytest.mark.parametrize("title", [LONG, "word " * 40, "word" * 50])
def test_no_words_lie_over_others_on_any_day(days: int, title: str) -> None:
    visit = Visit("a", "b", 30_000, 90_000, 1)
    for later in range(45):
        today = FIRST + timedelta(days=later)
        started = datetime(today.year, today.month, today.day, 8, tzinfo=UTC)
        svg = draw([Record(started, "r", 900, True, (visit,))], today, days, lambda _: title)
        lines = defaultdict(list)
        for line, left, right, words in written(svg):
            lines[line].append((left, right, words))
            assert left >= 0
            assert right <= WIDE
        for texts in lines.values():
            for (_, right, before), (left, _, after) in pairwise(sorted(texts)):
                assert right <= left, (str(today), before, after)
    assert (LONG in svg) is (title == LONG)
