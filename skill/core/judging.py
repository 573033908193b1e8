"""An utterance that has ended: is it a command, is it nobody's, or must others be asked?

A closed grammar turns any speech into one of its phrases with confidence 1.0 (vosk-api #741,
#1339, #2041), so the words alone decide nothing. A command is acted on when an utterance is
exactly one phrase, stands alone, its voice has ended, and the coach could not have said it itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from skill.core import colour
from skill.core.decision import Context, Doubt, Outcry, Puzzle, Utterance
from skill.core.foreground import DOUBTED_DB
from skill.core.loudness import noise_before, standing_out
from skill.core.messages import Heard, Ignored
from skill.core.past import Past
from skill.core.tuning import Tuning
from skill.core.vocabulary import Care, Command, Meaning, Vocabulary, contains
from skill.core.weighing import UNKNOWN, Verdict

UNSURE = "not sure enough"
"""How the reason begins when only the confidence was too low."""
FAINTER = "fainter than commands are"


@dataclass(frozen=True, slots=True)
class Case:
    """An utterance and all that it is judged by.

    Attributes:
        verdict: what the recogniser's readings come to.
        context: what the coach was doing.
        past: what was heard before it, and how it sounded.
        in_noise: whether a voice without words had gone on for long when its first words came.
        vocabulary: phrases and meanings.
        tuning: the numbers.
    """

    verdict: Verdict
    context: Context
    past: Past
    in_noise: bool
    vocabulary: Vocabulary
    tuning: Tuning

    def decide(self, now: int) -> Doubt | Puzzle | Outcry | Heard | Ignored:
        """What to make of it at a time, ms."""
        decision, likely = self._decide(now), self._live_outcries()
        if isinstance(decision, Heard) or not self._is_outcry(likely, now):
            return decision
        return Outcry(decision, self._said, likely)

    def _decide(self, now: int) -> Doubt | Puzzle | Heard | Ignored:
        reading, meaning = self.verdict.reading, self.verdict.meaning
        reason = self._why_no_phrase() if meaning is None else self._objection(meaning.command, now)
        if meaning is not None and reason is None:
            return self._heard(meaning)
        ignored = Ignored(reading.text, reason or "", self.verdict.confidence)
        if not self._is_puzzling(now):
            return ignored
        return Puzzle(ignored, self._said)

    def _live_outcries(self) -> dict[Command, float]:
        each = self.verdict.outcries.items()
        return {command: likely for command, likely in each if command in self.context.live}

    def _is_outcry(self, likely: Mapping[Command, float], now: int) -> bool:
        """Whether it may have been stop or a word of pain that came out as something else. What was
        taken for one of them has been judged as that. Over the coach, others are asked about all
        that was no command: an echo's rest around a word makes anything of it.
        """
        meaning = self.verdict.meaning
        if self.context.saying:
            asked = meaning is None
        else:
            judged = meaning is not None and meaning.command.care is Care.PROTECTED
            asked = not judged and sum(likely.values()) >= self.tuning.least_outcry
        return asked and not self._is_late(now) and not self._strange(Care.PROTECTED)

    @property
    def _said(self) -> Utterance:
        return Utterance(self.verdict.reading, self.context, self.past.talk_until)

    @property
    def _start(self) -> int:
        return self.verdict.reading.start_ms

    @property
    def _end(self) -> int:
        return self.verdict.reading.end_ms

    @property
    def _is_phrase(self) -> bool:
        return " " in self.verdict.reading.text

    def _why_no_phrase(self) -> str:
        text = self.verdict.reading.text
        if text in self.vocabulary.decoys:
            return "sounds like a command, but is none"
        if UNKNOWN in text.split():
            return "not a command" if set(text.split()) == {UNKNOWN} else "other words around it"
        return "no single command"

    def _objection(self, command: Command, now: int) -> str | None:
        if self._is_late(now):
            return "too long ago"
        if command not in self.context.live:
            return f"means nothing while {self.context.phase}"
        unsure = self._unsure(command.care)
        if unsure and self.verdict.confidence < self._plausible(command.care):
            return unsure
        strange = self._strange(command.care)
        return strange if strange or command.care is Care.PROTECTED else self._lesser_objection()

    def _strange(self, care: Care) -> str | None:
        """Why the sound is not that of somebody who says a command; None if it may be."""
        recent, start, end = self.past.recent, self._start, self._end
        if self.context.saying:
            if self._is_the_coachs():
                return "it sounds like the coach"
            if self.past.foreground.is_fainter_than_commands(recent, start, end):
                return FAINTER
        if self._is_late_echo():
            return FAINTER
        if recent.others_ms(start - self.tuning.others_before) < self.tuning.others:
            return "nobody but the coach was talking"
        if not self._is_of_a_length(care):
            return "too short, or too drawn out"
        if not self.context.saying and self._is_drowned():
            return "no louder than what was to be heard before"
        return None

    def _lesser_objection(self) -> str | None:
        """What a person in pain is heard in spite of."""
        past, text = self.past, self.verdict.reading.text
        if past.command_until and self._start < past.command_until + self.tuning.rest:
            return "the rest of the command before"
        if past.is_own(text, self._start, self._end, self.context):
            return "the coach's own words"
        if past.is_amid_talk(self._start, self.tuning.pause):
            return "in the middle of other talk"
        return None

    def _is_the_coachs(self) -> bool:
        past, tuning, text = self.past, self.tuning, self.verdict.reading.text
        said = contains(self.context.saying, text)
        unlikely = self.verdict.confidence < tuning.sure_early or said
        fainter = past.foreground.is_faint(past.recent, self._start, self._end, DOUBTED_DB)
        least = colour.own(settled=past.is_settled, doubtful=unlikely and fainter)
        return past.recent.likeness(self._start, self._end) >= least

    def _is_late(self, now: int) -> bool:
        return now - self._end > self.tuning.late

    def _is_late_echo(self) -> bool:
        return self.past.is_late_echo(self._start, self._end, self.tuning.afterwards)

    def _is_drowned(self) -> bool:
        above = standing_out(self.past.recent, self._start, self._end)
        return above < self.tuning.standing_out

    def _is_of_a_length(self, care: Care) -> bool:
        tuning, text = self.tuning, self.verdict.reading.text
        by_words = tuning.most + tuning.most_a_word * text.count(" ")
        most = max(by_words, tuning.most_a_letter * len(text))
        length = self._end - self._start
        return length >= tuning.least and (care is Care.PROTECTED or length <= most)

    def _is_puzzling(self, now: int) -> bool:
        """Whether what came to nothing may yet have been a phrase of several words: it stands
        alone, the coach was silent, and it is neither too short nor too long for one. Where a
        single word was understood, one was said.
        """
        past, tuning, start, end = self.past, self.tuning, self._start, self._end
        several = self.verdict.reading.text == UNKNOWN or self._is_phrase
        fits = tuning.least_puzzling <= end - start <= tuning.most_puzzling
        coach = self.context.saying or any(m.coach for m in past.recent.between(start, end))
        alone = not coach and not past.is_amid_talk(start, tuning.pause)
        fresh = not self._is_late(now) and start >= past.command_until + tuning.rest
        known = self._is_late_echo() or self._is_drowned()
        return several and fits and alone and fresh and not known

    def _heard(self, meaning: Meaning) -> Doubt | Heard:
        reading, sure, care = self.verdict.reading, self.verdict.confidence, meaning.command.care
        ended = self.past.voice_end(reading, self.tuning.detector_tail)
        heard = Heard(meaning.command, meaning.argument, reading.text, sure, ended)
        missing, unsure, over = self._missing(care), self._unsure(care), bool(self.context.saying)
        if unsure:
            views = self.tuning.three_views[care]
            if self._is_phrase:
                views = min(views, self.tuning.three_views_of_phrases)
            missing = max(missing, views - sure)
        return Doubt(heard, self._start, missing, unsure, over) if missing else heard

    def _missing(self, care: Care) -> float:
        """How much support it needs: it may be a noise's, or what is left of a loud echo."""
        if self.context.saying:
            return self._missing_over_coach(care)
        noise = noise_before(self.past.recent, self._start)
        if noise is not None and noise > self.tuning.quiet:
            return self.tuning.support[care]
        quiet = self.tuning.support_for_phrases if self._is_phrase else self.tuning.support_in_quiet
        return quiet[care]

    def _missing_over_coach(self, care: Care) -> float:
        past, tuning, sure = self.past, self.tuning, self.verdict.confidence
        if past.is_anothers(self._start, self._end):
            return 0.0 if sure >= tuning.sure_over_coach else tuning.support_in_quiet[care]
        if past.foreground.is_overpowered(past.recent):
            return tuning.support_over_loud_coach[care]
        near = past.recent.likeness(self._start, self._end) >= colour.NEAR
        if near and sure < tuning.sure_early:
            return tuning.support_near_coach
        early = past.coached < tuning.early
        enough = tuning.sure_early if early and self._is_phrase else tuning.sure_over_coach
        if past.foreground.is_odd(past.recent, self._start, self._end) or sure < enough:
            return tuning.support_over_coach[care]
        return tuning.support[care] if early and not self._is_phrase else 0.0

    def _unsure(self, care: Care) -> str:
        """Why a likelihood does not suffice; empty if it does."""
        sure, needed = self.verdict.confidence, self._needed(care)
        return "" if sure >= needed else f"{UNSURE}: {sure:.2f} of {needed:.2f}"

    def _needed(self, care: Care) -> float:
        past, tuning = self.past, self.tuning
        if self.context.saying:
            needed = tuning.confidence_over_coach[care]
            others = past.is_anothers(self._start, self._end)
            loud = not others and past.foreground.is_overpowered(past.recent)
            return max(needed, tuning.sure_over_loud_coach) if loud else needed
        needed = tuning.confidence[care]
        if care is Care.PROTECTED or not self.in_noise:
            return needed
        return max(needed, tuning.noisy_confidence)

    def _plausible(self, care: Care) -> float:
        """From which likelihood on others are asked at all."""
        if care is Care.COSTLY or self.context.saying:
            return 1.0
        halting = self.past.is_amid_talk(self._start, self.tuning.halting)
        return 1.0 if care is Care.LIGHT and halting else self.tuning.plausible
