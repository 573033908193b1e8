"""Every language has every line, step, command, drawing and label, or a test here fails."""

import re
from pathlib import Path

import pytest

from skill.app import App
from skill.content.labels import PAGE, PROMPTS
from skill.content.spoken import words_of
from skill.content.translation import untranslated
from skill.core.phrases import PHRASES
from skill.core.vocabulary import Command, Meaning
from skill.languages import DATA, ENGLISH, languages
from skill.models.seal import check_seal
from skill.page.site import FOLDER, Site, read_drawings
from skill.settings import SHIPPED, Settings

CODES = sorted(languages())
OTHERS = [code for code in CODES if code != ENGLISH]
APPS = {code: App(Settings(language=code)) for code in CODES}
ROUTINE = APPS[ENGLISH].content.routine
every = pytest.mark.parametrize("code", CODES)
other = pytest.mark.parametrize("code", OTHERS)


def sentences(code: str) -> list[str]:
    """Everything the coach says, as it is written."""
    content = APPS[code].content
    said = [text for lines in content.phrases.lines.values() for text in lines]
    for exercise in content.routine.exercises:
        said += [exercise.title, *exercise.intro]
        for step in exercise.steps:
            said += [step.title, *step.full, *step.brief, *step.more]
            if step.movement:
                said += [*step.movement.breath, step.movement.ending]
                said += [cue.text for cue in step.movement.cues]
    return said


def test_there_is_a_second_language() -> None:
    assert "de" in OTHERS


def test_no_file_of_a_language_is_forgotten_in_the_list() -> None:
    for kind in ("phrases", "commands", "words"):
        assert sorted(path.stem for path in (DATA / kind).glob("*.yaml")) == CODES


@every
def test_its_content_is_whole(code: str) -> None:
    """Loading refuses what lacks a line, a command or a label; the routine is compared here."""
    chosen, app = Settings(language=code), APPS[code]
    content = app.content
    assert content.routine.language == code
    assert not untranslated(content.routine, ROUTINE, chosen.routine)
    assert set(content.phrases.lines) == set(PHRASES)
    meant = set(content.vocabulary.meanings.values())
    everywhere = {Meaning(command) for command in Command if command is not Command.EXERCISE}
    for exercise in content.routine.exercises:
        everywhere |= {Meaning(Command.EXERCISE, exercise.id), Meaning(Command.START, exercise.id)}
    assert everywhere <= meant
    assert (set(app.words.page), set(app.words.prompts)) == (set(PAGE), set(PROMPTS))


@every
def test_it_says_as_much_as_the_english(code: str) -> None:
    for exercise, original in zip(
        APPS[code].content.routine.exercises, ROUTINE.exercises, strict=True
    ):
        for step, meant in zip(exercise.steps, original.steps, strict=True):
            assert len(step.full) == len(meant.full), step.id
            assert len(step.brief) == 1, step.id
            assert len(step.more) == len(meant.more), step.id
    assert len(APPS[code].content.phrases.lines["this_week"]) == 8


@other
def test_nothing_of_it_is_still_english(code: str) -> None:
    english = {*sentences(ENGLISH), *APPS[ENGLISH].words.prompts.values()}
    joined = {"{minutes} and {seconds}", "{first} and {last}"}
    assert not english & {*sentences(code), *APPS[code].words.prompts.values()}
    assert not joined & set(sentences(code))
    labels = APPS[ENGLISH].words.page
    same = {name for name, text in APPS[code].words.page.items() if labels[name] == text}
    assert same <= {"name"}
    commands = {*APPS[ENGLISH].content.vocabulary.meanings}
    shared = commands & set(APPS[code].content.vocabulary.meanings)
    assert shared <= {"pause", "halt", "okay"}, "words of both languages, looked at by somebody"


@every
def test_no_sentence_holds_a_command(code: str) -> None:
    for text in sentences(code):
        heard = f" {' '.join(words_of(text))} "
        for exercise in APPS[code].content.routine.exercises:
            if text == exercise.title:
                heard = ""
        found = [p for p in APPS[code].content.vocabulary.meanings if f" {p} " in heard]
        assert not found, text


def test_a_single_minute_takes_no_verb_of_many() -> None:
    phrases = APPS["de"].content.phrases
    (minute,) = phrases.get("one_minute")
    for name in ("resumed", "left_in_movement", "more_time"):
        assert "bleiben" not in phrases.get(name, left=minute)[0]


@every
def test_every_step_has_a_drawing_that_says_what_it_shows(code: str) -> None:
    chosen, words = Settings(language=code), APPS[code].words
    drawings = read_drawings(chosen.routine, ROUTINE.id, words.drawings)
    steps = {
        f"{exercise.id}.{step.id}" for exercise in ROUTINE.exercises for step in exercise.steps
    }
    assert set(drawings) == steps
    if code != ENGLISH:
        assert set(words.drawings) == steps
    for name, drawing in drawings.items():
        shown = re.findall(r"<desc>(.*?)</desc>", drawing, re.DOTALL)
        assert len(shown) == 1, name
        assert code == ENGLISH or shown[0].startswith(words.drawings[name][:20])


@every
def test_the_page_is_in_one_language(code: str) -> None:
    words = APPS[code].words
    page = Site({}, words).files[""][1].decode()
    assert f'<html lang="{code}">' in page
    assert "{{" not in page
    assert words.page["sessions"] in page
    script = (FOLDER / "page.js").read_text(encoding="utf-8")
    asked = set(re.findall(r'word\("([^"]+)"', script))
    there = set(re.findall(r"<dt>(.*?)</dt>", page))
    phases = {"asleep", "setting up", "rolling", "paused", "hurt", "done"}
    assert asked | phases <= there


def test_the_page_has_no_words_of_its_own() -> None:
    bare = re.sub(r"<!--.*?-->|<dt>.*?</dt>|<[^>]*>|\{\{\w+\}\}", "", _page(), flags=re.DOTALL)
    assert re.findall(r"[^\W\d]+", bare) == []


def _page() -> str:
    return (FOLDER / "index.html").read_text(encoding="utf-8")


@every
def test_its_model_is_sealed_and_knows_every_word(code: str) -> None:
    app = APPS[code]
    folder = SHIPPED / languages()[code].models[-1]
    check_seal(folder)
    app.ears()


@every
def test_what_it_names_is_there(code: str) -> None:
    language = languages()[code]
    for kind in ("routine", "phrases", "commands", "words", "demo"):
        assert (DATA / getattr(language, kind)).is_file(), kind
    for ending in (".yaml", ".txt", ".tsv"):
        assert (DATA / language.demo).with_suffix(ending).is_file()
    assert (DATA / language.demo).stat().st_size < 2_000_000
    listed = (SHIPPED / "manifest.yaml").read_text() + (SHIPPED / "voices.yaml").read_text()
    for name in (*language.models[:-1], *language.voices[:-1]):
        assert f"name: {name}\n" in listed


def test_the_stopgap_hears_with_the_same_network() -> None:
    """Shared, and not copied and changed: only the graph differs."""
    for part in ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/phones/units.txt"):
        assert _bytes("ears-de", part) == _bytes("ears-en", part)


def _bytes(model: str, part: str) -> bytes:
    return Path(SHIPPED / model / part).read_bytes()
