"""What an hour writes to the memory card, out of a session's journal.

    ./scripts/coach replay skill/data/sessions/demo.ogg --quiet --journal build/here.jsonl
    .venv/bin/python scripts/pi/card.py build/here.jsonl

A line of the journal goes to the page cache, and to the card some 30 s later (the kernel's
vm.dirty_expire_centisecs), a whole page at a time; a bookmark is synced at once, and costs about
four blocks of ext4: the data, the inode, the folder, and its own log's commit.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from skill.core.messages import Remember
from skill.errors import StorageError
from skill.journal import read_journal

BLOCK = 4096
BOOKMARK_BLOCKS = 4
FLUSH_MS = 30_000


def main() -> None:
    """Print bytes an hour of this session, as the program writes and as the card sees them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("journal", type=Path, help="a session's, written with --journal")
    path: Path = parser.parse_args().journal
    try:
        _, entries = read_journal(path)
    except StorageError as error:
        parser.exit(2, f"card.py: {error}\n")
    hours = entries[-1].at / 3_600_000 if entries else 0
    if not hours:
        parser.exit(2, f"card.py: the session in {path} ends where it begins.\n")
    bookmarks = sum(isinstance(entry.message, Remember) for entry in entries)
    flushes = len({entry.at // FLUSH_MS for entry in entries})
    journal = path.stat().st_size
    on_card = bookmarks * BOOKMARK_BLOCKS * BLOCK + flushes * 3 * BLOCK + journal
    print(f"session of {hours * 60:.1f} min: journal {journal} bytes, {bookmarks} bookmarks")
    print(f"an hour of it: {journal / hours / 1e3:.0f} kB written by the program in journals,")
    print(f"some {on_card / hours / 1e6:.1f} MB on the card; asleep: nothing")


if __name__ == "__main__":
    main()
