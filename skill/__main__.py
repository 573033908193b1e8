"""`python -m skill` is the same as `roller-coach`."""

import signal
import sys

from skill.errors import PackageError


def main() -> None:
    """Run the command line, as soon as it is there."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Nothing is begun yet that Ctrl-C could cut short, and Python would show where it was.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from skill.cli import main as run  # noqa: PLC0415 - click may be missing
    except ModuleNotFoundError as failure:
        package = (failure.name or "").partition(".")[0]
        if package in {"", "skill"}:
            raise
        sys.exit(f"roller-coach: {PackageError(package)}")  # with 1, as its own exit code is
    run()


if __name__ == "__main__":
    main()
