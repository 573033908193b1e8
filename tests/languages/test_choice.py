"""One choice picks routine, phrases, commands, model and voice; what is half there is said so."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from skill.app import App
from skill.cli.replay import as_it_was
from skill.content.lint import within_reach
from skill.content.load import load_content
from skill.content.templates import is_phrase
from skill.content.translation import untranslated
from skill.core.vocabulary import Command
from skill.errors import ContentError, SettingsError, StorageError
from skill.languages import DATA
from skill.mouth import make_mouth
from skill.settings import SHIPPED, Settings, read_settings
from tests.support.shell import run

Capture = pytest.CaptureFixture[str]
GERMAN = {"language": "de"}
OFFICIAL = "vosk-model-small-de-0.15"


def settings(**given: object) -> Settings:
    return Settings.model_validate(given)


def test_a_language_picks_everything_and_each_can_be_chosen_otherwise() -> None:
    chosen = settings(language="de")
    assert (chosen.routine.name, chosen.phrases.name) == ("back.de.yaml", "de.yaml")
    assert (chosen.commands.name, chosen.words.name) == ("de.yaml", "de.yaml")
    assert (chosen.model, chosen.voice) == (SHIPPED / "ears-de", "espeak:de")
    mixed = settings(language="de", voice="espeak:de+f2", commands="mine.yaml")
    assert (mixed.voice, mixed.commands, mixed.phrases) == (
        "espeak:de+f2", Path("mine.yaml"), chosen.phrases,
    )  # fmt: skip
    english = mixed.but_for({"language": "en"})
    assert (english.voice, english.routine.name) == ("espeak:de+f2", "back.yaml")


def test_the_settings_file_chooses_too(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('language = "de"\n', encoding="utf-8")
    assert read_settings(file).routine.name == "back.de.yaml"
    assert read_settings(file, {"language": "en"}).routine.name == "back.yaml"


def test_what_is_installed_is_preferred(tmp_path: Path) -> None:
    (tmp_path / OFFICIAL).mkdir()
    voice = tmp_path / "de_DE-thorsten-medium"
    voice.mkdir()
    (voice / f"{voice.name}.onnx").touch()
    chosen = settings(language="de", models=tmp_path)
    assert (chosen.model, chosen.voice) == (tmp_path / OFFICIAL, voice.name)
    assert chosen.has_better_model
    assert not chosen.stopgap
    assert OFFICIAL in settings(language="de").stopgap
    assert not settings(language="de", model=tmp_path).has_better_model
    assert not settings().stopgap


def test_espeak_speaks_the_language() -> None:
    assert "gmw/de " in make_mouth(settings(language="de", voice="espeak")).voice.identity
    assert "gmw/en-US " in make_mouth(settings(voice="espeak")).voice.identity


def test_an_unknown_language_is_one_sentence(capfd: Capture, tmp_path: Path) -> None:
    """It named the list that comes with the coach, and not the settings file."""
    file = tmp_path / "settings.toml"
    file.write_text('voice = "espeak"\nlanguage = "fr"\n', encoding="utf-8")
    for order, place in (("--language", "--language"), ("--settings", f"{file}, line 2")):
        done = run(capfd, "check", order, file if order == "--settings" else "fr")
        assert done.code == SettingsError.exit_code
        assert f'{place}: language is "fr": use one of en (English), de (Deutsch)' in done.err
        assert done.err.count("\n") == 2
        assert "docs/languages.md" in done.err


HALVES = {
    "phrases": ("phrases/de.yaml", "  goodbye: Erhol dich gut, ich freue mich auf dich.\n"),
    "commands": ("commands/de.yaml", "  pause:\n"),
    "routine": ("routines/back.de.yaml", "          ending: Lass die Rolle zur Ruhe kommen.\n"),
}
"""Option -> file, and what is taken out of it."""


@pytest.mark.parametrize("option", HALVES)
def test_a_half_translated_language_is_named_with_file_and_place(
    capfd: Capture, tmp_path: Path, option: str
) -> None:
    file, cut = HALVES[option]
    text = (DATA / file).read_text(encoding="utf-8")
    assert cut in text
    half = tmp_path / "half.yaml"
    half.write_text(text.replace(cut, ""), encoding="utf-8")
    done = run(capfd, "check", "--language", "de", f"--{option}", half)
    assert done.code == ContentError.exit_code
    assert "Traceback" not in done.err
    assert str(half) in done.err
    assert cut.split(":")[0].strip() in done.err


def test_a_missing_step_of_a_routine_that_ships_is_a_mistake() -> None:
    german, english = App(settings(language="de")).content.routine, load_content().routine
    one = german.exercises[0]
    short = replace(one, steps=one.steps[:-1])
    lacking = replace(german, exercises=(short,))
    mistakes = untranslated(lacking, english, Path("back.de.yaml"))
    assert any("ribs missing" in mistake for mistake in mistakes)
    assert any("vertical is missing" in mistake for mistake in mistakes)
    assert not untranslated(german, english, Path("back.de.yaml"))


def test_a_missing_label_and_a_wrong_brace_are_mistakes(tmp_path: Path) -> None:
    text = (DATA / "words/de.yaml").read_text(encoding="utf-8")
    half = tmp_path / "words.yaml"
    half.write_text(
        text.replace("  mute:", "  nute:").replace("noch {words}", "noch {worte}"), encoding="utf-8"
    )
    with pytest.raises(ContentError) as caught:
        _ = App(settings(language="de", words=half)).words
    assert any("nute" in mistake and "mute" in mistake for mistake in caught.value.mistakes)
    assert any("{words}" in mistake for mistake in caught.value.mistakes)


def test_phrases_that_a_better_model_lacks_are_left_out_and_told() -> None:
    content = App(settings(language="de")).content
    known = content.vocabulary.words - {"los"}
    fitting, told = within_reach(content, known.__contains__)
    assert fitting.vocabulary.suggest(Command.START) == "wir starten"
    assert "los geht's" in told[0]
    assert within_reach(content, content.vocabulary.words.__contains__)[1] == []
    with pytest.raises(ContentError, match="schneller"):
        within_reach(content, (known - {"schneller", "langsam"}).__contains__)


def test_a_better_model_is_used_as_it_is_installed(tmp_path: Path) -> None:
    """No official model can be had here; ours stands in for it, under its name."""
    shutil.copytree(SHIPPED / "ears-de", tmp_path / OFFICIAL)
    app = App(settings(language="de", models=tmp_path))
    assert app.hearing.model_folder() == tmp_path / OFFICIAL
    assert app.content.vocabulary.suggest(Command.NEXT) == "weiter"
    assert app.notices == []


def test_what_is_left_out_is_told_by_whoever_looks(capfd: Capture, tmp_path: Path) -> None:
    (tmp_path / OFFICIAL).symlink_to(SHIPPED / "ears-de")
    more, chosen, script = (tmp_path / name for name in ("c.yaml", "s.toml", "r.yaml"))
    text = (DATA / "commands/de.yaml").read_text(encoding="utf-8")
    more.write_text(text.replace("- weiter\n", "- weiter\n          - quetzal\n", 1), "utf-8")
    chosen.write_text(f'models = "{tmp_path}"\nlanguage = "de"\ncommands = "{more}"')
    script.write_text("lines:\n  - {say: stopp, when: speaking, after_ms: 900}\n", encoding="utf-8")
    for order in (("check",), ("rehearse", script, "--quiet")):
        done = run(capfd, *order, "--settings", chosen)
        assert done.code == 0, done.err
        assert "does not know these ways to say a command: quetzal." in done.err


@pytest.mark.parametrize(
    ("phrase", "fine"),
    [("nächster schritt", True), ("größer", True), ("los geht's", True), ("Weiter", False),
     ("na\u0308chster", False), ("Übung", False), ("schritt 2", False), ("zu  viel", False)],
)  # fmt: skip
def test_phrases_are_lower_case_words_of_any_alphabet(phrase: str, fine: bool) -> None:
    assert is_phrase(phrase) is fine


def test_a_journal_is_repeated_in_its_own_language(capfd: Capture, tmp_path: Path) -> None:
    script, journal = tmp_path / "script.yaml", tmp_path / "journal.jsonl"
    script.write_text("lines:\n  - {say: hilfe, when: speaking, after_ms: 900}\n", encoding="utf-8")
    done = run(capfd, "rehearse", script, "--language", "de", "--journal", journal, "--quiet")
    assert done.code == 0, done.err
    header = json.loads(journal.read_text(encoding="utf-8").splitlines()[0])
    assert (header["language"], header["model"]) == ("de", "ears-de")
    assert "Hallo, ich bin dein Rollen-Coach." in journal.read_text(encoding="utf-8")
    assert run(capfd, "replay", journal, "--quiet").code == 0, "without --language de"
    header.pop("language")
    older = tmp_path / "older.jsonl"
    older.write_text(json.dumps(header) + "\n", encoding="utf-8")
    assert as_it_was(App(settings(language="de")), older).settings.language == "en"


def test_a_journal_is_repeated_with_the_patience_it_was_written_with(tmp_path: Path) -> None:
    hasty = settings(ask_after_s=10, sleep_after_s=20, mute_while_speaking=True)
    told = tmp_path / "journal.jsonl"
    told.write_text(json.dumps({"journal": 1, **App(hasty).header()}) + "\n", encoding="utf-8")
    again = as_it_was(App(settings(ask_after_s=90)), told)
    assert again.coach().book.patience == App(hasty).coach().book.patience
    assert again.settings.mute_while_speaking
    told.write_text('{"journal": 1, "ask_after_s": "soon"}\n', encoding="utf-8")
    with pytest.raises(StorageError, match="ask_after_s = soon"):
        as_it_was(App(settings()), told)
