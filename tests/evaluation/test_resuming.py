"""What of an unfinished run need not be heard again."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from skill.evaluation.condition import Condition, Trouble
from skill.evaluation.resuming import heard_before, marks, unfinished
from skill.evaluation.run_file import write_run
from skill.evaluation.runner import Chunk
from skill.evaluation.scene import Surroundings
from skill.evaluation.trial import Run
from skill.recipes import EarsRecipe
from skill.settings import Settings
from tests.evaluation.clips import clip, hiss, sound
from tests.evaluation.runs import trial

ONE, TWO, THREE = trial("stop"), trial("next"), trial("")


@pytest.fixture
def chunk(tmp_path: Path) -> Chunk:
    own = replace(clip("own"), path=sound(tmp_path / "own.wav", hiss(100, 0.1)))
    noise = sound(tmp_path / "noise.wav", hiss(100, 0.1))
    model = tmp_path / "model"
    model.mkdir()
    sound(model / "ears.wav", hiss(100, 0.1))
    return Chunk(
        EarsRecipe("built-in", Settings(model=model)),
        Condition(Trouble.NOISE, 10),
        (own,),
        Surroundings((noise,)),
    )


def mark(chunk: Chunk, machine: str = "mine") -> str:
    (found,) = marks([chunk], machine, {chunk.recipe.name: _recipe(chunk).made_of})
    return found


def _recipe(chunk: Chunk) -> EarsRecipe:
    assert isinstance(chunk.recipe, EarsRecipe)
    return chunk.recipe


def test_what_would_be_heard_otherwise_has_another_mark(chunk: Chunk, tmp_path: Path) -> None:
    before = mark(chunk)
    assert mark(chunk) == before
    (own,) = chunk.clips
    others = [
        replace(chunk, condition=Condition(Trouble.NOISE, 11)),
        replace(chunk, clips=(replace(own, expected="stop"),)),
        replace(chunk, around=Surroundings()),
        replace(chunk, recipe=replace(_recipe(chunk), also=("up",))),
        replace(chunk, recipe=EarsRecipe("built-in", Settings(model=Path("model"), person="ann"))),
    ]
    found = {before, mark(chunk, "another"), *map(mark, others)}
    for touched in ("own.wav", "noise.wav", "model/ears.wav"):
        os.utime(tmp_path / touched, (1, 1))
        found.add(mark(chunk))
    assert len(found) == 1 + 1 + len(others) + 3


def test_only_an_unfinished_run_is_gone_on_with(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    assert unfinished(None) is None
    assert unfinished(file) is None
    for text in ("", "no run", '{"about": {}, "peak_memory_mb": {}}\n'):
        file.write_text(text)
        assert unfinished(file) is None
    run = Run({"a": "b"}, {}, (ONE, TWO, THREE), (("x", 1), ("y", 2)))
    write_run(run, file)
    assert unfinished(file) == run
    for heard in ((("x", 1),), (("x", 4), ("y", -1))):
        write_run(replace(run, heard=heard), file)
        assert unfinished(file) is None


def test_a_chunk_is_found_wherever_it_is_now() -> None:
    run = Run({}, {}, (ONE, TWO, THREE, ONE), (("x", 1), ("y", 2), ("x", 1)))
    assert heard_before(run, ["new", "y", "x", "x"]) == {1: [TWO, THREE], 2: [ONE], 3: [ONE]}
    assert heard_before(run, ["new"]) == {}
