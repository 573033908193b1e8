"""Every mistake is one sentence that names file, place, line and remedy."""

import pytest

from skill.content.lint import unknown_words
from skill.content.load import load_content
from skill.errors import ContentError
from tests.content.files import Files, change, line_of

TITLE = "title: lie along the roller"
FEET = "- Set both feet on the mat, wider than your hips."


def test_ten_mistakes_in_a_routine_are_ten_sentences(files: Files) -> None:
    change(
        files.routine,
        ("id: lie\n", "id: Lie Down\n"),
        (TITLE, "title: lie along the roller."),
        ("- Reach both hands up to the ceiling.", "- Reach both hands back to the ceiling."),
        ("id: feet", "id: arms"),
        (FEET, "- Set both feet on the mat"),
        ("seconds: 90", "seconds: ninety"),
        ("at_s: 57", "at_s: 59000"),
        ("ending: Let the rolling fade", "endng: Let the rolling fade"),
        ("called: [vertical rolling, along the spine]", "called: []"),
        ("- Breathe in.\n", "- yes\n"),
    )
    at = [
        ("exercise 1 (horizontal), step 1 (Lie Down), field id", "lower-case letters"),
        ("exercise 1 (horizontal), step 1 (Lie Down), field title", "ends like a sentence"),
        ("step 2 (arms), field full, sentence 1", 'holds the command "back"'),
        ("step 3 (arms), field id", 'the id "arms" is already taken in line'),
        ("step 3 (arms), field full, sentence 1", "add a full stop"),
        ("step 4 (roll), movement, field seconds", 'must be a whole number, not "ninety"'),
        ("step 4 (roll), movement, cue 2, field at_s", 'must be at most 1800, not "59000"'),
        ("step 5 (ribs), movement, field endng", 'did you mean "ending"?'),
        ("exercise 2 (vertical), field called", "nobody can ask for this exercise"),
        ("exercise 2 (vertical), step 3 (bridge), field full, sentence 1", "reads the bare word"),
    ]
    mistakes = files.mistakes()
    for place, problem in at:
        found = [mistake for mistake in mistakes if place in mistake and problem in mistake]
        assert len(found) == 1, (place, problem, mistakes)
        assert found[0].startswith(f"{files.routine}, ")
        assert "(line " in found[0]
        assert found[0].count("; ") == 1 or "written" in found[0]
    assert len(mistakes) == len(at)


def test_all_three_files_are_reported_at_once(files: Files) -> None:
    change(files.routine, ("seconds: 90", "seconds: 9"))
    change(files.phrases, ("halfway: You", "half_way: You"))
    change(files.commands, ("- next\n", "- next)\n"))
    named = {mistake.split(",")[0].split(" (")[0] for mistake in files.mistakes()}
    assert named == {str(files.routine), str(files.phrases), str(files.commands)}


def test_a_name_that_is_a_command_is_the_routines_mistake(files: Files) -> None:
    change(files.routine, ("called: [vertical rolling, along the spine]", "called: [next, stop]"))
    mistakes = files.mistakes()
    line = line_of(files.routine, "called: [next, stop]")
    for name in ("next", "stop"):
        (mistake,) = (mistake for mistake in mistakes if f'"{name}" is already a phrase' in mistake)
        assert mistake.startswith(f"{files.routine}, exercise 2 (vertical), field called")
        assert f"(line {line})" in mistake


def test_a_name_that_nobody_can_hear_is_the_routines_mistake(files: Files) -> None:
    change(files.routine, ("[vertical rolling, along the spine]", "[vertical rolling, yoog]"))
    mistakes = unknown_words(files.load(), lambda word: word != "yoog")
    assert len(mistakes) == 1
    assert mistakes[0].startswith(f"{files.routine}, exercise 2 (vertical), field called")


def test_a_sentence_that_a_comma_has_cut_in_two_is_to_be_put_in_quotes(files: Files) -> None:
    """In YAML's [ ] a comma ends an entry; a full stop would make two sentences of it."""
    rest = "\n          - Place one a bit to each side."
    change(files.routine, (f"\n          {FEET}{rest}", f" [{FEET.removeprefix('- ')}]"))
    mistake = files.only_mistake()
    assert '"Set both feet on the mat" does not end like a sentence' in mistake
    assert "put the whole sentence in quotes" in mistake


def test_a_sentence_that_is_too_long_is_shown(files: Files) -> None:
    change(files.phrases, ("halfway: You are", f"halfway: You are {'very ' * 60}"))
    (long,) = (mistake for mistake in files.mistakes() if "200 characters" in mistake)
    assert 'not "You are very very' in long


def test_the_line_is_the_one_in_the_file(files: Files) -> None:
    change(files.routine, ("seconds: 90", "seconds: 9000"))
    assert f"(line {line_of(files.routine, 'seconds: 9000')})" in files.only_mistake()


@pytest.mark.parametrize("word", ["yes", "no", "on", "True"])
def test_a_bare_boolean_among_the_sentences(files: Files, word: str) -> None:
    change(files.commands, ("- yeah", f"- {word}"))
    mistake = files.only_mistake()
    assert "intent yes, block 1, sentence 2" in mistake
    assert f'write it in quotes: "{word}"' in mistake


def test_a_bare_boolean_as_a_name(files: Files) -> None:
    change(files.commands, ('"no":', "no:"))
    mistake = files.only_mistake()
    assert "YAML reads the bare name no as false" in mistake
    assert f"(line {line_of(files.commands, '  no:')})" in mistake


def test_a_phrase_of_two_commands(files: Files) -> None:
    change(files.commands, ("- move on", "- go back"))
    mistake = files.only_mistake()
    assert '"go back" is already a phrase of next in' in mistake
    assert "intent back" in mistake
    assert f"(line {line_of(files.commands, '- go back')})" in mistake


def test_a_decoy_that_is_a_command(files: Files) -> None:
    change(files.commands, ("- best", "- stop"))
    assert '"stop" is already a phrase of stop in' in files.only_mistake()


def test_a_name_of_two_exercises(files: Files) -> None:
    change(files.routine, ("[vertical rolling, along", "[horizontal rolling, along"))
    assert "already a name of the exercise horizontal" in files.only_mistake()


def test_a_new_command_phrase_is_searched_in_every_prompt(files: Files) -> None:
    change(files.commands, ("- move on", "- breathe"))
    mistakes = files.mistakes()
    assert all('holds the command "breathe"' in mistake for mistake in mistakes)
    assert len(mistakes) >= 6


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("halfway: You are halfway.", "", "line halfway", "it is missing; add it"),
        ("halfway:", "halvway:", "line halvway", 'did you mean "halfway"?'),
        ("takes {length}", "takes {lenght}", "line movement_ready", 'did you mean "length"?'),
        ("You are halfway", "You are {half", "line halfway", "hold no plain name"),
        ("are halfway", "are {left!r}", "line halfway", "hold no plain name"),
        ("You are halfway", "Say {say_stop}", "line halfway", "obeyed even while"),
        ("You are halfway", "Say {say_exercise}", "line halfway", 'nobody fills "{say_exercise}"'),
        ("You are halfway", "You can help", "line halfway", 'holds the command "help"'),
        ("You are halfway.", "Half. Way.", "line halfway", "more than one sentence"),
        ("You are halfway.", "'   '", "line halfway", "has no words"),
        ("are halfway", "are **halfway**", "line halfway", "has a *, which voices read by"),
        ("are halfway", "are <b>halfway</b>", "line halfway", "has a <, which voices read by"),
        ("You are halfway.", "''", "line halfway", "must be text, not nothing"),
        ("You are halfway.", "12", "line halfway", "must be a list"),
        ("one minute", "[one, minute]", "line one_minute", "piece of a sentence"),
        ("language: en", "language: de", "field language", "use files of one language"),
        ("are halfway", "are " + "so " * 14 + "far", "line halfway", "has 17 words"),
        ("are halfway", "are " + "so " * 11 + "far", "line halfway", "has 14 words in one breath"),
    ],
)
def test_a_mistake_in_the_phrases(
    files: Files, old: str, new: str, place: str, problem: str
) -> None:
    change(files.phrases, (old, new))
    mistakes = files.mistakes()
    assert any(place in mistake and problem in mistake for mistake in mistakes), mistakes


def test_a_routine_in_another_language_is_told_how_to_choose_it(files: Files) -> None:
    change(files.routine, ("language: en", "language: de"))
    with pytest.raises(ContentError, match=r"or those that come with the coach: --language de\."):
        load_content(files.routine)


def test_a_comma_is_where_a_long_sentence_breathes(files: Files) -> None:
    longest = "You are " + "so " * 9 + "so, far away."
    change(files.phrases, ("You are halfway.", f'"{longest}"'))
    files.load()
    change(files.phrases, ("so, far", "so far"))
    assert "has 14 words in one breath" in files.only_mistake()


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("(move|go", "brackets"),
        ("move()", "brackets"),
        ('"  "', "it has no words"),
        ("move {place}", 'there is no list "place"'),
        ("move {1..5:n}", 'there is no list "1..5"'),
        ("move <far>", "there is no rule <far>"),
        ("move to {exercise}", "next takes no exercise"),
        ('"[please]"', "can be empty"),
        ("Move on", "lower-case words"),
        ("move 2", "lower-case words"),
        ("a b c d e f g", "more than 6 words"),
        ("(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)", "more than 500 phrases"),
        ("(a;b;c;d;e;f;g;h;i;j;k)", "permuted"),
        ("(" * 300 + "a" + ")" * 300, "at most 200 characters"),
    ],
)
def test_a_mistake_in_a_template(files: Files, template: str, problem: str) -> None:
    change(files.commands, ("- move on", f"- {template}"))
    mistakes = files.mistakes()
    assert any("intent next, block 1, sentence 3" in m and problem in m for m in mistakes), mistakes


def test_rules_expand_and_may_not_use_themselves(files: Files) -> None:
    change(
        files.commands,
        ("intents:", "expansion_rules:\n  go: (move|hop) [<far>]\n  far: far\nintents:"),
    )
    change(files.commands, ("- move on", "- <go> along"))
    assert {"move along", "hop far along"} <= set(files.load().vocabulary.meanings)
    change(files.commands, ("  far: far", "  far: <go>"))
    assert "the rule <go> uses itself" in files.only_mistake()


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("<next> <next>", "2000 parts or more"),
        ("<next>|<next> then", "2000 parts or more"),
        ("(<next>;<next>)", "2000 parts or more"),
        ("(" * 80 + "<next>" + ")" * 80, "is nested too deeply"),
    ],
)
def test_rules_that_have_no_end(files: Files, rule: str, problem: str) -> None:
    rules = [f'  r{n}: "{rule.replace("next", f"r{n + 1}")}"\n' for n in range(20)]
    written = "expansion_rules:\n" + "".join(rules) + "  r20: along\nintents:"
    change(files.commands, ("intents:", written), ("- move on", "- move <r0>"))
    assert problem in files.only_mistake()


def test_a_start_that_always_names_an_exercise(files: Files) -> None:
    text = files.commands.read_text(encoding="utf-8")
    head, rest = text.split("          - start rolling\n")
    files.commands.write_text(head + rest[rest.index("          - start {exercise}") :])
    assert "nobody can simply start" in files.only_mistake()


def test_a_cue_that_would_not_be_said(files: Files) -> None:
    change(files.routine, ("at_s: 57", "at_s: 47"))
    mistake = files.only_mistake()
    assert "movement, cue 2, field at_s" in mistake
    assert "too near halfway" in mistake


def test_words_the_recogniser_does_not_know(files: Files) -> None:
    change(files.commands, ("- move on", "- move onn"))
    content = files.load()
    model = {word for word in content.vocabulary.words if word != "onn"}
    (mistake,) = unknown_words(content, model.__contains__, lambda: sorted(model))
    assert '"onn" of "move onn"' in mistake
    assert 'did you mean "on"' in mistake
    assert f"(line {line_of(files.commands, 'move onn')})" in mistake
    assert unknown_words(content, content.vocabulary.words.__contains__) == []


def test_a_title_may_be_its_own_name_and_no_other_command(files: Files) -> None:
    change(files.routine, ("title: horizontal rolling", "title: non-stop rolling"))
    assert 'holds the command "stop rolling"' in files.only_mistake()
    change(files.routine, ("title: non-stop rolling", "title: side to side, gently"))
    files.load()
    change(files.routine, ("title: side to side, gently", "title: vertical rolling"))
    assert 'holds the command "vertical rolling"' in files.only_mistake()
