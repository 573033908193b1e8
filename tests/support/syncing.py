"""What is made safe against a power cut, and in which order."""

import os
from pathlib import Path

import pytest


def watched(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Gets every file and folder that is synced from now on, by the name it has then."""
    synced: list[Path] = []
    monkeypatch.setattr(
        os, "fsync", lambda handle: synced.append(Path(f"/proc/self/fd/{handle}").readlink())
    )
    return synced
