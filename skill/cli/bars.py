"""Progress bars of installations."""

from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from skill.models.progress import Progress as Step
from skill.models.progress import Stage


class Bars:
    """A bar for each stage of an installation."""

    def __init__(self) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._tasks: dict[Stage, TaskID] = {}

    @property
    def begun(self) -> bool:
        """Whether anything had to be done."""
        return bool(self._tasks)

    def report(self, step: Step) -> None:
        """Show a step forward."""
        if step.stage not in self._tasks:
            self._tasks[step.stage] = self.progress.add_task(step.stage.value, total=step.total)
        self.progress.update(self._tasks[step.stage], completed=step.done, total=step.total)


def left_alone(folder: Path, source: Path) -> str:
    """Why what was given was not read, as a sentence."""
    return (
        f"{folder.name} was installed already, and is whole; {source} was not read. To install "
        f"that instead, delete {folder} first."
    )
