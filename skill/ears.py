"""What hears: a recogniser, a voice detector, the listener that judges, and others whom it asks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import tee

from skill.core.decision import Context, Decision, Doubt, Outcry, Puzzle
from skill.core.deference import Deference
from skill.core.hypothesis import Hypothesis
from skill.core.listener import Listener
from skill.core.messages import Heard, Ignored
from skill.core.recent import Moment
from skill.core.settling import heed, is_whole, settle, solve
from skill.ports import Block, BlockKind, Recognizer, SecondEars, VoiceDetector


@dataclass
class Ears:
    """What hears: the recogniser, the voice detector, and the listener that judges.

    Args:
        recognizer: hears commands.
        detector: hears voices.
        listener: judges.
        second: hear again what is in doubt; without them the recogniser is believed.
        deference: knows when somebody talks over the coach, and it should lower its voice.
    """

    recognizer: Recognizer
    detector: VoiceDetector
    listener: Listener
    second: SecondEars | None = None
    deference: Deference = field(default_factory=Deference)

    def hear(self, block: Block, now: int, context: Context) -> list[Decision]:
        """Take in a block; return the commands heard and what was ignored."""
        # A session may begin in the middle of another one: nothing is known of before its start.
        known = max(
            self.listener.past.recent.until, now * block.start_frame // max(1, block.end_frame)
        )
        moments = _moments(block, max(0, now // 10 - known // 10), bool(context.saying))
        voice = self.detector.feed(block)
        if self.second is not None:
            self.second.keep(block)
        self.listener = self.listener.notice(moments, now).notice_voice(voice, now)
        past = self.listener.past
        self.deference = self.deference.notice(past.recent, past.foreground, now)
        if block.anew:
            self.recognizer.flush()
            self.listener = self.listener.begin_anew(now)
        # Somebody begins to talk: what stood before, behind a gate, were not their words.
        before = [self.recognizer.flush()] if len(block.again) else []
        heard = (*before, *self.recognizer.feed(block))
        decisions = [self.judge(hypothesis, context, now) for hypothesis in heard]
        if self.listener.wait(context, now) is not None or self._is_whole(context, now):
            decisions.append(self.judge(self.recognizer.flush(), context, now))
        return [decision for decision in decisions if decision is not None]

    def judge(self, hypothesis: Hypothesis, context: Context, now: int) -> Decision | None:
        """What to make of a hypothesis; others are asked where that is in doubt."""
        self.listener, decision = self.listener.listen(hypothesis, context, now)
        if isinstance(decision, Outcry):
            decision = self._heed(decision)
        if isinstance(decision, Doubt):
            decision = self._settle(decision, self._opinions(decision.start_ms))
        if isinstance(decision, Puzzle):
            start = decision.said.reading.start_ms
            closest = None if self.second is None else self.second.closest(start)
            self.listener, decision = solve(self.listener, decision, closest)
        if isinstance(decision, Heard):
            self.deference = self.deference.end()
            if self.second is not None:
                self.second.forget()
        return decision

    def _is_whole(self, context: Context, now: int) -> bool:
        """Whether others know what was said, before the recogniser ends the utterance."""
        self.listener, puzzle = self.listener.wonder(context, now)
        if puzzle is None or self.second is None:
            return False
        return is_whole(self.listener, puzzle, self.second.closest(puzzle.said.reading.start_ms))

    def _heed(self, outcry: Outcry) -> Heard | Ignored | Puzzle:
        # Both questions are about one sound, which is heard again once.
        about_it, about_outcry = tee(self._opinions(outcry.said.reading.start_ms))
        first = outcry.otherwise
        decision = self._settle(first, about_it) if isinstance(first, Doubt) else first
        if isinstance(decision, Heard):
            return decision
        self.listener, heard = heed(self.listener, outcry, about_outcry)
        return heard or decision

    def _settle(self, doubt: Doubt, opinions: Iterator[Hypothesis]) -> Heard | Ignored:
        # Words over what is left of an echo fit as the echo does.
        if self.second is None or doubt.over_coach:
            return settle(self.listener, doubt, opinions)
        standing = self.second.standing(doubt.heard.phrase, doubt.start_ms)
        return settle(self.listener, doubt, opinions, standing)

    def _opinions(self, start_ms: int) -> Iterator[Hypothesis]:
        return iter(()) if self.second is None else self.second.opinions(start_ms)


def _moments(block: Block, count: int, coach: bool) -> list[Moment]:
    if not count:
        return []
    levels = block.levels(count) if block.kind is BlockKind.HEARD else [None] * count
    others = ((True,) * count + block.others)[-count:]
    echo, alike = (((0.0,) * count + each)[-count:] for each in (block.echo, block.alike))
    said = [coach] * count
    return [Moment(*each) for each in zip(levels, said, others, echo, alike, strict=True)]
