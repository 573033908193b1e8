"""Takes the README's pictures of the companion page and of the history: docs/*.png, *.svg.

    .venv/bin/python scripts/page_pictures.py [docs]

The page is the real one in a real Chromium; the moments of the session and the history are made up.
"""

import argparse
import io
import shutil
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from skill.content.load import COMMANDS, PHRASES, ROUTINE, load_content
from skill.content.words import read_words
from skill.core.coach import Book, Coach, Phase, Spot
from skill.core.messages import Heard, Say
from skill.core.routine import Place
from skill.core.vocabulary import Command
from skill.history.picture import draw
from skill.history.records import Record, past
from skill.history.tally import Visit
from skill.page.board import Letter, Post
from skill.page.opening import open_page
from skill.page.site import Site, read_drawings
from skill.page.view import Story, view
from skill.settings import Settings

TODAY = datetime(2026, 11, 20, 7, 30).astimezone()
PHONE, TABLET = (390, 844), (1180, 820)
SHADES = 96
SETTING_UP = (
    Story()
    .follow(Say(1, "Let your hands carry the weight of your head."))
    .follow(Heard(Command.NEXT, phrase="next"))
    .follow(Say(2, "Lift into a slight bridge, with your sacrum off the mat."))
)
ROLLING = (
    Story()
    .follow(Say(1, "Go from the base of your neck to just above your kidneys."))
    .follow(Heard(Command.START, phrase="start rolling"))
    .follow(Say(2, "Off you go, for one minute and 30 seconds."))
    .follow(Say(3, "Breathe in."))
    .follow(Say(4, "And breathe out slowly."))
)
SKIPPED_DAYS = {0, 3, 4, 8, 9, 11, 13, 17, 18, 19, 22, 24}
CUT = {(2, "roll"), (7, "ribs"), (7, "roll"), (15, "roll"), (21, "roll")}
REPEATED = {(1, "bridge"), (2, "bridge"), (6, "arms"), (10, "bridge"), (12, "lean"), (20, "open")}


def records(book: Book) -> list[Record]:
    """Four weeks that somebody might have had."""
    found = []
    for day in sorted(set(range(28)) - SKIPPED_DAYS):
        exercises = book.routine.exercises[: 1 if day % 5 == 0 else 2]
        visits = tuple(
            Visit(
                exercise.id,
                step.id,
                rolled_ms=0
                if step.movement is None
                else 40_000
                if (day, step.id) in CUT
                else 90_000,
                length_ms=0 if step.movement is None else 90_000,
                repeats=int((day, step.id) in REPEATED),
            )
            for exercise in exercises
            for step in exercise.steps
        )
        seconds = 260 * len(exercises) + 37 * (day % 7)
        started = TODAY - timedelta(days=27 - day)
        found.append(
            Record(started, "back", seconds, len(exercises) == len(book.routine.exercises), visits)
        )
    return found


def shoot(browser: Browser, url: str, path: Path, size: tuple[int, int], scheme: str) -> None:
    """Take one picture, with few enough colours to be small."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("#drawing svg")
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(SHADES).save(path, optimize=True)
    context.close()


def main() -> None:
    """Write every picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("docs"))
    folder: Path = parser.parse_args().folder
    content = load_content(ROUTINE, PHRASES, COMMANDS)
    book = Book(content.routine, content.phrases, content.vocabulary)
    made = records(book)
    known = past(made, TODAY.date())
    rolling = Coach(book, Spot(Phase.ROLLING, Place(1, 3), begun=True))
    resting = Coach(book, Spot(Phase.SETTING_UP, Place(1, 2), begun=True))

    def show(post: Post, coach: Coach, now: int, story: Story) -> None:
        saying = Coach(book, coach.spot, speaking=Say(3, story.captions[-1].text))
        post.letters.append(Letter(now, view(saying, now, story), known))

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    words = read_words(Settings().words)
    drawings = read_drawings(ROUTINE, book.routine.id, words.drawings)
    code = Path(tempfile.mkdtemp()) / "code"
    with (
        open_page("127.0.0.1", 0, code, Site(drawings, words)) as page,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        url = page.address.url
        show(page.post, resting, 12_000, SETTING_UP)
        shoot(browser, url, folder / "page-phone.png", PHONE, "light")
        show(page.post, rolling, 51_000, ROLLING)
        shoot(browser, url, folder / "page-dark.png", PHONE, "dark")
        shoot(browser, url, folder / "page-tablet.png", TABLET, "light")
        browser.close()
    title = {
        (exercise.id, step.id): step.title
        for exercise in book.routine.exercises
        for step in exercise.steps
    }
    picture = draw(made, TODAY.date(), 28, lambda habit: title[habit.exercise, habit.step])
    (folder / "history.svg").write_text(picture, encoding="utf-8")
    for path in sorted([*folder.glob("page-*.png"), folder / "history.svg"]):
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
