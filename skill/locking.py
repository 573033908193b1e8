"""One process at a time."""

import fcntl


def try_lock(handle: int) -> bool:
    """Lock an open file or folder, as long as it is open, unless somebody else has.

    A file that is locked should never be deleted: a third process could lock a new one of the same
    name.

    Args:
        handle: its descriptor.

    Returns:
        True; False if it is open elsewhere, and locked there.

    Raises:
        OSError: if the disk knows no locks.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
