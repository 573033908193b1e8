"""The same work by one process, by two, and by a cluster."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skill.errors import CoachError, RecordingError
from skill.evaluation.condition import Condition
from skill.evaluation.crew import alone, require, share_out
from skill.evaluation.runner import Chunk, hear, peak_memory_mb
from skill.evaluation.scene import Surroundings
from skill.evaluation.trial import Trial
from skill.recipes import recipe
from skill.settings import Settings
from tests.evaluation.clips import clip, timeless
from tests.support.waiting import LONG_S

NAMES = ("stop.flite-slt", "next.espeak-Michael", "goodbye.flite-slt", "yes.espeak-steph3")
EARS = recipe(Settings())
WORK = tuple(
    Chunk(EARS, Condition(), (clip(name, name.partition(".")[0]),), Surroundings())
    for name in NAMES
)


@pytest.fixture(scope="module")
def found() -> list[Trial]:
    """What one process finds."""
    return results(1)


def results(jobs: int, cluster: str = "") -> list[Trial]:
    done = dict(share_out(hear, WORK, jobs, cluster))
    assert sorted(done) == list(range(len(WORK)))
    return timeless([trial for place in sorted(done) for trial in done[place]])


def meet(folder: Path) -> int:
    """Wait for another process that does the same; how many have come."""
    (folder / str(os.getpid())).touch()
    until = time.monotonic() + LONG_S
    while len(list(folder.iterdir())) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    return len(list(folder.iterdir()))


def both_work(folder: Path, jobs: int, cluster: str = "") -> bool:
    return set(dict(share_out(meet, [folder, folder], jobs, cluster)).values()) == {2}


def test_two_processes_find_what_one_finds(found: list[Trial], tmp_path: Path) -> None:
    assert len(found) == len(NAMES)
    assert any(trial.candidates for trial in found)
    assert results(2) == found
    assert both_work(tmp_path, 2)


@pytest.mark.cluster
@pytest.mark.filterwarnings("ignore")  # Dask's own, on the way down
def test_two_workers_of_a_cluster_find_what_one_process_finds(
    found: list[Trial], tmp_path: Path
) -> None:
    import distributed  # noqa: PLC0415 - slow, and only here

    start: Any = distributed.LocalCluster
    with start(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        assert both_work(tmp_path, 1, cluster.scheduler_address)
        assert results(1, cluster.scheduler_address) == found


CLUSTER = """
from distributed import LocalCluster
cluster = LocalCluster(n_workers=0, threads_per_worker=1, processes=False, protocol="tcp://",
                       dashboard_address=None)
print(cluster.scheduler_address, flush=True)
input()
cluster.scale(1)
input()
"""


@pytest.mark.cluster
def test_a_scheduler_that_is_gone_or_has_no_workers_is_waited_for_no_longer(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", CLUSTER]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as cluster:
        assert cluster.stdin is not None
        assert cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        with monkeypatch.context() as patch:
            patch.setattr("skill.evaluation.crew.PATIENCE_S", 1)
            with pytest.raises(CoachError, match=r"no workers\. Start some with `dask worker"):
                list(share_out(abs, [1], 1, address))
        print(file=cluster.stdin, flush=True)
        found = share_out(whose_after, [0.0, LONG_S], 1, address)
        assert next(found) == (0, cluster.pid), "one worker does the work as well"
        cluster.kill()
        with pytest.raises(CoachError, match="is gone"):
            next(found)
    assert capfd.readouterr().err == ""


def whose_after(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def test_a_mistake_in_another_process_is_explained_here(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    (one,) = WORK[0].clips[:1]
    broken = replace(WORK[0], clips=(replace(one, path=tmp_path / "a.wav"),))
    with pytest.raises(RecordingError, match="not a sound file"):
        list(share_out(hear, [broken, broken], 2))


def test_a_process_that_is_ended_from_outside_is_explained() -> None:
    # As by the kernel, where memory is short.
    for begin in (
        lambda: list(share_out(signal.raise_signal, [signal.SIGKILL] * 2, 2)),
        lambda: alone(signal.raise_signal, signal.SIGKILL),
    ):
        with pytest.raises(CoachError, match="fewer --jobs"):
            begin()


def test_ctrl_c_is_this_processs_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    assert set(dict(share_out(signal.getsignal, [signal.SIGINT] * 2, 2)).values()) == {
        signal.SIG_IGN
    }
    assert signal.getsignal(signal.SIGINT) is before


def test_nobody_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skill.evaluation.crew.PATIENCE_S", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:none"):
        with pytest.raises(CoachError, match="dask scheduler"):
            list(share_out(hear, WORK, 1, address))


def test_what_is_no_address_leaves_nothing_that_complains() -> None:
    program = "from skill.evaluation.crew import share_out; list(share_out(print, [1], 1, 'x'))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "No Dask scheduler answers at x." in done.stderr
    assert "Exception ignored" not in done.stderr


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    require("tcp://somewhere")
    monkeypatch.setitem(sys.modules, "distributed", None)
    require()
    with pytest.raises(CoachError, match=r"roller-coach\[cluster\]"):
        require("tcp://somewhere")
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(CoachError, match=r"roller-coach\[evaluate\]"):
        require()


def test_memory_of_a_fresh_process_is_that_of_the_ears_alone() -> None:
    ballast = bytearray(400_000_000)
    assert 20 < alone(peak_memory_mb, WORK[0]) < 300 < len(ballast) / 1e6
