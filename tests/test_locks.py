"""What `./scripts/test` installs: pip takes the lock, whatever is released meanwhile."""

import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[1] / "requirements-dev.lock"
PINNED = re.compile(r"^(?P<name>[\w.-]+)(\[(?P<extras>[^\]]*)\])?==", re.MULTILINE)


def pinned() -> dict[str, set[str]]:
    """Each package of the lock and the extras that it is pinned with."""
    found = PINNED.finditer(LOCK.read_text(encoding="utf-8"))
    return {
        canonicalize_name(line["name"]): set((line["extras"] or "").split(",")) for line in found
    }


def wanted_with_extras(name: str) -> list[Requirement]:
    """What an installed package wants here with an extra."""
    every = [Requirement(text) for text in metadata.requires(name) or ()]
    return [
        one
        for one in every
        if one.extras and (not one.marker or one.marker.evaluate({"extra": ""}))
    ]


def test_what_is_wanted_with_an_extra_is_pinned_with_it() -> None:
    """Else pip asks for the newest release as well, and refuses it for having no hash."""
    lock = pinned()
    installed = {canonicalize_name(one.name) for one in metadata.distributions()}
    missing = {
        f"{name} wants {one}"
        for name in lock.keys() & installed
        for one in wanted_with_extras(name)
        if not one.extras <= lock[canonicalize_name(one.name)]
    }
    assert "pytest-cov" in lock
    assert not missing
