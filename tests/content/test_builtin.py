"""The content that ships is complete, short, and never says a command by accident."""

from hassil.intents import Intents, TextSlotList
from hassil.sample import sample_intents
from yaml import safe_load

from skill.content.load import COMMANDS, PHRASES, ROUTINE, load_content
from skill.content.schema import schemas
from skill.content.spoken import held, words_of
from skill.core.phrases import PHRASES as NAMES
from skill.core.routine import Movement
from skill.core.vocabulary import Command, Meaning

CONTENT = load_content()


def _routine_sentences() -> list[str]:
    sentences: list[str] = []
    for exercise in CONTENT.routine.exercises:
        sentences += exercise.intro
        for step in exercise.steps:
            sentences += [*step.full, *step.brief, *step.more]
            if step.movement:
                sentences += [*step.movement.breath, step.movement.ending]
                sentences += [cue.text for cue in step.movement.cues]
    return sentences


def _movements() -> dict[tuple[str, int], Movement]:
    return {
        (exercise.id, number): step.movement
        for exercise in CONTENT.routine.exercises
        for number, step in enumerate(exercise.steps, start=1)
        if step.movement
    }


def test_two_exercises_of_five_steps_with_their_movements() -> None:
    assert [(e.id, len(e.steps)) for e in CONTENT.routine.exercises] == [
        ("horizontal", 5),
        ("vertical", 5),
    ]
    assert set(_movements()) == {("horizontal", 4), ("horizontal", 5), ("vertical", 4)}
    assert all(60 <= movement.seconds <= 90 for movement in _movements().values())
    assert all(1 <= len(movement.cues) <= 3 for movement in _movements().values())


def test_every_step_has_full_brief_and_more_of_the_agreed_lengths() -> None:
    for exercise in CONTENT.routine.exercises:
        for step in exercise.steps:
            assert 2 <= len(step.full) <= 4, step.id
            assert len(step.brief) == 1, step.id
            assert 1 <= len(step.more) <= 3, step.id


def test_the_person_is_warned_before_moving() -> None:
    for exercise in CONTENT.routine.exercises:
        warning = " ".join(exercise.intro)
        assert "sharp, numb or dizzy" in warning
        assert "come off the roller" in warning
    spoken = " ".join(_routine_sentences())
    assert "off your lower spine" in spoken
    assert "off the front of your neck" in spoken
    assert "Never push through pain" in spoken


def test_no_sentence_holds_a_command_even_when_filled_in() -> None:
    """Checked anew with plain text search, as the microphone would hear it."""
    lines = [sentence for lines in CONTENT.phrases.lines.values() for sentence in lines]
    for sentence in [*_routine_sentences(), *lines]:
        padded = f" {' '.join(words_of(sentence))} "
        for phrase in CONTENT.vocabulary.meanings:
            assert f" {phrase} " not in padded, sentence


def test_a_teaching_line_names_the_command_it_teaches() -> None:
    said = {name: " ".join(lines) for name, lines in CONTENT.phrases.lines.items()}
    assert "{say_start}" in said["greeting"]
    assert "{say_start}" in said["movement_ready"]
    assert "{say_next}" in said["setup_ready"]
    assert "{say_resume}" in said["hurt"]
    assert "{say_start}" in said["going_to_sleep"]


def test_every_phrase_can_be_filled() -> None:
    suggestions = {
        f"say_{command}": CONTENT.vocabulary.suggest(command)
        for command in Command
        if command is not Command.EXERCISE
    }
    for name, values in NAMES.items():
        filled = CONTENT.phrases.get(name, **suggestions, **dict.fromkeys(values, "x"))
        assert filled
        assert all("{" not in sentence for sentence in filled)


def test_canonical_phrases() -> None:
    suggest = CONTENT.vocabulary.suggest
    assert suggest(Command.NEXT) == "next"
    assert suggest(Command.START) == "start rolling"
    assert suggest(Command.HELP) == "what can i say"
    assert suggest(Command.YES) == "yes"
    assert suggest(Command.EXERCISE, "vertical") == "vertical rolling"
    assert suggest(Command.START, "horizontal") == "start horizontal rolling"


def test_either_name_reaches_an_exercise() -> None:
    meanings = CONTENT.vocabulary.meanings
    assert meanings["side to side"] == Meaning(Command.EXERCISE, "horizontal")
    assert meanings["go to along the spine"] == Meaning(Command.EXERCISE, "vertical")


def test_the_vocabulary_is_small_and_its_phrases_short() -> None:
    assert 120 <= len(CONTENT.vocabulary.meanings) <= 220
    assert 30 <= len(CONTENT.vocabulary.decoys) <= 60
    assert max(len(phrase.split()) for phrase in CONTENT.vocabulary.grammar) <= 5


def test_hassil_itself_reads_the_commands_and_finds_the_same_phrases() -> None:
    intents = Intents.from_dict(safe_load(COMMANDS.read_text(encoding="utf-8")))
    names = [name for exercise in CONTENT.routine.exercises for name in exercise.called]
    sampled = {
        text.strip()
        for _, text in sample_intents(intents, {"exercise": TextSlotList.from_strings(names)})
    }
    assert sampled == set(CONTENT.vocabulary.grammar)


def test_held_finds_consecutive_words_across_punctuation_only() -> None:
    assert held(words_of("Now hold, on three."), ["hold on"]) == ["hold on"]
    assert held(words_of("Go back."), ["back", "go back"]) == ["go back"]
    assert held(words_of("Hold {say_next} on."), ["hold on"]) == []
    assert held(words_of("The nonstop backing."), ["stop", "back"]) == []
    assert held(words_of("I\u2019m there."), ["i'm there"]) == ["i'm there"]


def test_committed_schemas_are_current() -> None:
    """Renew them with skill.content.schema.write_schemas(Path("skill/data/schema"))."""
    folder = ROUTINE.parent.parent / "schema"
    assert {path.name for path in folder.glob("*.json")} == set(schemas())
    for name, text in schemas().items():
        assert (folder / name).read_text(encoding="utf-8") == text, name


def test_data_files_name_their_schema() -> None:
    for path, name in ((ROUTINE, "routine"), (PHRASES, "phrases"), (COMMANDS, "commands")):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        reference = first.partition("$schema=")[2]
        assert (path.parent / reference).resolve().name == f"{name}.json"
        assert (path.parent / reference).is_file()
