"""What the ears hear of how loud it is, and what they make of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skill.audio.activity import WebRtcVoiceDetector
from skill.core.decision import Closest, Context, Decision, Flush, Standing
from skill.core.hypothesis import Hypothesis, Reading
from skill.core.listener import Listener
from skill.core.messages import Heard, Ignored
from skill.core.past import Past
from skill.core.vocabulary import Command
from skill.ears import Ears
from skill.ports import Block, BlockKind, Pcm
from tests.support.book import VOCABULARY
from tests.support.scripted import Cue, ScriptedRecognizer

LIVE = Context(frozenset(Command), "trying")
SPEAKING = Context(frozenset(Command), "trying", "Roll slowly.")
BLOCK = 800

SETTLED = Listener(VOCABULARY, past=Past(coached=60_000))


def noise(level: float, blocks: int) -> list[Pcm]:
    sound = np.random.default_rng(1).normal(0, level, (blocks, BLOCK))
    return list(np.clip(sound, -32768, 32767).astype(np.int16))


def listened(ears: Ears, sounds: Sequence[Pcm], context: Context = LIVE) -> list[Decision]:
    """All that ears make of sounds, a block each."""
    blocks = [Block(number * BLOCK, pcm) for number, pcm in enumerate(sounds)]
    return [one for block in blocks for one in ears.hear(block, block.end_frame // 16, context)]


def hear(word: float, context: Context = LIVE, kind: BlockKind = BlockKind.HEARD) -> list[Decision]:
    """Three seconds of noise of level 1000, then half a second of this level, a "next" in it."""
    cue = Cue(3000, 3500, "next")
    ears = Ears(ScriptedRecognizer([cue]), WebRtcVoiceDetector(), Listener(VOCABULARY))
    decisions: list[Decision] = []
    sounds = [*noise(1000, 60), *noise(word, 10), *noise(0, 20)]
    for number, pcm in enumerate(sounds):
        block = Block(number * BLOCK, pcm, kind if number < 60 else BlockKind.HEARD)
        early = context if number < 60 else LIVE
        decisions += ears.hear(block, block.end_frame // 16, early)
    return [decision for decision in decisions if isinstance(decision, (Heard, Ignored))]


@pytest.mark.parametrize("number", [1, 3, 5])
def test_levels_of_a_block_are_those_of_its_parts(number: int) -> None:
    pcm = np.repeat(np.array([0, 9, 99], np.int16), 160)
    pcm[::2] *= -1
    levels = Block(0, pcm).levels(3 * number)
    assert levels[::number] == pytest.approx([0, 19.14, 39.91], abs=0.01)
    assert len(levels) == 3 * number
    with_offset: Pcm = pcm + np.int16(3000)
    assert Block(0, with_offset).levels(3 * number) == pytest.approx(levels)


def test_a_word_above_the_noise_is_heard_and_one_inside_it_is_not() -> None:
    assert [type(decision) for decision in hear(4000)] == [Heard]
    assert [type(decision) for decision in hear(1000)] == [Ignored]


def test_nothing_is_compared_with_the_coachs_own_voice() -> None:
    assert [type(decision) for decision in hear(1000, SPEAKING)] == [Heard]


def test_nothing_is_compared_with_a_lost_microphone() -> None:
    assert [type(decision) for decision in hear(1000, kind=BlockKind.LOST)] == [Heard]


class Others:
    """Second ears who always say the same."""

    def __init__(
        self, text: str, standing: Standing | None = None, closest: Closest | None = None
    ) -> None:
        self.text = text
        self.known = standing
        self.near = closest
        self.puzzled: list[int] = []
        self.compared: list[tuple[str, int]] = []
        self.kept = 0
        self.forgotten = 0
        self.asked: list[int] = []

    def keep(self, block: Block) -> None:
        self.kept += len(block.pcm)

    def forget(self) -> None:
        self.forgotten += 1

    def opinions(self, start_ms: int) -> Iterator[Hypothesis]:
        for _ in range(2):
            self.asked.append(start_ms)
            yield Hypothesis((Reading(self.text, start_ms, start_ms + 400, 1.0),), final=True)

    def standing(self, phrase: str, start_ms: int) -> Standing | None:
        self.compared.append((phrase, start_ms))
        return self.known

    def closest(self, start_ms: int) -> Closest | None:
        self.puzzled.append(start_ms)
        return self.near


@pytest.mark.parametrize(
    ("others", "room", "context", "kind", "asked"),
    [
        ("next", 1000, LIVE, Heard, 1),
        ("[unk]", 1000, LIVE, Ignored, 2),
        ("[unk]", 50, LIVE, Ignored, 2),
        ("[unk]", 1000, SPEAKING, Heard, 0),
    ],
)
def test_others_are_asked_about_a_word_unless_the_coach_speaks(
    others: str, room: float, context: Context, kind: type, asked: int
) -> None:
    second = Others(others)
    recognizer = ScriptedRecognizer([Cue(3000, 3500, "next")])
    ears = Ears(recognizer, WebRtcVoiceDetector(), SETTLED, second)
    decisions = listened(ears, [*noise(room, 60), *noise(4000, 10), *noise(0, 20)], context)
    assert [type(decision) for decision in decisions if not isinstance(decision, Flush)] == [kind]
    assert len(second.asked) == asked
    assert second.kept == 90 * BLOCK
    assert second.forgotten == (kind is Heard), "what was acted on, and nothing else"


@pytest.mark.parametrize(
    ("standing", "kind", "asked"),
    [(Standing(0, 2.0), Heard, 0), (Standing(30, -9.0), Ignored, 0), (Standing(3, -1.0), Heard, 1)],
)
def test_others_are_asked_only_where_other_words_do_not_settle_it(
    standing: Standing, kind: type, asked: int
) -> None:
    second = Others("next", standing)
    recognizer = ScriptedRecognizer([Cue(3000, 3500, "next")])
    ears = Ears(recognizer, WebRtcVoiceDetector(), Listener(VOCABULARY), second)
    decisions = listened(ears, [*noise(50, 60), *noise(4000, 10), *noise(0, 20)])
    assert [type(decision) for decision in decisions if not isinstance(decision, Flush)] == [kind]
    assert second.compared == [("next", 3000)]
    assert len(second.asked) == asked


CLOSE = Closest("more time", 40.0, 0.3, 0.6)


@pytest.mark.parametrize(
    ("text", "closest", "context", "asked", "found"),
    [
        ("time where", CLOSE, LIVE, 2, ["more time"]),
        ("[unk]", CLOSE, LIVE, 2, ["more time"]),
        ("[unk]", replace(CLOSE, misfit=1.5), LIVE, 2, []),
        ("[unk]", None, LIVE, 2, []),
        ("[unk]", CLOSE, SPEAKING, 0, []),
        ("next", CLOSE, LIVE, 0, ["next"]),
    ],
)
def test_what_came_to_nothing_may_be_a_phrase_word_by_word(
    text: str, closest: Closest | None, context: Context, asked: int, found: list[str]
) -> None:
    second = Others("next", Standing(0, 2.0), closest)
    recognizer = ScriptedRecognizer([Cue(3000, 3800, text)])
    ears = Ears(recognizer, WebRtcVoiceDetector(), Listener(VOCABULARY), second)
    heard = listened(ears, [*noise(50, 60), *noise(4000, 16), *noise(0, 40)], context)
    assert [decision.phrase for decision in heard if isinstance(decision, Heard)] == found
    assert second.puzzled == [3000] * asked
    assert second.forgotten == len(found)


def heard_at(closest: Closest | None) -> list[int]:
    """When a command is heard, ms; it ends at 3.8 s, and at 6 s for the recogniser."""
    recognizer = ScriptedRecognizer([Cue(3000, 3800, "[unk]")], endpoint_ms=2200)
    ears = Ears(
        recognizer, WebRtcVoiceDetector(), Listener(VOCABULARY), Others("next", None, closest)
    )
    sounds, found = [*noise(50, 60), *noise(4000, 16), *noise(0, 50)], []
    for number, pcm in enumerate(sounds):
        block = Block(number * BLOCK, pcm)
        now = block.end_frame // 16
        found += [now for one in ears.hear(block, now, LIVE) if isinstance(one, Heard)]
    return found


def test_a_phrase_word_by_word_is_acted_on_before_the_recogniser_ends_it() -> None:
    (at,) = heard_at(CLOSE)
    assert 4000 < at < 4400


def test_where_others_do_not_know_one_the_recogniser_ends_it() -> None:
    assert heard_at(replace(CLOSE, misfit=1.5)) == []
    assert heard_at(None) == []


class Wavering(ScriptedRecognizer):
    """Finds that it may also have been "stop"."""

    @staticmethod
    def _readings(cue: Cue) -> tuple[Reading, ...]:
        stop = Reading("stop", cue.start_ms, cue.end_ms, 1 - cue.confidence)
        return (*ScriptedRecognizer._readings(cue), stop)


@pytest.mark.parametrize(
    ("text", "others", "context", "asked", "found"),
    [
        ("text", "stop", LIVE, 1, ["stop"]),
        ("text", "[unk]", LIVE, 2, []),
        ("[unk]", "stop", LIVE, 1, ["stop"]),
        ("[unk]", "[unk]", LIVE, 2, ["more time"]),
        ("next", "stop", LIVE, 2, ["stop"]),
        ("next", "next", LIVE, 1, ["next"]),
        ("text", "stop", SPEAKING, 1, ["stop"]),
        ("text", "[unk]", SPEAKING, 2, []),
    ],
)
def test_what_came_out_as_something_else_may_have_been_stop(
    text: str, others: str, context: Context, asked: int, found: list[str]
) -> None:
    second = Others(others, closest=CLOSE)
    recognizer = Wavering([Cue(3000, 3800, text, 0.8)])
    ears = Ears(recognizer, WebRtcVoiceDetector(), Listener(VOCABULARY), second)
    heard = listened(ears, [*noise(50, 60), *noise(4000, 16), *noise(0, 40)], context)
    assert [decision.phrase for decision in heard if isinstance(decision, Heard)] == found
    assert len(second.asked) == asked
    assert second.forgotten == len(found)


def test_without_second_ears_what_came_to_nothing_is_nothing() -> None:
    recognizer = ScriptedRecognizer([Cue(3000, 3800, "[unk]")])
    ears = Ears(recognizer, WebRtcVoiceDetector(), Listener(VOCABULARY))
    heard = listened(ears, [*noise(50, 60), *noise(4000, 16), *noise(0, 40)])
    assert [type(decision) for decision in heard] == [Ignored]


def test_what_a_canceller_tells_belongs_to_the_end_of_its_block() -> None:
    ears = Ears(ScriptedRecognizer([]), WebRtcVoiceDetector(), Listener(VOCABULARY))
    talked, echo, alike = (True, False, False), (9.0, 8.0, 7.0), (0.3, 0.2, 0.1)
    block = Block(0, noise(8, 1)[0], others=talked, echo=echo, alike=alike)
    ears.hear(block, 50, SPEAKING)
    moments = ears.listener.past.recent.moments
    assert [moment.others for moment in moments] == [True, True, *talked]
    assert [moment.echo for moment in moments] == [0, 0, *echo]
    assert [moment.alike for moment in moments] == [0, 0, *alike]


def over_the_coach(change: int, **news: Any) -> list[Decision]:
    """A "next" from the 60th block to the 70th; something is new with a block."""
    cue = Cue(3000, 3500, "next")
    others = Others("next")
    recognizer = ScriptedRecognizer([cue], endpoint_ms=2000)
    ears = Ears(recognizer, WebRtcVoiceDetector(), SETTLED, others)
    decisions: list[Decision] = []
    for number, pcm in enumerate([*noise(8, 60), *noise(4000, 10), *noise(0, 20)]):
        told = news if number == change else {}
        block = replace(Block(number * BLOCK, pcm), **told)
        decisions += ears.hear(block, block.end_frame // 16, SPEAKING)
    return decisions


def test_what_stood_when_the_coach_became_known_to_be_heard_is_nobodys() -> None:
    """A false command: the coach's first words were cut off, and were a whole phrase then."""
    assert [type(one) for one in over_the_coach(70)] == [Heard]
    assert over_the_coach(70, anew=True) == []


@pytest.mark.parametrize("news", [{"again": np.ones(BLOCK, np.int16)}, {"anew": True}])
def test_who_begins_to_talk_begins_an_utterance(news: dict[str, Any]) -> None:
    """A lost command: the coach's shreds and "pause" were one unknown word of four seconds."""
    flushed: list[int] = []

    class Listening(ScriptedRecognizer):
        def feed(self, block: Block) -> list[Hypothesis]:
            flushed.append(-block.start_frame)
            return []

        def flush(self) -> Hypothesis:
            flushed.append(1)
            return Hypothesis((), final=True)

    ears = Ears(Listening([]), WebRtcVoiceDetector(), Listener(VOCABULARY))
    for number, pcm in enumerate(noise(8, 3)):
        block = replace(Block(number * BLOCK, pcm), **(news if number == 2 else {}))
        ears.hear(block, block.end_frame // 16, SPEAKING)
    assert flushed == [0, -BLOCK, 1, -2 * BLOCK]
