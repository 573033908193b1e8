"""What time it is for the person, to which the history belongs."""

from datetime import datetime


def wall_clock() -> datetime:
    """The wall clock of the person, with its offset from UTC."""
    return datetime.now().astimezone()
