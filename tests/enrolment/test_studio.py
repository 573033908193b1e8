"""Asking for phrases: a person who answers the prompts, an espeak voice, WebRTC's detector."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from skill.audio.activity import WebRtcVoiceDetector
from skill.audio.pcm import read_pcm
from skill.audio.timeline import TimelineSpeaker
from skill.enrolment.cutter import Cutter, State
from skill.enrolment.studio import TRIES, Notice, Studio
from skill.errors import RecordingError
from skill.ports import Block, BlockKind, Clip, Pcm
from skill.speech.espeak import EspeakVoice

RATE, BLOCK = 16_000, 800
RECORDINGS = Path(__file__).parent.parent / "recordings"


def recording(phrase: str) -> Pcm:
    return read_pcm(RECORDINGS / f"{phrase}.espeak-steph3.ogg")


class Person:
    """Says the next thing 0.8 s after each prompt has ended; an empty one means silence.

    It is both the microphone and the speaker, since it has to know what it is asked when.
    """

    rate = RATE

    def __init__(
        self,
        answers: Sequence[Pcm],
        ends_after_s: float = 600,
        lost_s: tuple[float, float] = (0, 0),
    ) -> None:
        self._answers = list(answers)
        self._speaker = TimelineSpeaker()
        self._noise = np.random.default_rng(4)
        self._sound: Pcm = np.zeros(0, np.int16)
        self._ends = round(ends_after_s * RATE)
        self._lost = range(round(lost_s[0] * RATE), round(lost_s[1] * RATE))
        self.prompts = 0
        self.answered_at = 0

    def blocks(self) -> Iterator[Block]:
        at = 0
        while True:
            pcm = self._noise.normal(0, 8, BLOCK)
            part, self._sound = self._sound[:BLOCK], self._sound[BLOCK:]
            pcm[: len(part)] += part
            kind = BlockKind.HEARD if at < self._ends else BlockKind.ENDED
            if at in self._lost:
                kind, pcm = BlockKind.LOST, np.zeros(BLOCK)
            yield Block(at, np.clip(np.rint(pcm), -32768, 32767).astype(np.int16), kind)
            at += BLOCK

    def play(self, clip: Clip, token: int, at: int) -> None:
        self.prompts += 1
        self._speaker.play(clip, token, at)

    def stop(self, at: int) -> None:
        self._speaker.stop(at)

    def lower(self, at: int, *, low: bool) -> None:
        self._speaker.lower(at, low=low)

    def poll(self, at: int) -> Sequence[int]:
        ended = self._speaker.poll(at)
        if ended and self._answers:
            self._sound = np.pad(self._answers.pop(0), (RATE * 4 // 5, 0))
            self.answered_at = at
        return ended


class Told:
    def __init__(self) -> None:
        self.notices: list[tuple[Notice, str]] = []

    def __call__(self, notice: Notice, phrase: str, why: str) -> None:
        self.notices.append((notice, phrase))
        assert bool(why) == (notice in {Notice.NOBODY, Notice.FLAWED})


def studio(person: Person, told: Told) -> Studio:
    return Studio(
        person, person, EspeakVoice(), WebRtcVoiceDetector, asking="Say: {phrase}.", tell=told
    )


def place(said: Pcm, within: Pcm) -> int:
    """Where a sound begins in another one: the peak of their correlation."""
    size = len(said) + len(within)
    spectra = np.fft.rfft(within, size), np.fft.rfft(said, size)
    lag = int(np.argmax(np.fft.irfft(spectra[0] * spectra[1].conj(), size)))
    return lag if lag < len(within) else lag - size


NOTHING = np.zeros(0, np.int16)


@pytest.mark.parametrize("phrase", ["next", "ouch", "what can i say", "start over"])
def test_a_phrase_is_recorded_whole(phrase: str) -> None:
    said = recording(phrase)
    told = Told()
    take = studio(Person([said]), told).ask(phrase)
    assert take is not None
    assert take.phrase == phrase
    assert told.notices == [(Notice.SAY, phrase), (Notice.TAKEN, phrase)]
    start = place(said, take.pcm)
    loud = np.flatnonzero(np.abs(said) > np.abs(said).max() / 10)
    assert start + loud[0] >= 0, "its beginning is there"
    assert start + loud[-1] < len(take.pcm), "and its end"
    assert len(take.pcm) < len(said) + RATE


def test_silence_and_a_flawed_recording_are_asked_for_again() -> None:
    said = recording("next")
    shouted = np.clip(said.astype(np.int32) * 60, -32768, 32767).astype(np.int16)
    told = Told()
    take = studio(Person([NOTHING, shouted, said]), told).ask("next")
    assert take is not None
    assert [notice for notice, _ in told.notices] == [
        Notice.SAY, Notice.NOBODY, Notice.SAY, Notice.FLAWED, Notice.SAY, Notice.TAKEN
    ]  # fmt: skip


def test_a_phrase_that_nobody_says_is_left_out() -> None:
    told, person = Told(), Person([])
    assert studio(person, told).ask("next") is None
    assert person.prompts == TRIES
    assert told.notices[-1] == (Notice.LEFT_OUT, "next")


def test_a_microphone_that_hears_nobody_ends_the_asking() -> None:
    phrases = ("next", "back", "stop")
    person = Person([])
    with pytest.raises(RecordingError, match="mic-test"):
        studio(person, Told()).ask_all(phrases)
    assert person.prompts == 2 * TRIES
    late = Person([*(3 * [NOTHING]), recording("back")])
    (take,) = studio(late, Told()).ask_all(phrases)
    assert take.phrase == "back"


def test_a_source_that_ends_ends_the_asking() -> None:
    told = Told()
    person = Person([], ends_after_s=3)
    asking = studio(person, told)
    assert asking.ask("next") is None
    assert asking.ask("back") is None
    assert person.prompts == 1


def test_a_microphone_that_goes_away_within_a_phrase_is_waited_for() -> None:
    said, told = recording("what can i say"), Told()
    first = Person([said])
    studio(first, told).ask("what can i say")
    begun = first.answered_at / RATE + 0.8 + 0.3
    told, person = Told(), Person([said, said], lost_s=(begun, begun + 60))
    take = studio(person, told).ask("what can i say")
    assert take is not None
    assert len(take.pcm) > len(said) * 0.8, "it is not what was heard before"
    assert [notice for notice, _ in told.notices] == [
        Notice.SAY, Notice.FLAWED, Notice.SAY, Notice.TAKEN
    ]  # fmt: skip
    assert person.prompts == 2, "nobody is asked who cannot be heard"


def test_phrases_do_not_run_into_each_other() -> None:
    words: Mapping[str, Pcm] = {word: recording(word) for word in ("next", "repeat", "stop")}
    asking = studio(Person(list(words.values())), Told())
    for word, said in words.items():
        take = asking.ask(word)
        assert take is not None
        assert len(take.pcm) < len(said) + RATE, word


def test_a_click_is_no_beginning_of_what_is_said_seconds_later() -> None:
    class Clicking:
        def __init__(self) -> None:
            self._at = 0

        def feed(self, block: Block) -> Sequence[float]:
            times = range(self._at, self._at + 50, 10)
            self._at += 50
            return [float(500 <= time < 580 or 5400 <= time < 6200) for time in times]

    cutter = Cutter(Clicking(), 6_000)
    for index in range(200):
        if cutter.feed(Block(index * BLOCK, np.zeros(BLOCK, np.int16))) is not State.WAITING:
            break
    assert cutter.state is State.CUT
    assert len(cutter.pcm) == RATE * 14 // 10, "the whole word, and nothing but it"


def test_a_voice_that_never_ends_is_cut() -> None:
    class Talking:
        def feed(self, block: Block) -> Sequence[float]:
            return [1.0] * (len(block.pcm) // 160)

    cutter = Cutter(Talking(), 6_000)
    for index in range(200):
        if cutter.feed(Block(index * BLOCK, np.zeros(BLOCK, np.int16))) is not State.WAITING:
            break
    assert cutter.state is State.CUT
    assert len(cutter.pcm) <= 6 * RATE
