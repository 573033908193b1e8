"""Files that are no proper YAML are refused with their name and line."""

from pathlib import Path
from unicodedata import normalize

import pytest

from skill.content.load import load_content
from skill.errors import ContentError
from skill.languages import DATA, find_language
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


def test_letters_in_two_parts_are_letters(tmp_path: Path) -> None:
    german = find_language("de")
    originals = [DATA / name for name in (german.routine, german.phrases, german.commands)]
    copies = [tmp_path / f"{number}.yaml" for number in range(3)]
    for copy, original in zip(copies, originals, strict=True):
        text = original.read_text(encoding="utf-8")
        copy.write_text(normalize("NFD", text), encoding="utf-8")
    apart, whole = load_content(*copies), load_content(*originals)
    assert apart.vocabulary == whole.vocabulary
    assert (apart.routine, apart.phrases) == (whole.routine, whole.phrases)
    change(copies[0], ("- Leg", f"- Geh {normalize('NFD', 'zurück')}.\n          - Leg"))
    with pytest.raises(ContentError, match='holds the command "geh zurück"'):
        load_content(*copies)


def test_an_apostrophe_of_a_word_processor_is_one(files: Files) -> None:
    change(files.commands, ("let's (start|go)", "let\u2019s (start|go)"))
    change(files.routine, ("side to side]", "side to side, the cat\u2019s stretch]"))
    phrases = files.load().vocabulary.meanings
    assert {"let's go", "go to the cat's stretch"} <= phrases.keys()


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
        ("[" * 30 + "]" * 30, "nested too deeply"),
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
