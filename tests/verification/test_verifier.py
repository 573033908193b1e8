"""How commands stand among all the other words: the built-in model, real sound."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skill.audio.pcm import read_pcm
from skill.content.load import load_content
from skill.core.settling import likelihood
from skill.core.vocabulary import Command, Meaning, Vocabulary
from skill.errors import ModelError
from skill.ports import Pcm
from skill.settings import Settings
from skill.verification.verifier import BROKEN, FILE, LEAD_MS, Verifier, verifier_for
from skill.verification.words import Words

RECORDINGS = Path(__file__).parent.parent / "recordings"
MODEL = Settings().model
NETWORK = "am/final.mdl"


def room(milliseconds: int) -> Pcm:
    return np.random.default_rng(1).normal(0, 8, milliseconds * 16).astype(np.int16)


def in_room(*sounds: Pcm) -> Pcm:
    return np.concatenate((room(LEAD_MS), *sounds, room(200)))


def recorded(name: str) -> Pcm:
    return read_pcm(RECORDINGS / f"{name}.ogg")


def heard(name: str) -> Pcm:
    return in_room(recorded(name))


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    settings = Settings()
    return load_content(settings.routine, settings.phrases, settings.commands).vocabulary


@pytest.fixture(scope="module")
def verifier(vocabulary: Vocabulary) -> Verifier:
    return Verifier(MODEL, vocabulary)


def test_nearly_every_recorded_command_beats_all_other_words(
    verifier: Verifier, vocabulary: Vocabulary
) -> None:
    """Whatever of cepstra, network and tree is wrong, most of them would not."""
    said = {path: path.name.split(".")[0] for path in sorted(RECORDINGS.glob("*.ogg"))}
    commands = {path: text for path, text in said.items() if text in vocabulary.meanings}
    beaten = []
    for path, text in commands.items():
        standing = verifier.standing(text, heard(path.stem))
        assert standing is not None
        if standing.rivals:
            beaten.append((path.name, standing))
    assert len(commands) > 90
    assert len(beaten) <= 0.1 * len(commands), beaten


@pytest.mark.parametrize("phrase", ["start over", "ouch", "volume down"])
def test_what_was_not_said_is_beaten_by_many(verifier: Verifier, phrase: str) -> None:
    standing = verifier.standing(phrase, heard("next step.flite-slt"))
    assert standing is not None
    assert standing.rivals > 100
    assert standing.margin < -5


def test_what_means_the_same_is_no_rival() -> None:
    both = Meaning(Command.NEXT)
    alone = Vocabulary({"next step": both})
    friends = Vocabulary({"next step": both, "next steps": both, "next": both})
    foes = Vocabulary({"next step": both}, ("next steps", "next"))
    sound = heard("next step.flite-slt")
    margins = []
    for vocabulary in (alone, friends, foes):
        standing = Verifier(MODEL, vocabulary).standing("next step", sound)
        assert standing is not None
        assert standing.rivals == 0
        margins.append(standing.margin)
    assert margins[0] == pytest.approx(margins[1])
    assert margins[2] < margins[0] - 1


def test_every_recorded_phrase_is_the_closest_to_itself(
    verifier: Verifier, vocabulary: Vocabulary
) -> None:
    said = {path: path.name.split(".")[0] for path in sorted(RECORDINGS.glob("*.ogg"))}
    phrases = {path: text for path, text in said.items() if " " in text}
    likely = 0
    for path, text in phrases.items():
        closest = verifier.closest(heard(path.stem))
        assert closest is not None
        assert vocabulary.meanings[closest.phrase] == vocabulary.meanings[text], path.name
        likely += likelihood(closest) >= 0.5
    assert len(phrases) > 60
    assert likely > 0.85 * len(phrases)


@pytest.mark.parametrize("path", sorted((RECORDINGS / "other").glob("*.ogg")), ids=lambda p: p.stem)
def test_talk_is_close_to_no_phrase(verifier: Verifier, path: Path) -> None:
    closest = verifier.closest(in_room(read_pcm(path)))
    assert closest is not None
    assert likelihood(closest) < 0.25


def test_a_phrase_may_have_a_pause_and_another_one_may_be_near() -> None:
    words = ("next back", "next skip", "back skip")
    vocabulary = Vocabulary(dict.fromkeys(words, Meaning(Command.NEXT)))
    halting = in_room(recorded("next.flite-slt"), room(400), recorded("skip.flite-slt"))
    alone = Verifier(MODEL, vocabulary).closest(halting)
    assert alone is not None
    assert alone.phrase == "next skip"
    assert alone.margin > 1000, "there is nothing else that it could mean"
    foes = {word: Meaning(Command.EXERCISE, word) for word in words}
    among = Verifier(MODEL, Vocabulary(foes)).closest(halting)
    assert among is not None
    assert 10 < among.margin < 100
    assert (among.phrase, among.misfit, among.worst) == (alone.phrase, alone.misfit, alone.worst)


def test_a_sound_that_is_too_short_for_any_phrase_is_close_to_none() -> None:
    phrase = "what exercise is this that was a mistake what can i say"
    verifier = Verifier(MODEL, Vocabulary({phrase: Meaning(Command.NEXT)}))
    for milliseconds in range(700, 1500, 50):
        assert verifier.closest(room(milliseconds)) is None


def test_thousands_of_long_phrases_are_too_many_to_compare() -> None:
    sizes, drinks = ("small", "medium", "large"), ("coffee", "mocha", "latte", "espresso")
    openings = ("i want", "can i have", "please give me", "i would like", "could you get me")
    extras = ("sugar", "milk", "cream", "cinnamon", "soy", "almond milk", "brown sugar")
    orders = [
        f"{first} a {size} {drink} with {one} and {other} and a {again} {more}"
        for first in openings
        for size in sizes
        for drink in drinks
        for one in extras
        for other in extras
        for again in sizes[:1]
        for more in drinks[:1]
    ]
    verifier = Verifier(MODEL, Vocabulary({text: Meaning(Command.NEXT) for text in orders}))
    assert verifier.closest(heard("next step.flite-slt")) is None
    assert verifier.standing(orders[0], heard("next step.flite-slt")) is not None


def test_without_phrases_of_several_words_none_is_close() -> None:
    vocabulary = Vocabulary({"next": Meaning(Command.NEXT)})
    assert Verifier(MODEL, vocabulary).closest(heard("next.flite-slt")) is None


def test_of_a_word_that_the_model_cannot_say_nothing_is_known() -> None:
    vocabulary = Vocabulary({"frobnicate": Meaning(Command.NEXT), "back": Meaning(Command.BACK)})
    verifier = Verifier(MODEL, vocabulary)
    sound = heard("back.flite-slt")
    assert verifier.standing("frobnicate", sound) is None
    assert verifier.standing("back", sound) is not None


@pytest.mark.parametrize("milliseconds", [0, 20, 300, 660])
def test_of_too_short_a_sound_nothing_is_known(verifier: Verifier, milliseconds: int) -> None:
    assert verifier.standing("next", room(milliseconds)) is None
    assert verifier.closest(room(milliseconds)) is None


def test_zeros_are_no_mistake(verifier: Verifier) -> None:
    standing = verifier.standing("next", np.zeros(24_000, np.int16))
    assert standing is not None
    assert standing.rivals > 0


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in (FILE, NETWORK):
        (tmp_path / name).parent.mkdir()
        shutil.copy(MODEL / name, tmp_path / name)
    return tmp_path


def test_models_that_do_not_tell_have_none(copy: Path, vocabulary: Vocabulary) -> None:
    assert isinstance(verifier_for(copy, vocabulary), Verifier)
    (copy / FILE).unlink()
    assert verifier_for(copy, vocabulary) is None


def halved(data: bytes) -> bytes:
    return data[: len(data) // 2]


def emptied(_data: bytes) -> bytes:
    return b""


def scrambled(data: bytes) -> bytes:
    return bytes(reversed(data))


@pytest.mark.parametrize("damage", [halved, emptied, scrambled])
@pytest.mark.parametrize("name", [FILE, NETWORK])
def test_a_damaged_file_is_one_sentence(
    copy: Path, vocabulary: Vocabulary, name: str, damage: Callable[[bytes], bytes]
) -> None:
    (copy / name).write_bytes(damage((copy / name).read_bytes()))
    with pytest.raises(ModelError, match="cannot be used to verify") as caught:
        Verifier(copy, vocabulary)
    assert str(copy) in str(caught.value)


def test_damage_anywhere_is_known(copy: Path) -> None:
    """A byte of the words' file: zip has checksums. (The network's are seen to by its seal.)"""
    whole = (copy / FILE).read_bytes()
    found = 0
    for at in np.random.default_rng(3).integers(0, len(whole), 40):
        (copy / FILE).write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            Words(copy / FILE)
        except BROKEN:
            found += 1
    assert found > 30


def test_a_network_that_cannot_be_computed_is_known_at_once(
    copy: Path, vocabulary: Vocabulary
) -> None:
    """Not in the middle of a session, by a matrix that does not fit the next."""
    data = (copy / NETWORK).read_bytes()
    (copy / NETWORK).write_bytes(data.replace(b"name=output input=", b"name=outfit input="))
    with pytest.raises(ModelError, match="cannot be used to verify"):
        Verifier(copy, vocabulary)


def test_words_of_another_network_are_not_taken(copy: Path, vocabulary: Vocabulary) -> None:
    with np.load(copy / FILE) as kept:
        words = {name: kept[name] for name in kept}
    words["sounds"] = words["sounds"] + np.uint16(2000)
    np.savez(copy / FILE, **words)
    with pytest.raises(ModelError, match="other sounds than its network"):
        Verifier(copy, vocabulary)
