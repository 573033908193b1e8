"""Commands that come from elsewhere than the microphone."""

from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue

import pytest

from skill.audio.timeline import TimelineSpeaker
from skill.core.coach import Coach, Phase
from skill.core.deference import Deference
from skill.core.messages import Heard, Hush, Ignored
from skill.core.vocabulary import Command
from skill.dialogue import tell
from skill.journal import Entry, JournalWriter, read_journal, repeat
from skill.ports import BlockKind, Press
from tests.support.book import BOOK
from tests.support.room import BLOCK, RATE, Blocks, session


class Fingers:
    """Presses at set calls, which come once for every block of 50 ms."""

    def __init__(self, **at: tuple[Command, str | None]) -> None:
        self._at = {int(call.removeprefix("block")): what for call, what in at.items()}
        self._calls = 0

    def pressed(self) -> Sequence[Press]:
        self._calls += 1
        found = self._at.get(self._calls)
        return () if found is None else (Press(*found, "page"),)


def quiet(seconds: float) -> Blocks:
    return Blocks((seconds, BlockKind.HEARD))


def test_a_press_is_a_command_at_the_microphone_s_time() -> None:
    talk, witness = session(source=quiet(12))
    talk.hands = (Fingers(block100=(Command.START, None)),)
    talk.run()
    heard = [entry for entry in witness.entries if isinstance(entry.message, Heard)]
    assert [entry.at for entry in heard] == [5_000]
    assert heard[0].message == Heard(Command.START, None, "start", 1.0, 5_000, "page")
    assert "you: start (by page)" in tell(witness.entries)
    assert "intro one" in witness.said


def test_a_press_silences_the_coach_within_the_block() -> None:
    talk, witness = session(source=quiet(3))
    talk.hands = (Fingers(block10=(Command.STOP, None)),)
    talk.run()
    assert [entry.at for entry in witness.entries if isinstance(entry.message, Hush)] == [500]


def test_the_answer_to_a_press_is_as_loud_as_ever_whoever_talks_over_the_coach() -> None:
    talk, _ = session(source=quiet(12))
    talk.ears.deference = Deference(until=60_000)
    talk.hands = (Fingers(block100=(Command.START, None), block120=(Command.PAIN, None)),)
    for block in talk.source.blocks():
        talk.step(block)
        if block.end_frame == 6 * RATE + RATE // 2:
            break
    played = talk.narrator.speaker
    assert isinstance(played, TimelineSpeaker)
    assert played.played(6 * RATE + BLOCK, RATE // 4).max() == pytest.approx(0.1)


def test_a_press_of_what_is_not_live_does_nothing_and_is_told() -> None:
    talk, witness = session(source=quiet(8))
    talk.hands = (Fingers(block100=(Command.NEXT, None)),)
    coach = talk.run()
    assert coach.phase is Phase.ASLEEP
    ignored = [entry.message for entry in witness.entries if isinstance(entry.message, Ignored)]
    assert ignored == [Ignored("next", "means nothing while asleep", 1.0)]


def test_an_exercise_that_there_is_not_does_no_harm() -> None:
    talk, _ = session(source=quiet(8))
    talk.hands = (Fingers(block100=(Command.EXERCISE, "nowhere")),)
    assert talk.run().phase is Phase.ASLEEP


def test_several_hands_are_asked_in_turn() -> None:
    talk, witness = session(source=quiet(12))
    one, two = Fingers(block100=(Command.START, None)), Fingers(block100=(Command.PAIN, None))
    talk.hands = (one, two)
    assert talk.run().phase is Phase.HURT
    assert sum(isinstance(entry.message, Heard) for entry in witness.entries) == 2


def test_a_replay_of_the_journal_repeats_presses(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with JournalWriter(path, {}) as journal:
        talk, _ = session(source=quiet(12))
        talk.observers = (journal,)
        talk.hands = (Fingers(block100=(Command.START, None)),)
        talk.run()
    entries = read_journal(path)[1]
    assert any(isinstance(entry.message, Heard) for entry in entries)
    again: tuple[Entry, ...] = tuple(repeat(Coach(BOOK), entries))
    assert again == entries


def test_another_thread_s_presses_come_through_a_queue() -> None:
    """How hands with a thread of their own are made."""
    queue: SimpleQueue[Press] = SimpleQueue()
    queue.put(Press(Command.HELP, None, "button"))

    class Queued:
        def pressed(self) -> Sequence[Press]:
            return [queue.get() for _ in range(queue.qsize())]

    talk, witness = session(source=quiet(4))
    talk.hands = (Queued(),)
    talk.run()
    assert [entry.at for entry in witness.entries if isinstance(entry.message, Heard)] == [50]
