"""Whatever happens, in whatever order: no deadlock, no talking over itself, no lost step."""

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from skill.core.advance import advance
from skill.core.coach import Phase
from skill.core.foresight import foresee
from skill.core.messages import (
    AudioEnded,
    Chime,
    Counted,
    Event,
    Finish,
    Heard,
    Hush,
    Ignored,
    MicrophoneBack,
    MicrophoneLost,
    Remember,
    Say,
    SpeakerBack,
    SpeakerLost,
    SpeechEnded,
    Started,
    ThereAgain,
    Tick,
)
from skill.core.table import Do, live_commands, look_up
from skill.core.vocabulary import Command
from tests.support.book import ROUTINE, new_coach

SILENT_AFTER = {Command.STOP}


class CoachMachine(RuleBasedStateMachine):
    """Sends events and watches the effects as a speaker and a person would."""

    def __init__(self) -> None:
        super().__init__()
        self.coach = new_coach()
        self.now = 0
        self.playing: int | None = None
        self.tokens: set[int] = set()
        self.stopped = False
        self.hurt = False

    def send(self, event: Event) -> None:
        before = self.coach
        self.coach, effects = advance(before, event, self.now)
        if before.gone:
            assert (self.coach, effects) == (before, ())
        for effect in effects:
            self.take(effect)
        assert (self.coach, effects) == advance(before, event, self.now), "not deterministic"

    def take(self, effect: Any) -> None:
        match effect:
            case Say() | Chime():
                assert self.playing is None, "talks over itself"
                assert effect.token not in self.tokens, "uses a token twice"
                assert not self.stopped, "talks after stop"
                self.tokens.add(effect.token)
                self.playing = effect.token
            case Hush():
                assert self.playing is not None, "hushes silence"
                self.playing = None
            case Remember(bookmark):
                assert ROUTINE.find(bookmark.exercise, bookmark.step) is not None
            case Finish():
                assert self.playing is None, "leaves in the middle of a line"

    @initialize()
    def start(self) -> None:
        self.send(Started())

    @rule(command=st.sampled_from(Command), name=st.sampled_from([None, "one", "two", "gone"]))
    def hear(self, command: Command, name: str | None) -> None:
        # What the table leaves empty changes nothing, so it does not end a stop's silence either.
        live = look_up(self.coach, command, self.now) is not Do.NOTHING
        self.stopped = self.stopped and not live
        self.send(Heard(command, name))
        if command in SILENT_AFTER and not self.coach.gone:
            assert self.playing is None
            assert self.coach.phase is Phase.ASLEEP
            self.stopped = True
        if command is Command.PAIN and not self.coach.gone:
            assert self.coach.phase is Phase.HURT
            self.hurt = True
        rolls = self.coach.phase is Phase.ROLLING
        if command in {Command.UNDO, Command.WRONG}:
            assert not (self.hurt and rolls), "goes on by itself after pain"
        self.hurt = self.hurt and not rolls

    @rule(seconds=st.sampled_from([0.05, 1, 5, 30, 100]))
    def wait(self, seconds: float) -> None:
        for _ in range(min(20, round(seconds / 0.05))):
            self.now += round(seconds * 1000 / 20)
            self.send(Tick())

    @precondition(lambda self: self.playing is not None)
    @rule()
    def line_ends(self) -> None:
        token, self.playing = self.playing, None
        assert token is not None
        self.send(SpeechEnded(token))

    @rule(token=st.integers(0, 30))
    def stale_end(self, token: int) -> None:
        if token != self.playing:
            self.send(SpeechEnded(token))

    @rule(lost=st.booleans())
    def microphone(self, lost: bool) -> None:
        if self.stopped:  # the one thing that may be said after a stop
            self.stopped = False
        self.send(MicrophoneLost() if lost else MicrophoneBack())

    @rule(lost=st.booleans())
    def speaker(self, lost: bool) -> None:
        self.send(SpeakerLost() if lost else SpeakerBack())
        assert not (lost and self.playing), "plays on a lost speaker"

    @rule()
    def ignored(self) -> None:
        before = self.coach
        self.send(Ignored("anything", "at all"))
        assert self.coach == before

    @rule(this_week=st.integers(1, 9))
    def counted(self, this_week: int) -> None:
        self.send(Counted(this_week))

    @precondition(lambda self: self.coach.gone)
    @rule()
    def there_again(self) -> None:
        told, spot, mark = self.coach.told, self.coach.spot, self.coach.bookmark
        self.tokens.clear()
        self.coach, effects = advance(
            self.coach, ThereAgain(told, spot.talk, spot.pace, spot.volume, mark), self.now
        )
        assert not effects
        assert mark is None or not self.coach.spot.begun or self.coach.spot.place == spot.place
        assert self.coach.phase is Phase.ASLEEP
        assert (self.coach.told, self.coach.spot.talk) == (told, spot.talk)
        self.stopped, self.hurt = True, False

    @rule()
    def recording_ends(self) -> None:
        self.send(AudioEnded())

    @rule()
    def killed_and_started_again(self) -> None:
        place, mark = self.coach.spot.place, self.coach.bookmark
        if mark is None or self.coach.gone:
            return
        again, _ = advance(new_coach(), Started(mark), 0)
        assert again.spot.place == place, "loses the step"

    @invariant()
    def somebody_is_told_when_a_line_ends(self) -> None:
        expected = None if self.coach.speaking is None else self.coach.speaking.token
        assert expected == self.playing

    @invariant()
    def nothing_waits_behind_silence(self) -> None:
        waits = self.coach.queue and not self.coach.mute
        assert self.coach.speaking is not None or not waits, "deadlock"

    @invariant()
    def stop_and_pain_are_always_live(self) -> None:
        assert {Command.STOP, Command.PAIN} <= live_commands(self.coach, self.now)

    @invariant()
    def a_clock_runs_only_while_rolling(self) -> None:
        if self.coach.phase is not Phase.ROLLING:
            assert self.coach.rolled(self.now) == self.coach.rolled(self.now + 10_000)

    @invariant()
    def something_can_always_be_said_to_go_on(self) -> None:
        if not self.coach.gone:
            awake, _ = advance(self.coach, Heard(Command.START), self.now)
            # Where the last step is a set-up, going on from it is the end of the routine.
            assert awake.phase in {Phase.SETTING_UP, Phase.ROLLING, Phase.DONE}

    @invariant()
    def looking_ahead_changes_nothing(self) -> None:
        assert all(
            isinstance(text, str) and pace > 0 for text, pace in foresee(self.coach, self.now)
        )

    def teardown(self) -> None:
        """After the end of the recording every session comes to its end."""
        self.coach = replace(self.coach, over=True)
        for _ in range(50):
            if self.coach.gone:
                break
            if self.playing is not None:
                self.line_ends()
            else:
                self.now += 50
                self.send(Tick())
        assert self.coach.gone


TestCoach = CoachMachine.TestCase
TestCoach.settings = settings(max_examples=40, stateful_step_count=40)
