"""Clips through the real ears: hits, misses, false accepts, and when they happen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from skill.audio.activity import WebRtcVoiceDetector
from skill.audio.pcm import energy_end_ms
from skill.core.listener import Listener
from skill.ears import Ears
from skill.errors import ContentError, ModelError, SettingsError, StorageError
from skill.evaluation import runner
from skill.evaluation.condition import Condition, Trouble
from skill.evaluation.judge import Outcome, latency_ms, outcome
from skill.evaluation.labels import with_words
from skill.evaluation.manifest import LabelledClip
from skill.evaluation.run_file import from_json, read_run, to_json, write_run
from skill.evaluation.runner import CLIPS, Chunk, Kit, chunks, hear, peak_memory_mb
from skill.evaluation.scene import Line, Surroundings, read_clip
from skill.evaluation.trial import Candidate, Run, Trial
from skill.recipes import BUILT_IN, recipe
from skill.settings import Settings
from tests.evaluation.clips import clip, hiss, timeless
from tests.support.book import VOCABULARY
from tests.support.scripted import Cue, ScriptedRecognizer
from tests.support.sphinx import needs_sphinx

STOP = clip("stop.flite-slt", "stop")
OTHER = clip("other/the next day it rained again.flite-slt")
EARS = recipe(Settings())


def trials(*clips: LabelledClip) -> list[Trial]:
    return hear(Chunk(EARS, Condition(), clips, Surroundings()))


def test_a_command_is_hit_soon_after_its_end_and_other_talk_left_alone() -> None:
    stop, other = trials(STOP, OTHER)
    assert outcome(stop) is Outcome.HIT
    assert stop.end_ms == energy_end_ms(read_clip(STOP))
    latency = latency_ms(stop)
    assert latency is not None
    assert 0 < latency < 800
    assert stop.recogniser == BUILT_IN
    assert stop.padded_s == pytest.approx(stop.seconds + 3.5, abs=0.05)
    assert 0 < stop.compute_s < stop.padded_s
    assert outcome(other) is Outcome.LEFT_ALONE
    assert other.end_ms is None


def test_what_is_expected_decides_what_it_is_called() -> None:
    as_next, as_nothing = trials(replace(STOP, expected="next"), replace(STOP, expected=""))
    assert outcome(as_next) is Outcome.CONFUSION
    assert outcome(as_nothing) is Outcome.FALSE_ACCEPT
    (silent,) = trials(replace(STOP, end_s=0.02))
    assert outcome(silent) is Outcome.MISS


def test_the_end_of_the_word_is_the_manifests_where_it_has_one() -> None:
    whole, part = trials(
        replace(STOP, end_of_speech_s=0.3), replace(STOP, start_s=0.1, end_of_speech_s=0.3)
    )
    assert (whole.end_ms, part.end_ms) == (300, 200)


def test_times_are_each_clips_own_however_late_in_the_chunk() -> None:
    first, *_, last = trials(STOP, OTHER, replace(STOP, name="again"))
    assert last.candidates[0].phrase == first.candidates[0].phrase
    assert last.candidates[0].at_ms == pytest.approx(first.candidates[0].at_ms, abs=50)


def test_the_same_chunk_again_gives_the_same_trials() -> None:
    trials(OTHER)
    assert timeless(trials(STOP, OTHER)) == timeless(trials(STOP, OTHER))


@dataclass(frozen=True)
class Scripted:
    """Ears that hear what they are told to, and a coach that says so."""

    cues: tuple[Cue, ...]
    line: str = "roll until you hear next"
    name: str = "scripted"

    def prepare(self) -> Kit:
        runner_calls.append(self.name)
        return Kit(self._ears, self._lines)

    def _ears(self) -> Ears:
        vocabulary = with_words(VOCABULARY, ["up"])
        return Ears(ScriptedRecognizer(self.cues), WebRtcVoiceDetector(), Listener(vocabulary))

    def _lines(self) -> Sequence[Line]:
        return (Line(self.line, hiss(2000, 5)),)


runner_calls: list[str] = []


def scripted(*cues: Cue, condition: Trouble = Trouble.QUIET, **more: str) -> tuple[Candidate, ...]:
    chunk = Chunk(Scripted(cues, **more), Condition(condition), (STOP,), Surroundings())
    return hear(chunk)[0].candidates


def test_every_utterance_that_was_judged_is_there_with_its_reason() -> None:
    sure, unsure, noise = scripted(
        Cue(200, 400, "next"), Cue(1100, 1300, "next", 0.1), Cue(1700, 1800, "[unk]")
    )
    assert (sure.phrase, sure.command, sure.accepted, sure.reason) == ("next", "next", True, "")
    assert sure.at_ms < 0, "it came before the clip itself began"
    assert (unsure.command, unsure.accepted) == ("next", False)
    assert "not sure enough" in unsure.reason
    assert (noise.phrase, noise.command, noise.accepted) == ("[unk]", "", False)


def test_words_of_the_runs_own_are_heard_as_themselves() -> None:
    (heard,) = scripted(Cue(1100, 1300, "up"))
    assert (heard.command, heard.accepted) == ("up", True)


def test_what_the_coach_says_itself_is_known_to_be_its_own() -> None:
    cue = Cue(2100, 2300, "next")
    (own,) = scripted(cue, condition=Trouble.COACH)
    (other,) = scripted(cue, condition=Trouble.COACH, line="breathe in")
    assert (own.accepted, own.reason) == (False, "the coach's own words")
    assert other.accepted


def test_what_is_still_open_at_the_end_is_judged_too_and_not_in_the_next_clip() -> None:
    seconds = 3.5 + len(read_clip(STOP)) / 16_000
    late = Cue(round(seconds * 1000) - 200, round(seconds * 1000) - 100, "next", 0.1)
    chunk = Chunk(Scripted((late,)), Condition(), (STOP, STOP), Surroundings())
    first, second = hear(chunk)
    assert [one.phrase for one in first.candidates] == ["next"]
    assert second.candidates == ()


def test_ears_are_built_once_for_many_chunks() -> None:
    runner.kit_of.cache_clear()
    runner_calls.clear()
    scripted(name="one")
    scripted(name="one")
    scripted(name="two")
    assert runner_calls == ["one", "two"]


@needs_sphinx
def test_chunks_hold_everything_once_whoever_does_them() -> None:
    clips = [replace(STOP, name=str(number)) for number in range(2 * CLIPS + 1)]
    conditions = [Condition(), Condition(Trouble.ROOM)]
    made = list(
        chunks([EARS, recipe(Settings(), "pocketsphinx")], conditions, clips, Surroundings())
    )
    assert len(made) == 2 * 2 * 3
    names = [(one.recipe.name, one.condition, c.name) for one in made for c in one.clips]
    assert len(names) == len(set(names)) == 2 * 2 * len(clips)


def test_memory_is_measured() -> None:
    assert 20 < peak_memory_mb(Chunk(EARS, Condition(), (STOP,), Surroundings())) < 4000


def test_a_run_can_be_written_and_read_back(tmp_path: Path) -> None:
    run = Run({"machine": "mine"}, {BUILT_IN: 81.5}, tuple(trials(STOP, OTHER)))
    write_run(run, tmp_path / "run.jsonl")
    assert read_run(tmp_path / "run.jsonl") == run
    assert from_json(to_json(Run())) == Run()
    with pytest.raises(StorageError, match="--json"):
        write_run(run, tmp_path)
    with pytest.raises(StorageError, match=r"none\.jsonl"):
        read_run(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", '{"about": {}}', '{"about": {}, "peak_memory_mb": {}}\n{}\n',
             '{"about": {}, "peak_memory_mb": {}}\n[1]\n'],
)  # fmt: skip
def test_what_is_no_run_is_no_run(text: str) -> None:
    with pytest.raises(ValueError, match=r"line \d"):
        from_json(text)


def test_recognisers_by_name() -> None:
    own = Settings(model=Settings().model / "..")
    assert recipe(Settings()).name == BUILT_IN
    assert recipe(own).name == f"vosk:{own.model}"
    assert recipe(Settings(), "vosk:elsewhere").settings.model.name == "elsewhere"
    for name in ("sphinx", "vosk", "vosk:", "built-in"):
        with pytest.raises(SettingsError, match="--against"):
            recipe(Settings(), name)


def test_what_cannot_be_built_is_explained() -> None:
    with pytest.raises(ModelError, match="nowhere"):
        recipe(Settings(), "vosk:nowhere").prepare()
    with pytest.raises(ContentError, match=r"--also.*zzyzx"):
        recipe(Settings(), also=("zzyzx",)).prepare()


@needs_sphinx
def test_a_word_that_pocketsphinx_does_not_know_is_named() -> None:
    with pytest.raises(ModelError, match="zzyzx"):
        recipe(Settings(), "pocketsphinx", also=("zzyzx",)).prepare().ears()


@needs_sphinx
def test_pocketsphinx_hears_too() -> None:
    rolling = clip("start rolling.flite-slt", "start")
    chunk = Chunk(recipe(Settings(), "pocketsphinx"), Condition(), (rolling,), Surroundings())
    (trial,) = hear(chunk)
    assert "start" in [one.command for one in trial.candidates]


def test_the_coach_has_lines_to_say() -> None:
    lines = EARS.prepare().lines()
    assert len(lines) >= 5
    assert all(len(line.pcm) > 8000 and np.abs(line.pcm).max() > 1000 for line in lines)
