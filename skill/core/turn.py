"""One event being handled: the coach as it changes, and the effects so far."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from skill.core.coach import Coach, Due, Line, Phase, Spot
from skill.core.cues import ROOM_MS, schedule
from skill.core.messages import (
    Bookmark,
    Chime,
    Effect,
    Finish,
    Hush,
    Remember,
    Say,
    Talk,
    Tone,
)
from skill.core.routine import Place
from skill.core.wording import spoken_length

UNDO_DEPTH = 10


class Turn:
    """Collects what one event does. Lives no longer than one call of `advance`."""

    def __init__(self, coach: Coach, now: int) -> None:
        self.coach = coach
        self.now = now
        self.effects: list[Effect] = []

    @property
    def spot(self) -> Spot:
        """The spot as it is so far."""
        return self.coach.spot

    def change(self, **fields: Any) -> None:
        """Change fields of the coach."""
        self.coach = replace(self.coach, **fields)

    def move(self, **fields: Any) -> None:
        """Change fields of the spot."""
        self.change(spot=replace(self.coach.spot, **fields))

    def keep(self, spot: Spot) -> None:
        """Note how things were, for "undo"."""
        self.change(history=(*self.coach.history, spot)[-UNDO_DEPTH:])

    # Speaking

    def hush(self) -> None:
        """Be silent at once and forget what was about to be said."""
        if self.coach.speaking is not None:
            self.effects.append(Hush())
        self.change(speaking=None, queue=())

    def interrupt(self) -> None:
        """Be silent at once; what was being said goes back to the queue, to be said again."""
        line, waiting = self.coach.line, self.coach.queue
        if self.coach.speaking is not None and line is not None:
            waiting = (replace(line, pause_ms=0), *waiting)
        self.hush()
        self.change(queue=waiting)

    def step_aside(self) -> tuple[Line, ...]:
        """Be silent at once; what was being said is to follow what is said now: `go_on_with`."""
        self.interrupt()
        waiting = tuple(line for line in self.coach.queue if not line.aside)
        self.change(queue=())
        return waiting

    def go_on_with(self, waiting: tuple[Line, ...]) -> None:
        """Queue the lines that were interrupted, from the first one's start."""
        asides = tuple(replace(line, aside=True) for line in self.coach.queue)
        if waiting:
            waiting = (replace(waiting[0], pause_ms=self._pauses()[0]), *waiting[1:])
        self.change(queue=asides + waiting)

    def skip_ending(self) -> bool:
        """Go on at once with what follows the news that the movement is over; False: it is no
        longer news.
        """
        playing = self.coach.line if self.coach.speaking is not None else None
        lines = (playing, *self.coach.queue)
        at = [number for number, line in enumerate(lines) if line is not None and line.ending]
        if not at:
            return False
        following = self.coach.queue[at[-1] :]
        self.hush()
        self.queue(following)
        return True

    def say(self, name: str, **values: str) -> None:
        """Queue the sentences of a phrase."""
        self.speak(self.coach.book.lines(name, **values))

    def speak(self, sentences: Sequence[str], tells: str = "") -> None:
        """Queue sentences about one thing as part of this reply, which "repeat" says again.

        Args:
            sentences: in their order.
            tells: "exercise/step" of the step that they explain; then there is at least one.
        """
        lines = self._lines(sentences)
        if tells:
            lines = (*lines[:-1], replace(lines[-1], tells=tells))
        self.change(last_said=self.coach.last_said + lines)
        self.queue(lines)

    def announce(self, name: str, **values: str) -> None:
        """Queue the sentences of a phrase that "repeat" does not repeat."""
        self.queue(self._lines(self.coach.book.lines(name, **values)))

    def chime(self, tone: Tone) -> None:
        """Queue a chime."""
        self.queue((Line(tone),))

    def queue(self, lines: Sequence[Line]) -> None:
        """Queue lines as they are, but without delay where nothing goes before."""
        if lines and not self.coach.queue and self.coach.speaking is None:
            lines = (replace(lines[0], pause_ms=0), *lines[1:])
        self.change(queue=(*self.coach.queue, *lines))

    def begin_at(self, due: Due) -> None:
        """Start a cue, in silence, so that it is heard at its moment of the movement."""
        wait = max(0, due.at_ms - self.coach.rolled(self.now))
        line = Line(due.what, wait, due.pace)
        self.change(queue=(line,))
        movement = self.coach.step.movement
        if movement is not None and due.what not in movement.breath:
            reminders = [cue.text for cue in movement.cues]
            self.change(last_said=(line,) if due.what in reminders else ())

    def _pauses(self) -> tuple[int, int]:
        """Silence before something new, and between its sentences, at the person's pace."""
        pauses = self.coach.book.phrases.pauses
        return pauses.subject * 100 // self.spot.pace, pauses.sentence * 100 // self.spot.pace

    def _lines(self, sentences: Sequence[str]) -> tuple[Line, ...]:
        first, others = self._pauses()
        return tuple(
            Line(text, others if number else first) for number, text in enumerate(sentences)
        )

    def new_reply(self) -> None:
        """What is said from here on is what "repeat" will say."""
        self.change(last_said=())

    def pump(self) -> None:
        """Start the next line or chime, if nothing is being played."""
        if self.coach.speaking is not None or self.coach.mute or not self.coach.queue:
            return
        head, *rest = self.coach.queue
        token, spot = self.coach.next_token, self.spot
        playing = (
            Chime(token, head.what, spot.volume, head.pause_ms)
            if isinstance(head.what, Tone)
            else Say(token, head.what, head.pause_ms, spot.paced(head.pace), spot.volume)
        )
        self.change(speaking=playing, line=head, queue=tuple(rest), next_token=token + 1)
        self.effects.append(playing)

    # Moving

    def enter(self, phase: Phase) -> None:
        """Go to a phase; the movement's clock stands still unless it is rolling."""
        hurt = phase is Phase.HURT or (phase is Phase.ASLEEP and self.spot.hurt)
        self.move(phase=phase, rolled_ms=self.coach.rolled(self.now), hurt=hurt)
        self.change(rolling_since=self.now, due=(), asking=False, quiet_since=self.now, help_page=0)

    def go(self, place: Place) -> None:
        """Go to a step and set it up from its beginning; its exercise is not finished then."""
        self.enter(Phase.SETTING_UP)
        here = self.coach.book.routine.exercise(place).id
        finished = tuple(name for name in self.spot.finished if name != here)
        self.move(place=place, extra_ms=0, begun=True, finished=finished)
        self.rewind()

    def rewind(self) -> None:
        """Begin the movement anew."""
        self.move(rolled_ms=0, halved=False)

    def plan_cues(self, *, told: bool = False) -> None:
        """Schedule what remains to be said in this movement.

        Args:
            told: whether it is being told how much time is left; "ten seconds" right after it
                would say so twice.
        """
        coach, done = self.coach, self.coach.rolled(self.now)
        planned = schedule(
            coach.book,
            coach.step.movement,
            coach.length(),
            done,
            self.spot.talk,
            halved=self.spot.halved,
        )
        if told:
            twice = {Tone.TIME, *coach.book.lines("ten_seconds")}
            planned = tuple(
                due for due in planned if due.what not in twice or due.at_ms >= done + ROOM_MS
            )
        self.change(due=planned)

    # Words that many replies need

    @property
    def left(self) -> str:
        """What is left of the movement, in words."""
        return spoken_length(self.coach.book, self.coach.length() - self.coach.rolled(self.now))

    @property
    def where(self) -> dict[str, str]:
        """Exercise, step number and step title, for placeholders."""
        return {
            "exercise": self.coach.exercise.title,
            "number": str(self.spot.place.step + 1),
            "title": self.coach.step.title,
        }

    def explain(self, *, in_full: bool | None = None, begins: bool = False) -> None:
        """Say what the current step is about.

        Args:
            in_full: whether to use the full wording; None: the first time, if talk is full.
            begins: whether the person may think that the movement has begun, and so is told in any
                case how it does.
        """
        step, key, new = self.coach.step, self._step_key, self.is_new
        full = (new and self.spot.talk is Talk.FULL) if in_full is None else in_full
        if self.spot.talk is Talk.CHIMES and in_full is None and not new:
            self.chime(Tone.STEP)
        else:
            self.speak(step.full if full else step.brief, tells=key)
        if full and step.movement is None:
            self.say("setup_ready")
        elif full or begins:
            self.tell_how_it_begins()

    @property
    def is_new(self) -> bool:
        """Whether the current step has not been explained yet."""
        return self._step_key not in self.coach.told

    @property
    def _step_key(self) -> str:
        return f"{self.coach.exercise.id}/{self.coach.step.id}"

    def heard_out(self) -> None:
        """What was being played has come to its end."""
        line = self.coach.line
        self.change(speaking=None, quiet_since=self.now)
        if line is not None and line.tells and line.tells not in self.coach.told:
            self.change(told=(*self.coach.told, line.tells))
        if line is not None and line.ending:
            self.change(ended_at=self.now)

    def tell_how_it_begins(self) -> None:
        """Say how long the step's movement takes and what begins it; nothing of a set-up."""
        if self.coach.step.movement is not None:
            self.say("movement_ready", length=self.left)

    # The end of the turn

    def close(self) -> tuple[Coach, tuple[Effect, ...]]:
        """Start what is to be said, note what must survive, and end the turn."""
        self.pump()
        self._remember()
        silent = self.coach.speaking is None
        if silent and (self.coach.leaving or self.coach.over) and not self.coach.gone:
            self.change(gone=True)
            self.effects.append(Finish())
        return self.coach, tuple(self.effects)

    def _remember(self) -> None:
        coach, spot = self.coach, self.spot
        if not spot.begun and coach.bookmark is None:
            return
        bookmark = Bookmark(
            routine=coach.book.routine.id,
            exercise=coach.exercise.id,
            step=coach.step.id,
            finished=spot.finished,
            told=coach.told,
            talk=spot.talk,
            pace=spot.pace,
            volume=spot.volume,
            hurt=spot.hurt,
        )
        if bookmark != coach.bookmark:
            self.change(bookmark=bookmark)
            self.effects.append(Remember(bookmark))
