import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from skill.errors import CoachError, StorageError
from skill.evaluation import canvas
from skill.evaluation.intervals import Rate, Share
from skill.evaluation.mishaps import commonest
from skill.evaluation.report import check, html, write_html
from skill.evaluation.sheets import by_level, hits, overview, sheets, side_by_side, who
from skill.evaluation.tables import summary
from skill.evaluation.trial import Run
from skill.evaluation.wording import length, per_hour, percent
from tests.evaluation.runs import accepted, likely_run, trial, unsure
from tests.page.browser import chromium

VOID = {"meta", "br", "link", "img", "hr", "path", "use", "rect", "input"}


class Page(HTMLParser):
    """Notes a page's texts, and every tag that is left open or closed twice."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        names = {"href", "src", "xlink:href", "srcset", "data", "action"}
        self.addresses += [value or "" for name, value in attrs if name in names]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page


@pytest.fixture(scope="module")
def page() -> str:
    return html(likely_run(24, ("built-in", "pocketsphinx")))


def lines(run: Run, width: int = 100) -> Iterator[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(summary(run))
    yield from capture.get().splitlines()


def test_a_narrow_window_is_wide_enough_whatever_names_there_are(tmp_path: Path) -> None:
    path = tmp_path / "run.html"
    name = f"vosk:/{'a-model-with-a-long-name/' * 6}"
    write_html(Run(trials=(trial("stop", accepted("stop"), recogniser=name),)), path)
    with chromium() as browser:
        seen = browser.new_page(viewport={"width": 320, "height": 600})
        seen.goto(path.as_uri())
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert seen.evaluate(wide) == 0
        assert "1 clip, 1 s:" in seen.locator("header").inner_text()


def test_speakers_are_named_if_they_are_few_and_in_no_group() -> None:
    few = [replace(trial("next", group=""), speaker=name) for name in ("ann", "bob")]
    assert [who(few)(one) for one in few] == ["ann", "bob"]
    many = [replace(few[0], speaker=str(number)) for number in range(21)]
    assert who(many)(many[0]) == "not told"
    grouped = [*few, trial("next", group="women", synthetic=True)]
    assert [who(grouped)(one) for one in grouped] == ["not told", "not told", "women, synthetic"]


def test_the_page_needs_nothing_from_outside(page: str) -> None:
    read_page = read(page)
    assert "://" not in page
    assert "@import" not in page
    assert {"script", "link", "iframe", "img", "object"}.isdisjoint(read_page.tags)
    assert all(address.startswith("#") for address in read_page.addresses)
    assert set(re.findall(r"url\((.)", page)) <= {"#"}


def test_what_a_picture_refers_to_is_in_the_page(page: str) -> None:
    names = set(re.findall(r'id="([^"]+)"', page))
    used = set(re.findall(r'url\(#([^)]+)\)|(?<=href=")#([^"]+)', page))
    assert {one or other for one, other in used} <= names


def test_the_page_shows_pictures_tables_and_files(page: str) -> None:
    texts = read(page).texts
    assert page.count("<svg ") == 6  # conditions, speakers, thresholds, latencies, two matrices
    for wanted in ("All in all", "Commands", "Stop and pain", "coach speaking 0 dB", "Intel Xeon"):
        assert any(wanted in text for text in texts), wanted
    assert any(text.startswith("speech/") and text.endswith(".wav") for text in texts)


def test_pictures_take_the_colour_of_the_page(page: str) -> None:
    assert "currentColor" in page
    assert canvas.INK not in page.partition("</style>")[2]


def test_the_same_run_gives_the_same_page() -> None:
    run = Run({}, {}, (trial("next", accepted("next")),))
    assert html(run) == html(run)


def test_odd_names_neither_break_the_page_nor_the_pictures(tmp_path: Path) -> None:
    odd = "</td><script>alert('&amp;\"')</script> $x^ $$ \u4f60\u597d \udcff {0} %s.wav"
    clips = [
        replace(
            trial("next", accepted("skip", phrase="<b>"), text=odd, path=odd, group=f"{odd} {n}"),
            recogniser="vosk:/a & b/<model>",
            condition=f"<noise> $ {n} dB",
            speaker=odd,
        )
        for n in (5, 10)
    ]
    run = Run({"<model>": odd}, {}, tuple(clips))
    write_html(run, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    found = read(text)
    assert "script" not in found.tags
    written = odd.replace("\udcff", "\\udcff")
    assert "\n".join(lines(run)).encode("utf-8")
    assert written in found.texts
    assert any("<script>" in line for line in lines(run))


@pytest.mark.parametrize(
    "run",
    [
        Run({}, {}, ()),
        Run({}, {}, (trial("next"),)),
        Run({}, {}, (trial("next", accepted("next"), end_ms=None),)),
        Run({}, {}, (trial(""),)),
        Run({}, {"built-in": 12.3}, (trial("", accepted("next")), trial("", seconds=0.0))),
        Run({}, {}, (trial("next", accepted("next", at_ms=-3000), synthetic=True),)),
        Run({}, {}, (trial("next", accepted("next", at_ms=10**6)), trial("next", unsure("", 0)))),
    ],
)
def test_a_run_with_little_in_it_is_still_shown(run: Run) -> None:
    read(html(run))
    assert list(lines(run))


def test_tables_fit_a_terminal_of_100_columns_without_cutting_a_figure() -> None:
    long_name = "vosk:/home/somebody/models/vosk-model-small-en-us-0.15"
    shown = list(lines(likely_run(100, ("built-in", "pocketsphinx", long_name))))
    figures_cut = [line for line in shown if re.search(r"\d\N{HORIZONTAL ELLIPSIS}", line)]
    assert figures_cut == []
    assert max(map(len, shown)) <= 100
    assert sum(line.strip() == "Commands" for line in shown) == 2


def test_each_recogniser_stands_beside_the_first() -> None:
    trials = likely_run(3, ("a", "b", "c", "d")).trials
    assert list(side_by_side(trials, 2)) == [("a", "b"), ("a", "c"), ("a", "d")]
    assert list(side_by_side(trials, 3)) == [("a", "b", "c"), ("a", "d")]
    assert list(side_by_side(trials, 9)) == [("a", "b", "c", "d")]
    assert list(side_by_side(likely_run(3, ("a",)).trials, 2)) == [("a",)]


def test_rows_hold_the_figures_of_their_kind_and_condition() -> None:
    trials = [
        trial("next", accepted("next")),
        trial("next", recogniser="other"),
        trial("next", accepted("stop"), condition="noise 10 dB"),
        trial("next", accepted("next"), synthetic=True),
    ]
    rows = hits(("built-in", "other"), trials).rows
    assert [(row[0], row[1]) for row in rows] == [
        ("word", "quiet"),
        ("word", "noise 10 dB"),
        ("word, synthetic", "quiet"),
    ]
    one, none = percent(Share(1, 1)), percent(Share(0, 1))
    assert rows[0][2:] == ("1", one, "0/0", "210/210", none, "1/0", "-/-")
    assert rows[1][3:] == (none, "0/1", "-/-", "-", "0/0", "-/-")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (percent(Share(1, 1)), "100.0 (21-100)"),
        (percent(Share(8, 10)), "80.0 (49-94)"),
        (per_hour(Rate(0, 2.0)), "0 (0-1.8)"),
        (per_hour(Rate(1, 100.0)), "0.01 (0.0003-0.06)"),
        (per_hour(Rate(400, 1.0)), "400 (362-441)"),
        (per_hour(Rate(0, 0.0)), "-"),
        (length(0.005), "18 s"),
        (length(0.5), "30 min"),
        (length(2.44), "2.4 h"),
    ],
)
def test_figures_are_written_with_as_many_digits_as_mean_something(
    written: str, expected: str
) -> None:
    assert written.replace("\N{EN DASH}", "-") == expected


def test_every_false_accept_of_a_clip_is_counted_among_the_commonest() -> None:
    clips = [
        trial("", accepted("next"), accepted("stop"), text="a long talk"),
        trial("", accepted("stop")),
        trial("", accepted("stop"), recogniser="other", text=""),
        trial("pause", accepted("stop"), text="pause please"),
        trial("pause", unsure("pause", 0.2), text="pause please"),
    ]
    found = {sheet.title: sheet.rows for sheet in commonest(Run({}, {}, tuple(clips)), 5)}
    assert found == {
        "Commonest confusions": (("built-in", "pause please", "stop", "1"),),
        "Commonest misses": (("built-in", "pause please", "pause: not sure enough", "1"),),
        "Commonest false accepts": (
            ("built-in", "stop", "a long talk", "2"),
            ("built-in", "next", "a long talk", "1"),
            ("other", "stop", "(not told)", "1"),
        ),
    }


def test_all_in_all_leaves_out_synthetic_voices_and_says_so() -> None:
    clips = (trial("stop"), *[trial("stop", accepted("stop"), synthetic=True)] * 9)
    sheet = overview(Run({}, {"built-in": 151.4}, clips))
    assert sheet.rows[0][:3] == ("built-in", *[percent(Share(0, 1))] * 2)
    assert sheet.rows[0][-1] == "151"
    assert "Without synthetic voices" in sheet.note


def test_noise_levels_are_compared_only_where_there_are_several() -> None:
    ten = trial("next", accepted("next"), condition="noise 10 dB")
    twenty = trial("next", condition="music 20 dB")
    assert by_level(("built-in",), [ten, ten]).rows == ()
    assert [row[0] for row in by_level(("built-in",), [ten, twenty]).rows] == ["20 dB", "10 dB"]


def test_every_row_has_a_text_for_each_column() -> None:
    for sheet in sheets(likely_run(40, ("a", "b", "c")), 3):
        assert {len(row) for row in sheet.rows} == {len(sheet.columns)}


def test_a_report_that_could_not_be_written_is_known_before_the_work(tmp_path: Path) -> None:
    check(tmp_path / "report.html")
    for place in (tmp_path / "nowhere" / "report.html", tmp_path):
        with pytest.raises(StorageError, match="folder that is there"):
            check(place)
        with pytest.raises(StorageError, match="--html"):
            write_html(Run({}, {}, (trial("next"),)), place)


def test_without_matplotlib_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(CoachError, match=r"pip install \"roller-coach\[evaluate\]\""):
        check(Path("report.html"))
