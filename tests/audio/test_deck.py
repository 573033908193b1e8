"""No click, whatever is stopped or replaced whenever, however few frames a device asks for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.audio.deck import FADE_MS, Deck, Sound, fade_out
from skill.ports import Samples
from tests.support.tones import sine

RATE = 16_000
FADE = FADE_MS * RATE // 1000
PEAK, HERTZ = 0.5, 200.0
STEEPEST = PEAK * (2 * np.pi * HERTZ / RATE + np.pi / 2 / FADE)
"""Of a tone at its steepest while the fade is at its steepest."""


def tone(seconds: float) -> Samples:
    """A tone that fades in and out, as clips do."""
    samples = sine(HERTZ, seconds, RATE, PEAK)
    fade = fade_out(RATE)
    samples[:FADE] *= fade[::-1]
    samples[-FADE:] *= fade
    return samples


def played(deck: Deck, plan: dict[int, Sound | None], blocks: list[int]) -> Samples:
    """What comes out when sounds are wanted (None: stopped) at these blocks."""
    out = []
    for number, frames in enumerate(blocks):
        if number in plan:
            deck.wanted = plan[number]
        out.append(deck.fill(frames))
    return np.concatenate(out)


def test_a_sound_comes_out_whole_and_says_where_it_ended() -> None:
    sound = Sound(tone(0.1))
    out = played(Deck(RATE), {2: sound}, [130] * 30)
    np.testing.assert_array_equal(out[260:1860], tone(0.1))
    assert not out[:260].any()
    assert not out[1860:].any()
    assert sound.end == 1860, "in the middle of what a device asked for"


@pytest.mark.parametrize("frames", [7, 64, 100, 160, 1000])
def test_a_stopped_sound_is_silent_after_ten_milliseconds_and_never_ends(frames: int) -> None:
    sound = Sound(tone(2))
    stopped = 4000 // frames
    out = played(Deck(RATE), {0: sound, stopped: None}, [frames] * (8000 // frames))
    at = stopped * frames
    assert np.abs(out[at : at + FADE // 2]).max() > PEAK / 2
    assert not out[at + FADE :].any()
    assert sound.end is None


@given(
    st.lists(st.integers(1, 600), min_size=20, max_size=80),
    st.dictionaries(st.integers(0, 80), st.sampled_from([None, 0.03, 0.3]), max_size=8),
)
def test_never_a_click(blocks: list[int], plan: dict[int, float | None]) -> None:
    sounds = {at: Sound(tone(length)) if length else None for at, length in plan.items()}
    out = played(Deck(RATE), sounds, blocks)
    assert len(out) == sum(blocks)
    voices = 1 + max((_close(at, plan, blocks) for at in plan), default=0)
    assert np.abs(np.diff(out, prepend=0)).max(initial=0) <= voices * STEEPEST * 1.01


def test_a_change_within_the_fade_of_another_is_no_click() -> None:
    plan = {0: Sound(tone(1)), 102: Sound(tone(1)), 103: None}
    out = played(Deck(RATE), plan, [20] * 200)
    assert abs(out[103 * 20]) > PEAK / 2, "the first is still loud"
    assert np.abs(np.diff(out)).max() <= 2 * STEEPEST


def _close(at: int, plan: dict[int, float | None], blocks: list[int]) -> int:
    """How many changes come within one fade before this one, itself counted."""
    starts = np.cumsum([0, *blocks])
    when = [int(starts[min(number, len(blocks))]) for number in plan]
    now = int(starts[min(at, len(blocks))])
    return sum(now - FADE <= other <= now for other in when)


def test_what_was_handed_out_can_be_asked_for_for_ten_seconds() -> None:
    deck = Deck(RATE)
    sound = np.random.default_rng(0).normal(0, 0.1, 12 * RATE).astype(np.float32)
    out = played(deck, {0: Sound(sound)}, [333] * (12 * RATE // 333))
    filled = len(out)
    last = deck.handed_out(filled - 10 * RATE, 10 * RATE)
    np.testing.assert_array_equal(last, out[-10 * RATE :])
    too_far = deck.handed_out(filled - 10 * RATE - 50, 100)
    assert not too_far[:50].any()
    assert too_far[50:].all()
    to_come = deck.handed_out(filled - 50, 100)
    assert not to_come[50:].any()
