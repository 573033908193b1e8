"""A lowered voice is soft at once, without a click, and everywhere it is played or written."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from skill.audio.deck import Deck, Sound
from skill.audio.lowering import DOWN_MS, LOW_DB, UP_MS, Lowering
from skill.audio.session_file import SessionWriter, TeeSpeaker
from skill.audio.timeline import TimelineSpeaker
from skill.audio.waking import WakingSpeaker
from skill.ports import BLOCK, Block, Clip, Samples

RATE = 16_000
LOW = 10 ** (LOW_DB / 20)
DOWN, UP = DOWN_MS * RATE // 1000, UP_MS * RATE // 1000
ONES = np.ones(RATE, np.float32)


def shaped(lowering: Lowering, start: int, frames: int) -> Samples:
    return lowering.shape(np.ones(frames, np.float32), start)


def test_what_was_never_lowered_is_left_as_it_is() -> None:
    assert Lowering(RATE).shape(ONES, 7) is ONES


def test_it_is_low_soon_and_as_loud_as_before_soon() -> None:
    lowering = Lowering(RATE)
    lowering.turn(1_000, low=True)
    lowering.turn(9_000, low=False)
    gains = shaped(lowering, 0, 12_000)
    assert (gains[:1_001] == 1).all()
    assert gains[1_000 + DOWN : 9_001] == pytest.approx(LOW)
    assert (gains[9_000 + UP :] == 1).all()
    np.testing.assert_array_equal(shaped(lowering, 8_990, 800), gains[8_990:9_790])


@given(st.lists(st.integers(1, 3_000), max_size=300))
def test_there_is_never_a_click_and_old_turns_are_forgotten(gaps: list[int]) -> None:
    lowering, at = Lowering(RATE), 0
    for number, gap in enumerate(gaps):
        at += gap
        lowering.turn(at, low=number % 2 == 0)
    gains = shaped(lowering, max(0, at - 20_000), 21_000)
    assert np.abs(np.diff(gains)).max() <= (1 - LOW) / min(DOWN, UP) + 1e-6
    assert gains[-1] == pytest.approx(LOW if len(gaps) % 2 else 1)


def test_a_deck_is_lowered_and_what_it_handed_out_is_what_was_heard() -> None:
    deck = Deck(RATE)
    deck.wanted = Sound(np.ones(4 * RATE, np.float32))
    heard = []
    for number in range(300):
        deck.low = 100 <= number < 200
        heard.append(deck.fill(160))
    out = np.concatenate(heard)
    assert out[15_999] == 1
    assert out[16_000 + DOWN : 32_000] == pytest.approx(LOW)
    assert out[-1] == 1
    np.testing.assert_array_equal(deck.handed_out(0, len(out)), out)


def told(speaker: "TeeSpeaker | WakingSpeaker") -> None:
    speaker.play(Clip(0.5 * ONES, RATE), 1, 0)
    speaker.lower(4_000, low=True)
    speaker.lower(12_000, low=False)


def test_a_timeline_and_a_file_tell_the_same(tmp_path: Path) -> None:
    timeline = TimelineSpeaker(RATE)
    with SessionWriter(tmp_path / "a.wav") as writer:
        told(TeeSpeaker(timeline, writer))
        for at in range(0, RATE, BLOCK):
            writer.hear(Block(at, np.zeros(BLOCK, np.int16)))
    written, _ = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert written[4_000 + DOWN : 12_000, 1] == pytest.approx(0.5 * LOW, abs=1e-4)
    np.testing.assert_allclose(written[:, 1], timeline.played(0, RATE), atol=1e-4)


def test_an_amplifier_that_is_woken_is_lowered_as_well() -> None:
    timeline = TimelineSpeaker(RATE)
    told(WakingSpeaker(timeline))
    assert np.abs(timeline.played(4_000 + DOWN, 7_000)).max() == pytest.approx(0.5 * LOW, abs=1e-3)
