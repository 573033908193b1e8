"""The loop: what happens in which order, and how soon."""

from dataclasses import replace

import pytest

from skill.audio.lowering import LOW_DB
from skill.audio.timeline import TimelineSpeaker
from skill.core.coach import Coach
from skill.core.deference import Deference
from skill.core.messages import (
    AudioEnded,
    Bookmark,
    Counted,
    Dropouts,
    Finish,
    Heard,
    Hush,
    Ignored,
    MicrophoneBack,
    MicrophoneLost,
    Say,
    SpeakerBack,
    SpeakerLost,
    SpeechEnded,
)
from skill.core.vocabulary import Command
from skill.ports import BlockKind
from tests.support.book import BOOK, PHRASE_BOOK
from tests.support.room import Blocks, session
from tests.support.scripted import Cue

GREETED = ["hello", "not_medical", "greeting start"]


def test_a_recording_becomes_a_dialogue() -> None:
    talk, witness = session(Cue(5000, 5600, "start"), Cue(12_000, 12_400, "next"), seconds=30)
    coach = talk.run()
    assert witness.said == [
        *GREETED, "intro one", "full a", "full a 2", "setup_ready",
        "full b", "full b 2", "movement_ready 1 min",
    ]  # fmt: skip
    assert coach.gone
    assert isinstance(witness.entries[-1].message, Finish)


def test_a_command_is_acted_on_soon_after_its_voice_has_ended() -> None:
    talk, witness = session(Cue(5000, 5600, "repeat"), Cue(8000, 8600, "stop"), seconds=10)
    talk.run()
    reactions = {
        entry.message.phrase: entry.at - entry.message.ended_ms
        for entry in witness.entries
        if isinstance(entry.message, Heard)
    }
    assert reactions["stop"] <= 250
    asleep = [entry.message for entry in witness.entries if isinstance(entry.message, Ignored)]
    assert asleep == [Ignored("repeat", "means nothing while asleep", 1.0)]


def test_stop_while_speaking_is_silent_within_the_block() -> None:
    talk, witness = session(Cue(300, 700, "stop"), seconds=10)
    talk.run()
    kinds = [type(entry.message) for entry in witness.entries]
    assert kinds.index(Hush) == kinds.index(Heard) + 1
    assert witness.said == GREETED[:1]
    assert SpeechEnded not in kinds


def test_words_just_said_by_the_coach_are_not_a_command() -> None:
    # "greeting start" is heard from 3.6 to 4.6 s; the room carries its last word a little longer.
    talk, witness = session(Cue(3700, 4200, "start"), seconds=10)
    talk.run()
    (judged,) = [entry.at for entry in witness.entries if isinstance(entry.message, Ignored)]
    assert judged > 4600
    ignored = [entry.message for entry in witness.entries if isinstance(entry.message, Ignored)]
    assert ignored == [Ignored("start", "the coach's own words", 1.0)]


def test_words_that_the_coach_is_only_about_to_say_are_a_command() -> None:
    # In the silence before "greeting start".
    talk, witness = session(Cue(2500, 3000, "start"), seconds=10)
    talk.run()
    (heard,) = [entry for entry in witness.entries if isinstance(entry.message, Heard)]
    assert 2800 < heard.at < 3600


def test_a_microphone_that_goes_away_and_comes_back() -> None:
    source = Blocks((5, BlockKind.HEARD), (5, BlockKind.LOST), (5, BlockKind.HEARD))
    talk, witness = session(source=source)
    talk.run()
    events = [entry for entry in witness.entries if isinstance(entry.message, MicrophoneLost)]
    assert [entry.at for entry in events] == [5500]
    back = [entry for entry in witness.entries if isinstance(entry.message, MicrophoneBack)]
    assert [entry.at for entry in back] == [10_050]
    assert witness.said[-1] == "microphone_lost"


def test_a_short_hole_is_not_worth_a_word() -> None:
    source = Blocks((5, BlockKind.HEARD), (0.45, BlockKind.LOST), (5, BlockKind.HEARD))
    talk, witness = session(source=source)
    talk.run()
    kinds = {type(entry.message) for entry in witness.entries}
    assert not kinds & {MicrophoneLost, MicrophoneBack}


class Wobbly:
    """Equipment whose speaker is gone for some of the times it is asked."""

    def __init__(self, gone: range) -> None:
        self._gone, self._asked = gone, -1

    @property
    def speaker_works(self) -> bool:
        self._asked += 1
        return self._asked not in self._gone

    @property
    def hears_nothing(self) -> bool:
        return False

    @property
    def overdriven_s(self) -> float:
        return 0.0

    @property
    def dropouts(self) -> tuple[int, int]:
        return (0, 2) if self._asked > 40 else (0, 0)


def test_a_speaker_that_goes_away_says_the_line_anew_and_dropouts_are_journaled() -> None:
    talk, witness = session(seconds=10)
    talk.equipment = Wobbly(range(10, 30))
    talk.run()
    events = [e for e in witness.entries if isinstance(e.message, SpeakerLost | SpeakerBack)]
    assert [(entry.at, type(entry.message)) for entry in events] == [
        (550, SpeakerLost),
        (1550, SpeakerBack),
    ]
    assert witness.said == [GREETED[0], *GREETED]
    told = [entry.message for entry in witness.entries if isinstance(entry.message, Dropouts)]
    assert told == [Dropouts(0, 2)]


def test_the_end_of_the_recording_leaves_time_for_the_last_word() -> None:
    talk, witness = session(Cue(9000, 9900, "help"), seconds=10)
    talk.run()
    ended = next(entry for entry in witness.entries if isinstance(entry.message, AudioEnded))
    assert ended.at >= 11_500
    assert witness.said[-1].startswith("help")


def test_a_line_that_cannot_be_spoken_is_a_chime_and_the_session_goes_on() -> None:
    lines = {**PHRASE_BOOK.lines, "greeting": ("unspeakable",)}
    talk, witness = session(Cue(6000, 6400, "start"), seconds=20)
    talk.coach = Coach(replace(BOOK, phrases=replace(PHRASE_BOOK, lines=lines)))
    talk.run()
    assert "intro one" in witness.said
    assert talk.narrator.troubles == [
        'A line could not be spoken (unspeakable): "unspeakable" cannot be spoken. Change it.'
    ]


def test_deaf_while_speaking_if_so_chosen() -> None:
    talk, witness = session(Cue(300, 700, "stop"), Cue(5000, 5400, "start"), seconds=10)
    talk.deaf_while_speaking = True
    talk.run()
    heard = [e.message.command for e in witness.entries if isinstance(e.message, Heard)]
    assert heard == [Command.START]
    ignored = [e.message.reason for e in witness.entries if isinstance(e.message, Ignored)]
    assert ignored == ["means nothing while the coach speaks (mute_while_speaking)"]


def test_the_place_is_remembered_when_it_changes() -> None:
    kept: list[Bookmark] = []
    talk, _ = session(Cue(5000, 5400, "start"), Cue(9000, 9400, "next"), seconds=15)
    talk.remember = kept.append
    talk.run()
    assert [(mark.exercise, mark.step) for mark in kept] == [
        ("one", "a"),
        ("one", "b"),
        ("one", "b"),
    ]
    assert [mark.told for mark in kept] == [(), (), ("one/b",)], "a was not heard to its end"


def test_sessions_are_counted_once_when_one_begins() -> None:
    talk, witness = session(Cue(5000, 5400, "start"), seconds=15)
    talk.this_week = lambda: 3
    talk.run()
    counted = [entry for entry in witness.entries if isinstance(entry.message, Counted)]
    assert [entry.message for entry in counted] == [Counted(3)]
    assert counted[0].at > 5400


def test_pace_and_volume_reach_the_speaker() -> None:
    talk, witness = session(Cue(5000, 5400, "start"), Cue(6000, 6400, "slower"), seconds=30)
    talk.run()
    said = {
        e.message.text: (e.message.token, e.at)
        for e in witness.entries
        if isinstance(e.message, Say)
    }
    token, began = said["pace_changed"]
    (ended,) = [entry for entry in witness.entries if entry.message == SpeechEnded(token)]
    assert 1100 <= ended.at - began <= 1200


def test_the_recogniser_is_recycled_between_steps_but_never_in_the_middle_of_a_word() -> None:
    cues = (Cue(5000, 5400, "start"), Cue(5700, 6100, "next"), Cue(9000, 9400, "where"))
    talk, witness = session(*cues, seconds=15)
    recycled: list[int] = []
    talk.ears.recognizer.recycle = lambda: recycled.append(talk.ears.listener.past.voice_until)  # type: ignore[method-assign]
    talk.run()
    heard = [e.message.command for e in witness.entries if isinstance(e.message, Heard)]
    assert heard == [Command.START, Command.NEXT, Command.WHERE]
    assert len(recycled) == 1, "both changes of step came before the first pause"
    assert 6000 <= recycled[0] <= 6200


def test_whoever_talks_over_the_coach_makes_its_speaker_low() -> None:
    talk, _ = session(seconds=6)
    low, usual = Deference(until=2_000), 0.1
    talk.ears.deference = low
    talk.run()
    played = talk.narrator.speaker
    assert isinstance(played, TimelineSpeaker)
    assert played.played(3_200, 8_000).max() == pytest.approx(usual * 10 ** (LOW_DB / 20))
    assert played.played(2 * 16_000 + 1_600, 8_000).max() == pytest.approx(usual)


def test_a_coach_that_is_deaf_while_it_speaks_gives_way_to_nobody() -> None:
    talk, _ = session(seconds=6)
    talk.deaf_while_speaking = True
    talk.ears.deference = Deference(until=2_000)
    talk.run()
    played = talk.narrator.speaker
    assert isinstance(played, TimelineSpeaker)
    assert played.played(3_200, 8_000).max() == pytest.approx(0.1)


def test_that_the_microphone_is_gone_is_said_as_loud_as_ever() -> None:
    talk, witness = session(source=Blocks((5, BlockKind.HEARD), (5, BlockKind.LOST)))
    talk.ears.deference = Deference(until=60_000)
    talk.run()
    assert witness.said[-1] == "microphone_lost"
    played = talk.narrator.speaker
    assert isinstance(played, TimelineSpeaker)
    assert played.played(6 * 16_000, 4_000).max() == pytest.approx(0.1)


def test_a_command_that_is_understood_makes_it_as_loud_as_before() -> None:
    talk, _ = session(Cue(300, 700, "stop"), seconds=6)
    talk.ears.deference = Deference(until=60_000)
    talk.run()
    assert not talk.ears.deference.is_low(1_000)
