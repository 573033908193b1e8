"""`roller-coach enrol`, as somebody types it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.enrolment.person import Person
from skill.enrolment.register import Entry, Register
from skill.settings import Settings
from tests.support.shell import Done, run

Capture = pytest.CaptureFixture[str]
RECORDINGS = Path(__file__).parent.parent / "recordings"
PHRASES = ("next", "back", "stop", "ouch", "repeat", "which step", "more time", "say more")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "roller-coach" / "people"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "anna"
    folder.mkdir()
    for phrase in PHRASES:
        shutil.copy(RECORDINGS / f"{phrase}.espeak-steph3.ogg", folder)
    return folder


def explained(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


def test_enrol_use_and_forget(capfd: Capture, data: Path, folder: Path) -> None:
    done = run(capfd, "enrol", "anna", "--from", folder, "--keep")
    assert done.code == 0, done.err
    assert f"of {len(PHRASES)} recordings" in done.out
    assert f"fitted to the other {len(PHRASES) - 1}" in done.out
    assert (data / "anna.yaml").is_file()
    assert len(list((data / "anna").glob("*.wav"))) == len(PHRASES)

    again = run(capfd, "enrol", "anna", "--from", data / "anna", "--json")
    facts = json.loads(again.out)
    assert facts["takes"] == len(PHRASES)
    assert facts["understood_after_leaving_each_out"] >= facts["understood_before"]

    used = run(capfd, "replay", "--person", "anna", RECORDINGS / "stop.flite-slt.ogg", "--quiet")
    assert (used.code, used.err) == (0, "")

    assert "deleted" in run(capfd, "enrol", "anna", "--forget").out
    assert not list(data.iterdir())
    explained(run(capfd, "enrol", "anna", "--forget"), 10, "Nothing is known", "nobody")


def test_recordings_are_not_kept_unless_asked(capfd: Capture, data: Path, folder: Path) -> None:
    done = run(capfd, "enrol", "--from", folder)
    assert "no recordings" in done.out
    assert [path.name for path in data.iterdir()] == ["me.yaml"]


def test_a_persons_factor_changes_what_is_heard(capfd: Capture, data: Path) -> None:
    del capfd
    plain, deep = Settings(), Settings(person="anna")
    Register(data).put("anna", Entry("another model", Person(1.18, {"now": "no"})))
    from skill.app import App  # noqa: PLC0415 - after the folders are set

    assert App(plain).person == Person()
    app = App(deep)
    assert app.person == Person(1.18), "spellings belong to the model that wrote them"
    assert app.stranger is not None
    assert "Enrol again" in app.stranger
    assert type(app.ears().recognizer).__name__ == "PitchedRecognizer"


def test_private_spellings_are_heard(data: Path) -> None:
    from skill.app import App  # noqa: PLC0415 - after the folders are set
    from skill.enrolment.register import model_mark  # noqa: PLC0415

    entry = Entry(model_mark(Settings().model), Person(1.0, {"bag": "back"}))
    Register(data).put("anna", entry)
    vocabulary = App(Settings(person="anna")).ears().listener.vocabulary
    assert vocabulary.meanings["bag"] == vocabulary.meanings["back"]
    assert "bag" not in vocabulary.decoys


def test_unknown_people(capfd: Capture, data: Path) -> None:
    recording = RECORDINGS / "stop.flite-slt.ogg"
    explained(run(capfd, "replay", "--person", "zoe", recording), 10, '"zoe"', "enrol zoe")
    explained(run(capfd, "replay", "--person", "../x", recording), 10, "lower-case letters")
    Register(data).put("zoe", Entry("m"))
    (data / "zoe.yaml").write_text("factor: loud", encoding="utf-8")
    explained(run(capfd, "replay", "--person", "zoe", recording), 3, "zoe.yaml", "enrol zoe")


def test_unusable_recordings(capfd: Capture, data: Path, folder: Path) -> None:
    explained(run(capfd, "enrol", "--from", folder / "none"), 4, "There is no folder")
    soundfile.write(folder / "nect.wav", np.zeros(16_000, np.int16), 16_000)
    explained(run(capfd, "enrol", "--from", folder), 4, "nect.wav", 'did you mean "next"')
    assert not data.exists(), "nothing is kept of a failed attempt"


def test_a_model_that_is_none(capfd: Capture, data: Path, folder: Path) -> None:
    explained(run(capfd, "enrol", "--from", folder, "--model", folder), 5, "no complete Vosk model")
    assert not data.exists()
