import pytest

from skill.errors import VoiceError
from skill.speech.text import speakable


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Roll on.", "Roll on."),
        ("  Roll\non.\t", "Roll on."),
        ("a\0b\x01\x1bc", "a b c"),
        ("half \ud83d a pair", "half   a pair"),
        ("90° 🙂", "90° 🙂"),
        ("Привет", "Привет"),
    ],
)
def test_only_what_is_no_text_is_replaced(text: str, said: str) -> None:
    assert speakable(text) == said


@pytest.mark.parametrize("text", ["", "  ", "\0", "🙂👍", "-- !?", "\ud83d"])
def test_text_without_words_is_refused_in_words(text: str) -> None:
    with pytest.raises(VoiceError) as caught:
        speakable(text)
    assert str(caught.value).isascii()


def test_the_error_does_not_quote_a_whole_book() -> None:
    with pytest.raises(VoiceError) as caught:
        speakable("- " * 10_000)
    assert len(str(caught.value)) < 200
