"""Finds what clips are to be mixed with, and says what is missing."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from skill.errors import SettingsError
from skill.evaluation.condition import Condition, Trouble
from skill.evaluation.manifest import LabelledClip
from skill.evaluation.scene import Surroundings

ENDINGS = frozenset({".wav", ".flac", ".ogg", ".opus", ".oga"})
NOT_SPEECH = frozenset({"noise", "music"})
"""Kinds of clips in which nobody speaks."""
TALKERS, OF_EACH = 60, 2
"""Clips that babbles are made of, and how many of one speaker."""
SPEAKERS = 3


def gather(
    conditions: Sequence[Condition],
    clips: Sequence[LabelledClip],
    noise: Path | None,
    music: Path | None,
    rooms: Path | None,
) -> Surroundings:
    """What the conditions need, and nothing else.

    Args:
        conditions: the conditions of a run.
        clips: every clip of the manifests; some of them babble.
        noise: a folder of sound files, looked through with all that is in it.
        music: another one.
        rooms: another one, with impulse responses.

    Raises:
        SettingsError: if a folder is missing or holds no sound, or too few people are there for
            a babble.
    """
    troubles = {condition.trouble for condition in conditions}
    return Surroundings(
        noises=_files("noise", noise) if Trouble.NOISE in troubles else (),
        music=_files("music", music) if Trouble.MUSIC in troubles else (),
        rooms=_files("rooms", rooms) if troubles & {Trouble.ROOM, Trouble.FAR} else (),
        talkers=_talkers(clips) if Trouble.BABBLE in troubles else (),
    )


def _files(option: str, folder: Path | None) -> tuple[Path, ...]:
    if folder is None:
        raise SettingsError(
            f"One of the conditions needs a folder of {option}.", f"Name it with --{option} FOLDER."
        )
    every = folder.rglob("*")
    found = sorted(path.absolute() for path in every if path.suffix.lower() in ENDINGS)
    if not found:
        raise SettingsError(
            f"There are no sound files in {folder}.", f"Name another folder with --{option}."
        )
    return tuple(found)


def _talkers(clips: Sequence[LabelledClip]) -> tuple[LabelledClip, ...]:
    found = tuple(_some(clips))[:TALKERS]
    if len({clip.speaker for clip in found}) < SPEAKERS:
        raise SettingsError(
            f"A babble needs at least {SPEAKERS} speakers.",
            "Fill the manifest's column speaker, or leave babble out.",
        )
    return found


def _some(clips: Sequence[LabelledClip]) -> Iterator[LabelledClip]:
    """People before machines, other talk before commands; else in an order that is nobody's."""
    taken: Counter[str] = Counter()
    speech = (clip for clip in clips if clip.kind not in NOT_SPEECH and clip.speaker)
    for clip in sorted(speech, key=_rank):
        taken[clip.speaker] += 1
        if taken[clip.speaker] <= OF_EACH:
            yield clip


def _rank(clip: LabelledClip) -> tuple[bool, bool, bytes]:
    name = f"{clip.name} {clip.start_s}"
    return clip.synthetic, bool(clip.expected), hashlib.sha256(name.encode()).digest()
