"""The suppressor's weights on disk: a few hundred kB of 16-bit numbers in numpy's format."""

import io
import zipfile
from pathlib import Path

import numpy as np

from skill.echo.suppressor import NAMES, Weights
from skill.errors import ModelError

FILE = "rest.npz"


def read_weights(folder: Path) -> Weights:
    """Read them as float32.

    Raises:
        ModelError: if the file is missing, cut short, or something else.
    """
    path = folder / FILE
    try:
        with np.load(io.BytesIO(path.read_bytes())) as kept:
            return {name: kept[name].astype(np.float32) for name in NAMES}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        what = "is missing" if isinstance(error, FileNotFoundError) else "cannot be used"
        raise ModelError(
            f"The echo canceller's file {path} {what}.",
            "Get it again with `git checkout models/echo`, or set `cancel_echo = false`.",
        ) from error
