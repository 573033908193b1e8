"""Time stays true whatever is lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.audio.block_builder import BlockBuilder
from skill.ports import Block, BlockKind, Pcm
from tests.support.tones import first_sound, int16, sine

STEP = st.tuples(st.booleans(), st.integers(1, 4000))


@settings(max_examples=100)
@given(steps=st.lists(STEP, max_size=40), rate=st.sampled_from([16_000, 44_100, 48_000]))
def test_blocks_are_equal_contiguous_and_as_long_as_what_came_in(
    steps: list[tuple[bool, int]], rate: int
) -> None:
    builder = BlockBuilder(rate, 16_000, 800)
    blocks: list[Block] = []
    for is_lost, frames in steps:
        blocks += builder.lost(frames) if is_lost else builder.heard(np.ones(frames, np.int16))
    assert [block.start_frame for block in blocks] == list(range(0, 800 * len(blocks), 800))
    assert all(len(block.pcm) == 800 for block in blocks)
    came_in = sum(frames for _, frames in steps) * 16_000 / rate
    assert 0 <= came_in - 800 * len(blocks) <= 800 + 0.05 * 16_000
    assert all(not block.pcm.any() for block in blocks if block.kind is BlockKind.LOST)


def feed(builder: BlockBuilder, pcm: Pcm) -> list[Block]:
    return [b for at in range(0, len(pcm), 500) for b in builder.heard(pcm[at : at + 500])]


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_sound_after_a_loss_comes_at_its_true_time(rate: int) -> None:
    builder = BlockBuilder(rate, 16_000, 800)
    blocks = feed(builder, np.zeros(rate, np.int16))
    blocks += builder.lost(rate // 2)
    blocks += feed(builder, np.zeros(rate // 2, np.int16))
    blocks += feed(builder, int16(sine(1000, 1, rate)))
    sound = np.concatenate([block.pcm for block in blocks])
    assert first_sound(sound, 2000) == pytest.approx(32_000, abs=16)
    lost = [block.start_frame for block in blocks if block.kind is BlockKind.LOST]
    assert lost == list(range(16_000, 24_000, 800))


def test_one_lost_frame_marks_the_block_it_was_in_and_no_other() -> None:
    builder = BlockBuilder(16_000, 16_000, 800)
    ones = np.ones(1000, np.int16)
    blocks = [*builder.heard(ones), *builder.lost(1), *builder.heard(ones), *builder.heard(ones)]
    kinds = [block.kind for block in blocks]
    assert kinds == [BlockKind.HEARD, BlockKind.LOST, BlockKind.HEARD]


@pytest.mark.parametrize(
    ("rate", "next_rate"), [(48_000, 44_100), (44_100, 16_000), (16_000, 48_000)]
)
def test_time_goes_on_when_another_device_takes_over(rate: int, next_rate: int) -> None:
    builder = BlockBuilder(rate, 16_000, 800)
    blocks = feed(builder, np.zeros(rate, np.int16))
    blocks += builder.lost(rate // 2)
    builder.restart(next_rate)
    assert builder.next_frame == pytest.approx(24_000, abs=1)
    blocks += feed(builder, np.zeros(next_rate // 2, np.int16))
    blocks += feed(builder, int16(sine(1000, 1, next_rate)))
    ends = [block.end_frame for block in blocks]
    assert [block.start_frame for block in blocks] == [0, *ends[:-1]]
    sound = np.concatenate([block.pcm for block in blocks])
    assert first_sound(sound, 2000) == pytest.approx(32_000, abs=16)
