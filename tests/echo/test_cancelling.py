"""The coach's own voice is taken out of what the microphone hears, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from skill.app import App
from skill.audio.pcm import read_pcm
from skill.audio.timeline import TimelineSpeaker
from skill.core.listener import Context
from skill.core.messages import Heard
from skill.core.vocabulary import Command
from skill.echo.cancelling import EchoCancelled
from skill.echo.kalman import HOP, KalmanFilter
from skill.echo.simulated import Echoing, Room
from skill.ports import Block, BlockKind, Clip, Pcm, Samples
from skill.settings import CHECKOUT, Settings

RATE = 16_000
SECONDS = 9
STOP = CHECKOUT / "tests" / "recordings" / "stop.espeak-Michael.ogg"


@dataclass
class Microphone:
    pcm: Pcm
    kind: BlockKind = BlockKind.HEARD
    block: int = 800
    rate: int = RATE

    def blocks(self) -> Iterator[Block]:
        for at in range(0, len(self.pcm), self.block):
            yield Block(at, self.pcm[at : at + self.block], self.kind)


def response(milliseconds: int = 200) -> Samples:
    """A room: the direct sound, then noise that dies away."""
    length = RATE * milliseconds // 1000
    rng = np.random.default_rng(1)
    answer = 0.2 * rng.standard_normal(length) * np.exp(-6.0 * np.arange(length) / length)
    answer[0] = 1.0
    return answer.astype(np.float32)


@pytest.fixture(scope="module")
def talking() -> TimelineSpeaker:
    """The coach, talking from the first frame on."""
    voice = App(Settings()).voice
    lines = ("Reach both hands up to the ceiling.", "Now let your arms open out to the sides.")
    clips = [voice.render(line, 100) for line in lines]
    sound = np.concatenate([clip.samples for clip in clips * 3])[: SECONDS * clips[0].rate]
    speaker = TimelineSpeaker(RATE)
    speaker.play(Clip(sound, clips[0].rate), 1, 0)
    return speaker


def decibels(wave: Pcm) -> float:
    return 10 * float(np.log10(np.mean(np.square(wave, dtype=np.float64)) + 1e-3))


def noise(seconds: int = SECONDS) -> Pcm:
    return np.rint(np.random.default_rng(2).normal(0, 8, seconds * RATE)).astype(np.int16)


def left(blocks: list[Block]) -> Pcm:
    rests = [block.uncovered for block in blocks]
    return np.concatenate([rest for rest in rests if rest is not None])


@pytest.mark.parametrize("delay_ms", [0, 60, 150, 300])
def test_an_echo_is_gone_after_seconds(talking: TimelineSpeaker, delay_ms: int) -> None:
    room = Room(response(), 0.5, delay_ms * RATE // 1000, distorted=False)
    heard = Echoing(Microphone(noise()), talking, room)
    before = np.concatenate([block.pcm for block in heard.blocks()])
    blocks = list(EchoCancelled(heard, talking).blocks())
    late = slice(5 * RATE, 8 * RATE)
    assert decibels(before[late]) - decibels(left(blocks)[late]) > 15
    passed = np.concatenate([block.pcm for block in blocks])
    assert decibels(before[late]) - decibels(passed[late]) > 25


def test_a_drift_of_20_ppm_and_a_small_loudspeaker_leave_more(talking: TimelineSpeaker) -> None:
    room = Room(response(), 0.5, 960, drift_ppm=20.0)
    heard = Echoing(Microphone(noise()), talking, room)
    before = np.concatenate([block.pcm for block in heard.blocks()])
    after = left(list(EchoCancelled(heard, talking).blocks()))
    late = slice(5 * RATE, 8 * RATE)
    assert decibels(before[late]) - decibels(after[late]) > 10


def test_a_person_is_heard_unchanged_while_the_coach_is_silent() -> None:
    pcm = np.tile(read_pcm(STOP), 2)
    pcm = pcm[: len(pcm) // 800 * 800]
    blocks = list(EchoCancelled(Microphone(pcm), TimelineSpeaker(RATE)).blocks())
    assert np.array_equal(np.concatenate([block.pcm for block in blocks]), pcm)


def test_talking_over_the_coach_does_not_unlearn_the_room(talking: TimelineSpeaker) -> None:
    pcm = noise()
    word = read_pcm(STOP)
    pcm[5 * RATE : 5 * RATE + len(word)] += word
    heard = Echoing(Microphone(pcm), talking, Room(response(), 0.3, 960, distorted=False))
    blocks = list(EchoCancelled(heard, talking).blocks())
    said = slice(5 * RATE, 5 * RATE + len(word))
    passed = np.concatenate([block.pcm for block in blocks])
    assert abs(decibels(passed[said]) - decibels(word)) < 3
    after = slice(said.stop, said.stop + RATE)
    before = np.concatenate([block.pcm for block in heard.blocks()])
    assert decibels(before[after]) - decibels(left(blocks)[after]) > 15


def test_stop_is_heard_over_the_coach(talking: TimelineSpeaker) -> None:
    pcm, word = noise(), read_pcm(STOP)
    pcm[6 * RATE : 6 * RATE + len(word)] += word
    echoing = Echoing(Microphone(pcm), talking, Room(response(), 0.3, 960))
    assert [h.command for h in heard_in(EchoCancelled(echoing, talking))] == [Command.STOP]


def heard_in(source: EchoCancelled) -> list[Heard]:
    ears = App(Settings()).ears()
    found: list[Heard] = []
    for block in source.blocks():
        context = Context(frozenset(Command), "testing", "Reach both hands up to the ceiling.")
        decisions = ears.hear(block, block.end_frame // 16, context)
        found += [decision for decision in decisions if isinstance(decision, Heard)]
    return found


def test_nothing_is_done_to_what_was_not_heard(talking: TimelineSpeaker) -> None:
    lost = Microphone(np.zeros(1600, np.int16), BlockKind.LOST)
    blocks = list(EchoCancelled(lost, talking).blocks())
    assert [block.uncovered for block in blocks] == [None, None]
    assert not any(block.pcm.any() for block in blocks)


def test_blocks_are_whole_hops(talking: TimelineSpeaker) -> None:
    with pytest.raises(ValueError, match="a block of 100 frames is no multiple of 160"):
        list(EchoCancelled(Microphone(np.zeros(100, np.int16), block=100), talking).blocks())


def test_the_filter_gives_back_what_it_took() -> None:
    rng = np.random.default_rng(3)
    learner = KalmanFilter()
    for _ in range(50):
        played = rng.standard_normal(HOP).astype(np.float32)
        heard = (0.5 * played).astype(np.float32)
        rest, echo = learner.clean(heard, played)
        assert np.allclose(rest + echo, heard, atol=1e-5)
    assert np.square(rest).mean() < 0.01 * np.square(heard).mean()
