"""No option destroys what is read, and none is silently left out."""

import shutil
from pathlib import Path

import pytest
import soundfile

from skill.settings import DEMO, Settings
from tests.support.shell import Done, run

Capture = pytest.CaptureFixture[str]
JOURNAL = '{"journal": 1}\n{"at": 0, "event": "Started", "bookmark": null}\n'


def refused(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert all(word in done.err for word in words), done.err


@pytest.mark.parametrize("option", ["--write-audio", "--journal"])
def test_a_recording_is_not_written_over(capfd: Capture, tmp_path: Path, option: str) -> None:
    recording = tmp_path / "same.wav"
    shutil.copy(DEMO, recording)
    done = run(capfd, "replay", recording, option, tmp_path / "." / "same.wav")
    refused(done, 8, "same.wav is read here", option)
    assert recording.read_bytes() == DEMO.read_bytes()


@pytest.mark.parametrize("option", ["--write-audio", "--write-labels", "--journal"])
def test_a_script_is_not_written_over(capfd: Capture, tmp_path: Path, option: str) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("lines:\n  - {say: stop}\n", encoding="utf-8")
    refused(run(capfd, "rehearse", script, option, script), 8, "script.yaml is read here", option)
    assert script.read_text(encoding="utf-8").startswith("lines:")


def test_a_manifest_is_not_written_over(capfd: Capture, tmp_path: Path) -> None:
    manifest = tmp_path / "m.tsv"
    manifest.write_text("path\ttext\n", encoding="utf-8")
    refused(run(capfd, "evaluate", manifest, "--html", manifest), 8, "m.tsv is read here")
    assert manifest.read_text(encoding="utf-8").startswith("path")


@pytest.mark.parametrize("option", ["--settings", "--routine", "--phrases", "--commands"])
def test_what_the_coach_works_from_is_not_written_over(
    capfd: Capture, tmp_path: Path, option: str
) -> None:
    own = tmp_path / "own"
    name = option.removeprefix("--")
    own.write_bytes(b"" if name == "settings" else getattr(Settings(), name).read_bytes())
    before = own.read_bytes()
    refused(run(capfd, "replay", DEMO, option, own, "--journal", own), 8, "own is read here")
    assert own.read_bytes() == before


@pytest.mark.parametrize("service", [[], ["--service"]])
@pytest.mark.parametrize("option", ["--settings", "--routine"])
def test_what_a_live_session_works_from_is_not_written_over(
    capfd: Capture, tmp_path: Path, option: str, service: list[str]
) -> None:
    own = tmp_path / "own.yaml"
    own.write_bytes(b"" if option == "--settings" else Settings().routine.read_bytes())
    before = own.read_bytes()
    done = run(capfd, "run", *service, option, own, "--journal", own)
    refused(done, 8, "own.yaml is read here", "--journal")
    assert own.read_bytes() == before


def test_nor_are_the_settings_that_nobody_named_and_the_words_that_they_name(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    words, settings = tmp_path / "words.yaml", tmp_path / "roller-coach/settings.toml"
    words.write_bytes(Settings().words.read_bytes())
    settings.parent.mkdir()
    settings.write_text(f'words = "{words}"\n', encoding="utf-8")
    for own in (words, settings):
        before = own.read_bytes()
        done = run(capfd, "replay", DEMO, "--journal", own)
        refused(done, 8, f"{own.name} is read here", "--journal")
        assert own.read_bytes() == before


def test_what_a_settings_file_names_is_not_written_over(capfd: Capture, tmp_path: Path) -> None:
    own, settings = tmp_path / "own.yaml", tmp_path / "settings.toml"
    own.write_bytes(Settings().routine.read_bytes())
    settings.write_text(f'routine = "{own}"\n', encoding="utf-8")
    done = run(capfd, "replay", DEMO, "--settings", settings, "--journal", own)
    refused(done, 8, "own.yaml is read here")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("--voice espeak v.onnx", "does not end in .html or .htm"),
        ("--voice v.onnx v.onnx", "is read here"),
        ("--settings v.onnx v.onnx", "is read here"),
    ],
)
def test_a_voice_is_not_written_over(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("v.onnx").write_bytes(b"")
    refused(run(capfd, "voice", "compare", *given.split()), 8, f"v.onnx {why}", "PAGE")
    assert not Path("v.onnx").read_bytes()


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_a_labelled_recording_is_not_written_over(
    capfd: Capture, tmp_path: Path, option: str
) -> None:
    recordings = [tmp_path / "same.wav", tmp_path / "link.html", tmp_path / "link.jsonl"]
    for recording in recordings:
        shutil.copy(DEMO, recording)
    manifest = tmp_path / "m.tsv"
    lines = ("path\ttext", *(f"{recording.name}\tstop" for recording in recordings))
    manifest.write_text("\n".join(lines), encoding="utf-8")
    done = run(capfd, "evaluate", manifest, option, recordings[0])
    refused(done, 8, "same.wav does not end in", option)
    listed = recordings[1 if option == "--html" else 2]
    refused(run(capfd, "evaluate", manifest, option, listed), 8, "is read here", option)
    assert all(recording.read_bytes() == DEMO.read_bytes() for recording in recordings)


def test_a_graded_recording_is_not_written_over(capfd: Capture, tmp_path: Path) -> None:
    recording = tmp_path / "same.wav"
    shutil.copy(DEMO, recording)
    done = run(capfd, "mic-test", "--recording", recording, "--save", recording)
    refused(done, 8, "same.wav is read here", "--save")
    assert recording.read_bytes() == DEMO.read_bytes()


def test_two_files_are_not_one(capfd: Capture, tmp_path: Path) -> None:
    one = tmp_path / "one"
    done = run(capfd, "replay", DEMO, "--journal", one, "--write-audio", one)
    refused(done, 8, "one is written by --write-audio")
    assert not one.exists()


@pytest.mark.parametrize("option", ["--write-audio", "--journal", "--channel"])
def test_a_journal_has_no_sound(capfd: Capture, tmp_path: Path, option: str) -> None:
    journal = tmp_path / "j.jsonl"
    journal.write_text(JOURNAL, encoding="utf-8")
    value = 0 if option == "--channel" else tmp_path / "new"
    refused(run(capfd, "replay", journal, option, value), 10, option, "journal")


@pytest.mark.parametrize("text", ["", '{"journal": 1}\n'])
def test_a_journal_in_which_nothing_happens(capfd: Capture, tmp_path: Path, text: str) -> None:
    journal = tmp_path / "j.jsonl"
    journal.write_text(text, encoding="utf-8")
    refused(run(capfd, "replay", journal), 8, "j.jsonl", "--journal")


def test_a_journal_and_what_was_expected(capfd: Capture, tmp_path: Path) -> None:
    journal, expected = tmp_path / "j.jsonl", tmp_path / "expected.txt"
    beginning, rate = soundfile.read(DEMO, frames=25 * soundfile.info(DEMO).samplerate)
    soundfile.write(tmp_path / "beginning.wav", beginning, rate)
    done = run(capfd, "replay", tmp_path / "beginning.wav", "--journal", journal, "--quiet")
    assert done.code == 0, done.err
    assert '"phrase": "next"' in journal.read_text()
    again = run(capfd, "replay", journal, "--json")
    assert (again.code, again.out) == (0, "".join(journal.read_text().splitlines(True)[1:]))
    expected.write_text("you: something else\n", encoding="utf-8")
    refused(run(capfd, "replay", journal, "--quiet", "--expect", expected), 1, "something else")


def test_what_is_never_said_because_the_session_has_ended(capfd: Capture, tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("lines:\n  - {say: goodbye}\n  - {say: next}\n", encoding="utf-8")
    done = run(capfd, "rehearse", script, "--quiet", "--write-labels", tmp_path / "labels")
    refused(done, 1, 'The moment to say "next" never came.')
    assert (tmp_path / "labels").read_text().count("\n") == 1
