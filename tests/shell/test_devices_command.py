"""`roller-coach devices`, with PulseAudio and without any sound at all."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pulse import running_pulseaudio
from tests.support.servers import wanted
from tests.support.shell import run

Capture = pytest.CaptureFixture[str]


def devices(env: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "skill", "devices", *args],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.device
def test_devices_have_peoples_names_and_the_chosen_ones_an_arrow() -> None:
    with running_pulseaudio() as pulse:
        subprocess.run(
            ["pactl", "load-module", "module-remap-source", "master=mic.monitor",
             "source_name=usb-1234", "source_properties=device.description=Blue_Yeti"],
            env=pulse.env, check=True,
        )  # fmt: skip
        shown = devices(pulse.env, "--microphone", "snowball,yeti,default")
        lines = devices(pulse.env, "--json").stdout.splitlines()
        wrong = devices(pulse.env, "--speaker", "jabra")
    assert shown.returncode == 0
    assert " → Blue_Yeti (" in shown.stdout
    speaker = "Null Output" if wanted() == "pulseaudio" else "speaker Audio/Sink sink"
    assert f"the system's choice, now {speaker}" in shown.stdout
    assert "auto_null.monitor" not in shown.stdout
    chosen = [line for line in map(json.loads, lines) if line["chosen"]]
    assert [(line["direction"], line["name"]) for line in chosen] == [
        ("microphone", "default"),
        ("speaker", "default"),
    ]
    assert wrong.returncode == 7
    assert 'No speaker has "jabra" in its name. These are there: ' in wrong.stderr
    assert speaker in wrong.stderr


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has sound cards")
def test_a_name_that_is_no_utf_8_does_not_hide_the_other_devices(tmp_path: Path) -> None:
    config = tmp_path / "asound.conf"
    shown = 'type null hint { show on description "one" }'
    config.write_bytes(
        f'pcm.!default {{ {shown} }}\npcm."f\xfcr" {{ {shown} }}\n'.encode("latin-1")
    )
    quiet = {"PULSE_SERVER": "unix:/nowhere", "ALSA_CONFIG_PATH": str(config)}
    done = devices(os.environ | quiet)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(" → default (") == 2


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has sound cards")
def test_a_machine_without_sound_has_none_of_either() -> None:
    done = devices(os.environ | {"PULSE_SERVER": "unix:/nowhere"})
    assert done.stdout == "Microphones\n   none\nSpeakers\n   none\n"
    assert done.returncode == 7
    assert "There is no microphone." in done.stderr
    as_json = devices(os.environ | {"PULSE_SERVER": "unix:/nowhere"}, "--json")
    assert (as_json.returncode, as_json.stdout) == (7, ""), "a line for each device: none"


@pytest.mark.parametrize("command", ["devices", "enrol"])
def test_json_is_explained_where_it_is_no_journal(capfd: Capture, command: str) -> None:
    shown = run(capfd, command, "--help").out
    assert "JSON" in shown
    assert "journal" not in shown
