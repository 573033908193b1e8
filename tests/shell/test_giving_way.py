"""At virtual devices: whoever talks over a louder coach makes the speaker soft, for a while."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import soxr

from skill.app import App
from skill.audio.lowering import LOW_DB
from skill.core.foreground import Foreground
from skill.living import live
from skill.ports import RATE, AudioSource, Block, Pcm, decibels
from skill.session import Session
from skill.settings import Settings
from tests.support.live import saying
from tests.support.pulse import WIRE_RATE, Monitor, Pulse, running_pulseaudio

pytestmark = pytest.mark.device
LOUDER_DB = 10.0
"""The coach than the person, at the microphone."""
LINE = "If anything feels sharp, numb or dizzy, come off the roller slowly."
TRIES_S = (7.6, 9.6, 13.4)
"""Within that line, and the next: a busy machine tears holes into the first try."""
TALK_S, SOON_S, AFTER_S = 0.8, 0.15, 1.5
WINDOW = WIRE_RATE // 50


def level(sound: Pcm) -> float:
    """Of the louder half, in dB: a voice has pauses, and a busy machine's sound has holes."""
    whole = sound[: len(sound) // WINDOW * WINDOW].astype(float).reshape(-1, WINDOW)
    power = np.sort(np.square(whole).mean(axis=1))
    return decibels(float(power[len(power) // 2 :].mean()))


@dataclass
class Person:
    """A microphone in front of which somebody talks over the coach, until it has given way.

    Attributes:
        turns: where it was lowered and raised, in s of what the speaker played.
    """

    source: AudioSource
    session: Session
    words: Pcm
    pulse: Pulse
    speaker: Monitor
    rate: int = RATE
    turns: list[float] = field(default_factory=list)

    def blocks(self) -> Iterator[Block]:
        tries, enough = list(TRIES_S), TRIES_S[-1] + 9
        with ExitStack() as stack:
            for block in self.source.blocks():
                yield block
                now = block.end_frame / RATE
                if tries and now >= tries[0] and not self.turns:
                    del tries[0]
                    stack.enter_context(self.pulse.playing_into_microphone(self.words))
                low = self.session.ears.deference.is_low(round(now * 1000))
                if low != len(self.turns) % 2:
                    self.turns.append(len(self.speaker.samples()) / WIRE_RATE)
                    enough = enough if low else now + AFTER_S
                if now >= enough:
                    break


def test_the_speaker_is_soft_soon_after_somebody_talks_and_loud_again(tmp_path: Path) -> None:
    app = App(Settings(cache=tmp_path / "cache", state=tmp_path, duck_music=False))
    clip = app.voice.render(LINE, 100)
    line = 32767 * soxr.resample(clip.samples, clip.rate, WIRE_RATE)
    coach = level(line.astype(np.int16))
    words = saying("say more")[: round((0.25 + TALK_S) * WIRE_RATE)]
    words = np.rint(words * 10 ** ((coach - LOUDER_DB - level(words)) / 20)).astype(np.int16)
    with (
        running_pulseaudio() as pulse,
        pulse.microphone_hearing_speaker(),
        live(app, journal=tmp_path / "journal.jsonl") as session,
    ):
        # As if a command had been heard: waiting until the coach is silent would take long.
        listener = session.ears.listener
        past = replace(listener.past, foreground=Foreground((coach - LOUDER_DB,)))
        session.ears.listener = replace(listener, past=past)
        person = Person(session.source, session, words, pulse, pulse.speaker())
        session.source = person
        session.run()
        sound = person.speaker.samples()
    lowered, raised = person.turns

    def heard(start_s: float, end_s: float) -> float:
        return level(sound[round(start_s * WIRE_RATE) : round(end_s * WIRE_RATE)])

    usual = heard(0, lowered)
    soon = lowered + SOON_S
    assert usual == pytest.approx(coach, abs=4)
    assert heard(soon, soon + 0.5) < usual + LOW_DB + 5
    assert heard(soon, raised) == pytest.approx(usual + LOW_DB, abs=4)
    assert heard(raised + SOON_S, raised + AFTER_S) > usual + LOW_DB / 2, "a pause may be in it"
