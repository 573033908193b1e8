"""What a session comes to."""

from skill.core.coach import Phase
from skill.core.vocabulary import Command
from skill.history.tally import Tally, Visit
from tests.support.playbook import Playbook, in_phase


def counted(book: Playbook, tally: Tally, seconds: float) -> Tally:
    for _ in range(round(seconds * 20)):
        book.wait(0.05)
        tally = tally.follow(book.coach, book.now)
    return tally


def test_only_time_on_the_roller_counts() -> None:
    book = in_phase(Phase.ROLLING)
    tally = counted(book, Tally(at=book.now), 10)
    book.hear(Command.PAUSE)
    tally = counted(book, tally, 30)
    book.hear(Command.RESUME)
    tally = counted(book, tally, 5)
    assert abs(tally.active_ms - 15_000) <= 150


def test_a_movement_that_was_left_is_cut_short_and_a_set_up_never_is() -> None:
    book = Playbook().hear(Command.START)
    book.finish_speaking()
    tally = counted(book, Tally(), 2)
    book.hear(Command.NEXT).finish_speaking().hear(Command.START).finish_speaking()
    tally = counted(book, tally, 20)
    book.hear(Command.NEXT).finish_speaking()
    tally = counted(book, tally, 1)
    assert [(v.step, v.cut_short) for v in tally.visits] == [("a", False), ("b", True), ("c", True)]
    assert 19_000 <= tally.visits[1].rolled_ms <= 20_000


def test_a_movement_to_its_end_is_not_cut_short() -> None:
    book = in_phase(Phase.ROLLING)
    tally = counted(book, Tally(), 62)
    assert tally.visits[0].step == "b"
    assert not tally.visits[0].cut_short
    assert len(tally.visits) == 2


def test_repeats_belong_to_the_step_and_coming_back_is_another_visit() -> None:
    book = in_phase(Phase.SETTING_UP)
    tally = counted(book, Tally().repeated(), 1).repeated().repeated()
    book.hear(Command.BACK).finish_speaking()
    tally = counted(book, tally, 1)
    book.hear(Command.NEXT).finish_speaking()
    tally = counted(book, tally, 1)
    assert [(v.step, v.repeats) for v in tally.visits] == [("b", 2), ("a", 0), ("b", 0)]


def test_the_end_of_the_routine_is_known() -> None:
    book = in_phase(Phase.DONE)
    assert Tally(phase=Phase.SETTING_UP).follow(book.coach, book.now).whole
    assert Visit("one", "a").cut_short is False


def test_an_end_that_was_a_mistake_is_none() -> None:
    book = in_phase(Phase.SETTING_UP)
    tally = Tally()
    for _ in range(3):
        tally = counted(book, tally, 1)
        book.hear(Command.SKIP).finish_speaking()
    tally = counted(book, tally, 1)
    visits = tally.visits
    book.hear(Command.LOUDER).finish_speaking().hear(Command.UNDO).finish_speaking()
    tally = counted(book, tally.taken_back(), 1)
    assert tally.whole, "what was taken back was louder"
    assert tally.visits == visits
    book.hear(Command.UNDO).finish_speaking()
    tally = counted(book, tally.taken_back(), 1)
    assert book.coach.phase is not Phase.DONE
    assert not tally.whole
    assert Tally(phase=Phase.DONE, ends=2).taken_back().whole, "the round before was whole"


def test_what_was_come_to_by_mistake_was_not_visited() -> None:
    book = in_phase(Phase.ROLLING)
    tally = counted(book, Tally(), 30)
    book.hear(Command.SKIP)
    tally = counted(book, tally, 1)
    book.hear(Command.UNDO)
    tally = counted(book, tally.taken_back(), 32)
    assert [(v.step, v.cut_short) for v in tally.visits] == [("b", False), ("c", True)]


def test_what_was_rolled_or_repeated_was_visited_whatever_is_taken_back() -> None:
    assert Tally().taken_back() == Tally()
    first, rolled = Visit("one", "a"), Visit("one", "b", 1_000, 60_000)
    repeated = Visit("one", "b", repeats=1)
    for visits in ((first,), (first, rolled), (first, repeated)):
        assert Tally(visits=visits).taken_back().visits == visits
