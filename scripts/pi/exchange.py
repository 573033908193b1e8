"""Two folders change places in one step: `python3 exchange.py ONE OTHER`.

renameat2(2) with RENAME_EXCHANGE, which ext4, btrfs, xfs, f2fs and tmpfs know. Where the file
system does not (overlays, FAT), three renames do it, and a cut between them is mended by the next
installation. Runs on the system's bare Python.
"""

import ctypes
import os
import sys

AT_FDCWD = -100
RENAME_EXCHANGE = 2


def exchanged_at_once(one: bytes, other: bytes) -> bool:
    """Try the one step; False if this system cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    rename: ctypes._NamedFuncPointer | None = getattr(libc, "renameat2", None)
    return rename is not None and not rename(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE)


def main() -> None:
    """Exchange, and see to it that it is on the disk."""
    one, other = sys.argv[1:]
    if not exchanged_at_once(os.fsencode(one), os.fsencode(other)):
        between = f"{one}.between"
        os.rename(other, between)  # noqa: PTH104 # one rename beside the other
        os.rename(one, other)  # noqa: PTH104
        os.rename(between, one)  # noqa: PTH104
    folder = os.open(os.path.dirname(os.path.abspath(other)), os.O_RDONLY)  # noqa: PTH100, PTH120
    os.fsync(folder)
    os.close(folder)


if __name__ == "__main__":
    main()
