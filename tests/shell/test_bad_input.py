"""Whatever is wrong with what a person gives: one sentence, a remedy, an exit code of its own."""

import errno
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from skill.audio.pcm import read_pcm
from skill.cli.benchmark import figures
from skill.errors import ContentError, StorageError, VoiceError, install_again
from skill.history.records import Record
from skill.history.store import Store
from skill.models.seal import SEAL
from skill.mouth import make_mouth
from skill.settings import SHIPPED, Settings, read_settings
from tests.support.shell import Done, run

RATE = 16_000
RECORDINGS = Path(__file__).parent.parent / "recordings"
MODEL = Settings().model
Capture = pytest.CaptureFixture[str]


def assert_explained(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err
    assert done.err.rstrip().endswith((".", "?")), "it ends with a remedy, a sentence"


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(RATE * 2, np.int16), RATE)
    return path


# Recordings


def test_no_recording(capfd: Capture, tmp_path: Path) -> None:
    assert_explained(run(capfd, "replay", tmp_path / "none.wav"), 4, "none.wav", "does not exist")


def test_an_empty_recording(capfd: Capture, tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    path.touch()
    assert_explained(run(capfd, "replay", path), 4, "empty.wav", "is empty")


def test_a_recording_without_frames(capfd: Capture, tmp_path: Path) -> None:
    path = tmp_path / "nothing.wav"
    soundfile.write(path, np.zeros(0, np.int16), RATE)
    assert_explained(run(capfd, "replay", path), 4, "nothing.wav", "without any sound")


def test_a_text_is_no_recording(capfd: Capture, tmp_path: Path) -> None:
    path = tmp_path / "letter.wav"
    path.write_text("Dear coach, " * 100, encoding="utf-8")
    assert_explained(run(capfd, "replay", path), 4, "letter.wav", "not a sound file")


def test_a_recording_cut_short_plays_up_to_there_and_the_journal_is_whole(
    capfd: Capture, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole.flac", tmp_path / "cut.flac"
    soundfile.write(whole, np.random.default_rng(1).normal(0, 0.01, RATE * 20), RATE)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    journal = tmp_path / "journal.jsonl"
    done = run(capfd, "replay", cut, "--journal", journal, "--quiet")
    assert_explained(done, 4, "cut.flac", "up to second")
    assert run(capfd, "replay", journal, "--quiet").code == 0


def test_a_silent_recording_is_said_to_be_silent(capfd: Capture, silence: Path) -> None:
    done = run(capfd, "replay", silence, "--quiet")
    assert_explained(done, 0, "silence.wav is silent", "record again")


def test_a_recording_that_is_cut_off_at_the_limit_is_said_to_be(
    capfd: Capture, tmp_path: Path
) -> None:
    path = tmp_path / "boosted.wav"
    word = 40.0 * read_pcm(RECORDINGS / "next step.flite-slt.ogg")
    soundfile.write(path, word.clip(-32_768, 32_767).astype(np.int16), RATE)
    done = run(capfd, "replay", path, "--quiet")
    assert_explained(done, 0, "boosted.wav is cut off at the limit", "Lower the microphone's level")


@pytest.mark.parametrize("command", [["replay"], ["mic-test", "--recording"]])
def test_a_recording_whose_name_is_not_utf_8(
    capfd: Capture, silence: Path, command: list[str]
) -> None:
    odd = silence.rename(silence.with_name(os.fsdecode(b"b\xffd.wav")))
    done = run(capfd, *command, odd)
    assert (done.code, done.err.count("\n")) in {(0, 1), (1, 0)}, "silent, and nothing worse"
    gone = odd.with_name(os.fsdecode(b"n\xff.wav"))
    assert_explained(run(capfd, *command, gone), 4, "n\\udcff.wav does not exist")


def test_a_channel_that_is_not_there(capfd: Capture, silence: Path) -> None:
    assert_explained(run(capfd, "replay", silence, "--channel", 3), 4, "silence.wav", "channel")


# Whatever a name stands for


@pytest.mark.parametrize(
    "command",
    ["history export csv", "rehearse", "evaluate", "voice compare", "voice build --output"],
)
def test_a_working_directory_that_was_deleted(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    done = run(capfd, *command.split(), "p.html")
    assert_explained(done, 2, "p.html would lie in the working directory, which was deleted.")


def test_processes_that_would_begin_where_nothing_is(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Python's own helper begins with the first of them; where it dies, Python warns of it.
    resource_tracker.ensure_running()
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    done = run(capfd, "voice", "build", "--voice", "espeak", "--jobs", 2)
    assert_explained(done, 8, "The working directory was deleted.")


@pytest.fixture
def here(silence: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of silence.wav, a pipe and a link to itself, where commands are given."""
    monkeypatch.chdir(silence.parent)
    os.mkfifo("pipe.jsonl")
    Path("loop").symlink_to("loop")
    return silence.parent


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("replay", 8),
        ("replay silence.wav --quiet --expect", 1),
        ("rehearse", 3),
        ("evaluate", 8),
        ("check --settings", 0),
        ("check --routine", 3),
        ("models list --manifest", 3),
        ("voices list --manifest", 3),
        ("mic-test --recording", 4),
        ("benchmark --once --recording silence.wav --labels", 0),
    ],
)
def test_a_pipe_into_which_nobody_writes_is_not_waited_for(
    capfd: Capture, here: Path, command: str, code: int
) -> None:
    done = run(capfd, *command.split(), here / "pipe.jsonl")
    assert done.code == code, done.err
    assert code == 0 or "pipe.jsonl" in done.err


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        (
            "say - --voice espeak --output b.wav <&-",
            6,
            "roller-coach: The line '' has nothing in it",
        ),
        ("history export csv >&-", 0, ""),
        ("history delete 1 <&-", 130, "interrupted"),
        ("check --routine none.yaml 2>&-", 3, ""),
        ("check <&- >&- 2>&-", 0, ""),
    ],
)
def test_a_standard_file_that_is_closed_is_an_empty_one(
    tmp_path: Path, command: str, code: int, told: str
) -> None:
    with Store(tmp_path / "roller-coach" / "history.sqlite3") as store:
        store.keep(Record(datetime(2026, 11, 30, tzinfo=UTC), "back", 600, True, ()))
    state = {"PYTHONPATH": str(Path.cwd()), "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m skill {command}', sys.executable],
        env=os.environ | state,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.parametrize(
    "command",
    ["replay", "voice build --output", "check --settings", "evaluate", "say x --output"],
)
def test_an_empty_path_is_not_the_working_directory(capfd: Capture, command: str) -> None:
    done = run(capfd, *command.split(), "")
    assert_explained(done, 2, "An empty path names no file.")


@pytest.mark.parametrize(
    "command",
    [
        "replay silence.wav --expect",
        "evaluate",
        "check --settings",
        "models path x --manifest",
        "voices get x --manifest",
    ],
)
@pytest.mark.usefixtures("here")
def test_a_device_without_an_end(capfd: Capture, command: str) -> None:
    done = run(capfd, *command.split(), "/dev/zero")
    assert done.code != 0
    assert "/dev/zero" in done.err
    assert "too large" in done.err


@pytest.mark.parametrize(
    "command", ["replay", "rehearse", "evaluate", "replay silence.wav --journal"]
)
def test_a_link_that_leads_to_itself(capfd: Capture, here: Path, command: str) -> None:
    done = run(capfd, *command.split(), here / "loop")
    assert_explained(done, done.code, "loop", "Too many levels of symbolic links")
    assert done.code in {3, 4, 8}


@pytest.mark.parametrize(
    "command", ["replay", "check --model", "enrol anna --from", "replay silence.wav --journal"]
)
def test_a_name_longer_than_any_file_has(capfd: Capture, here: Path, command: str) -> None:
    assert_explained(
        run(capfd, *command.split(), here / ("x" * 300)), 2, "...", "too long for a file"
    )


def test_settings_of_brackets(capfd: Capture, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("language = " + "[" * 100_000, encoding="utf-8")
    assert_explained(run(capfd, "check", "--settings", path), 10, "settings.toml cannot be read")


# Journals


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"journal": 1}\n3',
        '{"journal": 1}\n"at"',
        '{"journal": 1}\nnull',
        '{"journal": 1}\n' + "[" * 100_000,
        '{"journal": 1, "language": "xx"}\n{"at": 0, "event": "Started", "bookmark": null}',
        '{"journal": 1, "language": 5}\n{"at": 0, "event": "Started", "bookmark": null}',
    ],
)
def test_a_journal_that_is_none_names_its_line(capfd: Capture, tmp_path: Path, text: str) -> None:
    path = tmp_path / "j.jsonl"
    path.write_text(text, encoding="utf-8")
    line = 1 + ("\n" in text and "language" not in text)
    assert_explained(run(capfd, "replay", path), 8, f"j.jsonl, line {line}, ")


def test_a_journal_edited_with_notepad(capfd: Capture, silence: Path) -> None:
    journal = silence.with_name("j.jsonl")
    assert run(capfd, "replay", silence, "--quiet", "--journal", journal).code == 0
    text = journal.read_text(encoding="utf-8").replace("\n", "\r\n")
    journal.write_bytes(text.encode("utf-8-sig"))
    done = run(capfd, "replay", journal, "--quiet")
    assert done.code == 0, done.err


# Content


def test_a_routine_with_many_mistakes_lists_them_all(capfd: Capture, tmp_path: Path) -> None:
    text = Settings().routine.read_text(encoding="utf-8")
    broken = text.replace("seconds: 90", "seconds: soon").replace("title: set", "titel: set")
    broken = broken.replace("Lie down along", "Go back and lie down along")
    path = tmp_path / "mine.yaml"
    path.write_text(broken, encoding="utf-8")
    done = run(capfd, "check", "--routine", path)
    assert_explained(done, 3, "seconds", "titel", '"go back"')
    assert done.err.count("\n  - ") >= 5


def test_phrases_that_sound_the_same(capfd: Capture, tmp_path: Path) -> None:
    text = Settings().commands.read_text(encoding="utf-8")
    path = tmp_path / "commands.yaml"
    text = text.replace("- halt\n", "- four\n").replace("- move on\n", "- fore\n")
    path.write_text(
        text.replace("- got it\n", "- got it\n          - b\n          - bee\n"), encoding="utf-8"
    )
    done = run(capfd, "check", "--commands", path)
    assert_explained(done, 3, '"four" sounds like "fore", a phrase of next in', "keep one")
    assert done.err.count("\n  - ") == 1, "two of the same command may sound as they like"


def test_a_word_that_the_model_does_not_know(capfd: Capture, tmp_path: Path) -> None:
    text = Settings().commands.read_text(encoding="utf-8")
    path = tmp_path / "commands.yaml"
    path.write_text(text.replace("- halt\n", "- zwieback\n"), encoding="utf-8")
    done = run(capfd, "check", "--commands", path)
    assert_explained(done, 3, "zwieback", "does not know")


def test_no_routine(capfd: Capture, tmp_path: Path) -> None:
    assert_explained(run(capfd, "check", "--routine", tmp_path / "none.yaml"), 3, "none.yaml")


def test_a_rehearsal_with_mistakes(capfd: Capture, tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(
        "lines:\n  - {say: next, wen: silent}\n  - {after_ms: -1, say: next}\n", "utf-8"
    )
    done = run(capfd, "rehearse", path)
    assert_explained(done, 3, "wen", "after_ms")


def test_settings_with_a_mistake(capfd: Capture, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("loudness = 11\n", encoding="utf-8")
    assert_explained(run(capfd, "check", "--settings", path), 10, f"{path}, line 1: ", "loudness")


def test_a_wrong_language_is_one_mistake(capfd: Capture, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("language = 5\n", encoding="utf-8")
    done = run(capfd, "check", "--settings", path)
    assert_explained(done, 10, "line 1: language is 5; write words in quotes.")
    assert "default factory" not in done.err


def test_names_that_would_end_the_line_or_colour_the_terminal(
    capfd: Capture, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(r'"sta\nte\u001b[31m" = 1', encoding="utf-8")
    done = run(capfd, "check", "--settings", path)
    assert_explained(done, 10, r'there is no setting "sta\nte\x1b[31m"; ')
    assert done.err.count("\n") == 2


def test_a_list_has_a_line_for_each_item_whatever_its_name(capfd: Capture, tmp_path: Path) -> None:
    for name in ("n\nxt.wav", "bakk.wav"):
        (tmp_path / name).touch()
    done = run(capfd, "enrol", "--from", tmp_path)
    assert_explained(done, 4, f"\n  - {tmp_path}/bakk.wav", f"\n  - {tmp_path}/n\\nxt.wav")
    assert done.err.count("\n") == 4
    done = run(capfd, "check", "--routine", tmp_path / "no\nsuch.yaml")
    assert_explained(done, 3, "1 mistake in the content:\n  - ", r"no\nsuch.yaml")
    assert done.err.count("\n") == 2


def test_what_another_process_complains_of_keeps_its_lines(capfd: Capture, tmp_path: Path) -> None:
    done = run(capfd, "benchmark", "--routine", tmp_path / "nosuch.yaml")
    assert_explained(done, 3, "1 mistake in the content:\n  - ", "nosuch.yaml", "\nThen measure")


def test_an_error_comes_whole_out_of_another_process() -> None:
    for error in (ContentError(["A.", "B."]), StorageError("A.", "B.", ["C."])):
        assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - just made


def test_settings_written_by_notepad(capfd: Capture, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('voice = "espeak"\n', encoding="utf-8-sig")
    done = run(capfd, "check", "--settings", path)
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('state = ""', 'state is "": an empty name is no place; leave it out'),
        ('model = "a\\u0000b"', r'model is "a\x00b": no file can have that name'),
        (f'model = "{"x" * 300}"', "xxx...: no file can have that name"),
        ('cache = "~nobody-at-all/x"', "nobody here is called ~nobody-at-all/x"),
        ('routine = "a\\u0000b"', "line 1: routine is "),
        ("button_pin = " + "9" * 5000, "has a number of thousands of digits in it"),
        ('mqtt_name = ""', 'mqtt_name is ""; write a word at least.'),
        (f'mqtt_name = "{"x" * 70_000}"', "xxx...; write 100 letters at most."),
    ],
)
def test_a_value_that_is_none(capfd: Capture, tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(line, encoding="utf-8")
    assert_explained(run(capfd, "check", "--settings", path), 10, "settings.toml", problem)


def test_a_persons_own_folder_in_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('state = "~/coach"\nroutine = "~/mine.yaml"', encoding="utf-8")
    settings = read_settings(path)
    assert settings.state == Path.home() / "coach"
    assert settings.routine == Path.home() / "mine.yaml"


@pytest.mark.parametrize("command", [["check"], ["doctor", "--json"], ["models", "list"]])
def test_nobody_of_whom_the_system_knows_a_home(
    capfd: Capture, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """As in a container that is started with a number for its user."""
    for name in ("HOME", *(f"XDG_{kind}_HOME" for kind in ("CONFIG", "DATA", "CACHE", "STATE"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert_explained(run(capfd, *command), 10, "no home folder", "Set HOME to a folder")


@pytest.mark.parametrize("command", ["doctor", "run", "check"])
def test_a_package_that_is_missing_is_named(command: str) -> None:
    """As in an environment that was half removed; `doctor` had ended in a traceback, too."""
    program = (
        f"import sys; sys.modules['soxr'] = None; from skill.cli import main; main(['{command}'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("roller-coach: The Python package soxr is missing. ")
    assert done.stderr.count("\n") == 1


def test_what_brings_packages_back_is_what_brought_them() -> None:
    checkout = Path(__file__).parents[2]
    assert "Delete the folder" in install_again(checkout / ".venv")
    assert "install-pi" in install_again(checkout / "venv")
    assert "--force-reinstall" in install_again(Path("/usr"))


@pytest.fixture
def locked_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody else's home folder, as `sudo -u` may leave it; even root cannot look into it."""
    home = tmp_path / "home"

    def looking(look: Callable[..., Any]) -> Callable[..., Any]:
        def refused(path: Path, **how: bool) -> Any:
            if home in path.parents:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return look(path, **how)

        return refused

    for name in ("stat", "is_dir", "is_file", "exists"):  # whichever Python builds on which
        monkeypatch.setattr(Path, name, looking(getattr(Path, name)))
    for kind in ("DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind))
    return home


def test_folders_that_nobody_may_look_into(capfd: Capture, locked_home: Path) -> None:
    """`recordings list` and `--language de` were tracebacks, and so was `doctor`."""
    place = locked_home / "STATE" / "roller-coach" / "recordings"
    place.mkdir(parents=True)
    (place / "one").mkdir()
    (place / "one" / "session.wav").touch()
    done = run(capfd, "recordings", "list")
    assert_explained(done, 8, str(place), "Make sure that whoever runs the coach may read it")
    assert run(capfd, "check", "--language", "de").code == 0
    done = run(capfd, "check", "--model", locked_home / "model")
    assert_explained(done, 8, f"{locked_home / 'model'} cannot be used: Permission denied")
    done = run(capfd, "doctor", "--json", "--model", locked_home / "model", "--voice", "espeak")
    verdicts = {one["what"]: one["verdict"] for one in json.loads(done.out)["findings"]}
    assert verdicts["model"] == "wrong"


# Models and voices


@pytest.mark.parametrize(
    ("clone", "remedy"), [(True, "git -C {} checkout -- models"), (False, "--force-reinstall")]
)
def test_what_came_with_the_coach_is_restored_from_where_it_came(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clone: bool, remedy: str
) -> None:
    """It was to be copied or installed again, and nobody said how."""
    shipped = tmp_path / "models"
    shutil.copytree(MODEL, shipped / "ears")
    shutil.copytree(SHIPPED / "voice-en", shipped / "voice")
    for file in (shipped / "ears/am/final.mdl", *(shipped / "voice").glob("*.onnx")):
        file.write_bytes(b"half")
    if clone:
        (tmp_path / ".git").mkdir()
    monkeypatch.setattr("skill.hearing.SHIPPED", shipped)
    monkeypatch.setattr("skill.settings.CHECKOUT", tmp_path)
    remedy = remedy.format(tmp_path)
    done = run(capfd, "check", "--model", shipped / "ears")
    assert_explained(done, 5, "final.mdl is damaged or cut short", remedy)
    with pytest.raises(VoiceError, match=re.escape(remedy)):
        make_mouth(Settings(), shipped / "voice")


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "not sealed"])
@pytest.mark.parametrize("name", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"])
def test_a_truncated_model(capfd: Capture, tmp_path: Path, name: str, sealed: bool) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    if not sealed:
        (folder / SEAL).unlink(missing_ok=True)
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])
    done = run(capfd, "check", "--model", folder)
    assert_explained(done, 5, str(folder), "damaged or cut short")
    if sealed:
        assert name in done.err


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("conf/mfcc.conf", "", "damaged or cut short"),
        ("conf/mfcc.conf", "--sample-frequency=999999\n", "damaged or cut short"),
        ("graph/words.txt", "", "graph/words.txt is missing"),
    ],
)
def test_a_model_with_another_text_in_it(
    capfd: Capture, tmp_path: Path, name: str, text: str, problem: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder, ignore=shutil.ignore_patterns(SEAL))
    (folder / name).write_text(text, encoding="utf-8")
    assert_explained(run(capfd, "check", "--model", folder), 5, str(folder), problem)


@pytest.mark.parametrize("name", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"])
def test_a_truncated_model_is_not_sealed(capfd: Capture, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    (folder / SEAL).unlink()
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])
    done = run(capfd, "models", "seal", folder)
    assert_explained(done, 5, str(folder), "damaged or cut short; Vosk says: Failed to read")
    assert not (folder / SEAL).exists()
    (folder / name).write_bytes(data)
    assert run(capfd, "models", "seal", folder).code == 0
    assert (folder / SEAL).exists()


def test_a_whole_model_without_a_seal_is_usable_from_any_folder(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MODEL, tmp_path / "model", ignore=shutil.ignore_patterns(SEAL))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    done = run(capfd, "check", "--model", "model")
    assert done.code == 0, done.err


def test_a_seal_that_cannot_be_written(capfd: Capture, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    (folder / SEAL).unlink()
    (folder / SEAL).mkdir()
    assert_explained(run(capfd, "models", "seal", folder), 8, f"{folder} cannot be sealed")


def test_a_model_that_is_not_there(capfd: Capture, tmp_path: Path) -> None:
    done = run(capfd, "check", "--model", tmp_path / "ears")
    assert_explained(done, 5, "ears", "models get")


def test_a_voice_that_is_not_there(capfd: Capture, tmp_path: Path, silence: Path) -> None:
    done = run(capfd, "replay", silence, "--voice", tmp_path / "anna.onnx")
    assert_explained(done, 6, "anna.onnx")


@pytest.mark.parametrize("voice", ["nobody", "espeak:xx-klingon"])
def test_a_voice_nobody_has(capfd: Capture, silence: Path, voice: str) -> None:
    assert_explained(run(capfd, "replay", silence, "--voice", voice), 6, voice[-7:])


# Disks


def test_a_cache_that_cannot_be_written_is_said_and_the_session_goes_on(
    capfd: Capture, tmp_path: Path, silence: Path
) -> None:
    (tmp_path / "file").touch()
    settings = tmp_path / "settings.toml"
    settings.write_text(f'cache = "{tmp_path}/file/cache"\n', encoding="utf-8")
    done = run(capfd, "replay", silence, "--settings", settings)
    assert done.code == 0
    assert "not a medical device" in done.out
    assert f"{tmp_path}/file/cache" in done.err


@pytest.mark.parametrize("option", ["--journal", "--write-audio"])
def test_a_full_disk(capfd: Capture, silence: Path, option: str) -> None:
    if not Path("/dev/full").exists():  # only Linux has it
        pytest.skip("there is no /dev/full here")
    assert_explained(run(capfd, "replay", silence, option, "/dev/full"), 8, "/dev/full")


@pytest.mark.parametrize("option", ["--journal", "--write-audio"])
def test_a_folder_is_no_file(capfd: Capture, tmp_path: Path, silence: Path, option: str) -> None:
    assert_explained(run(capfd, "replay", silence, option, tmp_path), 8, str(tmp_path))


@pytest.mark.parametrize("folder", ["silence.wav", "silence.wav/schema", "read-only/schema"])
def test_schemas_without_a_folder_to_write_to(
    capfd: Capture, tmp_path: Path, silence: Path, folder: str
) -> None:
    (tmp_path / "read-only").symlink_to("/proc")  # nobody, root included, makes a folder there
    assert_explained(run(capfd, "schema", tmp_path / folder), 8, folder, "Name a folder")


@pytest.mark.parametrize("line", ["later", "5\t4\tnext", "-5\t4\tnext"])
def test_labels_that_are_none(capfd: Capture, tmp_path: Path, silence: Path, line: str) -> None:
    labels = tmp_path / "labels.tsv"
    labels.write_text(f"0\t100\tnext\n{line}\n", encoding="utf-8")
    done = run(capfd, "benchmark", "--once", "--recording", silence, "--labels", labels)
    assert_explained(done, 4, "labels.tsv, line 2")


def test_labels_that_are_no_text(capfd: Capture, silence: Path) -> None:
    done = run(capfd, "benchmark", "--once", "--recording", silence, "--labels", silence)
    assert_explained(done, 4, f"The labels {silence} are not text")


def test_another_recording_has_labels_of_its_own(capfd: Capture, silence: Path) -> None:
    done = run(capfd, "benchmark", "--once", "--recording", silence)
    assert_explained(done, 4, "silence.tsv cannot be read", "--labels")
    silence.with_suffix(".tsv").touch()
    done = run(capfd, "benchmark", "--once", "--recording", silence)
    assert done.code == 0, done.err
    assert json.loads(done.out)["labels"] == 0


def test_what_the_benchmark_cannot_measure_has_its_own_exit_code(
    capfd: Capture, tmp_path: Path
) -> None:
    done = run(capfd, "benchmark", "--recording", tmp_path / "nope.wav")
    assert_explained(done, 4, "nope.wav does not exist")


@pytest.mark.parametrize("count", ["0", "-1"])
def test_the_benchmark_measures_at_least_once(capfd: Capture, count: str) -> None:
    assert run(capfd, "benchmark", "--repeat", count).code == 2


@pytest.mark.parametrize(
    ("delays", "shown"), [([], "no command was recognised"), ([250.0], "250 ms")]
)
def test_thefigures_of_a_few_commands(delays: list[float], shown: str) -> None:
    one: dict[str, Any] = {"delays_ms": delays, "first_sample_ms": [1.0], "torch": False}
    one |= {"audio_s": 2.0, "wall_s": 1.0, "decode_s": 0.1, "peak_mb": 90.0}
    measured = figures([one], [0.1], [0.5])
    assert measured["command's end to effect, median"] == shown
    assert measured["command's end to effect, 95th percentile"] == shown


def test_the_benchmark_measures_the_chosen_model(capfd: Capture, tmp_path: Path) -> None:
    done = run(capfd, "benchmark", "--repeat", "1", "--model", tmp_path)
    assert_explained(done, 5, f"{tmp_path} is no complete Vosk model", "--model")


# The command line itself


def test_wrong_usage_is_exit_code_two(capfd: Capture) -> None:
    done = run(capfd, "replay")
    assert done.code == 2
    assert "RECORDING" in done.err


def test_an_unknown_command(capfd: Capture) -> None:
    assert run(capfd, "dance").code == 2


@pytest.mark.parametrize("command", [["table"], ["--help"], ["replay", "silence.wav"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_on_a_full_disk(
    checkout: Path, silence: Path, command: list[str], unbuffered: str
) -> None:
    if not Path("/dev/full").exists():  # only Linux has it
        pytest.skip("there is no /dev/full here")
    paths = {"PYTHONPATH": str(checkout), "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "skill", *command],
            cwd=silence.parent, env=os.environ | paths,
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert_explained(Done(done.returncode, "", done.stderr), 8, "No space left on device")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["--help", "table", "schema --help", "replay silence.wav"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_has_enough_is_no_failure(
    checkout: Path, silence: Path, command: str, unbuffered: str
) -> None:
    paths = {"PYTHONPATH": str(checkout), "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(
        ["bash", "-c", f'"$0" -m skill {command} | true; exit ${{PIPESTATUS[0]}}', sys.executable],
        cwd=silence.parent, env=os.environ | paths, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_a_complaint_on_a_full_disk_keeps_its_exit_code(checkout: Path) -> None:
    if not Path("/dev/full").exists():  # only Linux has it
        pytest.skip("there is no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "skill", "replay", "nowhere.wav"],
            cwd=checkout, stdout=full, stderr=full, check=False,
        )  # fmt: skip
    assert done.returncode == 4


def test_a_terminal_that_lacks_a_letter(checkout: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "skill", "doctor", "--model", str(tmp_path)],
        cwd=checkout, env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True, encoding="latin-1", check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert "\\u2713 espeak-ng" in done.stdout


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has sound cards")
def test_a_session_in_a_folder_that_is_gone(checkout: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["sh", "-c", f'rmdir "{gone}" && exec "{sys.executable}" -m skill run'],
        cwd=gone, env=os.environ | {"PYTHONPATH": str(checkout), "PULSE_SERVER": "unix:/nowhere"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert_explained(Done(done.returncode, "", done.stderr), 8, "./out", "--write-audio")


def test_a_pipe_that_nobody_reads(checkout: Path, silence: Path) -> None:
    replay = subprocess.Popen(
        [sys.executable, "-m", "skill", "replay", str(silence)],
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert replay.stdout is not None
    replay.stdout.close()
    _, err = replay.communicate()
    assert err == b""
    assert replay.returncode in {0, 1}


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("replay none.jsonl", "No such file or directory."),
        ("replay raw.jsonl", "it is no text in UTF-8."),
        ("replay whole.jsonl --expect raw.txt", "it is no text in UTF-8."),
        ("evaluate raw.jsonl", "it is no text in UTF-8."),
    ],
)
def test_why_a_file_cannot_be_read_is_said_in_words(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("raw.jsonl", "raw.txt"):
        Path(name).write_bytes(b"\xff\xfe")
    started = '{"at": 0, "event": "Started", "bookmark": null}'
    Path("whole.jsonl").write_text(f'{{"journal": 1}}\n{started}\n', encoding="utf-8")
    done = run(capfd, *order.split())
    assert_explained(done, 8, why)
    assert "[Errno" not in done.err
    assert "codec" not in done.err
