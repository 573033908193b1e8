"""What shows of a live coach's own troubles, and that a real session tells of it."""

from dataclasses import dataclass, replace
from pathlib import Path

from skill.ailments import EVERY, LOOKS, MANY_DROPOUTS, OVERDRIVEN_S, Ailments
from skill.app import App
from skill.core.messages import Bookmark, Trouble, Troubles
from skill.journal import JournalWriter, read_journal, repeat
from skill.ports import BlockKind, Reliable
from skill.settings import Settings
from tests.support.room import Blocks, session


@dataclass
class Counting:
    dropouts: tuple[int, int] = (0, 0)
    speaker_works: bool = True
    hears_nothing: bool = False
    overdriven_s: float = 0.0


def app(folder: Path) -> App:
    return App(Settings(state=folder / "state"))


def test_a_well_coach_has_none(tmp_path: Path) -> None:
    assert Ailments(app(tmp_path), Reliable(), tmp_path)() == ()


def test_a_bookmark_that_cannot_be_kept(tmp_path: Path) -> None:
    one = app(tmp_path)
    (tmp_path / "state").write_text("a file where the folder should be")
    one.shelf.put(Bookmark("r", "e", "s"))
    assert Ailments(one, Reliable(), tmp_path)() == (Trouble.NO_BOOKMARK,)


def test_a_bookmark_that_cannot_be_read_will_be_replaced(tmp_path: Path) -> None:
    one = app(tmp_path)
    one.shelf.path.parent.mkdir()
    one.shelf.path.write_bytes(b"{")
    assert one.shelf.get() is None
    assert Ailments(one, Reliable(), tmp_path)() == ()


def test_a_voice_that_is_not_there(tmp_path: Path) -> None:
    one = App(Settings(state=tmp_path, voice="espeak"))
    one.mouth = replace(one.mouth, trouble="The built-in voice is not there.")
    assert Ailments(one, Reliable(), tmp_path)() == (Trouble.OTHER_VOICE,)


def test_too_weak_a_power_supply_as_the_kernel_tells_it(tmp_path: Path) -> None:
    alarm = tmp_path / "hwmon1" / "in0_lcrit_alarm"
    alarm.parent.mkdir()
    alarm.write_text("0\n")
    ailments = Ailments(app(tmp_path), Reliable(), tmp_path)
    assert ailments() == ()
    alarm.write_text("1\n")
    seen = [ailments() for _ in range(EVERY)]
    assert seen[0] == (), "it is not looked at for every block"
    assert seen[-1] == (Trouble.WEAK,)


def test_sound_that_is_lost_all_the_time(tmp_path: Path) -> None:
    lost = Counting((MANY_DROPOUTS, 1))
    assert Ailments(app(tmp_path), lost, tmp_path)() == (Trouble.BUSY,)


def test_a_microphone_that_is_switched_off(tmp_path: Path) -> None:
    muted = Counting(hears_nothing=True)
    assert Ailments(app(tmp_path), muted, tmp_path)() == (Trouble.SILENT,)


def test_a_microphone_that_is_turned_up_too_far(tmp_path: Path) -> None:
    knocked = Counting(overdriven_s=OVERDRIVEN_S / 2)
    ailments = Ailments(app(tmp_path), knocked, tmp_path)
    assert ailments() == ()
    knocked.overdriven_s = OVERDRIVEN_S
    assert [ailments() for _ in range(EVERY)][-1] == (Trouble.OVERDRIVEN,)
    an_hour = [ailments() for _ in range(EVERY * LOOKS)]
    assert an_hour[0] == (Trouble.OVERDRIVEN,)
    assert an_hour[-1] == ()


def test_what_was_lost_long_ago_is_over(tmp_path: Path) -> None:
    lost = Counting((MANY_DROPOUTS, 1))
    ailments = Ailments(app(tmp_path), lost, tmp_path)
    within = [ailments() for _ in range(EVERY * (LOOKS - 1))]
    assert within[-1] == (Trouble.BUSY,)
    later = [ailments() for _ in range(EVERY * 2)]
    assert later[-1] == ()


def test_a_session_tells_of_it_and_a_replay_repeats_it(tmp_path: Path) -> None:
    talk, witness = session(source=Blocks((30, BlockKind.HEARD)))
    full = (Trouble.FULL,)
    before, ailing = talk.coach, iter([(), (), (), full])
    talk.troubles = lambda: next(ailing, ())
    with JournalWriter(tmp_path / "journal.jsonl", {}) as journal:
        talk.observers = (witness, journal)
        talk.run()
    assert "trouble_full" in witness.said
    told = [entry.message for entry in witness.entries if isinstance(entry.message, Troubles)]
    assert told == [Troubles(full), Troubles(())]
    _, entries = read_journal(tmp_path / "journal.jsonl")
    assert tuple(repeat(before, entries)) == entries
