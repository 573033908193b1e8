"""The page in a real browser: sizes, themes, keyboard, reconnecting, and a hostile page."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from skill.content.load import load_content
from skill.core.coach import Book, Coach, Phase, Spot
from skill.core.messages import Heard, Ignored, MicrophoneLost, Say
from skill.core.routine import Place
from skill.core.vocabulary import Command
from skill.history.records import Past
from skill.page.board import Letter
from skill.page.opening import open_page
from skill.page.site import Site
from skill.page.view import Story, view
from skill.ports import Press
from skill.settings import Settings
from tests.page.browser import CONTRAST, PHONE, TABLET, chromium
from tests.page.conftest import Serve, Served, site
from tests.support.playbook import in_phase
from tests.support.waiting import LONG_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

LARGE_ENOUGH_PX = 44
CONTRAST_AA = 4.5
TEXT = (
    Story()
    .follow(Say(1, "Push gently with your feet, and roll from one side to the other."))
    .follow(Heard(Command.NEXT, phrase="next"))
    .follow(Ignored("banana", "no command"))
)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def person(browser: "Browser") -> "BrowserContext":
    """Somebody's browser, with a page that stays open: each context of its own, and each process
    for pages, takes as long again as the test. The coach's page leaves nothing in a browser.
    """
    context = browser.new_context()
    context.new_page()
    return context


@pytest.fixture
def open_at(person: "BrowserContext") -> "Iterator[Callable[..., Page]]":
    """Opens pages; whatever a page complains about fails the test."""
    before = person.pages
    complaints: list[str] = []

    def opening(
        url: str,
        *,
        viewport: Any = PHONE,
        reduced_motion: Literal["no-preference", "reduce"] | None = None,
    ) -> "Page":
        page = person.new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(reduced_motion=reduced_motion)
        page.set_default_timeout(LONG_S * 1000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        return page

    yield opening
    for page in person.pages:
        if page not in before:
            page.close()
    assert complaints == []


@pytest.fixture
def page(serve: Serve) -> Iterator[Served]:
    with serve() as served:
        yield served


@pytest.fixture(scope="module")
def book() -> Book:
    chosen = Settings()
    content = load_content(chosen.routine, chosen.phrases, chosen.commands)
    return Book(content.routine, content.phrases, content.vocabulary)


def at(book: Book, exercise: int, step: int, phase: Phase = Phase.SETTING_UP) -> Coach:
    return Coach(book, Spot(phase, Place(exercise, step), begun=True))


def wait_for(condition: Callable[[], object], page: "Page") -> None:
    deadline = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
def test_it_can_be_read_and_pressed_in_both_themes(
    size: dict[str, int], page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    seen = open_at(page.address.url, viewport=size)
    looks: list[tuple[Literal["light", "dark"], Phase]]
    looks = [("light", Phase.ROLLING), ("dark", Phase.PAUSED)]
    for theme, phase in looks:
        seen.emulate_media(color_scheme=theme)
        page.show(at(book, 0, 3, phase), 20_000, TEXT)
        seen.wait_for_selector(f'body[data-phase="{phase}"]')
        poor = [found for found in seen.evaluate(CONTRAST) if found[2] < CONTRAST_AA]
        assert poor == []
        assert len(seen.evaluate(CONTRAST)) > 20
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert seen.evaluate(wide) == 0
        for button in seen.locator("button").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= LARGE_ENOUGH_PX
            assert button.inner_text()
    stop = seen.get_by_role("button", name="stop", exact=True).bounding_box()
    assert stop is not None
    assert stop["y"] + stop["height"] <= size["height"], "nobody has to scroll to stop"


SMALL, ASIDE = {"width": 320, "height": 568}, {"width": 844, "height": 390}
LONG = Story().follow(Heard(Command.NEXT, phrase="next"))
LONG = LONG.follow(Say(1, "Linger between your shoulder blades, and let that space loosen."))


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        (PHONE, ("#left", "#saying", "#big button", "#urgent button")),
        (SMALL, ("#left", "#saying", "#big button:first-child", "#urgent button")),
        (ASIDE, ("#left", "#time", "#saying", "#breath", "#big button", "#urgent button")),
    ],
    ids=["phone", "small phone", "phone on its side"],
)
def test_what_matters_is_on_the_first_screen_and_not_under_something_else(
    size: dict[str, int],
    wanted: tuple[str, ...],
    page: Served,
    book: Book,
    open_at: "Callable[..., Page]",
) -> None:
    seen = open_at(page.address.url, viewport=size, reduced_motion="reduce")
    on_top = """(node) => {
        const box = node.getBoundingClientRect();
        return [[box.left + 2, box.top + 2], [box.right - 2, box.bottom - 2]].every(([x, y]) => {
            const there = document.elementFromPoint(x, y);
            return there && (node.contains(there) || there.contains(node));
        });
    }"""
    page.show(at(book, 0, 3, Phase.ROLLING), 20_000, LONG)
    seen.wait_for_selector("#drawing svg")
    for name in wanted:
        for node in seen.locator(name).all():
            box = node.bounding_box()
            assert box is not None, name
            assert box["y"] + box["height"] <= size["height"], name
            assert node.evaluate(on_top), name
    page.show(at(book, 0, 2), 30_000, LONG)
    seen.wait_for_selector('body[data-phase="setting up"]')
    for button in seen.locator("#big button:first-child, #urgent button").all():
        assert button.evaluate(on_top), button.inner_text()


@pytest.mark.parametrize("size", [PHONE, ASIDE], ids=["phone", "phone on its side"])
def test_buttons_are_words_in_one_line(
    size: dict[str, int], page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    seen = open_at(page.address.url, viewport=size)
    for now, phase in enumerate((Phase.SETTING_UP, Phase.ROLLING)):
        page.show(at(book, 0, 3, phase), 1_000 * now, TEXT)
        seen.wait_for_selector(f'body[data-phase="{phase}"]')
        boxes = [button.bounding_box() for button in seen.locator("#big button").all()[1:]]
        assert len(boxes) == 3
        assert len({box["y"] for box in boxes if box}) == 1, "beside one another"
        assert {box["height"] for box in boxes if box} == {56}, "the least that a button has"


def test_letters_may_be_twice_as_large(
    page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    words = """() => {
        document.documentElement.style.fontSize = "200%";
        return [document.documentElement.scrollWidth - document.documentElement.clientWidth,
                document.getElementById("words").clientWidth,
                ...[...document.querySelectorAll("#urgent button")].map((one) => {
                    const range = document.createRange();
                    range.selectNodeContents(one);
                    return new Set([...range.getClientRects()].map((box) => box.bottom)).size;
                })];
    }"""
    seen = open_at(page.address.url, viewport=SMALL, reduced_motion="reduce")
    page.show(at(book, 0, 3, Phase.ROLLING), 20_000, LONG)
    seen.wait_for_selector("#drawing svg")
    beside, width, stop, ouch = seen.evaluate(words)
    assert beside == 0
    assert width > SMALL["width"] / 2, "and no column of two letters beside the ring"
    assert (stop, ouch) == (1, 1), "words in one line"


def test_long_words_do_not_push_stop_off_the_screen(
    page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    """German has them, and a routine of one's own may be about them."""
    word = "Oberschenkelrückseitenmuskulatur"
    seen = open_at(page.address.url, viewport=SMALL)
    shown = view(at(book, 0, 3, Phase.SETTING_UP), 1_000, LONG)
    named = replace(shown, exercise=f"{word} rollen", title=f"die {word} lockern", brief=word)
    page.post.letters.append(Letter(1_000, named))
    seen.locator("h1", has_text=word).wait_for()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert seen.evaluate(wide) == 0
    for name in ("h1", "#exercise", "#brief"):
        assert seen.locator(name).evaluate("node => node.scrollWidth <= node.clientWidth")


def test_a_breath_that_the_coach_speaks_is_shown_once(
    page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    seen = open_at(page.address.url, reduced_motion="reduce")
    page.show(at(book, 0, 3, Phase.ROLLING), 20_000, Story().follow(Say(1, "Breathe in.")))
    seen.locator("#saying", has_text="Breathe in.").wait_for()
    assert seen.locator("#breath").text_content() == ""
    page.show(at(book, 0, 3, Phase.ROLLING), 20_000, LONG)
    seen.locator("#breath", has_text="Breathe in.").wait_for()


def test_every_step_has_a_drawing_that_is_whole_and_described(
    page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    seen = open_at(page.address.url)
    measure = """(svg) => {
        const [x, y, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
        const box = svg.getBBox({stroke: true});
        return [box.x >= x, box.y >= y, box.x + box.width <= x + width,
                box.y + box.height <= y + height, box.width > 0.6 * width];
    }"""
    described = set()
    for number, exercise in enumerate(book.routine.exercises):
        for index, step in enumerate(exercise.steps):
            page.show(at(book, number, index), 1_000 + 10 * index)
            seen.get_by_role("heading", name=step.title).wait_for()
            assert seen.locator("#drawing svg").evaluate(measure) == [True] * 5, step.id
            described.add(seen.locator("#drawing").get_attribute("aria-label"))
    assert len(described) == 10
    assert None not in described


def test_a_drawing_with_a_style_sheet_looks_as_it_was_drawn(
    tmp_path: Path, book: Book, open_at: "Callable[..., Page]"
) -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9">'
        "<style>rect { fill: #00f }</style><rect width='9' height='9'/></svg>"
    )
    colour = """(image) => {
        const canvas = document.createElement("canvas").getContext("2d");
        canvas.drawImage(image, 0, 0);
        return [...canvas.getImageData(4, 4, 1, 1).data];
    }"""
    made = Site({"horizontal.lie": drawing}, site().words)
    with open_page("127.0.0.1", 0, tmp_path / "code", made) as opened:
        seen = open_at(opened.address.url)
        Served(opened.address, opened.post).show(at(book, 0, 0), 1_000)
        shown = seen.locator("#drawing img")
        wait_for(lambda: shown.evaluate("(image) => image.complete"), seen)
        assert shown.evaluate(colour) == [0, 0, 255, 255]


def test_it_follows_the_session(page: Served, book: Book, open_at: "Callable[..., Page]") -> None:
    seen = open_at(page.address.url)
    seen.get_by_role("heading", name="The coach is getting ready").wait_for()
    page.show(at(book, 0, 3, Phase.ROLLING), 20_000, TEXT)
    seen.get_by_role("heading", name="Roll to the left and right").wait_for()
    assert seen.locator("#left").text_content() in {"1:10", "1:09"}
    assert seen.locator("#breath").inner_text() == "Breathe in."
    assert seen.locator('[aria-live="polite"]').inner_text().startswith("Push gently")
    assert seen.locator("#heard").inner_text() == "“banana” is nothing to do now"
    page.show(at(book, 0, 3, Phase.ROLLING), 22_000, TEXT, "more ti")
    seen.get_by_text("“more ti …”").wait_for()
    wait_for(lambda: seen.locator("#left").text_content() == "1:08", seen)
    known = Past(week=2, week_minutes=21, streak=3, days=(0, 9, 12))
    page.post.letters.append(Letter(23_000, view(at(book, 0, 4), 23_000, Story()), known))
    seen.get_by_text("Sessions this week: 2. Minutes: 21. Days in a row: 3.").wait_for()
    assert seen.locator("#days li").count() == 3
    book_deaf = in_phase(Phase.ROLLING).send(MicrophoneLost())
    page.show(book_deaf.coach, book_deaf.now)
    seen.get_by_role("status").get_by_text("The microphone is gone").wait_for()


def test_commands_are_given_by_finger_and_by_keyboard(
    page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    one, two = open_at(page.address.url), open_at(page.address.url)
    page.show(at(book, 0, 0), 1_000)
    one.get_by_role("button", name="next").click()
    wait_for(page.post.presses.qsize, one)
    assert page.post.pressed() == [Press(Command.NEXT, None, "page")]
    two.get_by_role("button", name="vertical rolling").focus()
    two.keyboard.press("Enter")
    wait_for(page.post.presses.qsize, two)
    assert page.post.pressed() == [Press(Command.EXERCISE, "vertical", "page")]


def test_a_trembling_finger_is_one_press_and_the_focus_stays(
    page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    seen = open_at(page.address.url)
    page.show(at(book, 0, 0), 1_000)
    seen.get_by_role("button", name="next").dblclick()
    wait_for(page.post.presses.qsize, seen)
    seen.wait_for_timeout(100)
    assert page.post.presses.qsize() == 1
    page.show(at(book, 0, 1), 2_000)
    seen.get_by_role("heading", name="Open the arms").wait_for()
    assert seen.evaluate("document.activeElement.textContent") == "next"


def test_it_comes_back_after_the_coach_was_started_anew(
    serve: Serve, book: Book, open_at: "Callable[..., Page]"
) -> None:
    with serve() as before:
        seen = open_at(before.address.url)
        before.show(at(book, 0, 0), 1_000)
        seen.get_by_role("heading", name="Lie along the roller").wait_for()
    seen.get_by_role("status").get_by_text("Not connected").wait_for()
    # It has to fail before there is somebody again: a press on its way is not lost.
    with seen.expect_event("requestfailed", lambda sent: sent.url.endswith("command")):
        seen.get_by_role("button", name="next").click()
    with serve(before.address.port) as after:
        assert after.address.url == before.address.url
        after.show(at(book, 1, 2), 500)
        seen.get_by_role("heading", name="Lift into a slight bridge").wait_for()
        wait_for(lambda: seen.locator("#link").inner_text() == "", seen)
        seen.get_by_role("button", name="back").click()
        wait_for(after.post.presses.qsize, seen)
        assert after.post.pressed() == [Press(Command.BACK, None, "page")]


def test_a_network_that_answers_nothing_is_not_waited_for(
    page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    seen = open_at(page.address.url)
    page.show(at(book, 0, 0), 1_000)
    held: list[Any] = []

    def hold(request: Any) -> None:
        held.append(request)

    seen.route("**/command", hold)
    seen.get_by_role("button", name="next").click()
    seen.get_by_role("status").get_by_text("did not reach the coach").wait_for()
    seen.route("**/events", hold)
    seen.reload()
    wait_for(lambda: len(held) > 2, seen)  # it has given the first one up, and tries anew
    seen.unroute_all()
    seen.get_by_role("heading", name="Lie along the roller").wait_for()
    assert page.post.presses.empty(), "nobody means any more what was pressed then"


def test_tabs_that_nobody_sees_leave_the_connections_to_the_others(
    page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    page.show(at(book, 0, 0), 1_000)
    heading = "Lie along the roller"
    look = """(hidden) => {
        Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    first = seen = open_at(page.address.url)
    for _ in range(6):  # as many as Chromium and Firefox have for one address
        seen.get_by_role("heading", name=heading).wait_for()
        seen.evaluate(look, arg=True)
        seen = first.context.new_page()
        seen.goto(page.address.url)
    seen.get_by_role("button", name="next").click()
    wait_for(page.post.presses.qsize, seen)
    page.show(at(book, 0, 1), 2_000)
    first.evaluate(look, arg=False)
    first.get_by_role("heading", name="Open the arms").wait_for()


def test_while_a_coach_gets_ready_nothing_is_left_of_the_one_before(
    serve: Serve, book: Book, open_at: "Callable[..., Page]"
) -> None:
    with serve() as before:
        seen = open_at(before.address.url)
        before.show(at(book, 0, 3, Phase.ROLLING), 1_000)
        seen.wait_for_selector("#drawing svg")
    with serve(before.address.port):
        seen.get_by_role("heading", name="The coach is getting ready").wait_for()
        for name in ("#drawing", "#brief", "#count", "#phase"):
            assert not seen.locator(name).is_visible(), name


def test_nothing_moves_for_those_who_want_it_still(
    page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    page.show(at(book, 0, 3, Phase.ROLLING), 20_000)
    moving, still = (
        open_at(page.address.url, reduced_motion=wish) for wish in ("no-preference", "reduce")
    )
    for seen, count in ((moving, 1), (still, 0)):
        seen.wait_for_selector("#drawing svg")
        assert seen.evaluate("document.getAnimations().length") == count
        assert (seen.evaluate(FRAMES) > 0) is bool(count)


FRAMES = """() => new Promise((tell) => {
    const ask = window.requestAnimationFrame;
    let count = 0;
    window.requestAnimationFrame = (draw) => (count += 1, ask(draw));
    setTimeout(() => { window.requestAnimationFrame = ask; tell(count); }, 1500);
})"""
"""How often a page asks to draw something, in longer than it takes to look for news."""


def test_a_page_on_which_nothing_moves_draws_nothing(
    page: Served, book: Book, open_at: "Callable[..., Page]"
) -> None:
    """It drew 60 times a second between two movements as well, on a phone's battery."""
    page.show(at(book, 0, 3), 20_000)
    seen = open_at(page.address.url)
    seen.get_by_role("heading", name="Roll to the left and right").wait_for()
    assert seen.evaluate(FRAMES) == 0
    page.show(at(book, 0, 3, Phase.ROLLING), 21_000)
    seen.wait_for_selector('body[data-phase="rolling"]')
    assert seen.evaluate(FRAMES) > 0


def test_a_hostile_page_gets_nothing_from_the_browser(
    page: Served, tmp_path: Path, open_at: "Callable[..., Page]"
) -> None:
    (tmp_path / "index.html").write_text("<title>nice recipes</title>", encoding="utf-8")

    class Hostile(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(tmp_path))

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        seen = open_at(f"http://127.0.0.1:{server.server_address[1]}/")
        attack = """async (url) => {
            const body = '{"command": "stop"}';
            const tries = [
              fetch(url + "command", {method: "POST", mode: "no-cors", body}),
              fetch(url + "command", {method: "POST", body,
                    headers: {"Content-Type": "application/json"}}),
              fetch(url + "drawings.json").then((answer) => answer.text()),
              new Promise((good, bad) => {
                const stream = new EventSource(url + "events");
                stream.onmessage = good; stream.onerror = bad;
              }),
            ];
            return (await Promise.allSettled(tries)).map((one) => one.status);
        }"""
        outcome = seen.evaluate(attack, page.address.url)
        server.shutdown()
    assert outcome == ["rejected"] * 4
    assert page.post.pressed() == []
