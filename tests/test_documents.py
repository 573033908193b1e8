"""What the documents name is there: files, headings, options, rooms and floors."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_floors import FLOORS

ROOT = Path(__file__).parent.parent
FOLDERS = (".", "docs", "models", "scripts/acoustic", "scripts/voice")
DOCUMENTS = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.md"))
NOT_OURS = {"--extra", "--generate-hashes", "--group", "--no-strip-extras", "--universal"}
"""Options of uv."""

each = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """The headings, as GitHub makes places of them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each
def test_links_lead_somewhere(path: Path) -> None:
    text = text_of(path)
    for link in re.findall(r'(?<=\]\()[^)]+|(?<=src=")[^"]+', text):
        if link.startswith("http"):
            continue
        file, _, place = link.partition("#")
        there = path.parent / file if file else path
        assert there.exists(), link
        assert not place or place in anchors(text_of(there)), link


def programs() -> Iterator[str]:
    yield text_of(ROOT / "docs" / "roller-coach.1").replace("\\-", "-")
    for path in (ROOT / "scripts").rglob("*"):
        if path.is_file() and path.suffix in {".py", ".sh", ""}:
            yield text_of(path)


@each
def test_options_are_some_programs(path: Path) -> None:
    known = "\n".join(programs())
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text_of(path))) - NOT_OURS
    # graph.py makes options of its prices' fields.
    fields = {name: name[2:].replace("-", "_") for name in named}
    assert {name for name in named if not (name in known or fields[name] in known)} == set()


def test_the_floors_are_drawn_as_they_are_tested() -> None:
    drawn = re.search(r"^`(cli > .*?)`$", text_of(ROOT / "ARCHITECTURE.md"), re.M | re.S)
    assert drawn is not None
    floors = [set(re.findall(r"\w+", floor)) for floor in drawn[1].split(">")]
    assert floors[::-1] == FLOORS


@pytest.mark.parametrize("room", ["core", "echo"])
def test_every_file_of_a_described_room_is_in_its_table(room: str) -> None:
    described = text_of(ROOT / "ARCHITECTURE.md")
    files = {path.name for path in (ROOT / "skill" / room).glob("*.py")} - {"__init__.py"}
    assert {name for name in files if f"`{name}`" not in described} == set()


@each
def test_files_of_ours_are_where_documents_say(path: Path) -> None:
    ours = re.findall(r"`((?:skill|scripts|tests|docs|models|examples)/[\w./-]+)", text_of(path))
    # XX is the language that somebody adds.
    assert [name for name in ours if "XX" not in name and not (ROOT / name).exists()] == []
