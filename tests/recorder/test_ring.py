"""The ring holds the last minutes of both voices, and writes them as a session file."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.ports import Block, Clip, Pcm
from skill.recorder.ring import Ring
from tests.support.tones import sine

RATE, BLOCK = 16_000, 800


def block(number: int) -> Block:
    """A block whose samples tell which one it is."""
    return Block(number * BLOCK, np.full(BLOCK, number + 1, np.int16))


def fill(ring: Ring, start: int, end: int) -> None:
    for number in range(start, end):
        ring.hear(block(number))


def written(ring: Ring, path: Path) -> tuple[Pcm, Pcm]:
    cut = ring.cut()
    assert cut is not None
    cut.write(path)
    both, rate = soundfile.read(path, dtype="int16")
    assert rate == RATE
    return both[:, 0], both[:, 1]


def test_before_the_first_block_there_is_nothing() -> None:
    assert Ring(10).cut() is None


def test_the_oldest_blocks_are_forgotten(tmp_path: Path) -> None:
    ring = Ring(1)
    fill(ring, 0, 100)
    cut = ring.cut()
    assert cut is not None
    assert cut.start_frame == 80 * BLOCK
    person, coach = written(ring, tmp_path / "a.wav")
    assert list(person[::BLOCK]) == list(range(81, 101))
    assert not coach.any()


def test_clips_lie_where_they_were_played_and_end_where_they_were_stopped(tmp_path: Path) -> None:
    ring = Ring(3)
    fill(ring, 0, 10)
    ring.play(Clip(sine(500, 2, RATE), RATE), at=10 * BLOCK)
    fill(ring, 10, 20)
    ring.stop(20 * BLOCK)
    fill(ring, 20, 30)
    _, coach = written(ring, tmp_path / "a.wav")
    sounding = np.flatnonzero(np.abs(coach) > 100)
    assert sounding[0] == pytest.approx(10 * BLOCK, abs=20)
    assert sounding[-1] == pytest.approx(20 * BLOCK, abs=RATE // 100)


@pytest.mark.parametrize("stopped", [False, True])
def test_a_clip_that_began_before_the_ring_does_is_heard_from_its_middle(
    tmp_path: Path, *, stopped: bool
) -> None:
    ring = Ring(1)
    fill(ring, 0, 2)
    ring.play(Clip(sine(500, 2, RATE), RATE), at=2 * BLOCK)
    if stopped:
        ring.stop(4 * BLOCK)
    fill(ring, 2, 60)  # begins at block 40, where 0.1 s of the clip is left
    _, coach = written(ring, tmp_path / "a.wav")
    sounding = np.flatnonzero(coach)
    if stopped:
        assert len(sounding) == 0
    else:
        assert sounding[-1] == pytest.approx(2 * BLOCK, abs=10)


def test_orders_do_not_pile_up() -> None:
    ring = Ring(1)
    for number in range(400):
        ring.play(Clip(sine(500, 0.1, RATE), RATE), at=number * BLOCK)
        ring.hear(block(number))
    cut = ring.cut()
    assert cut is not None
    assert len(cut.orders) <= 22


def test_no_more_memory_is_held_than_the_sound_takes() -> None:
    ring = Ring(1)
    large = np.zeros(100 * BLOCK, np.int16)
    for number in range(100):
        ring.hear(Block(number * BLOCK, large[number * BLOCK : (number + 1) * BLOCK]))
    cut = ring.cut()
    assert cut is not None
    assert all(one.pcm.base is None for one in cut.blocks)


def test_what_was_cut_does_not_change_any_more() -> None:
    ring = Ring(1)
    fill(ring, 0, 20)
    cut = ring.cut()
    fill(ring, 20, 40)
    assert cut is not None
    assert [one.start_frame for one in cut.blocks] == [n * BLOCK for n in range(20)]
