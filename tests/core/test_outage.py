"""A microphone or speaker that goes away: nothing is lost, and nothing goes on by itself."""

import pytest

from skill.core.coach import Phase
from skill.core.messages import (
    Dropouts,
    Hush,
    MicrophoneBack,
    MicrophoneLost,
    SpeakerBack,
    SpeakerLost,
)
from skill.core.vocabulary import Command
from tests.support.playbook import Playbook, in_phase


def rolled(book: Playbook) -> float:
    return book.coach.rolled(book.now) / 1000


def test_the_movement_stands_still_until_the_microphone_is_back() -> None:
    book = in_phase(Phase.ROLLING).wait(12)
    before = rolled(book)
    book.forget().send(MicrophoneLost()).wait(300)
    assert book.said == ["<microphone_lost>", "microphone_lost"]
    assert rolled(book) == before
    book.forget().send(MicrophoneBack())
    assert book.said == ["<microphone_back>"]
    assert book.at == "rolling one/b"
    book.wait(3)
    assert rolled(book) == pytest.approx(before + 3, abs=0.001)
    assert book.forget().wait(60).said.count("ending") == 1


def test_every_cue_comes_once_at_its_time_of_the_movement() -> None:
    whole = in_phase(Phase.ROLLING).wait(58)
    cut = in_phase(Phase.ROLLING).wait(12).send(MicrophoneLost()).wait(5).send(MicrophoneBack())
    cut.wait(46)
    said = [line for line in cut.said if "microphone" not in line]
    assert said == whole.said


def test_the_notice_comes_at_once_and_what_was_being_said_after_it() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.REPEAT)
    assert book.said == ["full b"]
    book.send(MicrophoneLost())
    assert isinstance(book.effects[-2], Hush)
    book.finish_speaking()
    assert book.said == [
        "full b", "<microphone_lost>", "microphone_lost", "full b", "full b 2",
        "movement_ready 1 min",
    ]  # fmt: skip


def test_a_notice_that_nobody_has_heard_yet_is_dropped_when_the_microphone_is_back() -> None:
    book = in_phase(Phase.SETTING_UP).send(SpeakerLost()).send(MicrophoneLost())
    assert book.said == []
    book.send(MicrophoneBack()).send(SpeakerBack()).finish_speaking()
    assert book.said == ["<microphone_back>"]


def test_a_notice_cut_short_by_the_speaker_is_not_said_again_when_it_is_no_longer_true() -> None:
    book = in_phase(Phase.SETTING_UP).send(SpeakerLost()).send(MicrophoneLost())
    book.send(SpeakerBack()).send(MicrophoneBack())
    assert book.forget().send(SpeakerLost()).send(SpeakerBack()).said == ["<microphone_back>"]


def test_a_notice_cut_short_by_the_speaker_is_said_again_while_it_is_true() -> None:
    book = in_phase(Phase.SETTING_UP).send(MicrophoneLost()).send(SpeakerLost())
    assert book.forget().send(SpeakerBack()).finish_speaking().said == [
        "<microphone_lost>",
        "microphone_lost",
    ]


def test_after_pain_the_notice_waits_until_the_person_is_off_the_roller() -> None:
    book = in_phase(Phase.ROLLING).hear(Command.PAIN).send(MicrophoneLost()).finish_speaking()
    assert book.said == ["hurt", "<microphone_lost>", "microphone_lost"]
    assert Hush() not in book.effects


def test_a_headset_that_comes_back_speaker_first_says_that_it_is_still_deaf() -> None:
    book = in_phase(Phase.SETTING_UP).send(SpeakerLost()).send(MicrophoneLost()).send(SpeakerBack())
    assert book.finish_speaking().said == ["<microphone_lost>", "microphone_lost"]


def test_speech_resumes_at_the_start_of_the_line() -> None:
    book = in_phase(Phase.SETTING_UP).hear(Command.REPEAT).wait(1.5)
    assert book.said == ["full b", "full b 2"]
    book.forget().send(SpeakerLost())
    assert [type(effect) for effect in book.effects] == [Hush]
    book.forget().wait(20)
    assert book.said == []
    book.send(SpeakerBack())
    assert book.begun == [(book.now, "full b 2")], "without the silence before it"
    assert book.finish_speaking().said == ["full b 2", "movement_ready 1 min"]


def test_silence_is_counted_from_when_the_speaker_is_back() -> None:
    book = in_phase(Phase.SETTING_UP).send(SpeakerLost()).wait(300).send(SpeakerBack())
    assert book.wait(40).said == []


def test_without_a_speaker_the_movement_stands_still_and_nothing_is_asked() -> None:
    book = in_phase(Phase.ROLLING).wait(12)
    before = rolled(book)
    book.forget().send(SpeakerLost()).wait(300)
    assert (book.said, rolled(book), book.at) == ([], before, "rolling one/b")
    assert in_phase(Phase.SETTING_UP).send(SpeakerLost()).wait(300).said == []


def test_commands_count_without_a_speaker_and_the_answer_comes_later() -> None:
    book = in_phase(Phase.ROLLING).send(SpeakerLost()).hear(Command.PAIN)
    assert (book.coach.phase, book.said) == (Phase.HURT, [])
    assert book.send(SpeakerBack()).finish_speaking().said == ["hurt"]


def test_goodbye_needs_no_speaker() -> None:
    assert in_phase(Phase.SETTING_UP).send(SpeakerLost()).hear(Command.GOODBYE).coach.gone


def test_dropouts_are_told_and_change_nothing() -> None:
    book = in_phase(Phase.ROLLING)
    before = book.coach
    assert book.send(Dropouts(3, 1)).coach == before


def test_a_chime_that_nobody_heard_is_dropped_when_it_is_no_longer_true() -> None:
    book = in_phase(Phase.SETTING_UP).send(SpeakerLost())
    for _ in range(4):
        book.send(MicrophoneLost()).wait(1).send(MicrophoneBack()).wait(1)
    book.send(MicrophoneLost()).forget().send(SpeakerBack()).wait(10)
    assert book.said == ["<microphone_lost>", "microphone_lost"]
