"""`doctor` on a machine without sound, with only a speaker, and with virtual devices."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skill.checkup.finding import Finding, Verdict
from skill.cli.doctor import _sound
from skill.settings import Settings
from tests.support.pulse import ONLY_SPEAKER, WIRE_RATE, Pulse, running_pulseaudio
from tests.support.servers import wanted
from tests.support.shell import run

Capture = pytest.CaptureFixture[str]
NOISE = np.tile(np.random.default_rng(1).normal(0, 30, WIRE_RATE).astype(np.int16), 180)
no_cards = pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has sound cards")


@pytest.fixture
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


def pactl(pulse: Pulse, *order: str) -> str:
    done = subprocess.run(
        ["pactl", *order], env=pulse.env, check=True, capture_output=True, text=True
    )
    return done.stdout


def examined(*args: str, **env: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Exit code and findings, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "skill", "doctor", "--json", "--voice", "espeak", *args],
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["well"] == (done.returncode == 0)
    return done.returncode, {found["what"]: found for found in result["findings"]}


# Most examinations are without a model: to try ears takes longer than all the rest.


def wrong(findings: dict[str, dict[str, str]]) -> set[str]:
    for finding in findings.values():
        assert bool(finding["remedy"]) == (finding["verdict"] in {"doubtful", "wrong"}), finding
    return {name for name, finding in findings.items() if finding["verdict"] == "wrong"}


@no_cards
def test_without_any_sound(tmp_path: Path) -> None:
    code, findings = examined("--model", str(tmp_path), PULSE_SERVER="unix:/nowhere")
    assert code == 1
    assert wrong(findings) == {"microphone", "speaker", "model"}
    assert findings["sound server"]["verdict"] == "unknown"
    assert findings["lines"]["verdict"] == "doubtful", "they are not ready, which is no fault"
    assert findings["microphone"]["remedy"] == "Plug one in, then start again."


def test_what_the_settings_ask_for_and_cannot_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    """`run` refused to begin, and of that `doctor` found nothing."""
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    monkeypatch.setitem(sys.modules, "gpiozero", None)
    settings = tmp_path / "settings.toml"
    settings.write_text('mqtt = "mqtt://host:99999"\nled_pin = 27\n')
    chosen = ("--settings", settings, "--model", tmp_path, "--voice", "espeak")
    done = run(capfd, "doctor", "--json", *chosen)
    assert done.code == 1
    findings = {found["what"]: found for found in json.loads(done.out)["findings"]}
    assert {"mqtt", "pins"} <= wrong(findings)
    assert "roller-coach[gpio]" in findings["pins"]["remedy"]
    settings.write_text('mqtt = "host"\n')
    done = run(capfd, "doctor", "--json", *chosen)
    findings = {found["what"]: found for found in json.loads(done.out)["findings"]}
    assert findings["mqtt"]["verdict"] == "fine"
    assert "pins" not in findings


@pytest.mark.device
def test_with_only_a_speaker(pulse: Pulse, tmp_path: Path) -> None:
    config = tmp_path / "asound.conf"
    config.write_text(ONLY_SPEAKER)
    code, findings = examined("--model", str(tmp_path), ALSA_CONFIG_PATH=str(config))
    assert (code, wrong(findings)) == (1, {"microphone", "model"})
    assert findings["microphone"]["fact"] == "There is no microphone."
    assert findings["speaker rate"]["verdict"] == "fine"

    # The same at a sound server, which takes what the speaker plays for a microphone.
    modules = pactl(pulse, "list", "short", "modules").splitlines()
    (mic,) = [line for line in modules if "sink_name=mic" in line]
    pactl(pulse, "unload-module", mic.split("\t")[0])
    found = list(_sound(Settings()))
    assert [f.what for f in found if f.verdict is Verdict.WRONG] == ["microphone"]
    assert "would record what the speaker plays" in found[3].fact


def heard(settings: Settings | None = None) -> dict[str, Finding]:
    """What is found of the microphone, in this process."""
    found = islice(_sound(settings or Settings()), 3, None)
    return {f.what: f for f in takewhile(lambda f: f.what.startswith("microphone"), found)}


@pytest.mark.long
@pytest.mark.device
def test_with_virtual_devices_all_is_well_and_a_muted_or_dead_microphone_is_not(
    pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skill.checkup.sound.SETTLE_S", 0.2)
    monkeypatch.setattr("skill.checkup.sound.MEASURE_S", 0.7)
    with pulse.playing_into_microphone(NOISE):
        code, findings = examined()
        assert (code, wrong(findings)) == (0, set())
        assert findings["sound server"]["fact"].casefold().startswith("pulseaudio ")
        assert findings["microphone rate"]["fact"].endswith("% of 44100 Hz")
        assert "peaks at -" in findings["microphone level"]["fact"]
        pactl(pulse, "set-source-mute", "mic.monitor", "1")
        muted = heard()["microphone"]
        assert "is muted" in muted.fact
        assert "pactl set-source-mute" in muted.remedy
        chosen = heard(Settings(microphone=("mic.monitor",)))["microphone"]
        assert "is muted" in chosen.fact
        assert "pactl set-source-mute mic.monitor 0" in chosen.remedy
        pactl(pulse, "set-source-mute", "mic.monitor", "0")
        missing = heard(Settings(microphone=("Blue Yeti",)))["microphone"]
        assert 'No microphone has "Blue Yeti"' in missing.fact
        spare = heard(Settings(microphone=("mic.monitor",), microphone_channel=1))
        assert "peaks at -" in spare["microphone level"].fact
        lacking = heard(Settings(microphone=("mic.monitor",), microphone_channel=5))["microphone"]
        assert "has no channel 5" in lacking.fact
    silent = heard()
    assert silent["microphone rate"].verdict is Verdict.FINE
    assert silent["microphone level"].verdict is Verdict.WRONG
    if wanted() == "pulseaudio":  # PipeWire wakes what is suspended by itself
        pulse.suspend_microphone(True)
        assert heard()["microphone rate"].fact == "nothing is delivered"


@pytest.mark.long
def test_settings_models_voices_and_lines_that_are_wrong(
    tmp_path: Path, checkout: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skill.cli.doctor._sound", lambda _settings: iter(()))
    broken = tmp_path / "settings.toml"
    broken.write_text("microfone = 3")
    wordless = tmp_path / "wordless.toml"
    wordless.write_text(f'words = "{tmp_path}/no-words.yaml"')
    model = tmp_path / "ears"
    shutil.copytree(checkout / "models" / "ears-en", model)
    with (model / "graph" / "Gr.fst").open("r+b") as file:
        file.truncate(1000)
    done = run(capfd, "doctor", "--settings", broken, "--voice", "espeak", "--model", model)
    assert done.code == 1
    assert "microfone" in done.out
    done = run(capfd, "doctor", "--settings", wordless, "--voice", "espeak")
    assert done.code == 1
    assert "no-words.yaml" in done.out
    choices = ("--model", model, "--voice", "nobody", "--routine", tmp_path / "none.yaml")
    done = run(capfd, "doctor", *choices)
    assert done.code == 1
    assert "Gr.fst is damaged or cut short" in done.out
    assert '"nobody" is no voice' in done.out
    assert "none.yaml" in done.out
    assert done.out.count("✗") == 3, "what only follows from these is not counted"
    voice = tmp_path / "voice"
    shutil.copytree(checkout / "models" / "voice-en", voice)
    next(iter((voice / "lines").glob("*.ogg"))).write_bytes(b"OggS")
    done = run(capfd, "doctor", "--voice", voice / "kathleen.onnx")
    assert done.code == 0, done.out
    assert "! lines" in done.out
    assert "is damaged or missing" in done.out
    (voice / "kathleen.onnx").write_bytes(b"no voice")
    done = run(capfd, "doctor", "--voice", voice / "kathleen.onnx", "--model", model)
    assert done.code == 1
    assert "✗ voice" in done.out
