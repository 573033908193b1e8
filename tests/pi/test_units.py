"""The unit files, judged by systemd itself; the installer's rehearsal."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PI = CHECKOUT / "scripts" / "pi"
UNITS = sorted(PI.glob("*.service"))
WANTED = 3.0
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@needs_systemd
@pytest.mark.parametrize(
    "unit", [*UNITS, "with pins"], ids=lambda unit: getattr(unit, "name", unit)
)
def test_exposure_is_low(unit: Path | str, tmp_path: Path) -> None:
    if isinstance(unit, str):
        both = [(PI / name).read_text() for name in ("roller-coach.service", "gpio.conf")]
        unit = tmp_path / "pins.service"
        unit.write_text("\n".join(both))
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    score = re.search(r"exposure level for \S+: ([0-9.]+)", told.stdout)
    if score is None:
        pytest.skip(f"this systemd cannot judge files: {told.stderr}")
    assert float(score[1]) <= WANTED


@needs_systemd
def test_systemd_has_nothing_to_say_about_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        # The programs are there after an installation only.
        text = unit.read_text(encoding="utf-8")
        text = text.replace("/opt/roller-coach/venv/bin/python", "/bin/true")
        text = re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in told.stderr.splitlines() if "roller-coach" in line]
    assert about_ours == []
    assert told.returncode == 0


def test_a_sound_card_plugged_in_starts_a_coach_that_has_just_given_up() -> None:
    """systemd starts nothing again that has reached its start limit, unless that is forgotten."""
    assert "StartLimitBurst=" in (PI / "roller-coach.service").read_text(encoding="utf-8")
    text = (PI / "70-roller-coach.rules").read_text(encoding="utf-8")
    [rule] = [line for line in text.splitlines() if not line.startswith("#")]
    assert 'ENV{SYSTEMD_WANTS}+="roller-coach.service"' in rule
    assert 'RUN+="/bin/systemctl reset-failed roller-coach.service"' in rule


@pytest.mark.parametrize("works", ["say ", "--settings /dev/null ", "--voice espeak ", "nothing"])
def test_why_it_gave_up_is_said_even_by_a_coach_whose_settings_have_a_mistake(
    tmp_path: Path, works: str
) -> None:
    """`say` reads the settings as well, and was silent over the same mistake."""
    python, told = tmp_path / "python", tmp_path / "told"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in *"{works or "say "}"T*) ;; *) exit 10 ;; esac\n'
        f'echo "$*" >>"{told}"\n'
    )
    python.chmod(0o755)
    script = (PI / "trouble").read_text().replace("/opt/roller-coach/venv/bin/python", str(python))
    done = subprocess.run(
        ["sh", "-c", script],
        env={"MONITOR_SERVICE_RESULT": "exit-code", "MONITOR_EXIT_STATUS": "10"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "There is a mistake in my settings" in done.stdout
    assert ("could not be said aloud" in done.stdout) == (works == "nothing")
    if works != "nothing":
        assert told.read_text().count("There is a mistake in my settings") == 1


def test_a_rehearsed_installation_says_what_and_does_nothing() -> None:
    told = subprocess.run(
        [CHECKOUT / "scripts" / "install-pi", "--dry-run"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    lines = told.stderr.splitlines()
    assert any("would put it in place: /opt/roller-coach " in line for line in lines)
    assert all(line.startswith("setup: ") for line in lines)
    assert not Path("/opt/roller-coach.new").exists()


def test_the_installer_refuses_what_it_does_not_know() -> None:
    told = subprocess.run(
        [CHECKOUT / "scripts" / "install-pi", "--force"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert "--force" in told.stderr
    assert "Traceback" not in told.stderr
