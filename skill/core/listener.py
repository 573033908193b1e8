"""Hypotheses to commands: when has somebody said something, and is it judged now?

Speed comes from not waiting for the recogniser's endpointer (0.9-1.1 s after the word, with Vosk's
own numbers): as soon as the partial is a whole phrase, has been so for a dwell, and the voice has
ended, the listener asks for a flush, and the final answer is judged (`skill.core.judging`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from skill.core.decision import Context, Decision, Doubt, Flush, Outcry, Puzzle
from skill.core.foreground import LATELY_MS
from skill.core.hypothesis import Hypothesis, Reading, Word
from skill.core.judging import Case
from skill.core.loudness import loudness, noise_before
from skill.core.messages import Heard
from skill.core.past import Past
from skill.core.recent import Moment
from skill.core.tuning import Tuning
from skill.core.vocabulary import Care, Vocabulary
from skill.core.weighing import Verdict, weigh


@dataclass(frozen=True, slots=True)
class Listener:
    """What the listener keeps from block to block.

    Attributes:
        vocabulary: phrases and meanings.
        tuning: the numbers.
        past: what has been heard so far.
        partial: text of the latest partial.
        echoed: how many of its first words were faint, over the coach, when they first showed.
        partial_since: when it became that, ms.
        words_since: when the latest utterance's first words came out, ms.
        begun: when the voice began that they came out of, ms.
        wondered: the end of the voice after which others were asked what it said, ms.
    """

    vocabulary: Vocabulary
    tuning: Tuning = field(default_factory=Tuning)
    past: Past = field(default_factory=Past)
    partial: str = ""
    echoed: int = 0
    partial_since: int = 0
    words_since: int = 0
    begun: int = 0
    wondered: int = 0

    def notice(self, moments: Sequence[Moment], now: int) -> "Listener":
        """Take in how it sounded, for each 10 ms up to `now`."""
        return replace(self, past=self.past.notice(moments, now))

    def notice_voice(self, probabilities: Sequence[float], now: int) -> "Listener":
        """Take in how likely there was a voice, for each 10 ms up to about `now`."""
        return replace(self, past=self.past.notice_voice(probabilities, now, self.tuning))

    def begin_anew(self, now: int) -> "Listener":
        """Forget the partial that stands: it was the coach's."""
        return replace(self, partial="", echoed=0, partial_since=now)

    def is_idle(self, now: int) -> bool:
        """Whether nothing is being said: no partial stands, and no voice has been heard lately."""
        last = self.partial_since if self._in_noise(now) else self.past.voice_until
        return not self.partial and now - last > self.tuning.idle

    def listen(
        self, hypothesis: Hypothesis, context: Context, now: int
    ) -> tuple["Listener", Decision | None]:
        """Take in one hypothesis and decide."""
        if hypothesis.final:
            return self._listen_to_final(hypothesis, context, now)
        if hypothesis.text == self.partial:
            return self, None
        first = self
        if not self.partial:
            first = replace(self, words_since=now, begun=self.past.voice_since)
        echoed = self._echoed(hypothesis.text, context, now)
        text = hypothesis.text
        return replace(first, partial=text, echoed=echoed, partial_since=now), None

    def _listen_to_final(
        self, hypothesis: Hypothesis, context: Context, now: int
    ) -> tuple["Listener", Decision | None]:
        following = replace(self, partial="", partial_since=now)
        said = self.persons(hypothesis, over_coach=bool(context.saying))
        verdict = weigh(said, self.vocabulary)
        if verdict is None:
            return following, None
        noisy = self._in_noise(self.words_since)
        case = Case(verdict, context, self.past, noisy, self.vocabulary, self.tuning)
        decision = case.decide(now)
        past = replace(self.past, talk_until=self._talk_until(verdict, context))
        first = decision.otherwise if isinstance(decision, Outcry) else decision
        if isinstance(first, Heard | Doubt):
            past = past.knowing(verdict.reading, context)
        return replace(following, past=past), decision

    def persons(self, hypothesis: Hypothesis, *, over_coach: bool) -> Hypothesis:
        """A final hypothesis without the words that are an echo's or the room's."""
        if over_coach:
            return self.past.foreground.of(hypothesis, self.past.recent)
        start = min((reading.start_ms for reading in hypothesis.readings), default=0)
        room = noise_before(self.past.recent, start)
        if room is None:
            return hypothesis
        return hypothesis.without(lambda word: self._is_the_rooms(word, room))

    def wait(self, context: Context, now: int) -> Flush | None:
        """Whether the partial that stands is sure enough to be flushed."""
        words = self.partial.split()[self.echoed :]
        text, after = " ".join(words), 0
        if context.saying and text not in self.vocabulary.meanings:
            text, after = self.vocabulary.ending(words), self.tuning.pause
        meaning = self.vocabulary.meanings.get(text)
        if meaning is None or meaning.command not in context.live:
            return None
        care, tuning = meaning.command.care, self.tuning
        if care is not Care.PROTECTED and self.past.is_own(text, now - LATELY_MS, now, context):
            return None
        hang = max(after, (tuning.hang_over_coach if context.saying else tuning.hang)[care])
        until = self.past.voice_until
        if self.vocabulary.is_opening(text) and care is not Care.PROTECTED:
            hang = max(hang, tuning.opening_hang)
        elif context.saying:
            tail = 0 if care is Care.PROTECTED else tuning.detector_tail
            until = min(until, self.past.foreground.loud_until(self.past.recent) + tail)
        stood = now - self.partial_since
        ended = now - until >= hang and stood >= max(after, tuning.dwell[care])
        lasting = self._in_noise(self.words_since) and stood >= max(hang, tuning.steady[care])
        return Flush() if ended or lasting else None

    def wonder(self, context: Context, now: int) -> tuple["Listener", Puzzle | None]:
        """Whether a voice has ended and what it said is no phrase so far: others may know one, long
        before the recogniser ends the utterance. They are asked once for each end of a voice.
        """
        past, tuning, text = self.past, self.tuning, self.partial
        waited = now - past.voice_until >= tuning.wondering and past.voice_until != self.wondered
        if not text or not waited or context.saying or text in self.vocabulary.meanings:
            return self, None
        end = past.voice_until - tuning.detector_tail
        verdict = Verdict(Reading(text, self.begun, end, 1.0), None, 0.0)
        noisy = self._in_noise(self.words_since)
        decision = Case(verdict, context, past, noisy, self.vocabulary, tuning).decide(now)
        asking = replace(self, wondered=past.voice_until)
        return asking, decision if isinstance(decision, Puzzle) else None

    def _is_the_rooms(self, word: Word, room: float) -> bool:
        level = loudness(self.past.recent, word.start_ms, word.end_ms)
        return level is not None and level - room < self.tuning.standing_out

    def _echoed(self, text: str, context: Context, now: int) -> int:
        """How many first words of a new partial are the coach's."""
        words, before = text.split(), self.partial.split()
        if context.saying and self.past.foreground.is_faint(self.past.recent, now - LATELY_MS, now):
            return len(words)
        same = takewhile(lambda pair: pair[0] == pair[1], zip(words, before, strict=False))
        return min(self.echoed, len(list(same)))

    def _talk_until(self, verdict: Verdict, context: Context) -> int:
        """When other talk last ended: no command is any, no click, nor what is left of an echo."""
        start, end = verdict.reading.start_ms, verdict.reading.end_ms
        echo = context.saying and self.past.foreground.is_faint(self.past.recent, start, end)
        none = verdict.meaning or end - start < self.tuning.least or echo
        return self.past.talk_until if none else end

    def _in_noise(self, at: int) -> bool:
        return self.past.is_in_noise(at, self.tuning.noise)
