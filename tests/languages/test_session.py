"""A whole session in German: both exercises, ten steps, real ears, a real voice."""

from pathlib import Path

import pytest
import yaml

from skill.core.messages import Remember
from skill.journal import read_journal
from skill.settings import Settings
from tests.support.shell import run

DEMO = Settings(language="de").demo


@pytest.mark.long
def test_the_recorded_session_goes_as_written_and_every_command_is_heard(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    journal = tmp_path / "journal.jsonl"
    done = run(
        capfd, "replay", DEMO, "--language", "de", "--quiet", "--journal", journal,
        "--expect", DEMO.with_suffix(".txt"),
    )  # fmt: skip
    assert done.code == 0, done.err
    script = yaml.safe_load(DEMO.with_suffix(".yaml").read_text(encoding="utf-8"))
    dialogue = DEMO.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert [line["say"] for line in script["lines"]] == [
        line.removeprefix("you: ") for line in dialogue if line.startswith("you: ")
    ]
    marks = [
        entry.message.bookmark
        for entry in read_journal(journal)[1]
        if isinstance(entry.message, Remember)
    ]
    steps = [(mark.exercise, mark.step) for mark in marks if mark is not None]
    assert len(dict.fromkeys(steps)) == 10


def test_it_is_small_enough_to_ship() -> None:
    assert DEMO.stat().st_size < 400_000
