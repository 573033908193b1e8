"""The same model in longer chunks, for sound that is there already: the same, for less work."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest

from skill.audio.pcm import read_pcm
from skill.core.hypothesis import Hypothesis
from skill.errors import ModelError
from skill.ports import Block
from skill.recognition.vosk import UNHURRIED, VoskModel, VoskRecognizer
from skill.settings import Settings

RECORDINGS = Path(__file__).parent.parent / "recordings"
PHRASES = ("back", "next", "stop", "faster")


@pytest.fixture(scope="module")
def model() -> VoskModel:
    return VoskModel(Settings().model)


def heard(model: VoskModel, file: Path) -> Hypothesis:
    quiet = np.zeros(8000, np.int16)
    recognizer = VoskRecognizer(model, PHRASES)
    found = recognizer.feed(Block(0, np.concatenate((quiet, read_pcm(file), quiet))))
    return next((one for one in found if one.final and one.readings), None) or recognizer.flush()


@pytest.mark.parametrize("phrase", PHRASES)
def test_it_hears_the_same(model: VoskModel, phrase: str) -> None:
    assert model.unhurried is not model
    file = RECORDINGS / f"{phrase}.flite-slt.ogg"
    hasty, calm = (heard(one, file).readings[0] for one in (model, model.unhurried))
    assert calm.text == hasty.text == phrase
    assert calm.start_ms == pytest.approx(hasty.start_ms, abs=60)


@pytest.mark.parametrize("name", ["ears-en", "ears-de"])
def test_only_chunks_and_endpoints_differ(name: str) -> None:
    folder = Settings().model.parent / name
    ours, theirs = (
        set((folder / conf).read_text().splitlines()) for conf in ("conf/model.conf", UNHURRIED)
    )
    apart = ("--frames-per-chunk=", "--endpoint.rule")
    assert all(line.startswith(apart) for line in ours ^ theirs)
    assert ours != theirs


def test_a_model_that_has_no_such_file_is_its_own(model: VoskModel, tmp_path: Path) -> None:
    official = shutil.copytree(model.folder, tmp_path / "official")
    (official / UNHURRIED).unlink()
    alone = VoskModel(official)
    assert alone.unhurried is alone


def test_a_damaged_one_is_told_with_the_models_own_folder(model: VoskModel, tmp_path: Path) -> None:
    broken = shutil.copytree(model.folder, tmp_path / "broken")
    whole = VoskModel(broken)
    (broken / "am/final.mdl").write_bytes(b"")
    with pytest.raises(ModelError, match=str(broken)):
        _ = whole.unhurried


def test_without_a_place_for_temporary_files_it_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = VoskModel(Settings().model)
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    assert fresh.unhurried is fresh
