"""Results that are kept beside the sounds they were worked out from, so that only what is new
is worked out again.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[np.generic]]


class Kept:
    """A folder of results, named after what they were made from.

    Args:
        folder: made if missing.
        rule: changes whenever the same input would give another result.
    """

    def __init__(self, folder: Path, rule: str) -> None:
        self._folder = folder
        self._rule = rule.encode()
        folder.mkdir(parents=True, exist_ok=True)

    def arrays(self, source: bytes, make: Callable[[], Arrays]) -> Arrays:
        """Arrays, made if they are not there."""
        file = self._file(source, ".npz")
        if not file.exists():
            unfinished = file.with_suffix(".part.npz")
            np.savez(unfinished, **make())  # type: ignore[arg-type]  # arrays are meant
            unfinished.rename(file)
        with np.load(file) as stored:
            return dict(stored)

    def text(self, source: bytes, make: Callable[[], str]) -> str:
        """A text, made if it is not there."""
        file = self._file(source, ".txt")
        if not file.exists():
            unfinished = file.with_suffix(".part")
            unfinished.write_text(make(), encoding="utf-8")
            unfinished.rename(file)
        return file.read_text(encoding="utf-8")

    def _file(self, source: bytes, ending: str) -> Path:
        return self._folder / f"{hashlib.sha256(self._rule + source).hexdigest()[:24]}{ending}"
