"""PocketSphinx, which is compared with, is not to be had for every Python (pyproject.toml)."""

import sys

import pytest

needs_sphinx = pytest.mark.skipif(
    sys.version_info >= (3, 14), reason="PocketSphinx has no wheel for Python 3.14"
)
