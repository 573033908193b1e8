"""How words sound: what the file of a model tells, and what is put together from it."""

from pathlib import Path

import numpy as np
import pytest

from skill.settings import Settings
from skill.verification.verifier import FILE
from skill.verification.words import Ways, Words

SAID = [("a", (1,)), ("the", (2, 3)), ("the", (2, 4)), ("next", (5, 6, 7)), ("rare", (8,))]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two usual words, and two others."""
    write(tmp_path / "words.npz", [len(way) for _, way in SAID])
    return tmp_path / "words.npz"


def write(path: Path, lengths: list[int]) -> None:
    np.savez_compressed(
        path,
        words=np.frombuffer("\n".join(word for word, _ in SAID).encode(), np.uint8),
        lengths=np.array(lengths, np.uint8),
        sounds=np.array([sound for _, way in SAID for sound in way], np.uint16),
        usual=np.array(2, np.int32),
    )


def listed(ways: Ways) -> list[tuple[int, list[int]]]:
    parts = np.split(ways.sounds, ways.lengths.cumsum()[:-1])
    return [(int(o), part.tolist()) for o, part in zip(ways.owners, parts, strict=True)]


def test_words_of_a_phrase_follow_each_other_in_every_way_to_say_them(file: Path) -> None:
    words = Words(file)
    assert words.phrase("the next") == [(2, 3, 5, 6, 7), (2, 4, 5, 6, 7)]
    assert words.phrase("rare") == [(8,)]
    assert words.says("a rare the")
    assert not words.says("a frobnicator")
    assert words.highest == 8


def test_usual_words_keep_all_their_ways_and_some_can_be_left_out(file: Path) -> None:
    words = Words(file)
    assert listed(words.usual(without=())) == [(0, [1]), (1, [2, 3]), (1, [2, 4])]
    assert listed(words.usual(without=("a", "next"))) == [(0, [2, 3]), (0, [2, 4])]


def test_other_words_get_other_numbers() -> None:
    ways = Ways.of([[(1, 2), (3,)], [(4,)]]).and_(Ways.of([[(5,)], [(6, 7)]]))
    assert listed(ways) == [(0, [1, 2]), (0, [3]), (1, [4]), (2, [5]), (3, [6, 7])]
    nothing = Ways.of([])
    assert listed(nothing.and_(Ways.of([[(5,)]]))) == [(0, [5])]


@pytest.mark.parametrize("lengths", [[1, 2, 2, 3], [1, 2, 2, 3, 2], [1, 2, 2, 4, 0]])
def test_sounds_that_are_not_the_words_are_refused(file: Path, lengths: list[int]) -> None:
    write(file, lengths)
    with pytest.raises(ValueError, match="do not belong together"):
        Words(file)


def test_the_built_in_model_knows_thousands() -> None:
    words = Words(Settings().model / FILE)
    usual = words.usual(without=())
    assert usual.owners.max() + 1 == 6000
    assert words.says("horizontal rolling")
