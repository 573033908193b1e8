"""Hypotheses to commands: when is something sure enough to act on, and what is left alone.

A closed grammar turns any speech into one of its phrases with confidence 1.0 (vosk-api #741,
#1339, #2041), so the words alone decide nothing. A command is acted on when an utterance is
exactly one phrase, stands alone, its voice has ended, and the coach could not have said it itself.

Speed comes from not waiting for the recogniser's endpointer (0.9-1.1 s after the word, with Vosk's
own numbers): as soon as the partial is a whole phrase, has been so for a dwell, and the voice has
ended, the listener asks for a flush, and judges the final answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from skill.core import colour
from skill.core.decision import Context, Decision, Doubt, Flush, Puzzle
from skill.core.foreground import AFTERWARDS_DB, DOUBTED_DB, LATELY_MS, Foreground
from skill.core.hypothesis import Hypothesis, Reading, Word
from skill.core.loudness import loudness, noise_before, standing_out
from skill.core.messages import Heard, Ignored
from skill.core.recent import STEP_MS, Moment, Recent
from skill.core.tuning import Tuning
from skill.core.vocabulary import Care, Command, Vocabulary, contains
from skill.core.weighing import UNKNOWN, Verdict, weigh

UNSURE = "not sure enough"
"""How the reason begins when only the confidence was too low."""


@dataclass(frozen=True, slots=True)
class Listener:
    """What the listener keeps from block to block.

    Attributes:
        vocabulary: phrases and meanings.
        tuning: the numbers.
        partial: text of the latest partial.
        echoed: how many of its first words were faint, over the coach, when they first showed.
        partial_since: when it became that, ms.
        words_since: when the latest utterance's first words came out, ms.
        voice_since, voice_until: the latest stretch of voice, ms; equal before the first.
        talk_until: when the latest words that were no command ended, ms.
        command_until: when the latest command ended, ms.
        recent: the sound of the last seconds.
        foreground: how loud the latest commands were that came while the coach was silent.
        coached: for how long the coach has talked in all, ms.
    """

    vocabulary: Vocabulary
    tuning: Tuning = field(default_factory=Tuning)
    partial: str = ""
    echoed: int = 0
    partial_since: int = 0
    words_since: int = 0
    voice_since: int = 0
    voice_until: int = 0
    talk_until: int = 0
    command_until: int = 0
    recent: Recent = field(default_factory=Recent)
    foreground: Foreground = field(default_factory=Foreground)
    coached: int = 0

    def notice(self, moments: Sequence[Moment], now: int) -> "Listener":
        """Take in how it sounded, for each 10 ms up to `now`."""
        coached = self.coached + STEP_MS * sum(moment.coach for moment in moments)
        return replace(self, recent=self.recent.after(moments, now), coached=coached)

    def notice_voice(self, probabilities: Sequence[float], now: int) -> "Listener":
        """Take in a voice detector's answers.

        Args:
            probabilities: one for each 10 ms, the last of which ended at about `now`.
            now: milliseconds.
        """
        since, until = self.voice_since, self.voice_until
        for index, probability in enumerate(probabilities):
            at = now - STEP_MS * (len(probabilities) - 1 - index)
            if probability >= self.tuning.voice_probability:
                if at - until > self.tuning.voice_gap:
                    since = at - STEP_MS
                until = at
        return replace(self, voice_since=since, voice_until=until)

    def begin_anew(self, now: int) -> "Listener":
        """Forget the partial that stands: it was the coach's."""
        return replace(self, partial="", echoed=0, partial_since=now)

    def is_idle(self, now: int) -> bool:
        """Whether nothing is being said: no partial stands, and no voice has been heard lately."""
        last = self.partial_since if self._in_noise(now) else self.voice_until
        return not self.partial and now - last > self.tuning.idle

    def listen(
        self, hypothesis: Hypothesis, context: Context, now: int
    ) -> tuple["Listener", Decision | None]:
        """Take in one hypothesis and decide."""
        if hypothesis.final:
            said = self.persons(hypothesis, over_coach=bool(context.saying))
            verdict = weigh(said, self.vocabulary)
            if verdict is None:
                return replace(self, partial="", partial_since=now), None
            talk = self._talk_until(verdict, context)
            following = replace(self, partial="", partial_since=now, talk_until=talk)
            decision = self._judge(verdict, context, now)
            if isinstance(decision, Heard | Doubt):
                return following.knowing(verdict.reading, context), decision
            if self._is_puzzling(verdict, context, now):
                return following, Puzzle(decision, verdict.reading, context, self.talk_until)
            return following, decision
        if hypothesis.text == self.partial:
            return self, None
        begun = self.words_since if self.partial else now
        echoed = self._echoed(hypothesis.text, context, now)
        text = hypothesis.text
        following = replace(self, partial=text, echoed=echoed, partial_since=now, words_since=begun)
        return following, None

    def persons(self, hypothesis: Hypothesis, *, over_coach: bool) -> Hypothesis:
        """A final hypothesis without the words that are an echo's or the room's."""
        if over_coach:
            return self.foreground.of(hypothesis, self.recent)
        start = min((reading.start_ms for reading in hypothesis.readings), default=0)
        room = noise_before(self.recent, start)
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
        if care is not Care.PROTECTED and self._is_own(text, now - LATELY_MS, now, context):
            return None
        hang = max(after, (tuning.hang_over_coach if context.saying else tuning.hang)[care])
        until = self.voice_until
        if self.vocabulary.is_opening(text) and care is not Care.PROTECTED:
            hang = max(hang, tuning.opening_hang)
        elif context.saying:
            tail = 0 if care is Care.PROTECTED else tuning.detector_tail
            until = min(until, self.foreground.loud_until(self.recent) + tail)
        stood = now - self.partial_since
        ended = now - until >= hang and stood >= max(after, tuning.dwell[care])
        lasting = self._in_noise(self.words_since) and stood >= max(hang, tuning.steady[care])
        return Flush() if ended or lasting else None

    def _is_the_rooms(self, word: Word, room: float) -> bool:
        level = loudness(self.recent, word.start_ms, word.end_ms)
        return level is not None and level - room < self.tuning.standing_out

    def _echoed(self, text: str, context: Context, now: int) -> int:
        """How many first words of a new partial are the coach's."""
        words, before = text.split(), self.partial.split()
        if context.saying and self.foreground.is_faint(self.recent, now - LATELY_MS, now):
            return len(words)
        same = takewhile(lambda pair: pair[0] == pair[1], zip(words, before, strict=False))
        return min(self.echoed, len(list(same)))

    def _talk_until(self, verdict: Verdict, context: Context) -> int:
        """When other talk last ended: no command is any, no click, nor what is left of an echo."""
        start, end = verdict.reading.start_ms, verdict.reading.end_ms
        echo = context.saying and self.foreground.is_faint(self.recent, start, end)
        none = verdict.meaning or end - start < self.tuning.least or echo
        return self.talk_until if none else end

    @property
    def _settled(self) -> bool:
        return self.coached >= colour.SETTLED_MS

    def _is_the_coachs(self, verdict: Verdict, context: Context) -> bool:
        start, end, text = verdict.reading.start_ms, verdict.reading.end_ms, verdict.reading.text
        unlikely = verdict.confidence < self.tuning.sure_early or contains(context.saying, text)
        fainter = self.foreground.is_faint(self.recent, start, end, DOUBTED_DB)
        least = colour.own(settled=self._settled, doubtful=unlikely and fainter)
        return self.recent.likeness(start, end) >= least

    def _is_anothers(self, start: int, end: int, most: float = colour.OTHER) -> bool:
        return self._settled and colour.is_anothers(self.recent, start, end, most)

    def _is_own(self, text: str, start: int, end: int, context: Context) -> bool:
        """Whether the coach is saying it, can be heard, and it sounds like nobody else."""
        if not contains(context.saying, text) or colour.is_unheard(self.recent, start):
            return False
        loud = self.foreground.is_overpowered(self.recent)
        return not self._is_anothers(start, end, colour.OTHER if loud else colour.OWN)

    def _in_noise(self, at: int) -> bool:
        return at - max(self.voice_since, self.talk_until) >= self.tuning.noise

    def knowing(self, command: Reading, context: Context) -> "Listener":
        """Take in that this was a command."""
        known = self.foreground
        if not context.saying:
            known = known.knowing(command, self.recent)
        return replace(self, foreground=known, command_until=command.end_ms)

    def _judge(self, verdict: Verdict, context: Context, now: int) -> Doubt | Heard | Ignored:
        reading = verdict.reading
        meaning, sure = verdict.meaning, verdict.confidence
        if meaning is None:
            return Ignored(reading.text, self._why_no_phrase(reading.text), sure)
        if now - reading.end_ms > self.tuning.late:
            return Ignored(reading.text, "too long ago", sure)
        reason = self._objection(meaning.command, verdict, context)
        if reason is not None:
            return Ignored(reading.text, reason, sure)
        ended = self.voice_end(reading)
        heard = Heard(meaning.command, meaning.argument, reading.text, sure, ended)
        return self._doubt(heard, verdict, context) or heard

    def _is_puzzling(self, verdict: Verdict, context: Context, now: int) -> bool:
        """Whether what came to nothing may yet have been a phrase of several words: it stands
        alone, the coach was silent, and it is neither too short nor too long for one. Where a
        single word was understood, one was said.
        """
        reading, tuning = verdict.reading, self.tuning
        start, end = reading.start_ms, reading.end_ms
        several = reading.text == UNKNOWN or " " in reading.text
        fits = tuning.least_puzzling <= end - start <= tuning.most_puzzling
        coach = context.saying or any(moment.coach for moment in self.recent.between(start, end))
        alone = not coach and not self._is_amid_talk(start, tuning.pause)
        fresh = now - end <= tuning.late and start >= self.command_until + tuning.rest
        known = self._is_late_echo(start, end) or self._is_drowned(reading)
        return several and fits and alone and fresh and not known

    def _doubt(self, heard: Heard, verdict: Verdict, context: Context) -> Doubt | None:
        care, sure, start = heard.command.care, verdict.confidence, verdict.reading.start_ms
        missing = self._missing(care, verdict, context)
        unsure = self._unsure(care, verdict, context)
        if unsure:
            views = self.tuning.three_views[care]
            if " " in verdict.reading.text:
                views = min(views, self.tuning.three_views_of_phrases)
            missing = max(missing, views - sure)
        return Doubt(heard, start, missing, unsure, bool(context.saying)) if missing else None

    def _missing(self, care: Care, verdict: Verdict, context: Context) -> float:
        """How much support it needs: it may be a noise's, or what is left of a loud echo."""
        start, end = verdict.reading.start_ms, verdict.reading.end_ms
        phrase = " " in verdict.reading.text
        if context.saying:
            if self._is_anothers(start, end):
                likely = verdict.confidence >= self.tuning.sure_over_coach
                return 0.0 if likely else self.tuning.support_in_quiet[care]
            if self.foreground.is_overpowered(self.recent):
                return self.tuning.support_over_loud_coach[care]
            near = self.recent.likeness(start, end) >= colour.NEAR
            if near and verdict.confidence < self.tuning.sure_early:
                return self.tuning.support_near_coach
            early = self.coached < self.tuning.early
            sure = self.tuning.sure_early if early and phrase else self.tuning.sure_over_coach
            if self.foreground.is_odd(self.recent, start, end) or verdict.confidence < sure:
                return self.tuning.support_over_coach[care]
            return self.tuning.support[care] if early and not phrase else 0.0
        noise = noise_before(self.recent, start)
        if noise is not None and noise > self.tuning.quiet:
            return self.tuning.support[care]
        quiet = self.tuning.support_for_phrases if phrase else self.tuning.support_in_quiet
        return quiet[care]

    def _objection(self, command: Command, verdict: Verdict, context: Context) -> str | None:
        if command not in context.live:
            return f"means nothing while {context.phase}"
        unsure = self._unsure(command.care, verdict, context)
        start, end = verdict.reading.start_ms, verdict.reading.end_ms
        if unsure and verdict.confidence < self._plausible(command.care, start, context):
            return unsure
        if context.saying and self._is_the_coachs(verdict, context):
            return "it sounds like the coach"
        if context.saying and self.foreground.is_fainter_than_commands(self.recent, start, end):
            return "fainter than commands are"
        if self._is_late_echo(start, end):
            return "fainter than commands are"
        if self.recent.others_ms(start - self.tuning.others_before) < self.tuning.others:
            return "nobody but the coach was talking"
        if not self._is_of_a_length(command.care, verdict.reading):
            return "too short, or too drawn out"
        if not context.saying and self._is_drowned(verdict.reading):
            return "no louder than what was to be heard before"
        if command.care is Care.PROTECTED:
            return None
        if self.command_until and start < self.command_until + self.tuning.rest:
            return "the rest of the command before"
        if self._is_own(verdict.reading.text, start, end, context):
            return "the coach's own words"
        if self._is_amid_talk(start, self.tuning.pause):
            return "in the middle of other talk"
        return None

    def _is_of_a_length(self, care: Care, reading: Reading) -> bool:
        tuning, text = self.tuning, reading.text
        by_words = tuning.most + tuning.most_a_word * text.count(" ")
        most = max(by_words, tuning.most_a_letter * len(text))
        length = reading.end_ms - reading.start_ms
        return length >= self.tuning.least and (care is Care.PROTECTED or length <= most)

    def _is_late_echo(self, start: int, end: int) -> bool:
        before = self.recent.between(start - self.tuning.afterwards, start)
        coach = any(moment.coach for moment in before)
        return coach and self.foreground.is_faint(self.recent, start, end, AFTERWARDS_DB)

    def _is_drowned(self, reading: Reading) -> bool:
        above = standing_out(self.recent, reading.start_ms, reading.end_ms)
        return above < self.tuning.standing_out

    def _needed(self, care: Care, reading: Reading, context: Context) -> float:
        if context.saying:
            needed = self.tuning.confidence_over_coach[care]
            others = self._is_anothers(reading.start_ms, reading.end_ms)
            loud = not others and self.foreground.is_overpowered(self.recent)
            return max(needed, self.tuning.sure_over_loud_coach) if loud else needed
        needed = self.tuning.confidence[care]
        if care is Care.PROTECTED or not self._in_noise(self.words_since):
            return needed
        return max(needed, self.tuning.noisy_confidence)

    def _unsure(self, care: Care, verdict: Verdict, context: Context) -> str:
        """Why a likelihood does not suffice; empty if it does."""
        sure, needed = verdict.confidence, self._needed(care, verdict.reading, context)
        return "" if sure >= needed else f"{UNSURE}: {sure:.2f} of {needed:.2f}"

    def _is_amid_talk(self, start: int, pause: int) -> bool:
        return bool(self.talk_until) and start - self.talk_until < pause

    def _plausible(self, care: Care, start: int, context: Context) -> float:
        if care is Care.COSTLY or context.saying:
            return 1.0
        halting = care is Care.LIGHT and self._is_amid_talk(start, self.tuning.halting)
        return 1.0 if halting else self.tuning.plausible

    def _why_no_phrase(self, text: str) -> str:
        if text in self.vocabulary.decoys:
            return "sounds like a command, but is none"
        if UNKNOWN in text.split():
            return "not a command" if set(text.split()) == {UNKNOWN} else "other words around it"
        return "no single command"

    def voice_end(self, reading: Reading) -> int:
        """When its voice ended, ms."""
        # Each is late in its own way, so the earlier one is nearer the truth.
        noticed = self.voice_until - self.tuning.detector_tail
        return min(noticed, reading.end_ms) if self.voice_until else reading.end_ms
