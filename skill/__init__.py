"""Roller coach: an offline voice coach for foam rolling.

What other programs may rely on is in `__all__`; it changes only with the major version
(https://semver.org). Everything else is ours. A session with devices of your own:

    from skill import embed, read_settings

    with embed(read_settings(), microphone, loudspeaker, observers=[watcher]) as session:
        session.run()

`examples/own_devices.py` is a whole program.
"""

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from skill.core.coach import Coach, Phase
    from skill.core.messages import (
        Bookmark,
        Chime,
        Effect,
        Event,
        Finish,
        Heard,
        Hush,
        Ignored,
        Say,
        SpeechEnded,
    )
    from skill.core.vocabulary import Command
    from skill.embedding import embed
    from skill.errors import CoachError
    from skill.ports import (
        AudioSource,
        Block,
        BlockKind,
        Clip,
        Hands,
        Press,
        Recognizer,
        Speaker,
        Voice,
    )
    from skill.session import Observer, Session
    from skill.settings import Settings, read_settings

_HOMES = {
    "skill.core.coach": ("Coach", "Phase"),
    "skill.core.messages": (
        "Bookmark", "Chime", "Effect", "Event", "Finish", "Heard", "Hush", "Ignored", "Say",
        "SpeechEnded",
    ),
    "skill.core.vocabulary": ("Command",),
    "skill.embedding": ("embed",),
    "skill.errors": ("CoachError",),
    "skill.ports": (
        "AudioSource", "Block", "BlockKind", "Clip", "Hands", "Press", "Recognizer", "Speaker",
        "Voice",
    ),
    "skill.session": ("Observer", "Session"),
    "skill.settings": ("Settings", "read_settings"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AudioSource",
    "Block",
    "BlockKind",
    "Bookmark",
    "Chime",
    "Clip",
    "Coach",
    "CoachError",
    "Command",
    "Effect",
    "Event",
    "Finish",
    "Hands",
    "Heard",
    "Hush",
    "Ignored",
    "Observer",
    "Phase",
    "Press",
    "Recognizer",
    "Say",
    "Session",
    "Settings",
    "Speaker",
    "SpeechEnded",
    "Voice",
    "__version__",
    "embed",
    "read_settings",
]


def __getattr__(name: str) -> object:
    """Import what is asked for: `import skill` alone must stay quick."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOME_OF]
