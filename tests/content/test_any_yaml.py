"""Whatever is in a file, the only error is ours."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from yaml import safe_dump, safe_load

from skill.content.load import COMMANDS, PHRASES, ROUTINE, load_content
from skill.errors import ContentError

SOURCES = (ROUTINE, PHRASES, COMMANDS)
TEXTS = [source.read_text(encoding="utf-8") for source in SOURCES]
PIECES = st.one_of(
    st.sampled_from(
        [*"{}[]()<>|;:,-&*!#%@?'\"\\\t\n", "yes", "{exercise}", "0o9", "2020-13-45", "\\ud800"]
    ),
    st.text(max_size=8),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def _check_with(which: int, raw: bytes) -> None:
    """Load with one file replaced; any other error than ours fails the test."""
    mistakes = _mistakes_with(which, raw)
    assert mistakes != ()
    for mistake in mistakes or ():
        assert mistake.startswith("/")
        assert mistake.endswith((".", "?"))
        assert mistake.isprintable()
        assert len(mistake) < 1000


def _mistakes_with(which: int, raw: bytes) -> tuple[str, ...] | None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "content.yaml"
        path.write_bytes(raw)
        files = [path if index == which else source for index, source in enumerate(SOURCES)]
        try:
            load_content(*files)
        except ContentError as error:
            return error.mistakes
    return None


@settings(max_examples=30)
@given(st.integers(0, 2), st.data())
def test_text_cut_and_pasted(which: int, data: st.DataObject) -> None:
    text = TEXTS[which]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    piece = data.draw(PIECES)
    _check_with(which, (text[:start] + piece + text[end:]).encode("utf-8", "surrogatepass"))


@settings(max_examples=30)
@given(st.integers(0, 2), VALUES, st.data())
def test_a_value_of_any_kind_anywhere(which: int, value: object, data: st.DataObject) -> None:
    content = safe_load(TEXTS[which])
    inside = content
    while True:
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(inside[key], (dict, list)) and inside[key] and data.draw(st.booleans()):
            inside = inside[key]
            continue
        inside[key] = value
        break
    _check_with(which, safe_dump(content, allow_unicode=True).encode("utf-8", "surrogatepass"))


@settings(max_examples=30)
@given(st.integers(0, 2), st.binary(max_size=60))
def test_any_bytes(which: int, raw: bytes) -> None:
    _check_with(which, raw)
