"""Which programs hold a sound card: Linux shows every open file."""

import re
from pathlib import Path

_CARD = re.compile(r"\(hw:(\d+),(\d+)\)")
"""As PortAudio names ALSA's devices: "USB Audio (hw:1,0)"."""


def holders(device: str, *, capture: bool, proc: Path = Path("/proc")) -> tuple[str, ...]:
    """Names of the programs, with their process ids, that have a device open.

    Args:
        device: PortAudio's name for it.
        capture: whether its microphone is meant, rather than its speaker.
        proc: where the kernel shows its processes.

    Returns:
        "arecord (process 812)" and so on; nothing for a device that is no card's own, and for
        processes of other people, which only root can see into.
    """
    card = _CARD.search(device)
    if card is None:
        return ()
    file = f"/dev/snd/pcmC{card[1]}D{card[2]}{'c' if capture else 'p'}"
    found = [process for process in proc.glob("[0-9]*") if _has_open(process, file)]
    return tuple(sorted(f"{_name(process)} (process {process.name})" for process in found))


def _has_open(process: Path, file: str) -> bool:
    try:
        return any(str(number.readlink()) == file for number in (process / "fd").iterdir())
    except OSError:  # gone meanwhile, or somebody else's
        return False


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8").strip()
    except OSError:
        return "a program"
