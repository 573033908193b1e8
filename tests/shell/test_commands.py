"""The smaller commands, and the documents that are made from them."""

import json
import runpy
import signal
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from skill.app import App
from skill.errors import RecordingError
from skill.settings import Settings
from tests.support.shell import run

Capture = pytest.CaptureFixture[str]


def test_the_built_in_content_has_no_mistakes(capfd: Capture) -> None:
    done = run(capfd, "check")
    assert done.code == 0, done.err
    assert "2 exercises, 10 steps" in done.out


def test_a_routine_of_ones_own_runs(capfd: Capture, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    text = Settings().routine.read_text(encoding="utf-8")
    mine.write_text(text.replace("title: the spine release", "title: my routine"), "utf-8")
    assert run(capfd, "check", "--routine", mine).code == 0


def test_drawings_beside_a_routine_are_looked_at(capfd: Capture, tmp_path: Path) -> None:
    mine, drawings = tmp_path / "mine.yaml", tmp_path / "back"
    mine.write_bytes(Settings().routine.read_bytes())
    drawings.mkdir()
    svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    (drawings / "horizontal.lie.svg").write_text(svg)
    assert run(capfd, "check", "--routine", mine).code == 0
    (drawings / "horizontal-arms.svg").write_text(svg)
    done = run(capfd, "check", "--routine", mine)
    assert done.code == 3
    assert "horizontal-arms.svg: this is the drawing of no step" in done.err
    assert 'did you mean "horizontal.arms"?' in done.err
    (drawings / "horizontal.feet.svg").write_text("<svg>")
    assert "horizontal.feet.svg cannot be shown" in run(capfd, "check", "--routine", mine).err


def test_the_benchmark_plays_the_languages_own_session(
    capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def replay(_app: App, recording: Path) -> None:
        asked.append(recording)
        raise RecordingError("That is all.", "Play it.")

    monkeypatch.setattr(App, "replay", replay)
    assert run(capfd, "benchmark", "--once", "--language", "de").code == 4
    assert run(capfd, "benchmark", "--ready", "--language", "de").code == 4
    assert [path.name for path in asked] == ["demo.de.ogg", "demo.de.ogg"]


def test_the_readme_has_the_current_table_and_dialogue(checkout: Path) -> None:
    script = runpy.run_path(str(checkout / "scripts" / "readme.py"))
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    assert readme == script["current"](readme), "run scripts/readme.py"


@pytest.mark.parametrize(
    ("order", "defaults"),
    [
        (["run"], ("127.0.0.1", "8470")),
        (["history", "show"], ("14",)),
        (["history", "picture"], ("28",)),
    ],
)
def test_help_names_the_defaults(capfd: Capture, order: list[str], defaults: Sequence[str]) -> None:
    told = " ".join(run(capfd, *order, "--help").out.split())
    for default in defaults:
        assert f"[default: {default}" in told


def test_the_table_is_printed(capfd: Capture, checkout: Path) -> None:
    done = run(capfd, "table")
    assert "| **ouch** | off the roller |" in done.out
    assert done.out.strip() in (checkout / "README.md").read_text(encoding="utf-8")


def test_schemas_are_written(capfd: Capture, tmp_path: Path) -> None:
    assert run(capfd, "schema", tmp_path / "new").code == 0
    schema = json.loads((tmp_path / "new" / "routine.json").read_text(encoding="utf-8"))
    assert schema["additionalProperties"] is False


def test_models_are_listed_and_missing_ones_explained(capfd: Capture) -> None:
    listed = run(capfd, "models", "list")
    assert "vosk-model-small-en-us-0.15" in listed.out
    done = run(capfd, "models", "path", "vosk-model-small-de-0.15")
    assert done.code == 5
    assert "models get vosk-model-small-de-0.15" in done.err


def test_a_model_is_installed_from_a_folder_and_used_by_name(
    capfd: Capture, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(
        "models:\n  - {name: tiny, kind: vosk, title: Tiny, language: en, licence: MIT,\n"
        "     url: 'https://example.invalid/tiny.zip', size: 1, sha256: null}\n",
        encoding="utf-8",
    )
    folder = Settings().model
    done = run(capfd, "models", "get", "tiny", "--manifest", manifest, "--from", folder)
    assert done.code == 0, done.err
    assert "already" not in done.err
    again = run(capfd, "models", "get", "tiny", "--manifest", manifest, "--from", tmp_path)
    assert again.code == 0, again.err
    assert f"tiny was installed already, and is whole; {tmp_path} was not read." in again.err
    assert run(capfd, "models", "path", "tiny", "--manifest", manifest).code == 0
    assert "known to tiny" in run(capfd, "check", "--model", "tiny").out


def test_an_installation_that_is_ended_gives_the_terminal_back(
    capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cursor was gone."""

    def install(*_: object) -> None:
        signal.raise_signal(signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, lambda *_: None)
    monkeypatch.setattr("skill.cli.models.install", install)
    monkeypatch.setattr("skill.cli.voices.install_voice", install)
    try:
        for kind, name in (("models", "vosk-model-small-de-0.15"), ("voices", "en_GB-alba-medium")):
            assert run(capfd, kind, "get", name).code == 128 + signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, before)


def test_without_a_network_one_sentence_says_how_to_go_on(capfd: Capture, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(
        "models:\n  - {name: far, kind: vosk, title: Far, language: en, licence: MIT,\n"
        "     url: 'https://host.invalid/far.zip', size: 1, sha256: null}\n",
        encoding="utf-8",
    )
    done = run(capfd, "models", "get", "far", "--manifest", manifest)
    assert done.code == 9
    assert "Cannot reach host.invalid" in done.err
    assert "--from" in done.err


@pytest.mark.parametrize(("fresh", "wanted"), [([], ["where it was"]), (["--fresh"], [None])])
def test_a_service_begins_anew_if_it_is_told_to(
    capfd: Capture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fresh: list[str],
    wanted: list[str | None],
) -> None:
    began_with: list[str | None] = []

    class Coach:
        def run(self, bookmark: str | None) -> None:
            began_with.append(bookmark)
            raise KeyboardInterrupt

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(App, "bookmark", lambda _app: "where it was")
    monkeypatch.setattr("skill.cli.service.live", lambda _app, **_options: nullcontext(Coach()))
    assert run(capfd, "run", "--service", *fresh).code == 130
    assert began_with == wanted


def test_help_names_every_command(capfd: Capture) -> None:
    done = run(capfd, "--help")
    for name in ("run", "replay", "rehearse", "check", "table", "models", "benchmark"):
        assert name in done.out


def test_one_is_one(capfd: Capture, tmp_path: Path) -> None:
    """It was "the last 1 minutes of a session"."""
    file = tmp_path / "settings.toml"
    file.write_text(f'keep_minutes = 1\nstate = "{tmp_path}"\n')
    done = run(capfd, "recordings", "list", "--settings", file)
    assert "the last 1 minute of a session" in done.out
