"""Installing as the tests do it."""

from pathlib import Path

import pytest

from skill.errors import CoachError
from skill.models.download import Patience
from skill.models.install import install
from skill.models.manifest import Entry
from skill.models.progress import Report, ignore
from tests.models.archives import TOP

QUICK = Patience(tries=3, pause_s=0.001, timeout_s=5.0)


def get(entry: Entry, root: Path, report: Report = ignore, source: Path | None = None) -> Path:
    """Install without long pauses."""
    return install(entry, root, report, source, QUICK)


def failure(
    kind: type[CoachError], entry: Entry, root: Path, source: Path | None = None
) -> CoachError:
    """The error of an installation that must fail and leave no model."""
    with pytest.raises(kind) as caught:
        get(entry, root, source=source)
    assert not (root / TOP).exists()
    return caught.value


def left(root: Path) -> set[str]:
    """What lies in the root, but for the lock, which stays."""
    return {path.name for path in root.iterdir()} - {f".{TOP}.lock"}
