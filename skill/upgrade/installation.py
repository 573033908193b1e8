"""The coach under /opt, and how another version takes its place.

What is there keeps running until the new version has been built beside it and has passed its
self-test; then the two folders change places in one step (`scripts/pi/exchange.py`). So an upgrade
that is interrupted anywhere leaves a whole coach, the old or the new one.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from skill.errors import DownloadError, SettingsError, StorageError
from skill.locking import try_lock
from skill.upgrade.bundle import INSTALLER, VERSION_FILE, Version, shown, unpack, version_of


@dataclass(frozen=True, slots=True)
class Installation:
    """A coach that `scripts/install-pi` installed.

    Attributes:
        root: the folder that it sees as "/"; another one for tests and for images.
    """

    root: Path = Path("/")

    @property
    def home(self) -> Path:
        """The program's folder."""
        return self.root / "opt" / "roller-coach"

    @property
    def version(self) -> Version:
        """Which version it is."""
        return version_of(self.home / VERSION_FILE)

    def upgrade(self, path: Path) -> tuple[Version, Version]:
        """Put a bundle's version in the place of this one; return both, the older first.

        Raises:
            SettingsError: if there is nothing to upgrade.
            DownloadError: if the bundle is broken or older, or its version fails its self-test:
                then the old one is there as before.
            StorageError: if the bundle cannot be read or unpacked, or another upgrade is under way.
        """
        if not (self.home / VERSION_FILE).is_file():
            raise SettingsError(
                f"There is no coach in {self.home} to upgrade.",
                f"Unpack the bundle and start its {INSTALLER}.",
            )
        with alone(self.home.parent):
            return self._upgrade(path)

    def _upgrade(self, path: Path) -> tuple[Version, Version]:
        before = self.version
        folder = self.home.with_name("roller-coach.bundle")
        bundle = unpack(path, folder)
        try:
            if bundle.version < before:
                raise DownloadError(
                    f"{path} holds version {shown(bundle.version)}, older than {shown(before)}, "
                    "which is installed.",
                    f"To go back all the same, unpack it and start its {INSTALLER}.",
                )
            self._install(folder, path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return before, self.version

    def _install(self, folder: Path, path: Path) -> None:
        where = {} if self.root == Path("/") else {"ROLLER_COACH_ROOT": str(self.root)}
        # Our own PYTHONPATH would lead the new version's Python to the old one.
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        try:
            done = subprocess.run(  # noqa: S603 # the bundle's own installer; its sums were compared
                [folder / INSTALLER],
                env=environment | where,
                cwd=folder,
                text=True,
                errors="replace",
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
        except OSError as failure:
            raise DownloadError(
                f"{path} could not be installed: its {INSTALLER} cannot be started "
                f"({failure.strerror}).",
                "Make the bundle anew with ./scripts/bundle; a copy by way of a disk of Windows "
                "loses which files are programs.",
            ) from failure
        if done.returncode != 0:
            why = [line.removeprefix("setup: ") for line in done.stdout.splitlines() if line]
            raise DownloadError(
                f"{path} could not be installed, and version {shown(self.version)} is there as "
                f"before: {' '.join(why[-2:])}",
                "Make the bundle anew, for this machine, with ./scripts/bundle.",
            )


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only upgrade, until the end; a folder can be locked, and nothing is left in it.

    Raises:
        StorageError: if another one is under way.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        if not try_lock(handle):
            raise StorageError(
                f"Another upgrade is under way in {folder}.", "Wait until it is done."
            )
        yield
    finally:
        os.close(handle)
