"""`roller-coach enrol`, as somebody types it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.app import App
from skill.enrolment.person import Person
from skill.enrolment.register import Entry, Register, model_mark
from skill.enrolment.takes import read_takes
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


@pytest.fixture
def few_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three sizes of a voice are tried instead of eight: learning itself is tested elsewhere."""
    monkeypatch.setattr("skill.enrolment.learning.FACTORS", (0.88, 1.0, 1.06))


def explained(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


@pytest.mark.long
@pytest.mark.usefixtures("few_factors")
def test_enrol_use_and_forget(capfd: Capture, data: Path, folder: Path) -> None:
    done = run(capfd, "enrol", "anna", "--from", folder)
    assert done.code == 0, done.err
    assert f"of {len(PHRASES)} recordings" in done.out
    assert f"fitted to the other {len(PHRASES) - 1}" in done.out
    assert "no recordings" in done.out
    assert [path.name for path in data.iterdir()] == ["anna.yaml"]

    again = run(capfd, "enrol", "--person", "anna", "--from", folder, "--keep", "--json")
    facts = json.loads(again.out)
    assert facts["name"] == "anna"
    assert facts["takes"] == len(PHRASES)
    assert 0 <= facts["understood_after_leaving_each_out"] <= len(PHRASES)
    assert len(read_takes(data / "anna", PHRASES)) == len(PHRASES)

    used = run(capfd, "replay", "--person", "anna", RECORDINGS / "stop.flite-slt.ogg", "--quiet")
    assert (used.code, used.err) == (0, "")

    assert "deleted" in run(capfd, "enrol", "anna", "--forget").out
    assert not list(data.iterdir())
    explained(run(capfd, "enrol", "anna", "--forget"), 10, "Nothing is known", "nobody")


@pytest.mark.usefixtures("few_factors")
def test_what_was_learnt_before_is_not_said_to_stay(
    capfd: Capture, data: Path, folder: Path
) -> None:
    register = Register(data)
    register.put("anna", Entry(model_mark(Settings().model), Person(0.82)))
    done = run(capfd, "enrol", "anna", "--from", folder)
    assert register.get("anna")[0].person == Person()
    assert "hears anna like anybody" in done.out
    assert "Use it" not in done.out


@pytest.mark.usefixtures("few_factors")
def test_what_nobody_understands_replaces_nothing(capfd: Capture, data: Path, folder: Path) -> None:
    names = sorted(folder.iterdir())
    sounds = [path.read_bytes() for path in names]
    for path, other in zip(names, [*sounds[1:], sounds[0]], strict=True):
        path.write_bytes(other)
    register, known = Register(data), Entry(model_mark(Settings().model), Person(0.82))
    register.put("anna", known)
    done = run(capfd, "enrol", "anna", "--from", folder)
    explained(done, 4, f"Not one of the {len(PHRASES)} recordings", "what was learnt before stays")
    assert register.get("anna") == (known,)


def test_a_persons_factor_is_used_with_the_model_it_was_learnt_with(data: Path) -> None:
    mark = model_mark(Settings().model)
    Register(data).put("anna", Entry(mark, Person(1.18)))
    Register(data).put("bert", Entry("another model", Person(1.18)))
    apps = [App(Settings(person=name)) for name in ("", "anna", "bert")]
    anybody, anna, bert = (type(app.ears().recognizer).__name__ for app in apps)
    assert anna == "PitchedRecognizer"
    assert bert == anybody != anna
    anybodys, annas, berts = (app.hearing for app in apps)
    assert (anybodys.person, annas.person, berts.person) == (Person(), Person(1.18), Person())
    assert annas.stranger is None
    assert berts.stranger is not None
    assert "enrol bert" in berts.stranger


def test_each_language_has_what_was_learnt_with_its_model(data: Path) -> None:
    for language, factor in (("en", 1.18), ("de", 0.9)):
        mark = model_mark(Settings(language=language).model)
        Register(data).put("anna", Entry(mark, Person(factor)))
    for language, factor in (("en", 1.18), ("de", 0.9)):
        hearing = App(Settings(person="anna", language=language)).hearing
        assert (hearing.person, hearing.stranger) == (Person(factor), None)


def test_a_stranger_is_told_so(capfd: Capture, data: Path) -> None:
    Register(data).put("bert", Entry("another model", Person(1.18)))
    done = run(capfd, "replay", "--person", "bert", RECORDINGS / "stop.flite-slt.ogg", "--quiet")
    explained(done, 0, "bert was enrolled with another model", "enrol bert")


def test_the_doctor_tells_of_a_stranger(capfd: Capture, data: Path) -> None:
    Register(data).put("bert", Entry("another model", Person(1.18)))
    findings = json.loads(run(capfd, "doctor", "--person", "bert", "--json").out)["findings"]
    (person,) = [finding for finding in findings if finding["what"] == "person"]
    assert person["verdict"] == "doubtful"
    assert "enrol bert" in person["remedy"]


def test_an_empty_name_is_nobodys(capfd: Capture, data: Path) -> None:
    """As of an unset variable: it was whoever is called "me"."""
    Register(data).put("me", Entry("m"))
    explained(run(capfd, "enrol", "", "--forget"), 10, '"" cannot be a person\'s name')
    assert Register(data).names() == ("me",)


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


def test_what_is_learnt_has_a_place_before_anybody_is_asked(
    capfd: Capture, tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "file").touch()
    settings = tmp_path / "settings.toml"
    settings.write_text(f'people = "{tmp_path}/file/people"\n', encoding="utf-8")
    for given in ((), ("--from", folder)):
        done = run(capfd, "enrol", "anna", "--settings", settings, *given)
        explained(done, 8, f"cannot be kept in {tmp_path}/file/people")
        assert "Ctrl-C" not in done.out


def test_after_ctrl_c_nothing_is_kept_and_nothing_else_is_said(
    capfd: Capture, data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("skill.cli.enrol.learn", learn)
    done = run(capfd, "enrol", "anna", "--from", folder)
    assert done.code == 130
    assert done.err.strip() == "roller-coach: interrupted. Nothing is kept."
    assert not list(data.iterdir())


def test_a_model_that_is_none(capfd: Capture, data: Path, folder: Path) -> None:
    explained(run(capfd, "enrol", "--from", folder, "--model", folder), 5, "no complete Vosk model")
    assert not data.exists()


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("option", ["--keep", "--from"])
def test_learning_and_forgetting_at_once(capfd: Capture, folder: Path, option: str) -> None:
    given = [option, folder] if option == "--from" else [option]
    explained(run(capfd, "enrol", "anna", "--forget", *given), 10, "--forget deletes everything")
