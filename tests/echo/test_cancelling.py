"""The coach's own voice is taken out of what the microphone hears, and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from skill.app import App
from skill.audio.pcm import read_pcm
from skill.audio.timeline import TimelineSpeaker
from skill.core.decision import Context
from skill.core.messages import Heard
from skill.core.recent import UNHEARD
from skill.core.vocabulary import Command
from skill.echo.bands import BINS, FRAME, HOP, WEIGHTS, likeness, powers, spectrum, wave
from skill.echo.canceller import Hop
from skill.echo.cancelling import EchoCancelled
from skill.echo.kalman import KalmanFilter
from skill.echo.simulated import Echoing, Room
from skill.echo.weights import FILE, read_weights
from skill.errors import ModelError
from skill.ports import AudioSource, Block, BlockKind, Clip, Pcm, Playback, Samples
from skill.settings import CHECKOUT, Settings

RATE = 16_000
SECONDS = 9
CANCELLER = CHECKOUT / "models" / "echo"
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


def without_echo(source: AudioSource, playback: Playback) -> AudioSource:
    return App(Settings(cancel_echo=True)).hearing.without_echo(source, playback)


def heard_of(source: AudioSource) -> Pcm:
    return np.concatenate([block.pcm for block in source.blocks()])


@pytest.mark.parametrize("delay_ms", [4, 60, 150, 300])
def test_an_echo_is_gone_after_seconds(talking: TimelineSpeaker, delay_ms: int) -> None:
    room = Room(response(), 0.5, delay_ms * RATE // 1000)
    heard = Echoing(Microphone(noise(8)), talking, room)
    late = slice(5 * RATE, 8 * RATE)
    before, after = heard_of(heard), heard_of(without_echo(heard, talking))
    assert decibels(before[late]) - decibels(after[late]) > 28
    assert decibels(after[late]) > decibels(noise()[late]) - 12, "digital silence"


def test_how_loud_the_coach_was_is_told(talking: TimelineSpeaker) -> None:
    heard = Echoing(Microphone(noise(8)), talking, Room(response(), 0.5, 960))
    blocks = zip(heard.blocks(), without_echo(heard, talking).blocks(), strict=True)
    late = [(before.levels(5), after.echo) for before, after in blocks][5 * 20 : 8 * 20]
    apart = [b - e for levels, echo in late for b, e in zip(levels, echo, strict=True) if b > 40]
    assert len(apart) > 200
    assert abs(np.median(apart)) < 1
    silent = without_echo(Microphone(noise(1)), TimelineSpeaker(RATE))
    assert {level for block in silent.blocks() for level in block.echo} == {0.0}


def test_what_is_left_of_the_coach_is_of_its_colour_and_a_person_is_not(
    talking: TimelineSpeaker,
) -> None:
    pcm, word = noise(7), read_pcm(STOP)
    pcm[6 * RATE : 6 * RATE + len(word)] += word
    echoing = Echoing(Microphone(pcm), talking, Room(response(), 0.5, 960))
    alike = [one for block in without_echo(echoing, talking).blocks() for one in block.alike]
    with_headphones = without_echo(Microphone(pcm), talking)
    of_headphones = [one for block in with_headphones.blocks() for one in block.alike]
    assert set(of_headphones) == {0.0, UNHEARD}
    assert set(of_headphones[300:590]) == {UNHEARD}
    assert np.mean(alike[600 : 600 + len(word) // HOP]) < 0.8
    assert np.mean(alike[300:590]) > 0.83, "pauses between its words are in it"


def test_likeness_is_of_colour_and_not_of_loudness() -> None:
    random = np.random.default_rng(5)
    spectra = spectrum(random.normal(0, 0.1, (2, 320)).astype(np.float32))
    one, other = powers(spectra)
    tilted = powers((spectra[0] * np.linspace(1, 0.01, BINS)).astype(np.complex64))
    assert likeness(one, np.float32(9) * one) == pytest.approx(1.0, abs=1e-5)
    assert likeness(tilted, other) < 0.5
    assert likeness(one, np.zeros_like(one)) == 0.0


@pytest.mark.parametrize("drift_ppm", [-100.0, -20.0, 20.0, 100.0])
def test_clocks_may_differ(talking: TimelineSpeaker, drift_ppm: float) -> None:
    heard = Echoing(Microphone(noise(8)), talking, Room(response(), 0.5, 960, drift_ppm))
    late = slice(6 * RATE, 8 * RATE)
    before, after = heard_of(heard), heard_of(without_echo(heard, talking))
    assert decibels(before[late]) - decibels(after[late]) > 30


def test_a_person_is_heard_unchanged_but_later_while_the_coach_is_silent() -> None:
    pcm = np.tile(read_pcm(STOP), 2)
    pcm = pcm[: len(pcm) // 800 * 800]
    passed = heard_of(without_echo(Microphone(pcm), TimelineSpeaker(RATE)))
    assert np.array_equal(passed[HOP:], pcm[:-HOP])


@pytest.mark.parametrize("echo", [0.0, 0.5])
def test_hops_that_pass_all_at_once_pass_as_one_by_one(
    talking: TimelineSpeaker, echo: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a coach who talks to one who has been silent for long, and has begun again."""
    speaker = TimelineSpeaker(RATE)
    clip = Clip(talking.played(0, 3 * RATE), RATE)
    speaker.play(clip, 1, RATE)
    speaker.play(clip, 2, 9 * RATE)
    pcm, word = noise(13), read_pcm(STOP)
    pcm[6 * RATE : 6 * RATE + len(word)] += word
    source = Echoing(Microphone(pcm), speaker, Room(response(), echo, 960))
    at_once = list(without_echo(source, speaker).blocks())
    one_by_one = without_echo(source, speaker)
    assert isinstance(one_by_one, EchoCancelled)
    canceller = one_by_one.canceller

    def clean(heard: Samples, played: Samples, *, lost: bool) -> list[Hop]:
        hops = zip(heard.reshape(-1, HOP), played.reshape(-1, HOP), strict=True)
        return [canceller._clean(*pair, lost=lost) for pair in hops]

    monkeypatch.setattr(canceller, "clean", clean)
    for at, (one, other) in enumerate(zip(at_once, one_by_one.blocks(), strict=True)):
        assert np.array_equal(one.pcm, other.pcm), at
        assert (one.others, one.alike, one.anew) == (other.others, other.alike, other.anew), at
        assert one.echo == pytest.approx(other.echo, abs=0.1), at
        assert np.array_equal(one.again, other.again), at


def test_a_person_with_headphones_is_heard_while_the_coach_talks(talking: TimelineSpeaker) -> None:
    pcm, said = noise(6), slice(5 * RATE, 5 * RATE + len(read_pcm(STOP)))
    pcm[said] += read_pcm(STOP)
    passed = heard_of(without_echo(Microphone(pcm), talking))
    assert abs(decibels(passed[said]) - decibels(pcm[said])) < 2


def test_talking_over_the_coach_does_not_unlearn_the_room(talking: TimelineSpeaker) -> None:
    pcm, word = noise(7), read_pcm(STOP)
    pcm[5 * RATE : 5 * RATE + len(word)] += word
    heard = Echoing(Microphone(pcm), talking, Room(response(), 0.3, 960))
    before, after = heard_of(heard), heard_of(without_echo(heard, talking))
    said = slice(5 * RATE, 5 * RATE + len(word))
    assert abs(decibels(after[said]) - decibels(word)) < 3
    later = slice(said.stop + RATE // 2, said.stop + RATE)
    assert decibels(before[later]) - decibels(after[later]) > 20


def test_stop_is_heard_over_the_coach_and_nothing_else(talking: TimelineSpeaker) -> None:
    pcm, word = noise(8), read_pcm(STOP)
    pcm[6 * RATE : 6 * RATE + len(word)] += word
    echoing = Echoing(Microphone(pcm), talking, Room(response(), 0.3, 960))
    assert [h.command for h in heard_in(without_echo(echoing, talking))] == [Command.STOP]


def heard_in(source: AudioSource) -> list[Heard]:
    ears = App(Settings()).ears()
    found: list[Heard] = []
    for block in source.blocks():
        context = Context(frozenset(Command), "testing", "Reach both hands up to the ceiling.")
        decisions = ears.hear(block, block.end_frame // 16, context)
        found += [decision for decision in decisions if isinstance(decision, Heard)]
    return found


def test_a_block_in_which_somebody_begins_is_as_if_they_had_talked_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = without_echo(Microphone(noise(1)), TimelineSpeaker(RATE))
    assert isinstance(source, EchoCancelled)
    gated, ungated = np.zeros(HOP, np.float32), np.full(HOP, 0.5, np.float32)
    talks = iter([False] * 7 + [True] * 93)

    def clean(heard: Samples, _played: Samples, *, lost: bool) -> list[Hop]:
        return [
            Hop(gated, ungated, next(talks), not lost, 0.0, 0.0, anew=False)
            for _ in range(len(heard) // HOP)
        ]

    monkeypatch.setattr(source.canceller, "clean", clean)
    before, begins, after = list(source.blocks())[:3]
    assert not before.pcm.any()
    assert not len(before.again)
    assert begins.again.all()
    assert begins.pcm.all()
    assert not after.pcm.any()
    assert not len(after.again)


def test_nothing_is_done_to_what_was_not_heard(talking: TimelineSpeaker) -> None:
    lost = Microphone(np.zeros(1600, np.int16), BlockKind.LOST)
    assert not heard_of(without_echo(lost, talking)).any()


def test_after_the_end_nothing_is_computed(
    talking: TimelineSpeaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording of a second is replayed until the coach has said all that it has to say."""
    source = without_echo(Microphone(np.zeros(1600, np.int16), BlockKind.ENDED), talking)
    assert isinstance(source, EchoCancelled)
    monkeypatch.setattr(source.canceller, "clean", None)
    blocks = [(block.start_frame, block.kind) for block in source.blocks()]
    assert blocks == [(0, BlockKind.ENDED), (800, BlockKind.ENDED)]


def test_blocks_are_whole_hops(talking: TimelineSpeaker) -> None:
    with pytest.raises(ValueError, match="a block of 100 frames is no multiple of 160"):
        heard_of(without_echo(Microphone(np.zeros(100, np.int16), block=100), talking))


def test_it_can_be_turned_off() -> None:
    microphone = Microphone(noise(1))
    settings = Settings(cancel_echo=False)
    assert App(settings).hearing.without_echo(microphone, TimelineSpeaker(RATE)) is microphone


def test_the_filter_gives_back_what_it_took() -> None:
    rng = np.random.default_rng(3)
    learner = KalmanFilter()
    for _ in range(50):
        played = rng.standard_normal(HOP).astype(np.float32)
        heard = (0.5 * played).astype(np.float32)
        rest, echo = learner.clean(heard, played)
        assert np.allclose(rest + echo, heard, atol=1e-5)


def test_gains_of_one_give_the_sound_back_ten_milliseconds_later() -> None:
    sound = np.random.default_rng(4).standard_normal(8 * HOP).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP]
    parts = wave(spectrum(frames))
    middle = parts[:-1, HOP:] + parts[1:, :HOP]
    assert np.allclose(middle.ravel(), sound[HOP:-HOP], atol=1e-5)
    assert np.allclose(WEIGHTS.sum(axis=0), 1)


def damaged(folder: Path, change: Callable[[bytes], bytes]) -> Path:
    folder.mkdir()
    (folder / FILE).write_bytes(change((CANCELLER / FILE).read_bytes()))
    return folder


@pytest.mark.parametrize("change", [lambda b: b[:50_000], lambda b: b"", lambda b: b"ears" * 99])
def test_a_damaged_file_is_named_with_its_remedy(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    folder = damaged(tmp_path / "echo", change)
    with pytest.raises(ModelError, match=r"echo/rest\.npz cannot be used\. Get it again") as caught:
        read_weights(folder)
    assert "cancel_echo = false" in caught.value.remedy


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"rest\.npz is missing"):
        read_weights(tmp_path)


def test_with_headphones_nothing_is_changed_once_that_is_known(talking: TimelineSpeaker) -> None:
    pcm, word = noise(4), read_pcm(STOP)
    pcm[2 * RATE : 2 * RATE + len(word)] += word
    passed = heard_of(without_echo(Microphone(pcm), talking))
    said = slice(2 * RATE, 2 * RATE + len(word))
    changed = passed[HOP:][said].astype(np.int32) - pcm[said]
    assert decibels(changed.astype(np.float64)) < decibels(pcm[said]) - 40


def test_headphones_that_are_pulled_out_are_noticed(talking: TimelineSpeaker) -> None:
    heard = heard_of(Echoing(Microphone(noise(8)), talking, Room(response(), 0.3, 960)))
    pulled = 2 * RATE
    heard[:pulled] = noise()[:pulled]
    passed = heard_of(without_echo(Microphone(heard), talking))
    late = slice(7 * RATE, 8 * RATE)
    assert decibels(heard[late]) - decibels(passed[late]) > 25


def test_between_two_echoes_with_headphones_the_first_one_is_forgotten(
    talking: TimelineSpeaker,
) -> None:
    rooms = [Room(response(), 0.5, delay * RATE // 1000) for delay in (60, 35)]
    heard, later = (heard_of(Echoing(Microphone(noise()), talking, room)) for room in rooms)
    heard[2 * RATE : 6 * RATE] = noise()[2 * RATE : 6 * RATE]
    heard[6 * RATE :] = later[6 * RATE :]
    passed = heard_of(without_echo(Microphone(heard), talking))
    late = slice(8 * RATE, 9 * RATE)
    assert decibels(heard[late]) - decibels(passed[late]) > 25


def test_without_its_file_the_session_goes_on_and_says_so(
    talking: TimelineSpeaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("skill.hearing.SHIPPED", tmp_path)
    app, source = App(Settings()), Microphone(noise(1))
    assert app.hearing.without_echo(source, talking) is source
    assert app.notices == [
        f"The coach cannot take out its own voice: The echo canceller's file "
        f"{tmp_path / 'echo' / FILE} is missing. Get it again with `git checkout models/echo`, "
        f"or set `cancel_echo = false`."
    ]


@pytest.mark.parametrize("gain", [0.1, 0.5])
def test_that_the_coach_is_heard_is_known_within_seconds_and_told_once(
    talking: TimelineSpeaker, gain: float
) -> None:
    heard = Echoing(Microphone(noise(3)), talking, Room(response(), gain, 960))
    told = [block for block in without_echo(heard, talking).blocks() if block.anew]
    assert len(told) == 1
    assert told[0].end_frame < 1.7 * RATE, "it took two seconds of speech when nothing was heard"


def test_with_headphones_it_is_never_told_whoever_talks(talking: TimelineSpeaker) -> None:
    pcm, word = noise(3), read_pcm(STOP)
    pcm[: len(word)] += word
    pcm[RATE : RATE + len(word)] += word
    blocks = list(without_echo(Microphone(pcm), talking).blocks())
    assert not any(block.anew for block in blocks)
    assert sum(sum(block.others) for block in blocks[20:30]) > 20, "it was somebody else"


def test_what_the_coach_says_is_known_to_be_said_by_nobody_else(talking: TimelineSpeaker) -> None:
    pcm, word = noise(7), read_pcm(STOP)
    pcm[6 * RATE : 6 * RATE + len(word)] += word
    heard = Echoing(Microphone(pcm), talking, Room(response(), 0.1, 960))
    others = [talk for block in without_echo(heard, talking).blocks() for talk in block.others]
    assert any(others[:80]), "at first, nobody knows"
    assert not any(others[400:590])
    assert 20 < sum(others[600:700]) < 50, "a gate stays open longer than anybody talks"


class Reopened:
    """A microphone that hears, is gone, and then hears something else."""

    rate = RATE

    def __init__(self, before: AudioSource, after: AudioSource, gone: slice) -> None:
        self._before, self._after, self._gone = before, after, gone

    def blocks(self) -> Iterator[Block]:
        for early, late in zip(self._before.blocks(), self._after.blocks(), strict=True):
            if early.end_frame <= self._gone.start:
                yield early
            elif early.end_frame <= self._gone.stop:
                yield Block(early.start_frame, np.zeros_like(early.pcm), BlockKind.LOST)
            else:
                yield late


def test_a_microphone_that_was_opened_again_has_another_echo(talking: TimelineSpeaker) -> None:
    rooms = [Room(response(), 0.5, delay * RATE // 1000) for delay in (60, 35)]
    early, late = (Echoing(Microphone(noise(7)), talking, room) for room in rooms)
    both = Reopened(early, late, slice(3 * RATE, 4 * RATE))
    after = heard_of(without_echo(both, talking))
    second = slice(6 * RATE, 7 * RATE)
    assert decibels(heard_of(late)[second]) - decibels(after[second]) > 20


@pytest.mark.parametrize(("gone_ms", "times"), [(100, 0), (600, 1)])
def test_an_echo_s_way_is_forgotten_after_a_loss_and_not_after_a_short_hole(
    monkeypatch: pytest.MonkeyPatch, gone_ms: int, times: int
) -> None:
    room = Microphone(noise(2))
    gone = slice(RATE, RATE + gone_ms * RATE // 1000)
    source = without_echo(Reopened(room, room, gone), TimelineSpeaker(RATE))
    assert forgotten(source, monkeypatch) == [gone.stop + 800] * times


def test_an_echo_s_way_is_forgotten_when_the_speaker_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    speaker = TimelineSpeaker(RATE)
    changes = iter([0] * 10 + [1] * 10)
    monkeypatch.setattr(TimelineSpeaker, "changes", property(lambda _speaker: next(changes)))
    source = without_echo(Microphone(noise(1)), speaker)
    assert forgotten(source, monkeypatch) == [11 * 800]


def forgotten(source: AudioSource, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ends of the blocks with which the way of the echo was forgotten."""
    assert isinstance(source, EchoCancelled)
    found: list[bool] = []
    monkeypatch.setattr(source.canceller, "forget_path", lambda: found.append(True))
    ends = []
    for block in source.blocks():
        ends += [block.end_frame] * len(found)
        found.clear()
    return ends


def test_nothing_is_learnt_from_what_was_not_heard() -> None:
    silent = TimelineSpeaker(RATE)
    room = Microphone(noise(5))
    source = without_echo(Reopened(room, room, slice(4 * RATE, 4 * RATE + 800)), silent)
    assert isinstance(source, EchoCancelled)
    gate, audible = source.canceller._gate, source.canceller._audible
    rooms = np.array([(gate._noise, audible._noise) for _ in source.blocks()])
    assert (rooms[82] > rooms[78] / 2).all()
