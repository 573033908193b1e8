"""Everything that can go wrong and is not our bug.

    CoachError                    exit code
    ├── ContentError              3    a routine, phrase or command file
    ├── RecordingError            4    an audio file that cannot be read, or holds nothing
    ├── ModelError                5    a recogniser's model: missing, truncated, unknown word
    ├── VoiceError                6    a voice: missing, truncated, not a voice
    ├── DeviceError               7    a microphone or speaker
    ├── StorageError              8    a journal, cache or state that cannot be written or read
    ├── DownloadError             9    the network, a checksum, an archive
    ├── SettingsError            10    a settings file or flag
    ├── PackageError              1    a Python package that is not there
    └── ExpectationError          1    a replay or rehearsal that went differently

An error's text is what a person reads: one sentence that names the file and the place, and one
that says what to do. Exit code 2 is the command line's own (wrong usage), 130 is Ctrl-C.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

PROGRAM = Path(__file__).parents[1]


def printable(text: str) -> str:
    """The text in one line, with what is no letter as an escape: a terminal would obey it."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def listed(items: Iterable[str]) -> tuple[str, ...]:
    """A line for each item of a list."""
    return tuple(f"  - {item}" for item in items)


def counted(number: int, what: str) -> str:
    """How many there are, as "1 line" or "6 lines"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def mistakes_in(what: str, mistakes: Sequence[str]) -> str:
    """How many there are: what stands above a list of them."""
    return f"{counted(len(mistakes), 'mistake')} in {what}:"


class CoachError(Exception):
    """Base of all expected errors.

    Args:
        problem: one sentence: which file or thing, where in it, what is wrong.
        remedy: one sentence: what the person can do about it.
        lines: what there is several of; each stands in a line of its own, between the two.
    """

    exit_code = 1

    def __init__(self, problem: str, remedy: str, lines: Sequence[str] = ()) -> None:
        super().__init__(problem, remedy, lines)
        self.problem = problem
        self.remedy = remedy
        self.lines = tuple(lines)

    @property
    def advice(self) -> str:
        """What follows the problem: the lines, if there are any, and the remedy."""
        return "\n".join(printable(line) for line in (*self.lines, self.remedy) if line)

    def __str__(self) -> str:
        between = "\n" if self.lines else " "
        # Only we break lines: a name in a sentence, which has a break in it, is other people's.
        return f"{printable(self.problem)}{between}{self.advice}"


class ContentError(CoachError):
    """One or more mistakes in content files, all of them at once.

    Args:
        mistakes: one finished sentence each, naming file, place and remedy.
    """

    exit_code = 3

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__(mistakes_in("the content", mistakes), "", listed(mistakes))
        self.args = (mistakes,)  # with which another process makes it anew
        self.mistakes = tuple(mistakes)


class RecordingError(CoachError):
    """An audio file that is missing, broken, empty or in an unknown format."""

    exit_code = 4


class ModelError(CoachError):
    """A recogniser's model that is missing, truncated or lacks a word."""

    exit_code = 5


class VoiceError(CoachError):
    """A voice that is missing, truncated or no voice at all, or a text it cannot say."""

    exit_code = 6


class DeviceError(CoachError):
    """A microphone or speaker that is missing, busy or refuses the format."""

    exit_code = 7


class StorageError(CoachError):
    """A journal, cache, state or output file that cannot be written or read back."""

    exit_code = 8


def forbidden(failure: PermissionError) -> StorageError:
    """What it comes to that a file or folder may not be looked at, as in another person's home."""
    return StorageError(
        f"{failure.filename} cannot be used: {failure.strerror}.",
        "Make sure that whoever runs the coach may read it, and the folders above it.",
    )


class DownloadError(CoachError):
    """A download that failed, does not match its checksum, or is not a safe archive."""

    exit_code = 9


class SettingsError(CoachError):
    """A settings file or a flag with a value that cannot be used."""

    exit_code = 10


class PackageError(CoachError):
    """A Python package that the coach needs, and that is not there."""

    exit_code = 1

    def __init__(self, name: str) -> None:
        super().__init__(f"The Python package {name} is missing.", install_again())


def install_again(environment: Path = Path(sys.prefix)) -> str:
    """What brings back every Python package, as a sentence.

    Args:
        environment: the folder of the Python that runs the coach.
    """
    # Set up by scripts/coach, and by scripts/install-pi.
    if environment == PROGRAM / ".venv":
        return f"Delete the folder {environment}, and run ./scripts/coach, which makes it anew."
    if environment == PROGRAM / "venv":
        return "Start scripts/install-pi of your bundle or clone again."
    return "Install the coach again, with --force-reinstall if that was by pip."


class ExpectationError(CoachError):
    """A replay or rehearsal that went differently from what was expected."""

    exit_code = 1
