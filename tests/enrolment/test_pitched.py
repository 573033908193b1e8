"""A voice played faster or slower: the sound is right, and the times are true."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.core.hypothesis import Hypothesis
from skill.ports import Block, BlockKind, Pcm
from skill.recognition.pitched import PitchedRecognizer
from tests.support.scripted import Cue, ScriptedRecognizer
from tests.support.tones import int16, pitch, sine

RATE = 16_000


class Notebook(ScriptedRecognizer):
    """Keeps what it is given."""

    def __init__(self, cues: Sequence[Cue] = ()) -> None:
        super().__init__(cues)
        self.blocks: list[Block] = []

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        self.blocks.append(block)
        return super().feed(block)

    @property
    def sound(self) -> Pcm:
        return np.concatenate([block.pcm for block in self.blocks])


def play(pcm: Pcm, factor: float, sizes: Sequence[int], start: int = 0) -> Notebook:
    inner = Notebook()
    pitched = PitchedRecognizer(inner, factor)
    at = index = 0
    while at < len(pcm):
        size = sizes[index % len(sizes)]
        pitched.feed(Block(start + at, pcm[at : at + size]))
        at, index = at + size, index + 1
    return inner


@pytest.mark.parametrize("factor", [0.76, 0.88, 1.0, 1.16])
def test_a_tone_becomes_higher_and_shorter(factor: float) -> None:
    heard = play(int16(sine(500, 2, RATE)), factor, [800]).sound
    assert pitch(heard, RATE) == pytest.approx(500 * factor, rel=0.01)
    assert len(heard) == pytest.approx(2 * RATE / factor, abs=2)


def test_a_factor_of_one_changes_nothing() -> None:
    pcm = np.random.default_rng(1).integers(-32768, 32768, 5000).astype(np.int16)
    assert np.array_equal(play(pcm, 1.0, [800]).sound, pcm)


@settings(max_examples=40)
@given(
    factor=st.sampled_from([0.76, 0.8, 0.92, 1.04, 1.2]),
    sizes=st.lists(st.integers(320, 1600), min_size=1, max_size=5),
)
def test_how_the_sound_is_divided_into_blocks_does_not_matter(
    factor: float, sizes: list[int]
) -> None:
    pcm = np.random.default_rng(2).integers(-30000, 30000, 20_000).astype(np.int16)
    whole, parts = play(pcm, factor, [len(pcm)]), play(pcm, factor, sizes)
    assert np.array_equal(whole.sound, parts.sound)


def test_inner_blocks_have_no_gaps_and_keep_their_kind() -> None:
    inner = Notebook()
    pitched = PitchedRecognizer(inner, 0.84)
    for index in range(200):
        kind = BlockKind.LOST if index % 2 else BlockKind.HEARD
        pitched.feed(Block(48_000 + index * 800, np.zeros(800, np.int16), kind))
    for before, after in zip(inner.blocks, inner.blocks[1:], strict=False):
        assert after.start_frame == before.end_frame
        assert after.kind is not before.kind
    assert inner.blocks[-1].end_frame * 0.84 == pytest.approx(48_000 + 200 * 800, abs=5)


@pytest.mark.parametrize("factor", [0.8, 1.2])
@pytest.mark.parametrize("start", [0, 160_000])
def test_times_are_those_of_the_microphone(factor: float, start: int) -> None:
    # The inner recogniser hears a word at 1 s of its own time.
    begins = start * 1000 // RATE + 1000
    cue = Cue(round(begins / factor), round((begins + 300) / factor), "stop")
    pitched = PitchedRecognizer(Notebook([cue]), factor)
    found: list[tuple[int, Hypothesis]] = []
    for at in range(start, start + 3 * RATE, 800):
        block = Block(at, np.zeros(800, np.int16))
        now = block.end_frame * 1000 // RATE
        found += [(now, hypothesis) for hypothesis in pitched.feed(block)]
    at_ms, partial = found[0]
    assert at_ms == pytest.approx(begins + 300, abs=51), "it is heard when it has been said"
    assert partial.readings[0].start_ms == pytest.approx(begins, abs=1)
    assert partial.readings[0].end_ms == pytest.approx(begins + 300, abs=1)


def test_flushing_gives_true_times_too() -> None:
    pitched = PitchedRecognizer(Notebook([Cue(100, 400, "next")]), 0.8)
    pitched.feed(Block(0, np.zeros(RATE // 2, np.int16)))
    reading = pitched.flush().readings[0]
    assert (reading.text, reading.start_ms, reading.end_ms) == ("next", 80, 320)
    pitched.recycle()
    assert pitched.flush().readings == ()
