"""Where kept recordings lie: a folder of folders, each with a session file and its journal.

2026-11-23 18.05.10 wrong/
    session.wav     the person's microphone on the left, the coach on the right
    journal.jsonl   the whole session's journal; its header says where the sound begins, and where
                    the microphone was lost
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from skill.errors import StorageError
from skill.lasting import sync, sync_whole
from skill.recorder.ring import Cut

SOUND, JOURNAL = "session.wav", "journal.jsonl"
START, RATE, LOST = "sound_from_frame", "sound_rate", "sound_lost"
"""What the header of a kept journal says beside the usual."""
HALF = ".{}.new"
"""Name of a recording while it is written."""
SAME_NAME = 100
"""How many recordings may bear one date."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that was kept.

    Attributes:
        folder: where it lies.
        seconds: how long the sound is.
        bytes: how much room it takes.
    """

    folder: Path
    seconds: float
    bytes: int


class RecordingShelf:
    """All kept recordings of a person.

    Args:
        folder: where they lie; made when the first one is put there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, cut: Cut, journal: bytes) -> Path:
        """Keep a recording; return its folder, readable by nobody else.

        Args:
            name: of the folder; a number is added if it is taken.
            cut: the sound.
            journal: of the session so far.

        Raises:
            StorageError: if it cannot be written; then nothing of it is left.
        """
        half = self.folder / HALF.format(name)
        try:
            half.mkdir(mode=0o700, parents=True)
            cut.write(half / SOUND)
            (half / JOURNAL).write_bytes(_marked(journal, _facts(cut)))
            # Or a power cut may leave the new name with an empty sound.
            sync_whole(half)
            return _renamed(half, self.folder / name)
        except (OSError, StorageError) as failure:
            # The sound's own error names a file for which nobody has asked.
            why = failure.__cause__ if isinstance(failure, StorageError) else failure
            raise StorageError(
                f"The recording {self.folder / name} cannot be kept: "
                f"{why.strerror if isinstance(why, OSError) else failure}.",
                "Free some space or make the folder writable.",
            ) from failure
        finally:
            shutil.rmtree(half, ignore_errors=True)

    def kept(self) -> tuple[Kept, ...]:
        """What is there, the oldest first."""
        sounds = sorted(self.folder.glob(f"[!.]*/{SOUND}"))
        found = [path.parent for path in sounds if path.with_name(JOURNAL).is_file()]
        return tuple(_kept(folder) for folder in found)

    def erase(self, *wanted: str) -> int:
        """Delete recordings with their journals; how many these were.

        Raises:
            StorageError: if there is none of one's name, and then all are kept; or one cannot be
                deleted.
        """
        names = [kept.folder.name for kept in self.kept()]
        strange = [name for name in wanted if name not in names]
        if strange:
            raise StorageError(
                f'There is no recording "{strange[0]}" in {self.folder}; nothing was erased.',
                f"There {'are ' + ', '.join(names) if names else 'is none at all'}.",
            )
        chosen = set(wanted)
        for name in chosen:
            _delete(self.folder / name)
        return len(chosen)

    def erase_all(self) -> int:
        """Delete every recording, half-written ones of a killed process too; how many there were.

        Raises:
            StorageError: if one cannot be deleted.
        """
        folders = [one.folder for one in self.kept()]
        for folder in (*folders, *self.folder.glob(HALF.format("*"))):
            _delete(folder)
        return len(folders)


def _delete(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as failure:
        raise StorageError(
            f"{folder} cannot be deleted: {failure.strerror}.",
            "Make it writable, or delete it yourself.",
        ) from failure


def _facts(cut: Cut) -> dict[str, object]:
    lost = [(span.start, span.end) for span in cut.lost]
    return {START: cut.start_frame, RATE: cut.rate, LOST: lost}


def _marked(journal: bytes, facts: Mapping[str, object]) -> bytes:
    header, _, rest = journal.partition(b"\n")
    return json.dumps(json.loads(header) | facts, ensure_ascii=False).encode() + b"\n" + rest


def _renamed(folder: Path, wanted: Path) -> Path:
    for number in range(1, SAME_NAME):
        name = wanted if number == 1 else wanted.with_name(f"{wanted.name} {number}")
        if not name.exists():
            kept = folder.rename(name)
            sync(name.parent)
            return kept
    raise FileExistsError(0, "there are too many of this name")


def _kept(folder: Path) -> Kept:
    sizes = {path.name: path.lstat().st_size for path in folder.iterdir()}
    # 16 bits, two channels, after a header of 44 bytes.
    return Kept(folder, max(0, sizes[SOUND] - 44) / (4 * 16_000), sum(sizes.values()))
