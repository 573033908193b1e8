import pytest

from skill.errors import VoiceError
from skill.speech.text import sentences, speakable


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Roll on.", "Roll on."),
        ("  Roll\non.\t", "Roll on."),
        ("a\0b\x01\x1bc", "a b c"),
        ("half \ud83d a pair", "half   a pair"),
        ("90° 🙂", "90°"),
        ("⏱ Go → left", "Go   left"),
        ("Привет", "Привет"),
        ("1/2 turn, then 3/4", "½ turn, then ¾"),
        ("11/2, 1/2/2026", "11/2, 1/2/2026"),
        ("2:30, 10%", "2:30, 10%"),
    ],
)
def test_only_what_is_no_text_is_replaced(text: str, said: str) -> None:
    assert speakable(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30s", "30 seconds"),
        ("Hold 5 min.", "Hold 5 minutes."),
        ("After 5 min. of rest", "After 5 minutes of rest"),
        ("1 min 1s, 1 kg, 1 cm, 1x", "1 minute 1 second, 1 kilogram, 1 centimetre, once"),
        ("1.1 min, 21 s, 0-1 kg", "1.1 minutes, 21 seconds, 0 to 1 kilograms"),
        ("20-30 breaths", "20 to 30 breaths"),
        ("2026-11-22", "2026-11-22"),
        ("the 1980s", "the 1980s"),
        ("3x, 3 \u00d7", "3 times, 3 times"),
        ("Café, naïve", "Café, naïve"),
        ("Roll 日本語 on", "Roll     on"),
    ],
)
def test_short_forms_are_written_out_in_english_only(text: str, said: str) -> None:
    assert speakable(text, "en-us") == said
    assert speakable(text, "de") == text


@pytest.mark.parametrize("text", ["日本語", "Привет, мир.", "⏱"])
def test_other_scripts_are_no_english(text: str) -> None:
    with pytest.raises(VoiceError):
        speakable(text, "en-gb")


def test_a_long_text_becomes_sentences() -> None:
    text = 'Roll on. Is it "good?" Yes!\n\nA title\n\nand ' + "more words " * 9
    pieces = sentences(text, 60)
    assert pieces[:4] == ["Roll on.", 'Is it "good?', "Yes!", "A title"]
    assert max(map(len, pieces)) <= 60
    assert sentences(" \n ", 60) == []


@pytest.mark.parametrize("text", ["", "  ", "\0", "🙂👍", "-- !?", "\ud83d"])
def test_text_without_words_is_refused_in_words(text: str) -> None:
    with pytest.raises(VoiceError) as caught:
        speakable(text)
    assert str(caught.value).isprintable(), "half a pair is shown as an escape"


def test_the_error_does_not_quote_a_whole_book() -> None:
    with pytest.raises(VoiceError) as caught:
        speakable("- " * 10_000)
    assert len(str(caught.value)) < 200
