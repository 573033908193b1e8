"""Recordings, journals and rehearsals from end to end: real ears, real voice, real files."""

import ctypes
import json
import subprocess
import sys
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pytest
import soundfile

from skill.cli.rehearse import _recorded
from skill.content.script import ScriptLine
from skill.journal import read_journal
from skill.settings import DEMO, Settings
from tests.support.shell import run

RECORDINGS = Path(__file__).parent.parent / "recordings"
SCRIPT = """\
lines:
  - {say: start rolling, voice: flite-slt, when: speaking, after_ms: 900}
  - {say: next, voice: flite-slt, when: speaking, after_ms: 900}
  - {say: the next day it rained again, voice: flite-slt}
  - {say: which step, voice: espeak-steph3}
  - {say: stop, voice: flite-slt, when: speaking, after_ms: 600}
"""
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recordings of both folders in one."""
    folder = tmp_path_factory.mktemp("studio")
    for path in [*RECORDINGS.glob("*.ogg"), *(RECORDINGS / "other").glob("*.ogg")]:
        (folder / path.name).symlink_to(path)
    (folder / "script.yaml").write_text(SCRIPT, encoding="utf-8")
    return folder


def test_a_rehearsal_then_its_recording_then_its_journal(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, studio: Path
) -> None:
    both, labels = tmp_path / "both.wav", tmp_path / "labels.tsv"
    rehearsed = run(
        capfd, "rehearse", studio / "script.yaml", "--recordings", studio,
        "--write-audio", both, "--write-labels", labels,
    )  # fmt: skip
    assert rehearsed.code == 0, rehearsed.err
    assert "5 lines said, 0 went wrong." in rehearsed.err
    assert [line.split("\t")[2] for line in labels.read_text().splitlines()][-1] == "stop"

    samples, rate = soundfile.read(both)
    assert (samples.shape[1], rate) == (2, 16_000)
    assert np.abs(samples[:, 1]).max() > 0.1, "the coach is on the right"
    end = int(labels.read_text().splitlines()[-1].split("\t")[1])
    after_stop = samples[(end + 400) * 16 :, 1]
    assert np.abs(after_stop).max() == 0, "silence within 400 ms of the end of stop"

    journals = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for seed, journal in enumerate(journals):
        ctypes.CDLL(None).srand(seed)  # as whatever ran before in this process may have
        expect = ("--expect", journals[0]) if seed else ()
        done = run(capfd, "replay", both, "--channel", 0, "--journal", journal, "--quiet", *expect)
        assert done.code == 0, done.err
    assert journals[0].read_bytes() == journals[1].read_bytes()

    person = tmp_path / "person.wav"
    soundfile.write(person, samples[:, 0], rate)
    measured = json.loads(
        run(capfd, "benchmark", "--once", "--recording", person, "--labels", labels).out
    )
    assert (measured["labels"], measured["hits"]) == (5, 4), "the sentence is no command"
    assert all(0 < delay < 1500 for delay in measured["delays_ms"])

    again = run(capfd, "replay", journals[0])
    assert again.code == 0, again.err
    assert "start rolling" in again.out


def test_lines_that_cannot_be_spoken_are_told(capfd: Capture, tmp_path: Path) -> None:
    script, mine = tmp_path / "script.yaml", tmp_path / "mine.yaml"
    text = Settings().routine.read_text(encoding="utf-8")
    strange = "- \u041b\u044f\u0433.\n      - You will lie on the \u043c\u0430\u0442."
    mine.write_text(text.replace("- You will lie on the roller,", f"{strange}\n      - And", 1))
    done = run(capfd, "check", "--routine", mine)
    assert done.code == 3
    assert "write \u041b\u044f\u0433 in Latin letters" in done.err
    assert "write \u043c\u0430\u0442 in Latin letters" in done.err
    script.write_text("lines:\n  - {say: start rolling, when: speaking, after_ms: 900}\n")
    done = run(capfd, "rehearse", script, "--routine", mine, "--quiet")
    assert done.code == 0, done.err
    assert "A line could not be spoken" in done.err


def test_a_journal_is_repeated_with_its_own_patience(capfd: Capture, tmp_path: Path) -> None:
    script, journal, file = tmp_path / "s.yaml", tmp_path / "j.jsonl", tmp_path / "settings.toml"
    first = "{say: start rolling, when: speaking, after_ms: 900}"
    script.write_text(f"lines:\n  - {first}\n  - {{say: next, after_ms: 7000}}\n")
    file.write_text("ask_after_s = 5")
    run(capfd, "rehearse", script, "--settings", file, "--journal", journal, "--quiet")
    assert "Are you still with me?" in journal.read_text()
    done = run(capfd, "replay", journal, "--quiet")
    assert done.code == 0, done.err
    text = journal.read_text()
    journal.write_text(text.replace('"ask_after_s": 5', '"ask_after_s": "never"', 1))
    assert "line 1, tells of a session that cannot have been" in run(capfd, "replay", journal).err
    journal.write_text(text.replace('"routine": "back"', '"routine": "mine"', 1))
    done = run(capfd, "replay", journal)
    assert done.code == 8
    assert 'with the routine "mine", and not with "back"' in done.err
    assert "--routine" in done.err


def test_a_coach_that_is_deaf_while_it_speaks_is_so_without_a_microphone(
    capfd: Capture, tmp_path: Path, studio: Path
) -> None:
    script, file = tmp_path / "script.yaml", tmp_path / "settings.toml"
    script.write_text(
        "lines:\n  - {say: stop, voice: flite-slt, when: speaking, after_ms: 900}\n"
        "  - {say: start rolling, voice: flite-slt}\n",
        encoding="utf-8",
    )
    file.write_text("mute_while_speaking = true\n", encoding="utf-8")
    recorded = tmp_path / "both.wav"
    options = ("--recordings", studio, "--settings", file, "--write-audio", recorded)
    done = run(capfd, "rehearse", script, *options)
    assert done.code == 1
    assert '"stop" at' in done.err
    assert '"start rolling" at' not in done.err
    assert "means nothing while the coach speaks (mute_while_speaking)" in done.out
    done = run(capfd, "replay", recorded, "--channel", 0, "--settings", file)
    assert "means nothing while the coach speaks (mute_while_speaking)" in done.out


def test_a_rehearsal_that_goes_wrong_says_what(
    capfd: Capture, tmp_path: Path, studio: Path
) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("lines:\n  - {say: pause, voice: flite-slt}\n", encoding="utf-8")
    done = run(capfd, "rehearse", script, "--recordings", studio, "--quiet")
    assert done.code == 1
    assert '"pause"' in done.err
    assert "pause expected, nothing" in done.err


def test_the_rehearsal_in_the_readme(capfd: Capture, checkout: Path, tmp_path: Path) -> None:
    _, _, rest = (checkout / "README.md").read_text(encoding="utf-8").partition("```yaml\nlines:")
    script = tmp_path / "script.yaml"
    script.write_text("lines:" + rest.partition("```")[0], encoding="utf-8")
    done = run(capfd, "rehearse", script)
    assert done.code == 0, done.err
    assert "6 lines said, 0 went wrong." in done.err


def test_recordings_for_a_rehearsal_may_be_named_on_a_mac(tmp_path: Path) -> None:
    sound = np.arange(800, dtype=np.int16)
    soundfile.write(tmp_path / f"{normalize('NFD', 'zurück')}.anna.wav", sound, 16_000)
    found = _recorded(ScriptLine("zurück", "silent", 0, None), tmp_path)
    assert found is not None
    assert (found == sound).all()


def test_a_voice_that_is_none_names_its_line(capfd: Capture, tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("lines:\n  - {say: next, voice: nobody}\n", encoding="utf-8")
    done = run(capfd, "rehearse", script)
    assert done.code == 6
    assert 'script.yaml, "next": "nobody"' in done.err


def test_an_expected_dialogue_that_differs_is_shown(capfd: Capture, tmp_path: Path) -> None:
    silence, expected = tmp_path / "silence.wav", tmp_path / "expected.txt"
    soundfile.write(silence, np.full(16_000, 3, np.int16), 16_000)
    expected.write_text("coach: (the end)", encoding="utf-8")
    done = run(capfd, "replay", silence, "--expect", expected, "--json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    said = [f"coach: {line['text']}" for line in lines if line.get("effect") == "Say"]
    assert done.code == 1
    assert f"+{said[0]}" in done.err
    expected.write_text("\n".join([*said, "coach: (the end)"]), encoding="utf-8")
    assert run(capfd, "replay", silence, "--expect", expected, "--quiet").code == 0


def test_a_changed_journal_is_noticed(capfd: Capture, tmp_path: Path) -> None:
    silence, journal = tmp_path / "silence.wav", tmp_path / "a.jsonl"
    soundfile.write(silence, np.full(16_000, 3, np.int16), 16_000)
    assert run(capfd, "replay", silence, "--journal", journal, "--quiet").code == 0
    text = journal.read_text(encoding="utf-8")
    journal.write_text(text.replace("not a medical device", "a doctor"), encoding="utf-8")
    assert run(capfd, "replay", journal, "--quiet").code == 1


def test_a_journal_that_ends_anywhere_is_repeated_as_far_as_it_goes(
    capfd: Capture, tmp_path: Path
) -> None:
    """The power went, or the disk was full, between an event and all that came of it."""
    silence, journal = tmp_path / "silence.wav", tmp_path / "a.jsonl"
    soundfile.write(silence, np.full(16_000, 3, np.int16), 16_000)
    assert run(capfd, "replay", silence, "--journal", journal, "--quiet").code == 0
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    within = 0
    for count in range(2, len(lines)):
        journal.write_text("".join(lines[:count]), encoding="utf-8")
        done = run(capfd, "replay", journal, "--quiet")
        assert done.code == 0, done.err
        within += "ends in the middle of an answer" in done.err
        assert ("middle" in done.err) is bool(done.err)
    assert within > 1
    changed = "".join(lines[:2]).replace('"Started"', '"Tick"').replace(', "bookmark": null', "")
    journal.write_text(changed + lines[3], encoding="utf-8")
    done = run(capfd, "replay", journal)
    assert done.code == 8
    assert "begins in the middle of a session" in done.err
    assert "a.jsonl.old" in done.err


def test_the_earlier_part_of_a_long_journal_is_one_too(capfd: Capture, tmp_path: Path) -> None:
    silence, journal = tmp_path / "silence.wav", tmp_path / "a.jsonl"
    soundfile.write(silence, np.full(16_000, 3, np.int16), 16_000)
    assert run(capfd, "replay", silence, "--journal", journal, "--quiet").code == 0
    done = run(capfd, "replay", journal.rename(tmp_path / "a.jsonl.old"), "--quiet")
    assert done.code == 0, done.err


@pytest.mark.long
def test_the_recorded_session_goes_as_the_readme_says(checkout: Path, tmp_path: Path) -> None:
    """As a newcomer without a microphone runs it: in a process of its own, torch never loaded."""
    program = (
        "import sys; from skill.cli import main; main(sys.argv[1:]); "
        "sys.exit('torch was imported' if 'torch' in sys.modules else 0)"
    )
    journal = tmp_path / "journal.jsonl"
    command = [
        sys.executable, "-c", program, "replay", str(DEMO), "--journal", str(journal),
        "--write-audio", str(tmp_path / "session.wav"), "--expect", str(DEMO.with_suffix(".txt")),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    entries = read_journal(journal)[1]
    steps = {
        (entry.message.bookmark.exercise, entry.message.bookmark.step)
        for entry in entries
        if hasattr(entry.message, "bookmark") and entry.message.bookmark is not None
    }
    assert len(steps) == 10, "both exercises, all ten steps"
    assert soundfile.info(str(tmp_path / "session.wav")).channels == 2
