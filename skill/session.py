"""THE loop: blocks to events, events to the coach, effects to the world.

Paced by the microphone's blocks and by nothing else, so a live session, a Raspberry Pi and a
replay on a desk are the same program.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from skill.core.advance import advance
from skill.core.coach import Coach, Phase
from skill.core.decision import Context
from skill.core.foresight import foresee
from skill.core.messages import (
    AudioEnded,
    Bookmark,
    Chime,
    Counted,
    Dropouts,
    Effect,
    Event,
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
    Trouble,
    Troubles,
)
from skill.core.table import live_commands
from skill.ears import Ears
from skill.ports import (
    AudioSource,
    Block,
    BlockKind,
    Equipment,
    Hands,
    Press,
    Reliable,
)
from skill.speech.narrator import Narrator

ECHO_TAIL_MS = 600
"""How long the coach's own words may still be heard after it fell silent: a room's echo and the
recogniser's delay."""
TAIL_MS = 1_500
"""Silence added to a recording before it counts as over: the last command needs its endpoint."""

SHORT_LOSS_MS = 500
"""A shorter hole in what the microphone delivers is not worth a word: the person would be told of
what is over."""

DEAF = "the coach speaks (mute_while_speaking)"
"""While this, no word has a meaning, if that is chosen."""


class Observer(Protocol):
    """Somebody who watches a session: the journal, the screen, the writer of its audio."""

    def message(self, at: int, message: Event | Effect) -> None:
        """An event or effect, at a time in milliseconds; idle ticks are not reported."""
        ...

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """A block has been handled; `partial` is what the recogniser seems to hear."""
        ...


@dataclass
class Session:
    """One session from start to finish.

    Args:
        source: the microphone, a recording or a rehearsed person.
        ears: hears commands.
        narrator: speaks.
        coach: how the session begins.
        observers: are told everything.
        remember: writes a bookmark down.
        deaf_while_speaking: whether commands are ignored while the coach speaks.
        going_on: whether the coach comes from the middle of a session.
        equipment: tells whether the speaker works.
        this_week: how many sessions there have been this week, with this one; None: unknown.
        hands: give commands without a voice.
        troubles: tells what is wrong with the coach itself just now.
        returns: how often the coach is there again at once after a goodbye.
    """

    source: AudioSource
    ears: Ears
    narrator: Narrator
    coach: Coach
    observers: Sequence[Observer] = ()
    remember: Callable[[Bookmark], None] = lambda _bookmark: None
    deaf_while_speaking: bool = False
    going_on: bool = False
    equipment: Equipment = field(default_factory=Reliable)
    this_week: Callable[[], int | None] = lambda: None
    hands: Sequence[Hands] = ()
    troubles: Callable[[], tuple[Trouble, ...]] = tuple
    returns: int = 0
    _audible_from: int = 0
    _said: tuple[str, int] = ("", 0)
    _lost: int = 0
    _dropouts: Dropouts = field(default_factory=Dropouts)
    _ended_at: int | None = None
    _recycle: bool = False
    _step: tuple[str, str] = ("", "")
    _at: int = 0

    def run(self, bookmark: Bookmark | None = None) -> Coach:
        """Run until the coach has finished; return it as it ended."""
        if not self.going_on:
            self._dispatch(Started(bookmark), 0)
        for block in self.source.blocks():
            self.step(block)
            if self.coach.gone:
                if not self.returns:
                    break
                self.returns -= 1
                self.begin_again()
        return self.coach

    def begin_again(self) -> None:
        """After a goodbye: the coach is there again, asleep, and talks as it was told to."""
        coach, spot = self.coach, self.coach.spot
        mark = None if coach.finished else coach.bookmark
        again = ThereAgain(coach.told, spot.talk, spot.pace, spot.volume, mark)
        self._dispatch(again, self._at * 1000 // self.source.rate)

    def step(self, block: Block) -> None:
        """Handle one block of microphone audio."""
        asleep = self.coach.phase is Phase.ASLEEP
        self._at = block.end_frame
        now = self._at * 1000 // self.source.rate
        for token in self.narrator.poll(self._at):
            self._dispatch(SpeechEnded(token), now)
        for trouble in self._equipment():
            self._dispatch(trouble, now)
        for heard in self._hear(block, now):
            self._dispatch(heard, now)
        for press in [press for hands in self.hands for press in hands.pressed()]:
            self._dispatch(self._given(press, now), now)
        deaf = self.deaf_while_speaking or self.coach.deaf
        low = self.ears.deference.is_low(now) and not deaf
        self.narrator.lower(self._at, low=low)
        for event in self._microphone(block, now):
            self._dispatch(event, now)
        self._dispatch(Tick(), now)
        for observer in self.observers:
            observer.block(block, self.coach, self.ears.listener.partial)
        if asleep and self.coach.phase is not Phase.ASLEEP:
            self._count(now)

    def _count(self, now: int) -> None:
        this_week = self.this_week()
        if this_week is not None:
            self._dispatch(Counted(this_week), now)

    def _hear(self, block: Block, now: int) -> list[Heard | Ignored]:
        if self._recycle and self.ears.listener.is_idle(now):
            self.ears.recognizer.recycle()
            self._recycle = False
        decisions = self.ears.hear(block, now, self._context(now))
        return [decision for decision in decisions if isinstance(decision, Heard | Ignored)]

    def _context(self, now: int) -> Context:
        if self.coach.saying and now >= self._audible_from:
            self._said = (self.coach.saying, now)
        text, last = self._said
        deaf = self.deaf_while_speaking and self.coach.speaking is not None
        return Context(
            live=frozenset() if deaf else live_commands(self.coach, now),
            phase=DEAF if deaf else self.coach.phase.value,
            saying=text if now - last <= ECHO_TAIL_MS else "",
        )

    def _given(self, press: Press, now: int) -> Heard | Ignored:
        """A press counts like a word: only while its command is live."""
        try:
            words = self.coach.book.vocabulary.suggest(press.command, press.argument)
        except KeyError:
            words = press.command.value
        if press.command not in live_commands(self.coach, now):
            return Ignored(words, f"means nothing while {self.coach.phase.value}", 1.0)
        self.ears.deference = self.ears.deference.end()
        return Heard(press.command, press.argument, words, 1.0, now, press.source)

    def _microphone(self, block: Block, now: int) -> list[Event]:
        events: list[Event] = []
        self._lost = self._lost + len(block.pcm) if block.kind is BlockKind.LOST else 0
        if self._lost >= SHORT_LOSS_MS * self.source.rate // 1000 and not self.coach.deaf:
            events.append(MicrophoneLost())
        if self.coach.deaf and block.kind is BlockKind.HEARD:
            events.append(MicrophoneBack())
        if block.kind is BlockKind.ENDED:
            if self._ended_at is None:
                self._ended_at = now
            if now - self._ended_at >= TAIL_MS and not self.coach.over:
                events.append(AudioEnded())
        return events

    def _equipment(self) -> list[Event]:
        events: list[Event] = []
        works = self.equipment.speaker_works
        if works == self.coach.mute:
            events.append(SpeakerBack() if works else SpeakerLost())
        counts = Dropouts(*self.equipment.dropouts)
        if counts != self._dropouts:
            self._dropouts = counts
            events.append(counts)
        troubles = self.troubles()
        if troubles != self.coach.troubles:
            events.append(Troubles(troubles))
        return events

    def _dispatch(self, event: Event, now: int) -> None:
        before = self.coach
        self.coach, effects = advance(before, event, now)
        if isinstance(event, Tick) and self.coach == before:
            return
        self._report(now, event)
        for effect in effects:
            self._report(now, effect)
            self._perform(effect, now)
        if effects and self.narrator.ahead:
            self.narrator.prepare(foresee(self.coach, now))

    def _report(self, now: int, message: Event | Effect) -> None:
        for observer in self.observers:
            observer.message(now, message)

    def _perform(self, effect: Effect, now: int) -> None:
        match effect:
            case Say():
                self._audible_from = now + effect.pause_ms
                self.narrator.say(effect, self._at)
            case Chime():
                self.narrator.chime(effect, self._at)
            case Hush():
                self.narrator.hush(self._at)
            case Remember(bookmark):
                self.remember(bookmark)
                step = (bookmark.exercise, bookmark.step)
                self._recycle = self._recycle or step != self._step
                self._step = step
            case _:
                pass


def told_dropouts(microphone: int, speaker: int) -> str:
    """A sentence about sound that was lost so many times; empty if none was."""
    if not microphone + speaker:
        return ""
    return (
        f"The machine was too busy for its sound: the microphone lost some {microphone} times, the "
        f"speaker {speaker} times. Close other programs if that is often."
    )
