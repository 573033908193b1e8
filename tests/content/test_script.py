"""Mistakes in a rehearsal's script."""

from pathlib import Path

import pytest

from skill.content.load import load_content
from skill.content.script import read_script
from skill.errors import ContentError

VOCABULARY = load_content().vocabulary


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("{say: next, whn: rolling}", 'field whn (line 2): unknown name; did you mean "when"?'),
        (
            "{say: next, second: 5}",
            "field second (line 2): unknown name; "
            "remove it or use one of say, when, after_ms, voice.",
        ),
        (
            "{say: next, when: rollin}",
            "field when (line 2): this must be 'silent', 'speaking' or 'rolling', "
            'not "rollin"; write one of these.',
        ),
    ],
)
def test_a_mistake_names_what_a_line_may_have(tmp_path: Path, line: str, mistake: str) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(f"lines:\n  - {line}\n", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_script(path, VOCABULARY)
    assert f"{path}, sentence 1, {mistake}" in str(caught.value)


def test_a_command_is_one_however_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text('lines:\n  - {say: "Start  rolling!"}\n  - {say: "Well, well."}\n', "utf-8")
    assert [line.text for line in read_script(path, VOCABULARY).lines] == [
        "start rolling", "Well, well."
    ]  # fmt: skip
