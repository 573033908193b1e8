"""What the tests of official models share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.archives import FILES, pack
from tests.models.server import Site, serving


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    """A server that has a good model."""
    with serving(Site(pack(FILES))) as running:
        yield running


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where models are to go; not there yet."""
    return tmp_path / "data" / "models"
