"""Exact frames: when a clip is over, whatever its rate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.audio.timeline import REMEMBERED_S, TimelineSpeaker, frames_at
from skill.ports import Clip


def silence(frames: int, rate: int) -> Clip:
    return Clip(np.zeros(frames, np.float32), rate)


@pytest.mark.parametrize(
    ("frames", "rate", "length"),
    [(16_000, 16_000, 16_000), (22_050, 22_050, 16_000), (1, 22_050, 1), (3, 48_000, 1), (0, 8, 0)],
)
def test_lengths_are_converted_exactly_and_rounded_up(frames: int, rate: int, length: int) -> None:
    assert frames_at(silence(frames, rate), 16_000) == length


@given(frames=st.integers(0, 100_000), at=st.integers(0, 10**9), rate=st.integers(8_000, 48_000))
def test_a_clip_ends_at_its_very_frame(frames: int, at: int, rate: int) -> None:
    speaker = TimelineSpeaker(16_000)
    speaker.play(silence(frames, rate), 1, at)
    end = at + frames_at(silence(frames, rate), 16_000)
    assert list(speaker.poll(end - 1)) == []
    assert list(speaker.poll(end)) == [1]


def test_a_clip_stopped_at_its_last_frame_has_ended_by_itself() -> None:
    speaker = TimelineSpeaker(16_000)
    speaker.play(silence(100, 16_000), 1, at=50)
    speaker.stop(150)
    speaker.play(silence(100, 16_000), 2, at=150)
    speaker.stop(249)
    assert list(speaker.poll(1_000)) == [1]


def test_what_was_played_is_known_for_seconds_up_to_where_it_was_stopped() -> None:
    speaker = TimelineSpeaker(16_000)
    clip = Clip(np.ones(16_000, np.float32), 16_000)
    speaker.play(clip, 1, at=0)
    speaker.stop(8_000)
    speaker.play(clip, 2, at=8_000 + (REMEMBERED_S - 1) * 16_000)
    assert speaker.played(7_900, 100) == pytest.approx(1.0, abs=0.01)
    assert not speaker.played(9_600, 100).any(), "it has faded out"


@given(
    parts=st.lists(st.integers(1, 900), min_size=1, max_size=12),
    first=st.integers(0, 400),
    cut=st.integers(1, 1_200),
    following=st.integers(0, 400),
)
def test_what_was_played_is_the_same_in_one_piece_and_in_many(
    parts: list[int], first: int, cut: int, following: int
) -> None:
    speaker = TimelineSpeaker(16_000)
    clip = Clip(np.linspace(2, 1, 1_000, dtype=np.float32), 16_000)
    speaker.play(clip, 1, at=200)
    speaker.stop(200 + cut)
    speaker.play(clip, 2, at=200 + cut + following)
    ends = np.cumsum([first, *parts])
    pieces = [
        speaker.played(int(end) - part, part) for end, part in zip(ends[1:], parts, strict=True)
    ]
    whole = speaker.played(0, 12_000)
    assert np.array_equal(np.concatenate(pieces), whole[first : ends[-1]])
    fade = whole[200 + cut : 200 + cut + 160] if cut < 1_000 and following >= 160 else whole[:0]
    assert (np.diff(fade) <= 0).all(), "it falls silent, and does not come back"
    assert whole[:200].tolist() == [0.0] * 200
