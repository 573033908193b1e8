"""When the listener acts, waits, and leaves things alone."""

from dataclasses import replace

import pytest

from skill.core.decision import Context, Decision, Doubt, Flush, Puzzle, Utterance
from skill.core.hypothesis import Hypothesis, Reading, Word
from skill.core.listener import Listener
from skill.core.messages import Heard, Ignored
from skill.core.past import Past
from skill.core.recent import Moment
from skill.core.settling import settle
from skill.core.tuning import Tuning
from skill.core.vocabulary import Care, Command, Meaning, Vocabulary, contains, plain
from tests.support.book import VOCABULARY

LONG = 60_000
"""For so long the coach has talked: the filter knows the room."""
LIVE = Context(frozenset(Command), "rolling")
NONE = dict.fromkeys(Care, 0.0)
BELIEVING = Listener(
    VOCABULARY, Tuning(support_in_quiet=NONE, support_for_phrases=NONE), Past(coached=LONG)
)
"""Asks nobody in a quiet room."""


def partial(text: str) -> Hypothesis:
    return Hypothesis((Reading(text, 0, 0, 1.0),), final=False)


def final(text: str, share: float = 1.0, start_ms: int = 1000, lasts: int = 400) -> Hypothesis:
    return Hypothesis((Reading(text, start_ms, start_ms + lasts, share),), final=True)


def judge(
    hypothesis: Hypothesis, context: Context = LIVE, listener: Listener | None = None
) -> Decision | None:
    return (listener or BELIEVING).listen(hypothesis, context, 2000)[1]


def heard_for(text: str, voice_ms: int, silence_ms: int, context: Context = LIVE) -> Flush | None:
    """What is decided when `text` has stood since the voice began."""
    listener = BELIEVING
    listener, _ = listener.listen(partial(text), context, 1000)
    listener = listener.notice_voice([1.0] * (voice_ms // 10), 1000 + voice_ms)
    listener = listener.notice_voice([0.0] * (silence_ms // 10), 1000 + voice_ms + silence_ms)
    return listener.wait(context, 1000 + voice_ms + silence_ms)


def test_an_exact_phrase_is_a_command() -> None:
    assert judge(final("pause", 0.9)) == Heard(Command.PAUSE, None, "pause", 0.9, 1400)


def test_an_exercise_comes_with_its_name() -> None:
    assert judge(final("two")) == Heard(Command.EXERCISE, "two", "two", 1.0, 1400)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[unk]", "not a command"),
        ("[unk] next", "other words around it"),
        ("next pause", "no single command"),
    ],
)
def test_what_is_not_exactly_a_phrase_is_a_puzzle_or_left_alone(text: str, reason: str) -> None:
    ignored, said = Ignored(text, reason, 1.0), final(text)
    assert judge(said) == Puzzle(ignored, Utterance(said.readings[0], LIVE, 0))
    for length in (Tuning().least_puzzling - 10, Tuning().most_puzzling + 10):
        said_so_long = final(text, lasts=length)
        decision = BELIEVING.listen(said_so_long, LIVE, 1500 + length)[1]
        assert decision == ignored, "no phrase of several words lasts so long"
    after_talk = replace(BELIEVING, past=replace(BELIEVING.past, talk_until=900))
    assert judge(said, LIVE, after_talk) == ignored, "in the middle of other talk"
    after_command = replace(BELIEVING, past=replace(BELIEVING.past, command_until=950))
    assert judge(said, LIVE, after_command) == ignored, "the rest of the command before"
    coach = BELIEVING.notice([Moment(60.0, coach=True)] * 5 + [Moment(60.0)] * 60, 1700)
    assert judge(said, LIVE, coach) == ignored, "the coach was speaking as it began"
    late = BELIEVING.listen(said, LIVE, 1400 + Tuning().late + 10)[1]
    assert late == ignored, "too long ago"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("text", "sounds like a command, but is none"), ("rolling", "no single command")],
)
def test_a_single_word_that_was_understood_is_no_puzzle(text: str, reason: str) -> None:
    assert judge(final(text)) == Ignored(text, reason, 1.0)


def test_silence_is_nothing() -> None:
    assert judge(Hypothesis((), final=True)) is None


def test_an_unlikely_or_costly_word_is_left_alone_but_stop_needs_less() -> None:
    assert judge(final("next", 0.39)) == Ignored("next", "not sure enough: 0.39 of 0.80", 0.39)
    assert isinstance(judge(final("stop", 0.75)), Heard)
    assert isinstance(judge(final("skip", 0.85)), Ignored)


@pytest.mark.parametrize(
    ("likelihoods", "expected"),
    [
        ([0.4, 0.4], Ignored("next", "heard by one ear only", 0.75)),
        ([0.6, 0.7], Heard(Command.NEXT, None, "next", 0.75, 1400)),
        ([], Ignored("next", "not sure enough: 0.75 of 0.80", 0.75)),
    ],
)
def test_others_are_asked_about_a_likely_word_that_is_not_sure_enough(
    likelihoods: list[float], expected: Heard | Ignored
) -> None:
    doubt = judge(final("next", 0.75))
    assert isinstance(doubt, Doubt)
    opinions = [final("next", likelihood) for likelihood in likelihoods]
    assert settle(BELIEVING, doubt, opinions) == expected


@pytest.mark.parametrize(("text", "kind"), [("next step", Heard), ("next", Ignored)])
def test_a_phrase_that_is_not_sure_enough_needs_less_support_than_a_word(
    text: str, kind: type
) -> None:
    doubt = judge(final(text, 0.75))
    assert isinstance(doubt, Doubt)
    opinions = [final(text, likelihood) for likelihood in (0.6, 0.1)]
    assert type(settle(BELIEVING, doubt, opinions)) is kind


@pytest.mark.parametrize(("text", "kind"), [("stop", Heard), ("next", Ignored)])
def test_a_protected_word_that_is_not_sure_enough_needs_less_support(text: str, kind: type) -> None:
    doubt = judge(final(text, 0.6))
    assert isinstance(doubt, Doubt)
    opinions = [final(text, likelihood) for likelihood in (0.5, 0.4)]
    assert type(settle(BELIEVING, doubt, opinions)) is kind


@pytest.mark.parametrize(
    ("text", "likelihoods", "kind"),
    [
        ("back", [0.3, 0.0], Ignored),
        ("back", [0.0, 0.9], Heard),
        ("stop", [0.0, 0.2], Ignored),
        ("stop", [0.2, 0.2], Heard),
        ("stop", [], Heard),
    ],
)
def test_a_clock_that_ticks_in_a_quiet_room_is_no_word(
    text: str, likelihoods: list[float], kind: type
) -> None:
    listener = Listener(VOCABULARY)
    doubt = judge(final(text), LIVE, listener)
    assert isinstance(doubt, Doubt)
    opinions = [final(text, likelihood) for likelihood in likelihoods]
    assert type(settle(listener, doubt, opinions)) is kind


@pytest.mark.parametrize(("likelihood", "kind"), [(0.4, Heard), (0.1, Ignored)])
def test_phrases_need_little_support_in_a_quiet_room(likelihood: float, kind: type) -> None:
    listener = Listener(VOCABULARY)
    doubt = judge(final("start over"), LIVE, listener)
    assert isinstance(doubt, Doubt)
    opinions = [final("start over", likelihood), final("[unk]")]
    assert type(settle(listener, doubt, opinions)) is kind


@pytest.mark.parametrize("text", ["next", "stop"])
def test_what_was_said_seconds_ago_is_no_command(text: str) -> None:
    """A sneeze: "back", made of it three seconds later, when the next sound came."""
    said = final(text)
    end = said.readings[0].end_ms
    assert isinstance(BELIEVING.listen(said, LIVE, end + 1200)[1], Heard)
    assert BELIEVING.listen(said, LIVE, end + 1250)[1] == Ignored(text, "too long ago", 1.0)


def test_what_is_not_live_is_left_alone() -> None:
    asleep = Context(frozenset({Command.START}), "asleep")
    assert judge(final("next"), asleep) == Ignored("next", "means nothing while asleep", 1.0)


def test_the_coachs_own_words_are_left_alone_but_stop_always_works() -> None:
    saying = Context(frozenset(Command), "rolling", "Say next, or stop.")
    assert judge(final("next"), saying) == Ignored("next", "the coach's own words", 1.0)
    assert isinstance(judge(final("stop"), saying), Heard)
    assert isinstance(judge(final("pause"), saying), Heard)


def test_a_word_at_the_end_of_other_talk_is_left_alone() -> None:
    listener, _ = BELIEVING.listen(final("[unk]", start_ms=400), LIVE, 850)
    assert judge(final("next", start_ms=1000), LIVE, listener) == Ignored(
        "next", "in the middle of other talk", 1.0
    )
    assert isinstance(judge(final("stop", start_ms=1000), LIVE, listener), Heard)
    assert isinstance(judge(final("next", start_ms=1100), LIVE, listener), Heard)


def test_nobody_is_asked_about_an_unlikely_word_soon_after_other_talk() -> None:
    """Learners who read haltingly: "enough" with 0.72, half a second after something unknown."""
    listener, _ = BELIEVING.listen(final("[unk]", start_ms=400), LIVE, 850)
    soon = judge(final("next", 0.72, start_ms=1600), LIVE, listener)
    assert soon == Ignored("next", "not sure enough: 0.72 of 0.80", 0.72)
    assert isinstance(judge(final("next", 0.9, start_ms=1600), LIVE, listener), Heard)
    assert isinstance(judge(final("next", 0.72, start_ms=2400), LIVE, listener), Doubt)
    assert isinstance(judge(final("stop", 0.65, start_ms=1600), LIVE, listener), Doubt)


def test_a_click_is_no_other_talk() -> None:
    """A lost command: "next", whose first 90 ms were heard as another word."""
    click = Hypothesis((Reading("[unk]", 900, 990, 1.0),), final=True)
    listener, _ = BELIEVING.listen(click, LIVE, 1000)
    assert isinstance(judge(final("next", start_ms=1000), LIVE, listener), Heard)


def test_a_command_is_no_other_talk() -> None:
    listener, _ = BELIEVING.listen(final("next", start_ms=400), LIVE, 850)
    assert isinstance(judge(final("next", start_ms=900), LIVE, listener), Heard)


@pytest.mark.parametrize("hole", [0, 20])
def test_in_noise_a_partial_that_stands_is_flushed_though_the_voice_never_ends(hole: int) -> None:
    voice = [1.0] * 160 + [0.0] * hole + [1.0] * (40 - hole)
    noisy = BELIEVING.notice_voice(voice, 2000)
    noisy, _ = noisy.listen(partial("pause"), LIVE, 2000)
    noisy = noisy.notice_voice([1.0] * 50, 2500)
    assert noisy.wait(LIVE, 2000 + noisy.tuning.steady[Command.PAUSE.care]) == Flush()
    assert noisy.wait(LIVE, 2000 + noisy.tuning.steady[Command.PAUSE.care] - 10) is None


def test_noise_takes_more_confidence_but_not_for_stop() -> None:
    noisy = BELIEVING.notice_voice([1.0] * 200, 2000)
    noisy, _ = noisy.listen(partial("next"), LIVE, 2000)
    assert isinstance(judge(final("next", 0.85)), Heard)
    assert isinstance(judge(final("next", 0.85), LIVE, noisy), Doubt)
    assert isinstance(judge(final("stop", 0.85), LIVE, noisy), Heard)


@pytest.mark.parametrize(
    ("text", "length", "kind"),
    [
        ("next", 400, Heard), ("next", 120, Ignored), ("next", 1500, Ignored),
        ("start over", 1500, Heard), ("stop", 120, Ignored), ("stop", 3000, Heard),
    ],
)  # fmt: skip
def test_a_command_takes_about_as_long_as_people_take(text: str, length: int, kind: type) -> None:
    reading = Reading(text, 1000, 1000 + length, 1.0)
    assert isinstance(judge(Hypothesis((reading,), final=True)), kind)


def in_music(above: float) -> Listener:
    """Three seconds of music, then a word that is so many dB louder."""
    listener = BELIEVING.notice([Moment(60.0)] * 300, 3000)
    return listener.notice([Moment(60.0 + above)] * 40, 3400)


@pytest.mark.parametrize("word", ["next", "start over", "stop"])
def test_a_word_as_loud_as_the_music_is_part_of_it(word: str) -> None:
    sung = judge(final(word, start_ms=3000), LIVE, in_music(1))
    assert isinstance(sung, Ignored)
    assert sung.reason == "no louder than what was to be heard before"
    assert isinstance(judge(final(word, start_ms=3000), LIVE, in_music(8)), Doubt)


@pytest.mark.parametrize(
    ("opinions", "kind"),
    [
        ([("next", 0.4), ("", 0.0)], Ignored),
        ([("next", 0.4), ("next", 0.2)], Heard),
        ([("[unk]", 1.0), ("next", 0.95)], Heard),
        ([("next", 0.9), ("[unk]", 1.0)], Heard),
        ([("pause", 1.0), ("[unk]", 1.0)], Ignored),
        ([], Heard),
    ],
)
def test_in_noise_others_are_asked_whether_it_is_a_command(
    opinions: list[tuple[str, float]], kind: type
) -> None:
    doubt = judge(final("next", start_ms=3000), LIVE, in_music(8))
    assert isinstance(doubt, Doubt)
    assert doubt.start_ms == 3000
    heard = [final(text, share) if text else Hypothesis((), final=True) for text, share in opinions]
    settled = settle(in_music(8), doubt, heard)
    assert type(settled) is kind
    assert settled == doubt.heard or settled == Ignored("next", "heard by one ear only", 1.0)


def in_two_words(level: float) -> Decision | None:
    """Of "next pause" in music at 60 dB, "next" is this loud, and "pause" is louder."""
    listener = BELIEVING.notice([Moment(60.0)] * 300, 3000)
    listener = listener.notice([*[Moment(level)] * 20, *[Moment(72.0)] * 40], 3600)
    words = [Word("next", 3000, 3200), Word("pause", 3200, 3600)]
    return judge(Hypothesis((Reading.of(words, 1.0),), final=True), LIVE, listener)


def test_in_noise_a_word_as_loud_as_the_noise_is_the_noises_and_left_out() -> None:
    """A lost command: "up", before which a dripping tap was "it"."""
    doubt = in_two_words(61.0)
    assert isinstance(doubt, Doubt)
    assert (doubt.heard.phrase, doubt.start_ms) == ("pause", 3200)
    mixed = in_two_words(68.0)
    assert isinstance(mixed, Puzzle)
    assert mixed.ignored.text == "next pause"


def test_in_noise_stop_needs_less_support() -> None:
    doubt = judge(final("stop", start_ms=3000), LIVE, in_music(8))
    assert isinstance(doubt, Doubt)
    unknown = final("[unk]")
    assert settle(in_music(8), doubt, [final("stop", 0.5), unknown]) == doubt.heard
    assert isinstance(settle(in_music(8), doubt, [final("stop", 0.3), unknown]), Ignored)


def test_over_the_coach_a_word_need_not_be_louder() -> None:
    speaking = replace(LIVE, saying="Roll slowly from side to side.")
    assert isinstance(judge(final("stop", start_ms=3000), speaking, in_music(0)), Heard)


def test_in_talk_nothing_is_flushed_while_the_voice_goes_on() -> None:
    talk = BELIEVING.notice_voice([1.0] * 50, 2000)
    talk, _ = talk.listen(partial("pause"), LIVE, 2000)
    talk = talk.notice_voice([1.0] * 100, 3000)
    assert talk.wait(LIVE, 3000) is None


def test_a_word_alone_after_a_silence_is_heard() -> None:
    listener = BELIEVING.notice_voice([1.0] * 50, 500)
    listener = listener.notice_voice([0.0] * 40, 900).notice_voice([1.0] * 50, 1400)
    found = judge(final("next"), LIVE, listener)
    assert isinstance(found, Heard)
    assert found.ended_ms == 1300, "the detector is late by its tail"
    assert isinstance(earlier := judge(final("next", start_ms=850), LIVE, listener), Heard)
    assert earlier.ended_ms == 1250, "the recogniser's end is the earlier one"


def test_a_raw_partial_is_never_acted_on() -> None:
    listener, decision = BELIEVING.listen(partial("next"), LIVE, 1000)
    assert decision is None
    assert listener.wait(LIVE, 1000) is None


def test_a_whole_phrase_is_flushed_when_its_voice_has_ended() -> None:
    assert heard_for("pause", 400, 30) is None
    assert heard_for("pause", 400, 200) == Flush()
    assert heard_for("[unk] pause", 400, 200) is None
    assert heard_for("text", 400, 200) is None


def test_more_is_waited_for_when_more_may_follow() -> None:
    assert heard_for("next", 400, 100) is None
    assert heard_for("next", 400, 200) == Flush()
    assert heard_for("next step", 400, 200) == Flush()
    assert heard_for("more", 400, 200) is None, "no phrase yet"
    # "start over" means something else than "start", "next step" nothing else than "next".
    assert VOCABULARY.is_opening("start")
    assert not Vocabulary({"go": Meaning(Command.NEXT), "go on": Meaning(Command.NEXT)}).is_opening(
        "go"
    )


def test_the_coachs_speech_makes_nothing_wait_longer() -> None:
    saying = Context(frozenset(Command), "rolling", "Roll on.")
    for command in ("stop", "skip"):
        assert heard_for(command, 400, max(Tuning().hang.values()), saying) == Flush()


@pytest.mark.parametrize(
    ("text", "length", "kind"),
    [
        ("next", 1_100, Heard),
        ("next", 1_200, Ignored),
        ("cappuccino please", 1_700, Heard),
        ("cappuccino please", 2_100, Puzzle),
    ],
)
def test_long_words_may_last_longer(text: str, length: int, kind: type) -> None:
    words = replace(VOCABULARY, meanings={**VOCABULARY.meanings, text: Meaning(Command.NEXT)})
    listener = Listener(words, Tuning(support_in_quiet=NONE, support_for_phrases=NONE))
    said = Hypothesis((Reading(text, 500, 500 + length, 1.0),), final=True)
    assert isinstance(listener.listen(said, LIVE, 700 + length)[1], kind)


def test_nothing_is_flushed_that_is_not_live() -> None:
    assert heard_for("pause", 400, 200, Context(frozenset(), "asleep")) is None


def test_a_partial_that_changes_starts_its_dwell_anew() -> None:
    listener, _ = BELIEVING.listen(partial("skip"), LIVE, 1000)
    listener, _ = listener.listen(partial("skip"), LIVE, 1100)
    assert listener.partial_since == 1000
    listener, _ = listener.listen(partial("pause"), LIVE, 1200)
    assert listener.partial_since == 1200


def test_the_ears_are_idle_only_in_silence() -> None:
    listener = BELIEVING.notice_voice([1.0] * 10, 1000)
    assert not listener.is_idle(1400)
    assert listener.is_idle(1600)
    listener, _ = listener.listen(partial("next"), LIVE, 1600)
    assert not listener.is_idle(5000)


def test_a_noise_without_words_is_no_speaking() -> None:
    listener = BELIEVING.notice_voice([1.0] * 400, 4000)
    assert listener.is_idle(4000)
    listener, _ = listener.listen(final("[unk]", start_ms=3000), LIVE, 3900)
    assert not listener.is_idle(4000)


def test_words_are_compared_without_punctuation() -> None:
    assert plain("That's “time” — now!") == "that's time now"
    curved = "Let\u2019s go, los geht\u02bcs, \u2019tis \u2018time\u2019 'now'"
    assert plain(curved) == "let's go los geht's tis time now"
    assert contains("Say next, please.", "next")
    assert not contains("Nextdoor", "next")


def test_a_phrase_nobody_has_cannot_be_suggested() -> None:
    with pytest.raises(KeyError):
        VOCABULARY.suggest(Command.EXERCISE, "three")
    assert VOCABULARY.words >= {"next", "step", "text"}


@pytest.mark.parametrize("word", ["next", "stop"])
def test_a_word_that_nobody_but_the_coach_can_have_said_is_left_alone(word: str) -> None:
    alone = BELIEVING.notice([Moment(others=False)] * 200, 2000)
    echo = judge(final(word), LIVE, alone)
    assert isinstance(echo, Ignored)
    assert echo.reason == "nobody but the coach was talking"
    person = alone.notice([Moment(others=True)] * 30, 2300)
    assert isinstance(judge(final(word), LIVE, person), Heard)


SPEAKING = replace(LIVE, saying="Roll slowly from side to side.")


def after_commands(*levels: float, context: Context = LIVE) -> Listener:
    """Somebody has said "next" at these levels, every two seconds."""
    listener = BELIEVING
    for number, level in enumerate(levels, 1):
        now = number * 2000
        listener = listener.notice([Moment(0.0)] * 160 + [Moment(level)] * 40, now)
        listener, heard = listener.listen(final("next", start_ms=now - 400), context, now)
        assert isinstance(heard, Heard)
    return listener


def over_the_coach(listener: Listener, level: float, word: str = "stop") -> Decision | None:
    now = 60_000
    listener = listener.notice([Moment(level, coach=True)] * 400, now)
    return judge(final(word, start_ms=now - 400), SPEAKING, listener)


@pytest.mark.parametrize("word", ["next", "stop"])
@pytest.mark.parametrize(("levels", "faintest"), [((60,), 54), ((70, 60, 65), 54), ((40,), 34)])
def test_over_the_coach_a_word_much_fainter_than_commands_are_is_an_echo(
    word: str, levels: tuple[float, ...], faintest: float
) -> None:
    person = after_commands(*levels)
    echo = over_the_coach(person, faintest - 1, word)
    assert isinstance(echo, Ignored)
    assert echo.reason == "fainter than commands are"
    assert isinstance(over_the_coach(person, faintest + 1, word), Doubt)
    assert isinstance(over_the_coach(person, faintest + 5, word), Heard)


@pytest.mark.parametrize(
    ("confidence", "kind"),
    [(1.0, Heard), (0.8, Heard), (0.79, Doubt), (0.5, Doubt), (0.49, Ignored)],
)
@pytest.mark.parametrize("word", ["next", "stop"])
def test_over_the_coach_what_is_unlikely_is_in_doubt(
    word: str, confidence: float, kind: type[Decision]
) -> None:
    assert isinstance(judge(final(word, confidence), SPEAKING), kind)


@pytest.mark.parametrize("word", ["next", "stop"])
@pytest.mark.parametrize(
    ("echo", "confidence", "kind"),
    [(65.0, 0.85, Heard), (67.0, 0.85, Ignored), (67.0, 0.95, Doubt)],
)
def test_over_a_coach_much_louder_than_the_person_only_a_sure_word_is_asked_about(
    word: str, echo: float, confidence: float, kind: type[Decision]
) -> None:
    """False commands: "again", "enough" and "start", as loud as the person, with 0.55 to 0.84."""
    person = after_commands(60)
    loud = person.notice([Moment(60.0, coach=True, echo=echo)] * 300, 60_000)
    heard = judge(final(word, confidence, start_ms=59_600), SPEAKING, loud)
    assert isinstance(heard, kind)


@pytest.mark.parametrize(("level", "kind"), [(57.0, Doubt), (55.5, Ignored)])
def test_over_a_coach_much_louder_than_the_person_less_faintness_tells_its_own_words(
    level: float, kind: type[Decision]
) -> None:
    """A false command: "seconds now" was "volume down" to both ears, 5 dB below the person."""
    person = after_commands(60)
    loud = person.notice([Moment(level, coach=True, echo=70.0)] * 300, 60_000)
    assert isinstance(judge(final("stop", start_ms=59_600), SPEAKING, loud), kind)


@pytest.mark.parametrize(("alike", "kind"), [(0.85, Heard), (0.95, Ignored)])
@pytest.mark.parametrize("word", ["next", "stop"])
def test_over_the_coach_a_word_of_its_colour_is_its_own(
    word: str, alike: float, kind: type[Decision]
) -> None:
    """A false command: "a slight bridge" was "again" to all ears, as loud as the person."""
    person = after_commands(60)
    before = person.notice([Moment(60.0, coach=True, alike=0.3)] * 260, 59_600)
    over = before.notice([Moment(60.0, coach=True, alike=alike)] * 40, 60_000)
    assert isinstance(judge(final(word, start_ms=59_600), SPEAKING, over), kind)
    assert isinstance(judge(final(word, start_ms=59_600), LIVE, over), Heard)


@pytest.mark.parametrize(
    ("saying", "level", "alike", "confidence", "kind"),
    [
        ("You have 40 seconds to go.", 58.0, 0.845, 0.92, Ignored),
        ("You have 40 seconds to go.", 58.0, 0.845, 0.96, Doubt),
        ("You have 40 seconds to go.", 58.0, 0.79, 0.92, Heard),
        ("You have 40 seconds to go.", 59.0, 0.845, 0.92, Heard),
        ("Stop or ouch silences me.", 58.0, 0.9, 1.0, Ignored),
        ("Stop or ouch silences me.", 58.0, 0.79, 1.0, Heard),
        ("Stop or ouch silences me.", 59.0, 0.9, 1.0, Heard),
    ],
)
def test_what_is_a_little_faint_and_unlikely_and_of_its_colour_is_the_coachs(
    saying: str, level: float, alike: float, confidence: float, kind: type[Decision]
) -> None:
    """False commands: "to go" was "enough", and its own "stop", 2 and 6 dB below the person, was
    "stop" to all ears.
    """
    context = replace(SPEAKING, saying=saying)
    person = after_commands(60)
    over = person.notice([Moment(level, coach=True, alike=alike)] * 300, 60_000)
    said = final("stop", confidence, start_ms=59_600)
    assert isinstance(judge(said, context, over), kind)
    early = replace(over, past=replace(over.past, coached=8_000))
    assert not isinstance(judge(said, context, early), Ignored), "its colour is not known yet"


@pytest.mark.parametrize(
    ("alike", "confidence", "missing"),
    [(0.86, 0.9, 1.2), (0.86, 0.96, None), (0.84, 0.9, None), (0.86, 0.79, 1.2)],
)
def test_what_is_nearly_of_its_colour_and_not_nearly_sure_needs_others_who_heard_it(
    alike: float, confidence: float, missing: float | None
) -> None:
    """A false command: "slight bridge" was "it hurts", as loud as the person."""
    person = after_commands(60)
    over = person.notice([Moment(60.0, coach=True, alike=alike)] * 300, 60_000)
    decision = judge(final("stop", confidence, start_ms=59_600), SPEAKING, over)
    assert isinstance(decision, Doubt | Heard)
    assert (decision.missing if isinstance(decision, Doubt) else None) == missing


@pytest.mark.parametrize(("alike", "kind"), [(0.92, Doubt), (0.94, Ignored)])
def test_before_the_filter_has_settled_only_what_is_very_much_of_its_colour_is_its_own(
    alike: float, kind: type[Decision]
) -> None:
    """A false command: "55 seconds to go" was "enough", after six seconds."""
    person = after_commands(60)
    early = person.notice([Moment(60.0, coach=True, alike=alike)] * 300, 60_000)
    early = replace(early, past=replace(early.past, coached=8_000))
    assert isinstance(judge(final("next", start_ms=59_600), SPEAKING, early), kind)


@pytest.mark.parametrize(
    ("alike", "confidence", "missing"),
    [(0.7, 0.85, None), (0.7, 0.75, 0.35), (0.7, 0.49, "refused"), (0.85, 0.85, "refused")],
)
def test_over_a_much_louder_coach_a_word_of_another_colour_is_a_persons(
    alike: float, confidence: float, missing: float | str | None
) -> None:
    """Lost commands: "pause" with 0.78, "next" with 0.73, "that hurts" with 0.86."""
    person = after_commands(60)
    person = replace(person, tuning=Tuning())
    over = person.notice([Moment(60.0, coach=True, echo=70.0, alike=alike)] * 300, 60_000)
    decision = judge(final("stop", confidence, start_ms=59_600), SPEAKING, over)
    if missing is None:
        assert isinstance(decision, Heard)
    elif missing == "refused":
        assert isinstance(decision, Ignored)
    else:
        assert isinstance(decision, Doubt)
        assert decision.missing == missing
    early = replace(over, past=replace(over.past, coached=8_000))
    refused = judge(final("stop", 0.85, start_ms=59_600), SPEAKING, early)
    assert isinstance(refused, Ignored), "its colour is not known yet"


@pytest.mark.parametrize(
    ("alike", "echo", "kind"),
    [(0.9, 60.0, Heard), (0.0, 60.0, Ignored), (0.9, 70.0, Ignored), (0.8, 70.0, Heard)],
)
def test_what_the_coach_is_saying_may_be_said_in_another_voice(
    alike: float, echo: float, kind: type[Decision]
) -> None:
    """A lost command: "next", while the coach said "say next when you are there"."""
    context = replace(SPEAKING, saying="Say next when you are there.")
    person = after_commands(60)
    over = person.notice([Moment(60.0, coach=True, echo=echo, alike=alike)] * 300, 60_000)
    assert isinstance(judge(final("next", start_ms=59_600), context, over), kind)
    early = replace(over, past=replace(over.past, coached=8_000))
    assert isinstance(judge(final("next", start_ms=59_600), context, early), Ignored)
    standing, _ = over.listen(partial("next"), context, 59_900)
    assert (standing.wait(context, 60_000) is not None) is (kind is Heard)


@pytest.mark.parametrize(("alike", "kind"), [(-1.0, Heard), (0.0, Ignored)])
def test_with_headphones_the_coachs_words_can_only_be_a_persons(
    alike: float, kind: type[Decision]
) -> None:
    context = replace(SPEAKING, saying="Say next when you are there.")
    before = after_commands(60).notice([Moment(20.0, coach=True, alike=alike)] * 200, 59_600)
    over = before.notice([Moment(60.0, coach=True)] * 40, 60_000)
    assert isinstance(judge(final("next", start_ms=59_600), context, over), kind)


@pytest.mark.parametrize(
    ("word", "level", "after_ms"),
    [("stop", 34.0, 50), ("pause", 34.0, 120), ("start", 34.0, None), ("stop", 36.0, None)],
)
def test_over_the_coach_a_word_has_ended_where_it_is_no_longer_loud(
    word: str, level: float, after_ms: int | None
) -> None:
    """What is left of the coach was a voice that went on: "that hurts" stood for two seconds. In
    the gap of "next step", though, "next" was flushed; "start" may begin another command.
    """
    end = 59_800
    person = after_commands(60).notice([Moment(60.0, coach=True)] * 30, end)
    person, _ = person.listen(partial(word), SPEAKING, end)

    def flushed(ms: int, context: Context) -> bool:
        echo = person.notice([Moment(level, coach=True)] * (ms // 10), end + ms)
        return echo.notice_voice([1.0] * (ms // 10), end + ms).wait(context, end + ms) is not None

    assert next((ms for ms in range(0, 1000, 10) if flushed(ms, SPEAKING)), None) == after_ms
    assert not flushed(990, LIVE)


@pytest.mark.parametrize("context", [LIVE, SPEAKING])
@pytest.mark.parametrize(
    ("word", "gap_ms", "kind"),
    [("skip", -50, Ignored), ("skip", 50, Ignored), ("skip", 60, Heard), ("stop", -50, Heard)],
)
def test_what_goes_on_without_a_pause_is_the_rest_of_a_command(
    word: str, gap_ms: int, kind: type[Decision], context: Context
) -> None:
    """A false command: "next step" was "next", and then "skip" to all ears."""
    after, heard = BELIEVING.listen(final("next", start_ms=1000), context, 1500)
    assert isinstance(heard, Heard)
    assert isinstance(judge(final(word, start_ms=1400 + gap_ms), context, after), kind)


def test_somebody_of_whom_nothing_is_known_may_be_faint() -> None:
    assert isinstance(over_the_coach(BELIEVING, 20), Heard)


def test_only_the_latest_commands_tell_and_none_over_the_coach() -> None:
    assert isinstance(over_the_coach(after_commands(80, *[50] * 5), 49), Heard)
    assert isinstance(over_the_coach(after_commands(50, *[80] * 5), 49), Ignored)
    assert isinstance(over_the_coach(after_commands(80, context=SPEAKING), 49), Heard)


def test_until_the_filter_knows_the_room_every_command_over_the_coach_is_in_doubt() -> None:
    listener = Listener(VOCABULARY)
    for second in range(1, 13):
        assert isinstance(judge(final("stop"), SPEAKING, listener), Doubt)
        listener = listener.notice([Moment(60.0)] * 100, 2000 * second - 1000)
        listener = listener.notice([Moment(60.0, coach=True)] * 100, 2000 * second)
    assert isinstance(judge(final("stop", start_ms=24_000), SPEAKING, listener), Heard)
    assert isinstance(judge(final("stop"), LIVE), Heard)


@pytest.mark.parametrize(("likelihood", "kind"), [(1.0, Heard), (0.9, Doubt)])
def test_until_then_a_phrase_is_in_doubt_unless_it_is_nearly_sure(
    likelihood: float, kind: type[Decision]
) -> None:
    """A false command: "On we roll, with one" was "continue rolling". And a lost one: "that was
    wrong", with a likelihood of 1, which only one of second ears had understood."""
    assert isinstance(judge(final("tell more", likelihood), SPEAKING, Listener(VOCABULARY)), kind)
    assert isinstance(judge(final("tell more", likelihood), SPEAKING), Heard)


def test_what_stood_before_a_new_beginning_is_forgotten() -> None:
    listener, _ = Listener(VOCABULARY).listen(partial("stop"), LIVE, 1000)
    assert listener.wait(LIVE, 2000) == Flush()
    assert listener.begin_anew(1500).wait(LIVE, 2000) is None
