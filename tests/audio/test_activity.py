"""The end of a voice, where the room is not quiet."""

from pathlib import Path

import numpy as np
import pytest

from skill.audio.activity import Level, WebRtcVoiceDetector
from skill.audio.pcm import energy_end_ms, read_pcm
from skill.ports import RATE, Block, Pcm, decibels

RECORDINGS = Path(__file__).parent.parent / "recordings"


def in_noise(db: float) -> tuple[Pcm, int]:
    """A recorded word between 2 s of noise, `db` below it; and where it ends, in frames."""
    word = read_pcm(RECORDINGS / "next step.flite-slt.ogg").astype(np.float64)
    heard = np.flatnonzero(np.abs(word) > np.abs(word).max() / 30)
    word = word[heard[0] : heard[-1]]
    sound = np.pad(word, (2 * RATE, 2 * RATE))
    level = np.sqrt(np.mean(word**2)) / 10 ** (db / 20)
    noisy = sound + np.random.default_rng(3).normal(0, level, len(sound))
    return np.clip(noisy, -32768, 32767).astype(np.int16), 2 * RATE + len(word)


@pytest.mark.parametrize("db", [10, 20, 40])
def test_the_end_of_a_word_is_seen_in_noise(db: float) -> None:
    pcm, end = in_noise(db)
    scores = np.array(WebRtcVoiceDetector().feed(Block(0, pcm)))
    voiced = np.flatnonzero(scores[150:]) + 150
    late_ms = 10 * int(voiced[-1] + 1) - end * 1000 // RATE
    assert -30 <= late_ms <= 150
    assert voiced[0] * 10 >= 1900, "the noise before the word is no voice"


def test_silence_and_a_steady_tone_are_not_raised_for_long() -> None:
    level = Level()
    assert not any(level.are_raised(np.zeros((50, 160), np.int16)))
    tone = (3000 * np.sin(np.arange(160) * np.pi / 8)).astype(np.int16)
    raised = level.are_raised(np.tile(tone, (600, 1)))
    assert raised[0]
    assert not raised[-1]


def test_the_room_is_of_the_last_3_s_and_the_loudest_of_the_last_second() -> None:
    random = np.random.default_rng(5)
    loudness = np.exp(random.normal(4, 2, 120)).repeat(10)
    frames = (random.normal(0, 1, (1200, 160)) * loudness[:, None]).clip(-32768, 32767)
    sound = frames.astype(np.int16).astype(np.float64)
    powers, offsets = (sound**2).mean(axis=1), sound.mean(axis=1)
    levels, held, expected = [], 0, []
    for at in range(len(sound)):
        last = slice(max(0, at - 4), at + 1)
        levels.append(decibels(powers[last].mean() - offsets[last].mean() ** 2))
        room, loud = min(levels[-300:]), max(levels[-100:])
        held = 7 if levels[-1] - room >= max(4.0, 0.4 * (loud - room)) else max(0, held - 1)
        expected.append(held > 0)
    assert 0.1 < np.mean(expected) < 0.9
    assert Level().are_raised(frames.astype(np.int16)) == expected


def test_what_a_room_still_answers_is_not_the_voice() -> None:
    level, random = Level(), np.random.default_rng(3)

    def heard(loudness: float, steps: int) -> list[bool]:
        frames = random.normal(0, loudness, (steps, 160)).astype(np.int16)
        return level.are_raised(frames)

    heard(20, 100)
    assert all(heard(5_000, 50))
    assert not any(heard(100, 40)[12:])


def test_an_offset_of_the_microphone_is_no_sound() -> None:
    pcm, _ = in_noise(40)
    with_offset: Pcm = pcm // 10 + np.int16(3000)
    plain, scores = (
        WebRtcVoiceDetector().feed(Block(0, each)) for each in (pcm // 10, with_offset)
    )
    assert sum(plain) > 20
    # But for the detector's own start with it.
    assert np.mean(np.array(scores[50:]) == np.array(plain[50:])) > 0.95
    assert energy_end_ms(with_offset) == energy_end_ms(pcm // 10)
