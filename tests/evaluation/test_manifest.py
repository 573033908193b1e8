"""Manifests: what is read, and what is said of mistakes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.core.vocabulary import Command, Meaning, Vocabulary
from skill.errors import ContentError
from skill.evaluation.labels import label, labels, with_words
from skill.evaluation.manifest import COLUMNS, read_manifest
from tests.evaluation.clips import TITLE, hiss, manifest, sound

VOCABULARY = Vocabulary(
    {"next": Meaning(Command.NEXT), "start rolling": Meaning(Command.START)}, ("up", "neck")
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sound(tmp_path / "a.wav", hiss(100, 1))
    return tmp_path


def mistakes(path: Path) -> tuple[str, ...]:
    with pytest.raises(ContentError) as error:
        read_manifest(path, VOCABULARY)
    for mistake in error.value.mistakes:
        assert mistake.startswith(str(path))
        assert mistake.endswith((".", "?"))
    return error.value.mistakes


def test_a_whole_row(folder: Path) -> None:
    title = "\t".join(COLUMNS)
    row = "a.wav\tNext!\tann\tword\twomen\t0.1\t0.9\t0.7\t\tyes"
    (clip,) = read_manifest(manifest(folder, row, "", title=title), VOCABULARY)
    assert (clip.name, clip.path) == ("a.wav", folder / "a.wav")
    assert (clip.text, clip.speaker, clip.kind, clip.group) == ("next", "ann", "word", "women")
    assert (clip.start_s, clip.end_s, clip.end_of_speech_s) == (0.1, 0.9, 0.7)
    assert (clip.expected, clip.synthetic) == ("next", True)


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("start rolling", "", "start"),
        ("Start rolling.", "", "start"),
        ("the next day", "", ""),
        ("", "", ""),
        ("neck", "", ""),
        ("next", "-", ""),
        ("und weiter", "next", "next"),
    ],
)
def test_what_is_expected_comes_from_the_text_unless_it_is_given(
    folder: Path, text: str, given: str, expected: str
) -> None:
    path = manifest(folder, f"a.wav\t{text}\t{given}", title="path\ttext\texpected")
    assert read_manifest(path, VOCABULARY)[0].expected == expected


def test_windows_line_ends_and_a_byte_order_mark(folder: Path) -> None:
    path = folder / "w.tsv"
    path.write_bytes("\ufeffpath\ttext\r\na.wav\tnext\r\n".encode())
    assert read_manifest(path, VOCABULARY)[0].expected == "next"


def test_paths_may_be_relative_to_another_folder(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = manifest(elsewhere, "a.wav\tnext\t\t")
    assert "there is no recording" in mistakes(path)[0]
    assert read_manifest(path, VOCABULARY, folder)[0].path == folder / "a.wav"


@pytest.mark.parametrize(
    ("title", "row", "line", "said"),
    [
        ("path\ttext\tspeeker", "a.wav\tnext\tann", 1, 'did you mean "speaker"?'),
        ("path\ttext\tzzz", "a.wav\tnext\tann", 1, "there are path, text"),
        ("path\tkind", "a.wav\tword", 1, '"text" is missing'),
        ("path\ttext\ttext", "a.wav\tnext\tnext", 1, "twice"),
        ("", "", 1, "name the columns"),
        ("path,text", "a.wav,next", 1, "no tab in it"),
        (TITLE, "a.wav\tnext", 2, "2 values for 4 columns"),
        (TITLE, "b.wav\tnext\t\t", 2, "b.wav"),
        (TITLE, "\tnext\t\t", 2, "no recording"),
        (TITLE, f"{'word ' * 80}\tnext\t\t", 2, "no recording"),
        ("path\ttext\tstart_s", "a.wav\tnext\tsoon", 2, 'start_s is "soon"'),
        ("path\ttext\tstart_s", "a.wav\tnext\t-1", 2, 'start_s is "-1"'),
        ("path\ttext\tstart_s", "a.wav\tnext\tnan", 2, 'start_s is "nan"'),
        ("path\ttext\tstart_s\tend_s", "a.wav\tnext\t2\t1", 2, "before it begins"),
        ("path\ttext\tstart_s\tend_of_speech_s", "a.wav\tnext\t2\t1", 2, "end_of_speech_s"),
        ("path\ttext\tend_s\tend_of_speech_s", "a.wav\tnext\t1\t1.2", 2, "after the clip"),
        ("path\ttext\tsynthetic", "a.wav\tnext\tmaybe", 2, "yes or no"),
        ("path\ttext\texpected", "a.wav\tnext\tnxt", 2, 'did you mean "next"?'),
        ("path\ttext\texpected", "a.wav\tnext\tstop", 2, "there are next, start"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(
    folder: Path, title: str, row: str, line: int, said: str
) -> None:
    path = manifest(folder, row, title=title)
    (mistake, *_) = mistakes(path)
    assert f"line {line}: " in mistake
    assert said in mistake


def test_the_same_sound_is_not_counted_twice(folder: Path) -> None:
    title = "path\ttext\tstart_s"
    found = mistakes(
        manifest(folder, "a.wav\tnext\t", "a.wav\tnext\t0.1", "a.wav\t\t", title=title)
    )
    assert len(found) == 1
    assert "line 4: a.wav is in line 2 already" in found[0]


def test_all_mistakes_come_at_once_but_not_thousands_of_them(folder: Path) -> None:
    assert len(mistakes(manifest(folder, "b.wav\t\t\t", "a.wav\tnext\t\t", "c.wav\t\t\t"))) == 2
    many = mistakes(manifest(folder, *["gone.wav\t\t\t"] * 500))
    assert len(many) == 21
    assert "480 more" in many[-1]


def test_files_that_are_no_manifests(folder: Path) -> None:
    assert "cannot be read" in mistakes(folder / "none.tsv")[0]
    assert "cannot be read" in mistakes(folder)[0]
    assert "line 1, is no text in UTF-8" in mistakes(folder / "a.wav")[0]
    (folder / "latin.tsv").write_bytes("path\ttext\na.wav\tgrün\n".encode("latin-1"))
    assert "line 2, is no text in UTF-8; save" in mistakes(folder / "latin.tsv")[0]
    assert "lists no recordings" in mistakes(manifest(folder))[0]


@given(st.text(max_size=300))
def test_any_text_is_a_manifest_or_an_explained_mistake(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "m.tsv"
    path.write_text(text, encoding="utf-8", errors="replace")
    with pytest.raises(ContentError):
        read_manifest(path, VOCABULARY)


def test_another_exercise_is_another_command() -> None:
    two = Vocabulary(
        {"calves": Meaning(Command.EXERCISE, "a"), "thighs": Meaning(Command.EXERCISE, "b")}
    )
    assert [label(two, phrase) for phrase in two.meanings] == ["exercise a", "exercise b"]
    assert labels(two) == {"exercise a", "exercise b", "exercise"}


def test_words_of_ones_own_are_counted_as_themselves() -> None:
    more = with_words(VOCABULARY, ["up", "next", "left"])
    assert [label(more, word) for word in ("up", "left", "next", "neck", "down")] == [
        "up", "left", "next", "", "",
    ]  # fmt: skip
    assert more.decoys == ("neck",)
    assert len(set(more.meanings.values())) == len(more.meanings)
    assert labels(more) == {"next", "start", "up", "left"}
    assert with_words(VOCABULARY, []) == VOCABULARY
