from pathlib import Path

import pytest

from tests.content.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files.copy(tmp_path)
