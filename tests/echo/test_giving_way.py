"""Over a coach that is much louder than the person: it gives way, and does so for nobody else."""

import numpy as np
import pytest

from skill.app import App
from skill.audio.pcm import read_pcm
from skill.audio.timeline import TimelineSpeaker
from skill.core.decision import Context
from skill.core.vocabulary import Command
from skill.ears import Ears
from skill.echo.simulated import Echoing, Room
from skill.ports import Clip, Samples
from skill.settings import CHECKOUT, Settings
from tests.echo.test_cancelling import RATE, Microphone, noise, response, without_echo

RECORDINGS = CHECKOUT / "tests" / "recordings"
OPENING, WORD = (RECORDINGS / f"{name}.espeak-Michael.ogg" for name in ("start rolling", "hold on"))
BEGINS_S, SAID_S, SECONDS = 3, 13, 17
IN_HAND = 960
LOUDER = 10 ** (10 / 20)
LINES = (
    "Reach both hands up to the ceiling.",
    "Now let your arms open out to the sides.",
    "Let your spine extend over it, and your chest open.",
    "Let the roller massage the muscles beside your spine.",
    "Go from the base of your neck to just above your kidneys.",
)


def louder_half(wave: Samples) -> float:
    power = np.sort(np.square(wave[: len(wave) // 320 * 320].reshape(-1, 320)).mean(axis=1))
    return float(np.sqrt(power[len(power) // 2 :].mean()))


@pytest.fixture
def coach() -> TimelineSpeaker:
    """Talks from `BEGINS_S` on, to the end."""
    voice = App(Settings()).voice
    clips = [voice.render(line, 100) for line in LINES]
    speaker = TimelineSpeaker(RATE)
    speaker.play(Clip(np.concatenate([c.samples for c in clips]), clips[0].rate), 1, 3 * RATE)
    return speaker


def lowered(coach: TimelineSpeaker, *, somebody: bool) -> list[int]:
    """When, in ms, the coach was low; somebody began a command before it, and says one over it."""
    opening, word = read_pcm(OPENING), read_pcm(WORD)
    pcm = noise(SECONDS)
    pcm[RATE : RATE + len(opening)] += opening
    if somebody:
        pcm[SAID_S * RATE : SAID_S * RATE + len(word)] += word
    room = Room(response(), 1.0, 960)
    unscaled = louder_half(room.echo(coach, 4 * RATE, 9 * RATE))
    gain = LOUDER * louder_half((word / 32768).astype(np.float32)) / unscaled
    heard = Echoing(Microphone(pcm), coach, Room(room.response, gain, 960))
    ears: Ears = App(Settings()).ears()
    found = []
    for block in without_echo(heard, coach).blocks():
        now = block.end_frame // 16
        saying = "" if now < BEGINS_S * 1000 else "Reach both hands up to the ceiling."
        ears.hear(block, now, Context(frozenset({Command.START}), "testing", saying))
        low = ears.deference.is_low(now)
        coach.lower(block.end_frame + IN_HAND, low=low)
        if low:
            found.append(now)
    return found


def test_the_coach_is_low_before_the_word_is_over(coach: TimelineSpeaker) -> None:
    loud = coach.played(SAID_S * RATE, 2 * RATE).copy()
    low = lowered(coach, somebody=True)
    end = SAID_S * 1000 + len(read_pcm(WORD)) // 16
    assert SAID_S * 1000 < low[0] < end - 100
    assert low[-1] > end + 1_500, "it can be said again"
    later = slice(RATE, 2 * RATE)
    quiet = coach.played(SAID_S * RATE, 2 * RATE)
    assert louder_half(quiet[later]) == pytest.approx(louder_half(loud[later]) * 0.178, rel=0.01)


def test_it_does_not_give_way_to_itself(coach: TimelineSpeaker) -> None:
    assert not lowered(coach, somebody=False)
