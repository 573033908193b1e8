"""Compares two journals of one recording on two kinds of machine: what differs, and by how much.

.venv/bin/python scripts/pi/compare_journals.py build/here.jsonl build/there.jsonl
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from skill.core.messages import Heard, Ignored
from skill.errors import StorageError
from skill.journal import Entry, read_journal


def plain(entry: Entry) -> tuple[object, ...]:
    """What must be equal: everything but times and confidences."""
    message = entry.message
    if isinstance(message, Heard):
        return ("Heard", message.command, message.argument, message.phrase)
    if isinstance(message, Ignored):
        return ("Ignored", message.text, message.reason)
    return (message,)


def confidences(entries: tuple[Entry, ...]) -> list[float]:
    """How sure the ears were of each command."""
    return [entry.message.confidence for entry in entries if isinstance(entry.message, Heard)]


def main() -> int:
    """Compare; 1 if events or effects differ in more than times and confidences."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("here", type=Path, help="a journal, written with --journal")
    parser.add_argument("there", type=Path, help="the other machine's")
    chosen = parser.parse_args()
    try:
        _, here = read_journal(chosen.here)
        _, there = read_journal(chosen.there)
    except StorageError as error:
        parser.exit(2, f"compare_journals.py: {error}\n")
    same = sum(one == other for one, other in zip(here, there, strict=False))
    print(f"journals: {len(here)} and {len(there)} entries, {same} equal to the last digit")
    differ = [
        (one, other) for one, other in zip(here, there, strict=False) if plain(one) != plain(other)
    ]
    late = Counter(abs(one.at - other.at) for one, other in zip(here, there, strict=False))
    sure = [
        abs(one - other) for one, other in zip(confidences(here), confidences(there), strict=False)
    ]
    print(f"  times differ by (ms: how often): {dict(sorted(late.items()))}")
    print(f"  confidences of commands differ by at most {max(sure, default=0):.2g}")
    print(f"  entries that differ in anything else: {len(differ)}")
    for one, other in differ[:20]:
        print(f"    here  {one.to_json()}\n    there {other.to_json()}")
    return 1 if differ or len(here) != len(there) else 0


if __name__ == "__main__":
    sys.exit(main())
