"""A level meter that moves while somebody speaks."""

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.text import Text

from skill.ports import Block

FLOOR_DB = -70.0
CELLS = 40
GREEN_DB, RED_DB = -45.0, -6.0
"""Below the first it is quiet, from the second on nearly clipped."""
FALL_DB = 0.8
"""How far the peak mark falls with each block."""
REFRESH_PER_SECOND = 12


class Meter:
    """Shows level, its recent peak, and what the person is to do; lines where the
    terminal cannot overwrite, or there is none.

    Args:
        console: where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=REFRESH_PER_SECOND, transient=True)
        self._peak = FLOOR_DB
        self._task = ""

    def __enter__(self) -> "Meter":
        if self._console.is_interactive:
            self._live.__enter__()
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._console.is_interactive:
            self._live.__exit__(None, None, None)

    def show(self, block: Block, task: str) -> None:
        """Take in a block, and what the person is to do now."""
        level, peak = _decibels(block)
        self._peak = max(peak, self._peak - FALL_DB)
        if self._console.is_interactive:
            self._live.update(bar(level, self._peak, task))
        elif task != self._task:
            self._console.print(task)
        self._task = task


def _decibels(block: Block) -> tuple[float, float]:
    samples = np.abs(block.pcm.astype(np.float64)) / 32768
    both = np.array([np.sqrt(np.mean(np.square(samples))), samples.max(initial=0.0)])
    level, peak = 20 * np.log10(np.maximum(both, 1e-6))
    return float(level), float(peak)


def bar(level: float, peak: float, task: str) -> Text:
    """The meter at a level and a peak, in dB against full scale."""
    full, mark = _cell(level), _cell(peak)
    style = "red" if peak >= RED_DB else "green" if peak >= GREEN_DB else "yellow"
    cells = "".join("█" if n < full else "│" if n == mark else " " for n in range(CELLS + 1))
    return Text.assemble((cells, style), f" {peak:4.0f} dB  ", (task, "bold"))


def _cell(decibels: float) -> int:
    return round(min(1.0, max(0.0, 1 - decibels / FLOOR_DB)) * CELLS)
