"""Who does the work: this process, several processes of this machine, or a Dask cluster."""

import importlib.util
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

from skill.errors import CoachError

Task = TypeVar("Task")
Done = TypeVar("Done")

PATIENCE_S = 10
"""How long a scheduler may take to answer, and its first worker to come."""
WORKERS = "`dask worker ADDRESS --nthreads 1`"


def require(cluster: str = "") -> None:
    """Make sure, before any work, that there is somebody to do it.

    Raises:
        CoachError: if joblib is not installed, or, for a cluster, Dask.
    """
    needed = [("joblib", "evaluate"), *([("distributed", "cluster")] if cluster else [])]
    for module, extra in needed:
        if importlib.util.find_spec(module) is None:
            raise CoachError(
                f"{module}, which divides the work, is not installed.",
                f'Install it with: pip install "roller-coach[{extra}]".',
            )


def share_out(
    work: Callable[[Task], Done], tasks: Sequence[Task], jobs: int, cluster: str = ""
) -> Iterator[tuple[int, Done]]:
    """Do all tasks; yield each one's place among them and its result, as they are finished.

    Args:
        work: a function of a module, so that other processes find it.
        tasks: what to do; everything about them can be pickled.
        jobs: processes of this machine; 1 stays in this one.
        cluster: address of a Dask scheduler that does the work instead; empty for none.

    Raises:
        CoachError: if the scheduler does not answer, has no workers or goes away, or a process ends
            in the middle of its work; and whatever `work` raises.
    """
    require(cluster)
    if cluster:
        yield from _by_cluster(work, tasks, cluster)
        return
    import joblib  # noqa: PLC0415 - an extra

    with _nobody_ends_early():
        parallel = joblib.Parallel(n_jobs=jobs, batch_size=1, return_as="generator_unordered")
        with _answering_for_all():
            done = parallel(joblib.delayed(_numbered)(work, *task) for task in enumerate(tasks))
        yield from done


def alone(work: Callable[[Task], Done], task: Task) -> Done:
    """Do one task in a process that has done nothing else before.

    Raises:
        CoachError: if that process ends in the middle of it; and whatever `work` raises.
    """
    context = get_context("spawn")
    with _nobody_ends_early(), ProcessPoolExecutor(1, mp_context=context) as executor:
        return executor.submit(work, task).result()


@contextmanager
def _nobody_ends_early() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as failure:  # joblib's own is one of these
        raise CoachError(
            "A process that was listening was ended from outside.",
            "Most likely memory was short: begin again with fewer --jobs.",
        ) from failure


@contextmanager
def _answering_for_all() -> Iterator[None]:
    """Processes that begin in this block never see a Ctrl-C, which comes to all of a terminal's:
    in the middle of their start each would print a traceback. This one ends them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A mask would be no use: who starts a resource tracker takes it off.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _numbered(work: Callable[[Task], Done], place: int, task: Task) -> tuple[int, Done]:
    return place, work(task)


def _by_cluster(
    work: Callable[[Task], Done], tasks: Sequence[Task], address: str
) -> Iterator[tuple[int, Done]]:
    # Not by joblib's bridge to Dask: it waits for ever for a scheduler that is gone, and does the
    # work of a cluster with one worker in this process.
    from distributed import KilledWorker, as_completed  # noqa: PLC0415 - an extra

    with _unheard("distributed.client"), _client(address) as client:
        _wait_for_a_worker(client, address)
        places = range(len(tasks))
        futures = client.map(_numbered, [work] * len(tasks), places, tasks, pure=False)
        finished: Any = as_completed
        try:
            for future in finished(futures, loop=client.loop):
                yield future.result()
        except CancelledError as failure:
            raise CoachError(
                f"The Dask scheduler at {address} is gone.", "Start it and its workers again."
            ) from failure
        except KilledWorker as failure:
            raise CoachError(
                "Several workers of the cluster ended in the middle of the same work.",
                f"Most likely memory was short: start fewer with {WORKERS} on each machine.",
            ) from failure


def _wait_for_a_worker(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError as failure:
        raise CoachError(
            f"The Dask scheduler at {address} has no workers.", f"Start some with {WORKERS}."
        ) from failure


@contextmanager
def _unheard(name: str) -> Iterator[None]:
    """Keep a library's complaints from the terminal; what they are about is told in a sentence."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _client(address: str) -> Any:
    from distributed import Client  # noqa: PLC0415 - an extra
    from distributed.comm.addressing import get_address_host  # noqa: PLC0415 - an extra

    try:
        # A client of what is no address is only half made, and complains when it is collected.
        understand: Any = get_address_host  # has no types
        understand(address)
        connect: Any = Client  # has no types
        return connect(address, timeout=PATIENCE_S, set_as_default=False)
    except (OSError, ValueError) as failure:
        raise CoachError(
            f"No Dask scheduler answers at {address}.",
            f"Start one with `dask scheduler`, and workers with {WORKERS}.",
        ) from failure
