"""`voice build` and `voices`, as somebody types them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skill.cli.compare import _lines
from skill.mouth import make_mouth
from skill.settings import Settings
from skill.speech.cache import CachedVoice
from skill.speech.espeak import EspeakVoice
from tests.support.shell import run
from tests.support.tiny_piper import write_voice

Capture = pytest.CaptureFixture[str]
SHORT = """
id: short
title: a short one
language: en
exercises:
  - id: one
    title: rolling along
    called: [rolling along]
    intro: [Lie down.]
    steps:
      - {id: a, title: lie down, full: [Lie down.], brief: [Lie.], more: [It is good.]}
"""


@pytest.fixture
def short(tmp_path: Path) -> Path:
    path = tmp_path / "short.yaml"
    path.write_text(SHORT, "utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(f'voice = "espeak"\ncache = "{tmp_path / "cache"}"\n', "utf-8")
    return path


def clips(tmp_path: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (tmp_path / "cache").glob("*.flac")}


def test_every_line_is_rendered_once_and_a_broken_build_goes_on(
    capfd: Capture, tmp_path: Path, short: Path, settings: Path
) -> None:
    build = ("voice", "build", "--settings", settings, "--routine", short, "--jobs", 1)
    done = run(capfd, *build)
    assert done.code == 0, done.err
    count = int(done.out.split()[0])
    made = clips(tmp_path)
    assert len(made) == count > 30
    lost = sorted(made)[:3]
    for name in lost:
        (tmp_path / "cache" / name).unlink()
    (tmp_path / "cache" / sorted(made)[3]).write_bytes(b"fLaC")
    assert run(capfd, *build).out == done.out
    again = clips(tmp_path)
    assert again.keys() == made.keys()
    assert sum(again[name] == made[name] for name in made) >= count - 4
    slow = run(capfd, *build, "--pace", 80)
    assert slow.out.split()[0] == str(count)
    assert len(clips(tmp_path)) == 2 * count


@pytest.mark.parametrize(
    ("end", "code", "told"),
    [(signal.SIGINT, 130, "Everything up to here is kept"), (signal.SIGTERM, 143, "")],
)
def test_processes_share_the_work_and_are_interrupted_together(
    tmp_path: Path, settings: Path, homes: dict[str, str], *, end: int, code: int, told: str
) -> None:
    command = [sys.executable, "-m", "skill", "voice", "build", "--settings", str(settings)]
    running = subprocess.Popen(
        [*command, "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **homes},
    )
    began = time.monotonic()
    while len(clips(tmp_path)) < 5 and running.poll() is None and time.monotonic() - began < 50:
        time.sleep(0.01)
    os.killpg(running.pid, end)
    _, err = running.communicate(timeout=50)
    assert running.returncode == code, err
    assert told in err
    assert "Traceback" not in err
    assert "resource_tracker" not in err
    kept = list((tmp_path / "cache").glob("*"))
    assert 5 <= len(kept) < 380
    assert all(path.suffix == ".flac" for path in kept), "nothing half done"


def test_lines_are_written_to_ship_and_found_beside_the_voice(
    capfd: Capture, tmp_path: Path, short: Path
) -> None:
    model = write_voice(tmp_path, "mine")
    hurried = json.loads(Path(f"{model}.json").read_text("utf-8"))
    hurried["inference"]["length_scale"] = 0.3  # to write what lasts takes its time
    Path(f"{model}.json").write_text(json.dumps(hurried), "utf-8")
    done = run(
        capfd, "voice", "build", "--voice", model, "--routine", short,
        "--output", tmp_path / "lines", "--jobs", 1,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "MB" in done.out
    index = json.loads((tmp_path / "lines" / "lines.json").read_text("utf-8"))
    assert f"{len(index['lines'])} lines" in done.out
    mouth = make_mouth(Settings(voice=str(model)))
    assert mouth.ready is not None
    assert len(mouth.ready) == len(index["lines"])
    keep = mouth.cached(tmp_path / "empty")
    assert keep.holds("Lie down.", 100)
    assert not keep.holds("Lie up.", 100)


def test_what_cannot_be_said_is_told_and_the_rest_is_made(
    capfd: Capture, tmp_path: Path, short: Path, settings: Path
) -> None:
    short.write_text(SHORT.replace("It is good.", "日本語です."), "utf-8")
    done = run(capfd, "voice", "build", "--settings", settings, "--routine", short, "--jobs", 1)
    assert done.code == 6
    assert "1 of" in done.err
    assert CachedVoice(EspeakVoice(), tmp_path / "cache").holds("Lie.", 100)


def test_a_cache_that_cannot_be_written_is_told(
    capfd: Capture, tmp_path: Path, short: Path, settings: Path
) -> None:
    (tmp_path / "cache").write_text("in the way")
    done = run(capfd, "voice", "build", "--settings", settings, "--routine", short, "--jobs", 1)
    assert done.code == 8
    assert str(tmp_path / "cache") in done.err


def test_voices_are_listed_installed_and_used_by_name(capfd: Capture, tmp_path: Path) -> None:
    listed = run(capfd, "voices", "list")
    assert "en_US-ljspeech-medium" in listed.out
    assert "LicenseRef-PublicDomain" in listed.out, "nothing is cut off at 80 columns"
    assert "md5" in listed.out
    missing = run(capfd, "voices", "path", "en_GB-alba-medium")
    assert missing.code == 6
    assert "voices get en_GB-alba-medium" in missing.err
    model = write_voice(tmp_path, "en_US-tiny-low")
    size, small = (path.stat().st_size for path in (model, Path(f"{model}.json")))
    manifest = tmp_path / "voices.yaml"
    manifest.write_text(
        "voices:\n  - {name: en_US-tiny-low, kind: piper, title: Tiny, language: en-US,\n"
        "     licence: MIT, tried: true,\n"
        f"     model: {{url: 'https://a.invalid/a.onnx', size: {size}, sha256: null}},\n"
        f"     config: {{url: 'https://a.invalid/a.json', size: {small}, sha256: null}}}}\n",
        "utf-8",
    )
    done = run(capfd, "voices", "get", "en_US-tiny-low", "--manifest", manifest, "--from", model)
    assert done.code == 0, done.err
    again = run(capfd, "voices", "get", "en_US-tiny-low", "--manifest", manifest, "--from", model)
    assert f"{model} was not read" in again.err
    where = run(capfd, "voices", "path", "en_US-tiny-low", "--manifest", manifest).out.strip()
    assert Path(where).read_bytes() == model.read_bytes()
    assert "size only" in run(capfd, "voices", "list", "--manifest", manifest).out
    made = run(capfd, "say", "Left.", "--voice", "en_US-tiny-low", "--output", tmp_path / "a.wav")
    assert made.code == 0, made.err
    assert (tmp_path / "a.wav").stat().st_size > 5_000


def test_voices_are_compared_in_their_own_language() -> None:
    assert _lines(Settings())[0].startswith("Hello.")
    german = _lines(Settings(language="de"))
    assert german[0] == "Hallo, ich bin dein Rollen-Coach."
    assert len(german) >= 5
