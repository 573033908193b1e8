"""The words of the OpenVoiceOS skill are those of our own files."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def check() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/ovos/words.py", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_they_are_current() -> None:
    checked = check()
    assert checked.stdout == "current\n", "run: python scripts/ovos/words.py"
    assert checked.returncode == 0


def test_names_are_lower_case_with_underscores() -> None:
    folder = ROOT / "skill/assistants/ovos/locale/en-US"
    names = [path.name for path in folder.iterdir()]
    assert "start_rolling.intent" in names
    assert all(name == name.lower() and name.replace(".", "_").isidentifier() for name in names)
    for path in folder.iterdir():
        if path.suffix != ".json":
            assert "{{" not in path.read_text(encoding="utf-8"), path


def test_no_word_of_everyday_talk_starts_a_session() -> None:
    intent = ROOT / "skill/assistants/ovos/locale/en-US/start_rolling.intent"
    phrases = intent.read_text(encoding="utf-8").splitlines()
    assert "start rolling" in phrases
    assert not {"start", "ready", "wake up", "side to side", "let's go"} & set(phrases)
