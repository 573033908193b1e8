"""The microphone test waits for people, and for nobody else."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.audio.activity import WebRtcVoiceDetector
from skill.audio.pcm import read_pcm
from skill.audio.timeline import TimelineSpeaker
from skill.checkup.mic_test import ANSWER_S, MicrophoneTest, Prompt, read_take
from skill.ports import BLOCK, RATE, Block, Clip, Pcm
from tests.checkup.test_grades import RECORDINGS

WORD = read_pcm(RECORDINGS / "start rolling.flite-slt.ogg")
ASKED = Prompt(Clip((WORD / 32768).astype(np.float32), RATE), ("", ""), ANSWER_S, answered=True)


class Room:
    """A microphone that hears the speaker later, and then a person.

    Args:
        speaker: what is heard.
        late_s: how much later.
        answer_s: when the person says something, after the prompt; None for nobody.
    """

    rate = RATE

    def __init__(self, speaker: TimelineSpeaker, late_s: float, answer_s: float | None) -> None:
        self._speaker = speaker
        self._late = round(late_s * RATE)
        self._answer: Pcm = np.zeros(30 * RATE, np.int16)
        if answer_s is not None:
            at = BLOCK + len(WORD) + round(answer_s * RATE)
            self._answer[at : at + len(WORD)] = WORD

    def blocks(self) -> Iterator[Block]:
        """What is heard."""
        noise = np.random.default_rng(1)
        for at in range(0, len(self._answer), BLOCK):
            echo = self._speaker.played(at - self._late, BLOCK) * 10_000
            heard = echo + noise.normal(0, 5, BLOCK) + self._answer[at : at + BLOCK]
            yield Block(at, np.clip(heard, -32768, 32767).astype(np.int16))


def waited_s(late_s: float, answer_s: float | None) -> float:
    speaker = TimelineSpeaker()
    take = MicrophoneTest(Room(speaker, late_s, answer_s), speaker, WebRtcVoiceDetector()).run(
        [ASKED]
    )
    return (take.blocks[-1].end_frame - len(WORD)) / RATE


@pytest.mark.parametrize("late_s", [0.05, 0.3, 0.5])
def test_a_prompt_that_is_heard_late_is_no_answer(late_s: float) -> None:
    assert waited_s(late_s, None) > ANSWER_S


def test_an_answer_is_enough() -> None:
    assert waited_s(0.05, 0.4) < ANSWER_S


@pytest.mark.parametrize(
    ("later", "of_coach"), [(0, False), (-20, False), (20, False), (900, True)]
)
def test_a_second_microphone_is_no_coach(tmp_path: Path, later: int, of_coach: bool) -> None:
    """A coach is heard some time after it has spoken; in a stereo recording both are the person."""
    room = np.random.default_rng(1).normal(0, 5, (2, 3 * RATE))
    person, other = room
    person[RATE + later :][: len(WORD)] += WORD
    other[RATE:][: len(WORD)] += WORD
    recording = tmp_path / "stereo.wav"
    soundfile.write(recording, np.column_stack((person, other)) / 32768, RATE)
    assert bool(read_take(recording).played().any()) is of_coach
