"""Chimes are short, soft, clean and distinct."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from skill.audio.chimes import chime
from skill.core.messages import Tone
from skill.ports import Samples
from tests.support.tones import pitch

Notes = npt.NDArray[np.float64]
EVERY = [(tone, rate) for tone in Tone for rate in (16_000, 22_050, 48_000)]


def contour(samples: Samples, rate: int) -> tuple[float, float]:
    """Pitch of the first 80 ms and of the last 100."""
    return pitch(samples[: rate * 80 // 1000], rate), pitch(samples[-rate // 10 :], rate)


@pytest.mark.parametrize(("tone", "rate"), EVERY)
def test_a_chime_is_short_moderate_and_without_clicks(tone: Tone, rate: int) -> None:
    clip = chime(tone, rate)
    samples = clip.samples
    assert samples.dtype == np.float32
    assert clip.rate == rate
    assert 0.08 <= clip.seconds <= 0.35
    assert np.abs(samples).max() == pytest.approx(0.3, abs=1e-4)
    assert abs(samples[0]) < 1e-3
    assert abs(samples[-1]) < 1e-3
    # A click is energy far above the highest partial, 3.2 kHz.
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    assert spectrum[hertz > 5_000].sum() < 1e-4 * spectrum.sum()


def test_the_same_tone_sounds_the_same_every_time() -> None:
    for tone in Tone:
        np.testing.assert_array_equal(chime(tone).samples, chime(tone).samples)


def test_contours_say_what_is_meant() -> None:
    rise = {tone: np.subtract(*contour(chime(tone).samples, 22_050)[::-1]) for tone in Tone}
    assert rise[Tone.NOT_NOW] < -40
    assert rise[Tone.STEP] > 200
    assert rise[Tone.MICROPHONE_BACK] > 400
    assert rise[Tone.MICROPHONE_LOST] < -400
    assert abs(rise[Tone.TIME]) < 15
    assert abs(rise[Tone.HEARD]) < 15


def test_no_two_chimes_are_alike() -> None:
    for one, other in itertools.combinations(Tone, 2):
        a, b = chime(one).samples, chime(other).samples
        size = max(len(a), len(b))
        a, b = np.pad(a, (0, size - len(a))), np.pad(b, (0, size - len(b)))
        assert np.dot(a, b) < 0.5 * np.sqrt(np.dot(a, a) * np.dot(b, b)), (one, other)


RATE = 22_050
SEMITONES = 220 * 2 ** (np.arange(61) / 12)
"""From A3, five octaves up."""


def semitones(samples: Samples, lowest: float) -> Notes:
    """What the ear gets: loudness of each semitone in steps of 10 ms, over a speaker that gives
    back nothing below `lowest` Hz."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, 2048), 2048)[:: RATE // 100]
    powers = np.abs(np.fft.rfft(frames * np.hanning(2048))) ** 2
    hertz = np.fft.rfftfreq(2048, 1 / RATE)
    powers[:, hertz < lowest] = 0
    bands = np.searchsorted(SEMITONES, hertz)
    return np.sqrt([np.bincount(bands, frame, len(SEMITONES) + 1) for frame in powers])


def likeness(one: Notes, other: Notes) -> float:
    """Cosine of two sounds where they are most alike, whatever their delay: 1 for the same."""
    both = np.vstack((np.zeros_like(other), one, np.zeros_like(other)))
    shifts = range(len(both) - len(other))
    best = max(float((both[at : at + len(other)] * other).sum()) for at in shifts)
    return best / float(np.linalg.norm(one) * np.linalg.norm(other))


@pytest.mark.parametrize("lowest", [0, 500])
def test_chimes_differ_to_the_ear_at_any_delay_even_from_a_small_speaker(lowest: float) -> None:
    heard = {tone: semitones(chime(tone, RATE).samples, lowest) for tone in Tone}
    for tone, notes in heard.items():
        assert likeness(notes, notes) == pytest.approx(1)
        loss = 20 * np.log10(
            np.linalg.norm(semitones(chime(tone, RATE).samples, 0)) / np.linalg.norm(notes)
        )
        assert loss < 6, f"{tone} is hardly heard from a small speaker"
    for one, other in itertools.combinations(Tone, 2):
        assert likeness(heard[one], heard[other]) < 0.5, (one, other)
