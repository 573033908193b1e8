"""Runs clips through the ears of a session, one chunk of them at a time.

A chunk is heard like one session: positions go on from clip to clip, the listener and the voice
detector keep what they have in mind, and the recogniser is recycled in between. Every chunk begins
with fresh ears, so that its trials do not depend on which process hears it, or after what.
"""

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from skill.audio.pcm import energy_end_ms
from skill.core.decision import Context, Decision
from skill.core.messages import Heard, Ignored
from skill.core.vocabulary import Command
from skill.ears import Ears
from skill.evaluation.condition import Condition, Trouble
from skill.evaluation.labels import label
from skill.evaluation.manifest import LabelledClip
from skill.evaluation.scene import BEFORE, Line, Scene, Surroundings, read_clip, stage
from skill.evaluation.trial import Candidate, Trial
from skill.ports import BLOCK, RATE, Block, Pcm

CLIPS = 24
"""Of a chunk: half a minute of work on a Raspberry Pi, so that a progress bar moves."""
PHASE = "measuring"
STATUS, PEAK = Path("/proc/self/status"), "VmHWM"
"""Where Linux says it. `getrusage` there begins with what the parent had."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What a process needs to hear.

    Attributes:
        ears: makes fresh ears; what takes long to load is loaded already.
        lines: sentences of the coach, spoken when they are first asked for.
    """

    ears: Callable[[], Ears]
    lines: Callable[[], Sequence[Line]]


class Recipe(Protocol):
    """How a process gets its kit. Goes from process to process, so it can be pickled and hashed."""

    @property
    def name(self) -> str:
        """The recogniser's: "built-in", "pocketsphinx", "vosk:PATH"."""
        ...

    def __hash__(self) -> int: ...

    def prepare(self) -> Kit:
        """Load what takes long; called once in each process.

        Raises:
            CoachError: if something is missing.
        """
        ...


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some clips in one condition for one recogniser."""

    recipe: Recipe
    condition: Condition
    clips: tuple[LabelledClip, ...]
    around: Surroundings


def chunks(
    recipes: Sequence[Recipe],
    conditions: Sequence[Condition],
    clips: Sequence[LabelledClip],
    around: Surroundings,
) -> Iterator[Chunk]:
    """All the work, in an order that does not depend on who does it."""
    for recipe in recipes:
        for condition in conditions:
            for first in range(0, len(clips), CLIPS):
                yield Chunk(recipe, condition, tuple(clips[first : first + CLIPS]), around)


def hear(chunk: Chunk) -> list[Trial]:
    """Put a chunk through its recogniser.

    Raises:
        CoachError: if a recording cannot be read or the recogniser cannot be built.
    """
    kit = kit_of(chunk.recipe)
    hearing = _Hearing(kit.ears())
    lines = kit.lines() if chunk.condition.trouble is Trouble.COACH else ()
    trials = []
    for clip in chunk.clips:
        pcm = read_clip(clip)
        scene = stage(clip, pcm, chunk.condition, chunk.around, lines)
        candidates, compute_s = hearing.hear(scene)
        trials.append(
            Trial(
                recogniser=chunk.recipe.name,
                condition=chunk.condition.name,
                path=str(clip.path),
                kind=clip.kind,
                group=clip.group,
                speaker=clip.speaker,
                text=clip.text,
                expected=clip.expected,
                synthetic=clip.synthetic,
                seconds=len(pcm) / RATE,
                end_ms=_end_ms(clip, pcm),
                candidates=candidates,
                compute_s=compute_s,
                padded_s=len(scene.pcm) / RATE,
            )
        )
    return trials


def peak_memory_mb(chunk: Chunk) -> float:
    """Most memory that this process has had after hearing a chunk; call it in a fresh one."""
    hear(chunk)
    for line in STATUS.read_text(encoding="utf-8").splitlines() if STATUS.exists() else ():
        name, _, value = line.partition(":")
        if name == PEAK:
            return int(value.split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@lru_cache(1)
def kit_of(recipe: Recipe) -> Kit:
    """This process's kit for a recogniser; kept until another one's is asked for."""
    return recipe.prepare()


def _end_ms(clip: LabelledClip, pcm: Pcm) -> int | None:
    """End of the word: as the manifest says, else the end of the sound; None for no command."""
    if clip.end_of_speech_s is not None:
        return round((clip.end_of_speech_s - (clip.start_s or 0.0)) * 1000)
    return energy_end_ms(pcm) if clip.expected else None


class _Hearing:
    """One stretch of a session in which every command is live."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self._frame = 0

    def hear(self, scene: Scene) -> tuple[tuple[Candidate, ...], float]:
        """What was judged in a scene, and the processor time that it took, s."""
        first, total = self._frame, 0.0
        found: list[Candidate] = []
        for at in range(0, len(scene.pcm), BLOCK):
            block = Block(self._frame, scene.pcm[at : at + BLOCK])
            self._frame = block.end_frame
            context = Context(frozenset(Command), PHASE, scene.saying(at + BLOCK))
            began = time.thread_time()
            decisions = self._ears.hear(block, self._now(), context)
            took = time.thread_time() - began
            total += took
            found += self._candidates(decisions, first, took)
        began = time.thread_time()
        decisions = self._finish()
        took = time.thread_time() - began
        return (*found, *self._candidates(decisions, first, took)), total + took

    def _finish(self) -> list[Decision]:
        """Judge what is still open, and start the next clip with nothing in mind."""
        ears = self._ears
        context = Context(frozenset(Command), PHASE)
        rest = ears.recognizer.flush()
        decision = ears.judge(rest, context, self._now())
        ears.recognizer.recycle()
        return [] if decision is None else [decision]

    def _now(self) -> int:
        return self._frame * 1000 // RATE

    def _candidates(
        self, decisions: Sequence[Decision], first: int, took: float
    ) -> Iterator[Candidate]:
        at = (self._frame - first - BEFORE) * 1000 // RATE
        vocabulary = self._ears.listener.vocabulary
        for decision in decisions:
            match decision:
                case Heard(phrase=phrase, confidence=score):
                    what, reason = phrase, ""
                case Ignored(text=text, reason=why, confidence=score):
                    what, reason = text, why
                case _:
                    continue
            yield Candidate(
                phrase=what,
                command=label(vocabulary, what),
                at_ms=at,
                compute_ms=took * 1000,
                score=score,
                accepted=isinstance(decision, Heard),
                reason=reason,
            )
