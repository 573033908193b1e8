"""A recogniser that rests in a quiet room, and misses nothing."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from skill.audio.pcm import read_pcm
from skill.core.hypothesis import Hypothesis
from skill.ports import Block, BlockKind, Pcm
from skill.recognition.resting import AWAKE_S, KEPT_S, RestingRecognizer
from skill.recognition.vosk import VoskModel, VoskRecognizer
from skill.settings import Settings
from tests.support.scripted import Cue, ScriptedRecognizer

RATE, BLOCK = 16_000, 800
GRAMMAR = ("start rolling", "next", "stop", "tell me more", "goodbye")


class Notebook(ScriptedRecognizer):
    """Keeps what it is given, and how often it was told to end an utterance."""

    def __init__(self, cues: Sequence[Cue] = (), endpoint_ms: int = 500) -> None:
        super().__init__(cues, endpoint_ms)
        self.blocks: list[Block] = []
        self.flushes = 0
        self.recycled = 0

    def recycle(self) -> None:
        self.recycled += 1

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        self.blocks.append(block)
        return super().feed(block)

    def flush(self) -> Hypothesis:
        self.flushes += 1
        return super().flush()

    @property
    def seconds(self) -> float:
        return sum(len(block.pcm) for block in self.blocks) / RATE


def room(seconds: float, steps: float = 8, seed: int = 1) -> Pcm:
    return np.random.default_rng(seed).normal(0, steps, round(seconds * RATE)).astype(np.int16)


def play(
    recognizer: RestingRecognizer, pcm: Pcm, start: int = 0, kind: BlockKind = BlockKind.HEARD
) -> list[Hypothesis]:
    return [
        found
        for at in range(0, len(pcm), BLOCK)
        for found in recognizer.feed(Block(start + at, pcm[at : at + BLOCK], kind))
    ]


@pytest.mark.parametrize("steps", [0.0, 0.3, 8.0, 300.0])
def test_it_rests_in_any_steady_noise(steps: float) -> None:
    inner = Notebook()
    play(RestingRecognizer(inner, RATE), room(600, steps))
    assert inner.seconds == pytest.approx(AWAKE_S, abs=0.06)
    assert inner.flushes == 1
    assert inner.recycled == 1


def rumble(seconds: float, memory: float) -> Pcm:
    """Noise whose low tones are the loudest, as a room's are: a sample keeps some of the last."""
    white = np.random.default_rng(1).normal(0, 8, round(seconds * RATE))
    taps = memory ** np.arange(200)
    return np.convolve(white, taps)[: len(white)].astype(np.int16)


@pytest.mark.parametrize("memory", [0.8, 0.9, 0.95])
def test_it_rests_where_the_noise_rumbles(memory: float) -> None:
    """A recorded German session was never slept through, for its quietest block was too quiet."""
    inner = Notebook()
    pcm = rumble(600, memory)
    play(RestingRecognizer(inner, RATE), pcm)
    assert inner.seconds < 0.02 * 600


def test_half_a_second_before_a_sound_is_heard_as_well_and_once() -> None:
    inner = Notebook()
    pcm = room(20)
    pcm[10 * RATE : 10 * RATE + 1600] *= 10
    play(RestingRecognizer(inner, RATE), pcm)
    after = [block for block in inner.blocks if block.start_frame >= 5 * RATE]
    assert after[0].start_frame == round((10 - KEPT_S) * RATE)
    assert after[-1].end_frame == pytest.approx((10.1 + AWAKE_S) * RATE, abs=BLOCK)
    assert all(one.end_frame == other.start_frame for one, other in pairwise(after))
    assert inner.flushes == 2
    assert inner.recycled == 0, "neither rest was long"


def test_it_does_not_rest_while_a_partial_stands() -> None:
    inner = Notebook([Cue(1_000, 1_400, "start rolling")], endpoint_ms=20_000)
    play(RestingRecognizer(inner, RATE), room(30))
    assert inner.seconds == pytest.approx(21.4)


def test_what_was_left_out_while_the_coach_talked_wakes_it() -> None:
    """A block that brings the stretch before it once more is the start of a word."""
    inner = Notebook()
    recognizer = RestingRecognizer(inner, RATE)
    pcm = room(10)
    play(recognizer, pcm)
    recognizer.feed(Block(len(pcm), room(0.05), again=room(0.2)))
    assert inner.blocks[-1].end_frame == len(pcm) + BLOCK
    assert len(inner.blocks[-1].again) == 3200


def test_lost_sound_wakes_nobody_and_the_end_of_a_recording_ends_the_utterance() -> None:
    inner = Notebook()
    recognizer = RestingRecognizer(inner, RATE)
    play(recognizer, room(5))
    before = len(inner.blocks)
    play(recognizer, np.zeros(5 * RATE, np.int16), 5 * RATE, BlockKind.LOST)
    play(recognizer, np.zeros(5 * RATE, np.int16), 10 * RATE, BlockKind.ENDED)
    assert len(inner.blocks) == before
    assert inner.flushes == 1


@pytest.fixture(scope="module")
def model() -> VoskModel:
    return VoskModel(Settings().model)


def finals(found: list[Hypothesis]) -> list[tuple[str, int, int]]:
    return [
        (one.text, one.readings[0].start_ms, one.readings[0].end_ms)
        for one in found
        if one.final and one.readings
    ]


@pytest.mark.parametrize("steps", [0.0, 0.3, 2.0, 30.0])
def test_real_words_after_long_rests_are_heard_as_without_and_where_they_were(
    model: VoskModel, checkout: Path, steps: float
) -> None:
    words = ["start rolling.flite-slt", "next.espeak-steph3", "tell me more.espeak-steph3"]
    parts: list[Pcm] = [room(7, steps)]
    for number, word in enumerate(words):
        said = read_pcm(checkout / "tests" / "recordings" / f"{word}.ogg")
        parts += [(said + room(len(said) / RATE, steps, number)[: len(said)]), room(8, steps)]
    pcm = np.concatenate(parts)
    resting = RestingRecognizer(VoskRecognizer(model, GRAMMAR), RATE)
    always = VoskRecognizer(model, GRAMMAR)
    rested = finals(play(resting, pcm))
    awake = finals(
        [
            found
            for at in range(0, len(pcm), BLOCK)
            for found in always.feed(Block(at, pcm[at : at + BLOCK]))
        ]
    )
    assert [text for text, _, _ in rested] == [word.partition(".")[0] for word in words]
    assert [text for text, _, _ in rested] == [text for text, _, _ in awake]
    for one, other in zip(rested, awake, strict=True):
        assert one[1:] == pytest.approx(other[1:], abs=60)
