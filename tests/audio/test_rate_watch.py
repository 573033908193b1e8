"""A dead or slow device is found out; a hiccup, a lump or a nap of ours is not taken for one."""

from collections.abc import Callable

import numpy as np
import pytest

from skill.audio.rate_watch import RateWatch, Verdict

RATE = 48_000


def watched(frames: Callable[[float], float], seconds: float = 12) -> list[tuple[float, Verdict]]:
    """Verdicts every 0.1 s over a stream that has had so many frames by then."""
    watch = RateWatch(RATE)
    times = np.arange(0, seconds, 0.1)
    return [(at, watch.look(round(frames(at)), at)) for at in times]


def first(verdicts: list[tuple[float, Verdict]], wanted: Verdict) -> float:
    return next((at for at, verdict in verdicts if verdict is wanted), float("inf"))


@pytest.mark.parametrize("speed", [0.96, 1.0, 1.04])
def test_95_to_105_percent_is_good_within_five_seconds(speed: float) -> None:
    verdicts = watched(lambda at: speed * RATE * at)
    assert {verdict for _, verdict in verdicts} == {Verdict.TOO_SOON, Verdict.GOOD}
    assert first(verdicts, Verdict.GOOD) <= 5


@pytest.mark.parametrize("speed", [0.3, 0.5, 0.94, 1.06, 2.0])
def test_any_other_rate_is_wrong_within_five_seconds(speed: float) -> None:
    verdicts = watched(lambda at: speed * RATE * at)
    assert first(verdicts, Verdict.WRONG) <= 5
    assert first(verdicts, Verdict.GOOD) == float("inf")


def test_no_frame_for_a_second_has_stopped() -> None:
    verdicts = watched(lambda at: RATE * min(at, 7.0))
    assert first(verdicts, Verdict.STOPPED) == pytest.approx(8.0, abs=0.15)


def test_a_stream_that_never_begins_has_stopped() -> None:
    assert first(watched(lambda _at: 0), Verdict.STOPPED) == pytest.approx(1.0, abs=0.05)


def test_a_device_that_takes_its_time_to_start_is_good() -> None:
    verdicts = watched(lambda at: RATE * max(0.0, at - 0.9))
    assert first(verdicts, Verdict.WRONG) == float("inf")
    assert first(verdicts, Verdict.GOOD) < 5.7, "the start is no part of the rate"


@pytest.mark.parametrize("made_up", [True, False], ids=["made up for", "lost"])
def test_a_hiccup_of_nearly_a_second_is_forgiven(made_up: bool) -> None:
    def frames(at: float) -> float:
        if at < 5:
            return RATE * at
        if at < 5.9:
            return RATE * 5
        return RATE * (at if made_up else at - 0.9)

    assert {v for _, v in watched(frames, 20)} == {Verdict.TOO_SOON, Verdict.GOOD}


def test_lumps_of_a_twentieth_of_a_second_are_good() -> None:
    verdicts = watched(lambda at: RATE * (at // 0.053) * 0.053, 30)
    assert {verdict for _, verdict in verdicts} == {Verdict.TOO_SOON, Verdict.GOOD}


def test_half_a_rate_in_lumps_is_wrong() -> None:
    verdicts = watched(lambda at: 0.5 * RATE * (at // 0.053) * 0.053)
    assert first(verdicts, Verdict.WRONG) <= 5


# Shares of the rate in each tenth of a second, of a speaker while seven programs wanted each core.
BUSY = (
    0.22, 0.0, 0.0, 0.0, 0.09, 0.71, 0.82, 1.08, 1.13, 1.01, 0.59, 0.98, 0.12, 1.42, 0.22,
    0.04, 1.61, 0.96, 0.09, 0.75, 0.44, 1.28, 1.1, 0.57, 1.48, 1.0, 0.13, 0.52, 0.03, 0.5,
    1.5, 0.48, 0.75, 1.0, 0.13, 0.52, 0.03, 0.5, 0.09, 0.75, 0.44, 1.28, 0.12, 1.42, 0.22,
)  # fmt: skip


def test_what_a_busy_machine_loses_is_no_wrong_rate() -> None:
    watch = RateWatch(RATE)
    seconds = np.cumsum((0.1, *BUSY)) / 10
    verdicts = {watch.look(round(RATE * had), n * 0.1001) for n, had in enumerate(seconds)}
    assert max(sum(BUSY[at : at + 15]) / 15 for at in (0, 15, 30)) < 0.95, "each is too little"
    assert verdicts == {Verdict.TOO_SOON}


def test_while_nobody_looked_nothing_is_known() -> None:
    watch = RateWatch(RATE)
    for at in np.arange(0, 6, 0.1):
        watch.look(round(RATE * at), at)
    # A process stopped for 10 s, or a machine suspended: no frames have come meanwhile.
    for at in np.arange(16, 22, 0.1):
        assert watch.look(round(RATE * (at - 10.1)), at) in {Verdict.TOO_SOON, Verdict.GOOD}
