"""What the page shows, without a browser."""

from dataclasses import replace

from skill.core.coach import Phase
from skill.core.messages import Heard, Ignored, MicrophoneLost, Say
from skill.core.table import useful_commands
from skill.core.vocabulary import Command
from skill.page.view import CAPTIONS, URGENT, Button, Story, View, view
from tests.support.playbook import Playbook, in_phase


def commands(buttons: tuple[Button, ...]) -> list[Command]:
    return [button.command for button in buttons]


def seen(book: Playbook) -> View:
    return view(book.coach, book.now, Story())


def test_a_set_up_is_shown_with_its_drawing_and_without_a_timer() -> None:
    book = Playbook().hear(Command.START)
    book.finish_speaking()
    shown = seen(book)
    assert (shown.exercise, shown.title, shown.number, shown.total) == (
        "exercise one",
        "the a",
        1,
        2,
    )
    assert shown.drawing == "one.a"
    assert shown.timer is None
    assert commands(shown.big)[0] is Command.NEXT


def test_before_a_movement_the_large_button_starts_it() -> None:
    book = in_phase(Phase.SETTING_UP)
    assert commands(seen(book).big)[0] is Command.START


def test_a_running_timer_does_not_change_from_block_to_block() -> None:
    book = in_phase(Phase.ROLLING)
    first = seen(book).timer
    assert first is not None
    rolled = book.now - first.zero_ms
    book.wait(3)
    assert seen(book).timer == first
    assert first.running
    assert book.now - first.zero_ms == rolled + 3_000
    assert first.breath == ("in", "out")


def test_a_pause_stops_the_timer_where_it_is() -> None:
    book = in_phase(Phase.ROLLING)
    book.wait(10)
    book.hear(Command.PAUSE)
    book.wait(5)
    timer = seen(book).timer
    assert timer is not None
    assert not timer.running
    assert timer.rolled_ms == 10_000
    assert commands(seen(book).big)[0] is Command.RESUME


def test_a_lost_microphone_stops_the_timer_and_is_shown() -> None:
    book = in_phase(Phase.ROLLING)
    book.wait(4)
    book.send(MicrophoneLost())
    shown = seen(book)
    assert shown.deaf
    assert shown.timer is not None
    assert not shown.timer.running


def test_in_every_phase_the_buttons_are_all_that_can_be_said_and_each_once() -> None:
    coach = in_phase(Phase.ROLLING).coach
    for phase in Phase:
        for asking in (False, True):
            now = replace(coach, spot=replace(coach.spot, phase=phase), asking=asking)
            shown = view(now, 0, Story())
            every = commands(shown.urgent) + commands(shown.big) + commands(shown.small)
            assert set(every) == set(useful_commands(now, 0))
            keys = [(b.command, b.argument) for b in (*shown.urgent, *shown.big, *shown.small)]
            assert len(keys) == len(set(keys))
            assert tuple(commands(shown.urgent)) == URGENT


def test_when_the_coach_asks_the_answers_come_first() -> None:
    book = Playbook().hear(Command.START)
    book.finish_speaking()
    book.wait(60)
    shown = seen(book)
    assert shown.asking
    assert commands(shown.big)[:2] == [Command.YES, Command.NO]


def test_captions_keep_the_last_lines_and_their_numbers() -> None:
    story = Story()
    for number in range(1, 10):
        story = story.follow(Say(number, f"line {number}"))
    assert [line.number for line in story.captions] == list(range(10 - CAPTIONS, 10))
    assert story.captions[-1].text == "line 9"


def test_what_was_heard_is_kept_and_what_was_ignored_goes_with_the_next_command() -> None:
    story = Story().follow(Ignored("banana", "no command"))
    assert story.unheard == "banana"
    story = story.follow(Heard(Command.NEXT, phrase="next"))
    assert (story.heard, story.unheard) == ("next", "")
    assert not story.captions[-1].coach


def test_after_goodbye_the_page_knows_that_it_is_over() -> None:
    book = in_phase(Phase.DONE).hear(Command.GOODBYE)
    assert not seen(book).over
    book.finish_speaking().wait(1)
    assert seen(book).over
