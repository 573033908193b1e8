"""Imports only go down, as ARCHITECTURE.md draws them."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "skill"
FILES = sorted(PACKAGE.rglob("*.py"))

# From the ground up. A file may import from its own room and from the floors below it.
FLOORS: list[set[str]] = [
    {"errors", "closing", "lasting", "locking", "given", "guessing"},
    {"languages", "settings_mistakes"},
    {"core"},
    {"ports"},
    {"verification"},
    {
        "content",
        "models",
        "recognition",
        "speech",
        "audio",
        "echo",
        "ears",
        "shelf",
        "settings",
        "journal",
    },
    {
        "session",
        "dialogue",
        "conversation",
        "mouth",
        "watchdog",
        "panel",
        "ducking",
        "recorder",
        "history",
        "home",
    },
    {"rehearsal", "measure", "evaluation", "enrolment", "comforts", "checkup", "page", "upgrade"},
    {"hearing"},
    {"app"},
    {"recipes", "ailments"},
    {"living", "embedding", "assistants"},
    {"cli"},
]
FORBIDDEN_IN_CORE = {"time", "threading", "logging", "random", "pathlib", "os", "datetime", "io"}


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def floor(name: str) -> int:
    return next(level for level, rooms in enumerate(FLOORS) if name in rooms)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def own_room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_from_its_room_and_below(path: Path) -> None:
    here = own_room(path)
    if here in {"__init__", "__main__"}:
        return
    for module in imports(path):
        if not module.startswith("skill."):
            continue
        there = room(module)
        # What the machine needs of content comes from the core, so errors stay below it.
        assert there == here or floor(there) < floor(here), f"{path} imports {module}"


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "core").glob("*.py")), ids=lambda path: path.name
)
def test_the_core_imports_the_standard_library_only_and_no_clock(path: Path) -> None:
    for module in imports(path):
        top = module.split(".")[0]
        assert top == "skill" or top in sys.stdlib_module_names, module
        assert top not in FORBIDDEN_IN_CORE, module


def test_only_the_command_line_prints() -> None:
    for path in FILES:
        if own_room(path) in {"cli", "__main__"}:
            continue
        calls = [
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert "print" not in calls, path


def test_no_file_is_long() -> None:
    long = [path for path in FILES if len(path.read_text(encoding="utf-8").splitlines()) > 350]
    assert long == []
