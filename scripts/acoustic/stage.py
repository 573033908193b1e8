"""How every stage runs: it goes on where it was stopped, and says in a sentence what stops it."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import Pool, get_context
from multiprocessing.pool import Pool as Workers
from pathlib import Path

README = "scripts/acoustic/README.md"


def stage(main: Callable[[], None]) -> None:
    """A stage's program; what is missing, a full disk and Ctrl-C end it with one sentence."""
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped; the same command goes on from here.")
    except FileNotFoundError as missing:
        sys.exit(f"{missing.filename} is not there; {README} says where it comes from.")
    except OSError as problem:
        sys.exit(f"{problem.filename or 'Writing failed'}: {problem.strerror}.")
    except subprocess.CalledProcessError as failed:
        sys.exit(f"{failed.cmd[0]} failed ({failed.returncode}). {failed.stderr or ''}".strip())


def workers(jobs: int) -> Workers:
    """Processes that leave Ctrl-C to the one that they work for."""
    return Pool(jobs, signal.signal, (signal.SIGINT, signal.SIG_IGN))


@contextmanager
def beside(
    work: Callable[..., Iterator[object]], tasks: Sequence[tuple[object, ...]]
) -> Iterator[None]:
    """Processes beside this one, ended at the end of the block or with this one.

    Args:
        work: makes a generator, which a process goes through step by step.
        tasks: what it is called with, one for each process; tensors are shared as they are.
    """
    processes = [
        get_context("fork").Process(target=_step_on, args=(work, task), daemon=True)
        for task in tasks
    ]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _step_on(work: Callable[..., Iterator[object]], task: tuple[object, ...]) -> None:
    first = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for _ in work(*task):
        if os.getppid() != first:
            return


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """Where to write a file, which appears under its name only when it is whole.

    Raises:
        OSError: if the disk is full, whatever error the writer makes of that.
    """
    unfinished = file.with_suffix(f".part{file.suffix}")
    try:
        yield unfinished
    except RuntimeError as problem:  # soundfile's and torch's
        if shutil.disk_usage(file.parent).free:
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file)) from problem
    unfinished.rename(file)


def lines_of(file: Path) -> list[str]:
    """The lines of a file that a stage adds to, made if missing; a last one that was broken off,
    when the stage was killed, is taken away.
    """
    file.touch()
    text = file.read_bytes()
    end = text.rfind(b"\n") + 1
    if end < len(text):
        os.truncate(file, end)
    return text[:end].decode().splitlines()
