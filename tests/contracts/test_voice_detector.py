"""What every voice detector promises."""

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.audio.activity import WebRtcVoiceDetector
from skill.ports import Block, BlockKind, Pcm, VoiceDetector
from skill.speech.espeak import EspeakVoice
from tests.support.tones import int16

RATE = 16_000
DETECTORS = [WebRtcVoiceDetector]


@pytest.fixture(params=DETECTORS)
def detector(request: pytest.FixtureRequest) -> VoiceDetector:
    made: VoiceDetector = request.param()
    return made


def probabilities(
    detector: VoiceDetector, pcm: Pcm, size: int = 800, kind: BlockKind = BlockKind.HEARD
) -> list[float]:
    return [
        probability
        for at in range(0, len(pcm), size)
        for probability in detector.feed(Block(at, pcm[at : at + size], kind))
    ]


def noise(level: int, seconds: float) -> Pcm:
    sound = np.random.default_rng(1).normal(0, level, round(seconds * RATE))
    return np.clip(sound, -32768, 32767).astype(np.int16)


def speech(voice: str) -> Pcm:
    clip = EspeakVoice(voice).render("Roll slowly from side to side, and keep breathing.", 100)
    pcm = int16(soxr.resample(clip.samples, clip.rate, RATE))
    return np.concatenate([noise(10, 1.5), pcm, noise(10, 2)])


@settings(max_examples=30)
@given(
    sizes=st.lists(st.integers(1, 1600), min_size=1, max_size=30),
    make=st.sampled_from(DETECTORS),
)
def test_there_is_one_probability_for_each_whole_10_ms_however_blocks_are_cut(
    sizes: list[int], make: type[VoiceDetector]
) -> None:
    pcm = noise(3000, sum(sizes) / RATE)
    cut, whole, at = make(), make(), 0
    scores: list[float] = []
    for size in sizes:
        scores += cut.feed(Block(at, pcm[at : at + size]))
        at += size
        assert len(scores) == at // 160
    assert scores == probabilities(whole, pcm)
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("voice", ["en-us", "en-gb+f3", "en-us+m3"])
def test_a_voice_is_found_and_its_end_too(detector: VoiceDetector, voice: str) -> None:
    pcm = speech(voice)
    scores = np.array(probabilities(detector, pcm))
    assert (scores[:145] < 0.5).all()
    assert (scores[150 : len(scores) - 200] > 0.5).mean() > 0.5
    assert (scores[-100:] < 0.5).all()


@pytest.mark.parametrize(
    "sound", [np.zeros(5 * RATE, np.int16), noise(30, 5), noise(300, 5)], ids=["0", "30", "300"]
)
def test_a_quiet_room_is_no_voice_once_it_is_known(detector: VoiceDetector, sound: Pcm) -> None:
    assert max(probabilities(detector, sound)[50:]) < 0.5


@pytest.mark.parametrize("kind", [BlockKind.LOST, BlockKind.ENDED])
def test_lost_blocks_and_those_after_the_end_are_silence(
    detector: VoiceDetector, kind: BlockKind
) -> None:
    probabilities(detector, speech("en-us")[: 4 * RATE])
    assert set(probabilities(detector, np.zeros(RATE, np.int16), kind=kind)) == {0.0}
