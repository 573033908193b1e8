"""What is kept of people, and that it can be read back, or is refused with a sentence."""

import errno
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.enrolment.person import ANYBODY, Person
from skill.enrolment.register import Entry, Register, model_mark
from skill.enrolment.takes import Take, read_takes
from skill.errors import ContentError, SettingsError, StorageError
from tests.support.syncing import watched
from tests.support.tones import int16, sine


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path / "people")


@given(factor=st.floats(0.5, 2.0), model=st.text(st.characters(codec="utf-8")))
def test_what_is_kept_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, factor: float, model: str
) -> None:
    register = Register(tmp_path_factory.mktemp("people"))
    entry = Entry(model, Person(factor))
    register.put("anna", entry)
    assert register.get("anna") == (entry,)


def test_enrolling_again_replaces(register: Register) -> None:
    register.put("anna", Entry("ears-en a", Person(0.8)))
    register.put("anna", Entry("ears-en b", ANYBODY))
    assert register.get("anna") == (Entry("ears-en b", ANYBODY),)
    assert [path.name for path in register.folder.iterdir()] == ["anna.yaml"]


def test_enrolling_in_another_language_loses_nothing(register: Register) -> None:
    english, german = Entry("ears-en a", Person(0.8)), Entry("ears-de b", Person(0.9))
    register.put("anna", english)
    register.put("anna", german)
    assert register.get("anna") == (german, english)
    register.put("anna", english)
    assert register.get("anna") == (english, german)
    sound = int16(sine(300, 0.5, 16_000))
    (weiter,) = register.keep("anna", [Take("weiter", sound)], "de").iterdir()
    (following,) = register.keep("anna", [Take("next", sound)]).iterdir()
    assert weiter.exists()
    assert following.exists()
    assert register.forget("anna")
    assert list(register.folder.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../anna", "Anna", "a b", "-x", "a" * 33, "anna.yaml", "ä"])
def test_names_that_are_no_file_names(register: Register, name: str) -> None:
    with pytest.raises(SettingsError, match="lower-case letters"):
        register.path(name)


def test_somebody_unknown(register: Register) -> None:
    with pytest.raises(SettingsError, match="nobody is known yet"):
        register.get("anna")
    register.put("bert", Entry("a"))
    with pytest.raises(SettingsError, match=r"known are bert.*enrol anna"):
        register.get("anna")


@pytest.mark.parametrize(
    "text",
    ["", "factor: 0.9\n", "model: a\nfactor: fast\n", "model: a\nfactor: 9.0\n", "{", "- 1\n",
     "model: a\nnose: long\n", "\0", "model: a\nothers: [{factor: 1}]\n"],
)  # fmt: skip
def test_a_file_that_somebody_spoilt(register: Register, text: str) -> None:
    path = register.put("anna", Entry("a"))
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"anna\.yaml[\s\S]*enrol anna again"):
        register.get("anna")


def test_recordings_are_kept_as_they_are_read(register: Register) -> None:
    sound = int16(sine(300, 0.5, 16_000))
    takes = [Take("next", sound), Take("start rolling", sound // 2), Take("next", sound // 3)] * 3
    folder = register.keep("anna", takes)
    back = read_takes(folder, ["next", "start rolling"])
    assert len(back) == 9
    assert sorted(take.phrase for take in back) == sorted(take.phrase for take in takes)
    firsts = [take for take in back if take.phrase == "next"]
    assert any(np.array_equal(take.pcm, sound) for take in firsts)
    register.keep("anna", takes[:2])
    assert sorted(path.name for path in folder.iterdir()) == ["next.1.wav", "start rolling.1.wav"]
    assert [path.name for path in register.folder.iterdir()] == ["anna"]


def test_forgetting_deletes_everything_of_one_person(register: Register) -> None:
    register.put("anna", Entry("a"))
    register.keep("anna", [Take("next", int16(sine(300, 0.5, 16_000)))])
    register.put("bert", Entry("a"))
    assert register.forget("anna")
    assert [path.name for path in register.folder.iterdir()] == ["bert.yaml"]
    assert not register.forget("anna")


def test_forgetting_deletes_what_a_killed_process_left(register: Register) -> None:
    (register.folder / "anna.new").mkdir(parents=True)
    (register.folder / "anna.new" / "next.1.wav").touch()
    assert register.forget("anna")
    (register.folder / "anna.yaml.new").touch()
    assert register.forget("anna")
    assert list(register.folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_recordings_are_for_nobody_else(register: Register) -> None:
    kept = register.keep("anna", [Take("next", int16(sine(300, 0.5, 16_000)))])
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (kept, register.folder)]
    assert modes == [0o700, 0o700]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_is_kept_outlives_a_power_cut(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = watched(monkeypatch)
    register.put("anna", Entry("a"))
    register.keep("anna", [Take("next", int16(sine(300, 0.5, 16_000)))])
    names = [path.relative_to(register.folder.parent).as_posix() for path in synced]
    assert names == [
        "people/anna.yaml.new",
        "people",
        "people/anna.new/next.1.wav",
        "people/anna.new",
        "people",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX paths")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "people"
    file.touch()
    with pytest.raises(StorageError, match="cannot be kept"):
        Register(file).put("anna", Entry("a"))
    with pytest.raises(StorageError, match="cannot be kept"):
        Register(file).keep("anna", [])


def test_nothing_stays_of_recordings_that_cannot_be_written(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They kept the full disk full."""

    def full(_folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    take = Take("next", int16(sine(300, 0.5, 16_000)))
    register.keep("anna", [take])
    monkeypatch.setattr("skill.enrolment.register.sync_whole", full)
    with pytest.raises(StorageError, match=r"No space left.*What was learnt is kept"):
        register.keep("anna", [take, take])
    names = [path.relative_to(register.folder).as_posix() for path in register.folder.rglob("*")]
    assert sorted(names) == ["anna", "anna/next.1.wav"]


def test_another_model_has_another_mark(tmp_path: Path) -> None:
    (tmp_path / "am").mkdir()
    (tmp_path / "am" / "final.mdl").write_bytes(b"1234")
    first = model_mark(tmp_path)
    assert model_mark(tmp_path) == first
    (tmp_path / "SHA256SUMS").write_text("abc  am/final.mdl\n", encoding="utf-8")
    second = model_mark(tmp_path)
    (tmp_path / "SHA256SUMS").write_text("def  am/final.mdl\n", encoding="utf-8")
    assert len({first, second, model_mark(tmp_path)}) == 3


def test_a_spoilt_file_is_one_mistake(register: Register) -> None:
    register.put("anna", Entry("a")).write_text("model: a\nfactor: 9.0\n", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        register.get("anna")
    (mistake,) = caught.value.mistakes
    assert mistake.endswith("Or enrol anna again.")
