"""Every phrase, with its placeholders."""

import pytest

from skill.core.phrases import PHRASES, placeholders
from tests.support.book import BOOK


@pytest.mark.parametrize("name", PHRASES)
def test_every_phrase_is_filled_with_what_is_promised(name: str) -> None:
    values = {field: f"<{field}>" for field in PHRASES[name]}
    text = " ".join(BOOK.lines(name, **values))
    assert all(value in text for value in values.values())


def test_placeholders() -> None:
    assert placeholders("Say {say_next} in {length}.") == {"say_next", "length"}
    with pytest.raises(ValueError, match="expected"):
        placeholders("Say {say_next")
