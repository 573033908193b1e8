"""Lines that a real voice can hardly say: shown, a chime instead, and the session goes on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skill.audio.chimes import chime
from skill.audio.timeline import TimelineSpeaker
from skill.core.coach import Coach
from skill.core.messages import Say, SpeechEnded, Tone
from skill.models.seal import read_seal, seal
from skill.ports import Clip, Voice
from skill.speech.cache import CachedVoice
from skill.speech.espeak import EspeakVoice
from skill.speech.narrator import Inline, Narrator
from skill.speech.piper import PiperSpeech
from tests.support.book import BOOK, PHRASE_BOOK
from tests.support.room import RATE, Witness, session
from tests.support.scripted import Cue
from tests.support.tiny_piper import write_voice

LONG = ("Roll slowly on, and breathe. " * 345).strip()
"""Ten thousand characters: many minutes, over which the person says "start"."""


class Played(TimelineSpeaker):
    """Notes what is played."""

    def __init__(self) -> None:
        super().__init__(RATE)
        self.clips: list[Clip] = []

    def play(self, clip: Clip, token: int, at: int) -> None:
        self.clips.append(clip)
        super().play(clip, token, at)


def hear(voice: Voice, greeting: str) -> tuple[Played, Witness, list[str]]:
    """A session whose greeting is an odd line; "start" is said after nine seconds."""
    lines = {**PHRASE_BOOK.lines, "greeting": (greeting,)}
    talk, witness = session(Cue(9000, 9400, "start"), seconds=25)
    speaker = Played()
    talk.narrator = Narrator(voice, speaker, chime, Inline(), ahead=False)
    talk.coach = Coach(replace(BOOK, phrases=replace(PHRASE_BOOK, lines=lines)))
    talk.run()
    assert greeting in witness.said, "the line is shown"
    assert "intro one" in witness.said, "the session goes on"
    return speaker, witness, talk.narrator.troubles


@pytest.fixture(params=["espeak", "piper"])
def voice(request: pytest.FixtureRequest, tmp_path: Path) -> Voice:
    made = EspeakVoice() if request.param == "espeak" else PiperSpeech(write_voice(tmp_path))
    return CachedVoice(made, tmp_path / "cache")


def sounds(played: Played, tone: Tone) -> int:
    wanted = chime(tone).samples
    return sum(np.array_equal(clip.samples[-len(wanted) :], wanted) for clip in played.clips)


@pytest.mark.parametrize("line", ["\N{SLIGHTLY SMILING FACE}", "日本語。", "-- !?"])
def test_a_line_without_words_is_a_chime(voice: Voice, line: str) -> None:
    played, witness, troubles = hear(voice, line)
    assert len(troubles) == 1
    assert troubles[0].startswith(f"A line could not be spoken ({line}): ")
    assert sounds(played, Tone.NOT_NOW) == 1
    token = next(
        entry.message.token
        for entry in witness.entries
        if isinstance(entry.message, Say) and entry.message.text == line
    )
    ended = [e.message.token for e in witness.entries if isinstance(e.message, SpeechEnded)]
    assert token in ended, "what comes next would wait for ever"


@pytest.mark.parametrize(
    "line", ["2:30, 1/2, 10 %, 30s.", "Roll 日本語 \N{STOPWATCH} on.", "\0\ud83dgo"]
)
def test_an_odd_line_is_read_as_well_as_may_be(voice: Voice, line: str) -> None:
    played, _, troubles = hear(voice, line)
    assert troubles == []
    assert sounds(played, Tone.NOT_NOW) == 0


def test_a_line_of_ten_thousand_characters_can_be_interrupted(tmp_path: Path) -> None:
    played, _, troubles = hear(PiperSpeech(write_voice(tmp_path)), LONG)
    assert troubles == []
    assert max(clip.seconds for clip in played.clips) > 200


@pytest.mark.parametrize("harm", ["gone", "no model", "another's settings"])
def test_a_voice_that_breaks_after_the_start_is_told_and_shown(tmp_path: Path, harm: str) -> None:
    model = write_voice(tmp_path)
    seal(tmp_path)
    voice = PiperSpeech(model, sealed=read_seal(tmp_path))
    match harm:
        case "gone":
            model.unlink()
        case "no model":
            model.write_bytes(b"no model")
        case _:
            write_voice(tmp_path, model.stem, symbols=20)
            model.with_name(f"{model.name}.json").write_bytes(
                Path(f"{write_voice(tmp_path, 'other')}.json").read_bytes()
            )
    played, _, troubles = hear(CachedVoice(voice, tmp_path / "cache"), "Left.")
    assert sounds(played, Tone.NOT_NOW) == len(troubles) > 1
    assert all(str(model) in trouble for trouble in troubles)
