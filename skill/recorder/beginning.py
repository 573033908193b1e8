"""Where a kept recording sets in: the coach as it was when the sound begins."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from skill.audio.recording import RATES
from skill.core.advance import advance
from skill.core.coach import Coach
from skill.core.messages import Event, Heard, SpeechEnded
from skill.errors import StorageError
from skill.journal import Entry, read_journal
from skill.ports import AudioSource, Block, Clip
from skill.recorder.ring import Span
from skill.recorder.shelf import JOURNAL, LOST, RATE, SOUND, START

ALONE = f"Replay {SOUND} beside it by itself, with --channel 0."
LONGEST_MS = 30 * 60 * 1000
"""A recorder keeps no more; a journal may say that a line took until the end of time."""

WORD_MS = 1_500
"""Of a command that was acted on so soon after the sound begins, the sound lacks the first part."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """How things stood when the sound of a kept recording begins.

    Attributes:
        coach: as it was, perhaps in the middle of a line.
        sound_frame: where the sound begins, in frames of the session.
        start_frame: where the replay does: a little later, if a word was cut in two there.
        token: of that line or chime; 0 if there was none.
        rest: what remained of the line or chime being played, as silence; None if there was none.
        lost: where the microphone delivered nothing.
        later: the journal from there on.
    """

    coach: Coach
    sound_frame: int
    start_frame: int
    token: int
    rest: Clip | None
    lost: tuple[Span, ...]
    later: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """A source whose clock starts at another frame than 0.

    Attributes:
        source: where the blocks come from.
        sound_frame: of the source's first block.
        start_frame: what ends before it is left out.
    """

    source: AudioSource
    sound_frame: int
    start_frame: int

    @property
    def rate(self) -> int:
        """Frames per second of every block."""
        return self.source.rate

    def blocks(self) -> Iterator[Block]:
        """The source's blocks, so much later."""
        for block in self.source.blocks():
            later = replace(block, start_frame=block.start_frame + self.sound_frame)
            if later.end_frame > self.start_frame:
                yield later


def kept_folder(path: Path) -> Path | None:
    """The folder of a kept recording, given that or the sound in it; None for anything else.

    Raises:
        StorageError: if a folder lacks the sound or the journal of a recording.
    """
    if path.is_dir():
        return path if _is_whole(path) else None
    folder = path.parent
    if path.name != SOUND or not path.is_file():
        return None
    try:
        with (folder / JOURNAL).open("rb") as file:
            marked = START in json.loads(file.readline())
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return folder if marked else None


def _is_whole(folder: Path) -> bool:
    """Whether both files of a recording are there; False if there is none of them."""
    sound, journal = folder / SOUND, folder / JOURNAL
    told = journal.is_file() and journal.stat().st_size > 0
    if sound.is_file() and not told:
        raise StorageError(
            f"{journal} is {'empty' if journal.is_file() else 'missing'}; it says where the sound "
            "begins.",
            f"Replay {sound} by itself, with --channel 0.",
        )
    if told and not sound.is_file():
        raise StorageError(f"{sound} is missing.", f"Repeat {journal}, which needs no sound.")
    return sound.is_file()


def beginning(folder: Path, fresh: Coach) -> Beginning:
    """Repeat the journal of a kept recording up to where its sound begins.

    Args:
        folder: of the recording.
        fresh: a coach with the same content, at the start of a session.

    Raises:
        StorageError: if the journal cannot be read, or does not say where the sound begins.
    """
    header, entries = read_journal(folder / JOURNAL)
    sound, rate = _place(folder / JOURNAL, header)
    start = _after_a_word(entries, sound, rate)
    start_ms = start * 1000 // rate
    coach = fresh
    for entry in entries:
        if isinstance(entry.message, get_args(Event)) and entry.at <= start_ms:
            coach, _ = advance(coach, entry.message, entry.at)
    token = 0 if coach.speaking is None else coach.speaking.token
    rest = _rest(coach, entries, start_ms, rate)
    later = tuple(entry for entry in entries if entry.at > start_ms)
    lost = _lost(folder / JOURNAL, header)
    return Beginning(coach, sound, start, token, rest, lost, later)


def _after_a_word(entries: tuple[Entry, ...], sound: int, rate: int) -> int:
    """The frame at which the replay sets in: after a command that began before the sound does.
    Nobody can hear it again, and without it all that follows would be another session.
    """
    first_ms = sound * 1000 // rate
    cut = [
        entry.at * rate // 1000
        for entry in entries
        if isinstance(entry.message, Heard)
        and not entry.message.source
        and first_ms < entry.at <= first_ms + WORD_MS
    ]
    return max(cut, default=sound) if sound else 0


def _place(path: Path, header: Mapping[str, Any]) -> tuple[int, int]:
    start, rate = header.get(START), header.get(RATE)
    if type(start) is not int or type(rate) is not int or start < 0 or rate not in RATES:
        raise StorageError(
            f"{path} does not say where its sound begins.",
            ALONE,
        )
    return start, rate


def _lost(path: Path, header: Mapping[str, Any]) -> tuple[Span, ...]:
    """Kept journals of before 2026-11-30 do not say."""
    found = header.get(LOST, [])
    if not isinstance(found, list) or not all(_is_span(one) for one in found):
        raise StorageError(f"{path} does not say properly where the microphone was lost.", ALONE)
    return tuple(Span(*span) for span in found)


def _is_span(found: object) -> bool:
    return isinstance(found, list) and [type(frame) for frame in found] == [int, int]


def _rest(coach: Coach, entries: tuple[Entry, ...], start_ms: int, rate: int) -> Clip | None:
    """Silence for as long as the line that was being spoken still took.

    A line that was interrupted has no end in the journal; it is given the time until the journal
    ends, and will be interrupted again.
    """
    if coach.speaking is None:
        return None
    ends = [entry.at for entry in entries if entry.message == SpeechEnded(coach.speaking.token)]
    end_ms = ends[0] if ends else max(entry.at for entry in entries)
    rest_ms = min(max(0, end_ms - start_ms), LONGEST_MS)
    return Clip(np.zeros(rest_ms * rate // 1000, np.float32), rate)
