"""Files that are no proper YAML are refused with their name and line."""

import pytest

from tests.content.files import Files, change, line_of


def test_a_missing_file(files: Files) -> None:
    files.phrases.unlink()
    assert files.only_mistake() == f"{files.phrases}: there is no such file; check the path."


def test_a_folder(files: Files) -> None:
    files.phrases.unlink()
    files.phrases.mkdir()
    assert f"{files.phrases}: the file cannot be read" in files.only_mistake()


def test_latin_1(files: Files) -> None:
    raw = files.phrases.read_bytes().replace(b"You are halfway", b"You are halfway, Ren\xe9")
    files.phrases.write_bytes(raw)
    line = raw.split(b"\xe9")[0].count(b"\n") + 1
    assert f"(line {line}): the text is not UTF-8" in files.only_mistake()


def test_a_byte_order_mark_is_welcome(files: Files) -> None:
    files.phrases.write_bytes(b"\xef\xbb\xbf" + files.phrases.read_bytes())
    files.load()


def test_a_huge_file(files: Files) -> None:
    files.routine.write_bytes(b"#" * 600 * 1024)
    assert "larger than 512 KiB" in files.only_mistake()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        ("a: [1", "not valid YAML"),
        ("a: 1\n\tb: 2", "not valid YAML"),
        ("a:\n- \x07b", "(line 2): the text has a control character, number 7"),
        ("a: &x 1\nb: *x", "anchors and aliases"),
        ("a: !!python/object:os.system x", "tags (!) are not read"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("[" * 5000 + "]" * 5000, "nested too deeply"),
        ("[1, 2]", "this must be a mapping, not a list"),
        ("just text", 'this must be a mapping, not "just text"'),
        ("? [1]\n: 2", "a list cannot be a name"),
    ],
)
def test_not_a_content_file(files: Files, text: str, problem: str) -> None:
    files.routine.write_text(text, encoding="utf-8")
    mistakes = files.mistakes()
    assert any(str(files.routine) in m and problem in m for m in mistakes), mistakes


def test_a_name_given_twice(files: Files) -> None:
    change(files.phrases, ("  halfway:", "  paused: We rest.\n  halfway:"))
    mistake = files.only_mistake()
    assert '"paused" is given twice' in mistake
    assert f"first in line {line_of(files.phrases, 'paused: We rest.')}" in mistake


def test_numbers_in_odd_notations_stay_text(files: Files) -> None:
    change(files.routine, ("seconds: 90", "seconds: 1:30"))
    assert 'must be a whole number, not "1:30"' in files.only_mistake()
