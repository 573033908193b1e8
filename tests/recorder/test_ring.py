"""The ring holds the last minutes of both voices, and writes them as a session file."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.ports import Block, Pcm, Samples
from skill.recorder.ring import Ring
from tests.support.tones import sine

RATE, BLOCK = 16_000, 800


def block(number: int) -> Block:
    """A block whose samples tell which one it is."""
    return Block(number * BLOCK, np.full(BLOCK, number + 1, np.int16))


SILENCE = np.zeros(BLOCK, np.float32)


def fill(ring: Ring, start: int, end: int, played: Samples = SILENCE) -> None:
    for number in range(start, end):
        ring.hear(block(number), played)


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


def test_the_coach_lies_where_it_was_played(tmp_path: Path) -> None:
    ring, voice = Ring(3), sine(500, 0.5, RATE)
    fill(ring, 0, 10)
    for number in range(10):
        ring.hear(block(10 + number), voice[number * BLOCK : (number + 1) * BLOCK])
    fill(ring, 20, 30)
    _, coach = written(ring, tmp_path / "a.wav")
    assert not coach[: 10 * BLOCK].any()
    assert not coach[20 * BLOCK :].any()
    assert coach[10 * BLOCK : 20 * BLOCK] == pytest.approx(voice * 32767, abs=1)


def test_of_a_silent_coach_no_sound_is_kept() -> None:
    ring = Ring(3)
    fill(ring, 0, 10)
    fill(ring, 10, 20, sine(500, 0.05, RATE))
    cut = ring.cut()
    assert cut is not None
    assert [len(coach) for coach in cut.coach] == [0] * 10 + [BLOCK] * 10


def test_no_more_memory_is_held_than_the_sound_takes() -> None:
    ring = Ring(1)
    large = np.zeros(100 * BLOCK, np.int16)
    for number in range(100):
        ring.hear(Block(number * BLOCK, large[number * BLOCK : (number + 1) * BLOCK]), SILENCE)
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
