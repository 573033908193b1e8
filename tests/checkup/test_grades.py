"""Figures and grades of recordings made for them: each flaw is found, and only that."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr

from skill.audio.activity import WebRtcVoiceDetector
from skill.audio.pcm import read_pcm
from skill.checkup.echo import chirp, find_echo
from skill.checkup.finding import Finding, Verdict, is_well
from skill.checkup.grades import delivery, grades, understood
from skill.checkup.hearing import listen, person_alone
from skill.ports import Pcm, Samples
from skill.speech.espeak import EspeakVoice

RATE = 16_000
RECORDINGS = Path(__file__).parent.parent / "recordings"
WORDS = ("start rolling", "next", "stop")
Sound = npt.NDArray[np.float64]


def voice(db: float = -26) -> Sound:
    """Three commands in 12 s, their voice at a level against full scale."""
    sound = np.zeros(16 * RATE)
    for number, word in enumerate(WORDS):
        pcm = read_pcm(RECORDINGS / f"{word}.flite-slt.ogg") / 32768
        loud = np.abs(pcm) > 0.02
        pcm *= 10 ** (db / 20) / np.sqrt(np.mean(np.square(pcm[loud])))
        sound[(5 + 3 * number) * RATE :][: len(pcm)] = pcm
    return sound


def room(db: float) -> Sound:
    return np.random.default_rng(2).normal(0, 10 ** (db / 20), 16 * RATE)


def played(at_s: float = 2.0) -> Samples:
    track = np.zeros(16 * RATE, np.float32)
    sound = chirp(RATE)
    track[round(at_s * RATE) :][: len(sound)] = sound
    return track


def echo(delay_ms: float, db: float = -10) -> Sound:
    """What was played, later and quieter, with the first reflections of a room."""
    delay = round(delay_ms * RATE / 1000)
    answer = np.random.default_rng(3).normal(0, 1, RATE // 4) * np.exp(-np.arange(RATE // 4) / 800)
    answer *= 0.3 / np.sqrt(np.square(answer).sum())
    answer[0] = 1
    wet = np.convolve(played(), answer)[: 16 * RATE] * 10 ** (db / 20)
    return np.pad(wet, (delay, 0))[: 16 * RATE]


def pcm(*sounds: Sound) -> Pcm:
    mixed = np.sum(sounds, axis=0)
    return np.asarray(np.clip(np.rint(mixed * 32768), -32768, 32767), np.int16)


def graded(heard: Pcm, track: Samples | None = None) -> dict[str, Finding]:
    silent = np.zeros(len(heard), np.float32)
    hearing = listen(heard, silent if track is None else track, WebRtcVoiceDetector())
    return {finding.what: finding for finding in grades(hearing)}


def verdicts(found: dict[str, Finding]) -> list[str]:
    return [finding.verdict.value for finding in found.values()]


def test_a_good_microphone_is_fine_in_everything() -> None:
    found = graded(pcm(voice(), room(-70), echo(60)), played())
    assert list(found) == ["level", "noise", "clipping", "echo"]
    assert verdicts(found) == ["fine"] * 4
    assert is_well(found.values())


def test_a_constant_offset_is_no_noise() -> None:
    found = graded(pcm(voice(), room(-70), echo(60), np.full(16 * RATE, 0.05)), played())
    assert verdicts(found) == ["fine"] * 4, found
    assert "60 ms late" in found["echo"].fact


@pytest.mark.parametrize(
    ("db", "verdict"), [(-20, "fine"), (-38, "fine"), (-50, "doubtful"), (-62, "wrong")]
)
def test_level(db: float, verdict: str) -> None:
    found = graded(pcm(voice(db), room(-86)))
    assert found["level"].verdict == verdict
    assert found["echo"].verdict is Verdict.UNKNOWN
    assert bool(found["level"].remedy) == (verdict != "fine")


def test_the_level_that_is_told_is_the_voices() -> None:
    hearing = listen(
        pcm(voice(-30), room(-80)), np.zeros(16 * RATE, np.float32), WebRtcVoiceDetector()
    )
    assert hearing.voice_db == pytest.approx(-32, abs=3)
    assert hearing.noise_db == pytest.approx(-80, abs=1)


@pytest.mark.parametrize(("db", "verdict"), [(-70, "fine"), (-41, "doubtful")])
def test_noise(db: float, verdict: str) -> None:
    found = graded(pcm(voice(), room(db)))
    assert found["noise"].verdict == verdict


@pytest.mark.parametrize(("gain", "verdict"), [(1, "fine"), (4, "doubtful"), (30, "wrong")])
def test_clipping(gain: float, verdict: str) -> None:
    assert graded(pcm(voice(-20) * gain, room(-70)))["clipping"].verdict == verdict


@pytest.mark.parametrize(
    ("delay", "verdict"), [(0, "fine"), (120, "fine"), (320, "doubtful"), (700, "wrong")]
)
def test_echo_delay(delay: float, verdict: str) -> None:
    found = graded(pcm(voice(), room(-60), echo(delay)), played())["echo"]
    assert found.verdict == verdict
    assert f"{delay:.0f} ms late" in found.fact


def test_an_echo_far_louder_than_the_voice() -> None:
    found = graded(pcm(voice(-45), room(-80), echo(50, 0)), played())["echo"]
    assert found.verdict is Verdict.DOUBTFUL
    assert "above your voice" in found.fact


def test_headphones_are_fine() -> None:
    found = graded(pcm(voice(), room(-60)), played())["echo"]
    assert (found.verdict, found.fact) == (
        Verdict.FINE,
        "the microphone does not hear the speaker",
    )


@pytest.mark.parametrize("heard", [np.zeros(16 * RATE, np.int16), np.ones(16 * RATE, np.int16)])
def test_a_muted_microphone(heard: Pcm) -> None:
    found = graded(heard, played())
    assert verdicts(found) == ["wrong", "unknown", "unknown", "unknown"]
    assert "mute switch" in found["level"].remedy


def test_somebody_who_says_nothing() -> None:
    found = graded(pcm(room(-60)))
    assert verdicts(found) == ["wrong", "unknown", "unknown", "unknown"]
    assert "no voice" in found["level"].fact


@pytest.mark.parametrize("level", [-20, 0, 6])
@pytest.mark.parametrize("delay", [0.0, 3.0, 87.5, 300.0])
def test_the_delay_is_exact_in_noise(delay: float, level: float) -> None:
    sound = echo(delay, -30) + room(-50 + level)
    found = find_echo(played(), sound.astype(np.float32), RATE)
    assert found is not None
    assert found.delay_ms == pytest.approx(delay, abs=0.2)


@pytest.mark.parametrize("seed", range(20))
def test_no_echo_is_found_in_noise_or_other_speech(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.05, 16 * RATE)
    assert find_echo(played(), noise.astype(np.float32), RATE) is None
    shifted = np.roll(voice(), seed * 1000) + noise / 100
    assert find_echo(played(), shifted.astype(np.float32), RATE) is None


@pytest.mark.parametrize("pause", [0.5, 0.8, 1.1, 1.4])
def test_a_person_who_says_what_was_just_said_is_no_echo(pause: float) -> None:
    espeak = EspeakVoice()
    said: list[Samples] = [soxr.resample(chirp(48_000), 48_000, RATE)]
    answered: list[Samples] = [np.zeros_like(said[0])]
    for word in ("start rolling", "next", "stop"):
        prompt = espeak.render(f"Say: {word}.", 100)
        asked = soxr.resample(prompt.samples, prompt.rate, RATE)
        answer = read_pcm(RECORDINGS / f"{word}.espeak-steph3.ogg").astype(np.float32) / 32768
        track: Samples = np.pad(answer, (round(pause * RATE), RATE)).astype(np.float32)
        said += [asked, np.zeros_like(track)]
        answered += [np.zeros_like(asked), track]
    heard = np.concatenate(answered)
    heard += np.random.default_rng(1).normal(0, 1.5e-5, len(heard)).astype(np.float32)
    assert find_echo(np.concatenate(said), heard, RATE) is None


def test_the_person_alone_is_left_where_the_speaker_is_not_heard() -> None:
    heard = pcm(voice(), room(-70), echo(100))
    alone = person_alone(heard, played())
    start, end = round(2.1 * RATE), round(2.7 * RATE)
    assert not alone[start:end].any()
    np.testing.assert_array_equal(alone[4 * RATE :], heard[4 * RATE :])


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [(WORDS, "fine"), (("next",), "doubtful"), ((), "wrong")],
)
def test_commands(heard: Sequence[str], verdict: str) -> None:
    found = understood(WORDS, heard)
    assert found.verdict == verdict
    assert found.fact.startswith(f"{len(heard)} of 3 understood")


def test_what_is_said_above_is_only_pointed_at_where_something_is() -> None:
    fault = delivery(0.5, 16)
    assert fault.remedy
    assert understood(WORDS, (), (fault,)).remedy.startswith("Mend what is said above first.")
    assert understood(WORDS, (), (delivery(0, 16),)).remedy == (
        "Let the coach learn your voice: roller-coach enrol."
    )
    assert understood(WORDS, WORDS, (fault,)).remedy == ""
