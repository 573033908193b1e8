"""`roller-coach evaluate` as a person meets it."""

import errno
import os
import signal
from pathlib import Path
from typing import Never

import pytest

from skill.evaluation import crew, runner
from skill.evaluation.crew import alone
from skill.evaluation.run_file import read_run
from skill.evaluation.trial import Trial
from tests.evaluation.clips import hiss, manifest, recording, sound, timeless
from tests.support.shell import Done, run
from tests.support.sphinx import needs_sphinx

Capture = pytest.CaptureFixture[str]
TITLE = "path\ttext\tspeaker\tkind\tgroup\texpected\tsynthetic"


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    sound(tmp_path / "hum.wav", hiss(200, 1))
    return manifest(
        tmp_path,
        f"{recording('stop.flite-slt')}\tstop\tslt\tword\tflite\t\tyes",
        f"{recording('next.flite-slt')}\tnext\tslt\tword\tflite\t\tyes",
        f"{recording('other/the next day it rained again.flite-slt')}\t"
        "the next day it rained again\tslt\ttalk\tflite\t\tyes",
        "hum.wav\t\t\tnoise\t\t\tno",
        title=TITLE,
    )


@needs_sphinx
def test_a_comparison_in_two_conditions(capfd: Capture, clips: Path, tmp_path: Path) -> None:
    (tmp_path / "noise").mkdir()
    sound(tmp_path / "noise" / "a.wav", hiss(500, 4))
    file = tmp_path / "run.jsonl"
    done = run(
        capfd, "evaluate", clips, "--jobs", 1, "--json", file, "--every", 2,
        "--against", "pocketsphinx",
        "--condition", "quiet", "--condition", "noise:15", "--noise", tmp_path / "noise",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "built-in" in done.out
    assert "pocketsphinx" in done.out
    assert max(map(len, done.out.splitlines())) <= 100
    found = read_run(file)
    assert len(found.trials) == 2 * 2 * 2
    assert {trial.condition for trial in found.trials} == {"quiet", "noise 15 dB"}
    assert set(found.peak_memory_mb) == {"built-in", "pocketsphinx"}
    first = found.trials[0]
    assert (first.kind, first.group, first.expected) == ("word", "flite", "stop")
    assert [one.command for one in first.candidates if one.accepted] == ["stop"]
    assert "every" not in found.about
    assert "en.yaml" in found.about["commands"]


def test_some_of_the_clips_and_words_of_ones_own(capfd: Capture, clips: Path) -> None:
    file, page = clips.with_suffix(".jsonl"), clips.with_suffix(".html")
    (clips.parent / "anna.yaml").write_text("model: another\nfactor: 1.06\n", encoding="utf-8")
    chosen = clips.with_suffix(".toml")
    chosen.write_text(f'people = "{clips.parent}"\nperson = "anna"\n', encoding="utf-8")
    done = run(
        capfd, "evaluate", clips, clips, "--jobs", 2, "--json", file, "--html", page,
        "--kind", "word", "--every", 3, "--also", "Up, down", "--settings", chosen,
    )  # fmt: skip
    assert done.code == 0, done.err
    found = read_run(file)
    assert [trial.text for trial in found.trials] == ["stop", "next"]
    assert "up, down" in found.about["commands"]
    assert "heard like anybody" in found.about["person"]
    assert "</html>" in page.read_text(encoding="utf-8")

    page.unlink()
    again = run(capfd, "evaluate", file, "--html", page)
    assert (again.code, again.out) == (0, done.out)
    assert "</html>" in page.read_text(encoding="utf-8")


def test_what_was_heard_before_a_broken_clip_is_kept(
    capfd: Capture, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CLIPS", 1)
    (clips.parent / "hum.wav").write_bytes(b"RIFF")
    file = clips.with_suffix(".jsonl")
    done = run(capfd, "evaluate", clips, "--jobs", 1, "--json", file)
    explained(done, 4, "hum.wav", str(file))
    assert [trial.text for trial in read_run(file).trials][:2] == ["stop", "next"]
    assert run(capfd, "evaluate", file).code == 0


def test_what_was_heard_before_a_kill_is_kept(
    capfd: Capture, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = clips.with_suffix(".jsonl")

    def until_the_hum(chunk: runner.Chunk) -> list[Trial]:
        if "hum" in chunk.clips[0].name:  # nothing can be done any more where this is a kill
            found = read_run(file)
            assert [trial.text for trial in found.trials][:2] == ["stop", "next"]
            assert found.about["complete"].startswith("no, 3 of 4 clips")
        return runner.hear(chunk)

    monkeypatch.setattr(runner, "CLIPS", 1)
    monkeypatch.setattr("skill.cli.evaluate.KEPT_EVERY_S", 0)
    monkeypatch.setattr("skill.cli.evaluate.hear", until_the_hum)
    done = run(capfd, "evaluate", clips, "--jobs", 1, "--json", file)
    assert done.code == 0, done.err
    assert "complete" not in read_run(file).about


def test_a_process_that_is_killed_costs_only_its_own_work(
    capfd: Capture, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def until_the_hum(chunk: runner.Chunk) -> list[Trial]:
        if "hum" in chunk.clips[0].name:
            alone(signal.raise_signal, signal.SIGKILL)
        return runner.hear(chunk)

    monkeypatch.setattr(runner, "CLIPS", 1)
    monkeypatch.setattr("skill.cli.evaluate.hear", until_the_hum)
    file = clips.with_suffix(".jsonl")
    done = run(capfd, "evaluate", clips, "--jobs", 1, "--json", file)
    explained(done, 1, "ended from outside", "fewer --jobs", f"heard before is in {file}.")
    assert [trial.text for trial in read_run(file).trials][:2] == ["stop", "next"]


def test_a_disk_that_is_full_leaves_the_run_before(
    capfd: Capture, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, page = clips.with_suffix(".jsonl"), clips.with_suffix(".html")
    asked = ("evaluate", clips, "--jobs", 1, "--every", 4, "--json", file, "--html", page)
    assert run(capfd, *asked).code == 0
    before = file.read_bytes(), page.read_bytes()

    def full(_file: Path, _text: str, **_named: object) -> Never:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("skill.lasting.fill", full)
    explained(run(capfd, *asked), 8, "No space left")
    assert (file.read_bytes(), page.read_bytes()) == before
    assert {path.name for path in clips.parent.iterdir()} == {
        "clips.html", "clips.jsonl", "clips.tsv", "hum.wav"
    }  # fmt: skip


def test_a_run_that_cannot_be_written_is_shown(capfd: Capture, clips: Path) -> None:
    done = run(capfd, "evaluate", clips, "--jobs", 1, "--json", "/dev/full", "--every", 4)
    explained(done, 8, "/dev/full", "No space left")
    assert "All in all" in done.out


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGHUP])
def test_what_was_heard_before_an_interruption_is_kept(
    capfd: Capture, clips: Path, monkeypatch: pytest.MonkeyPatch, end: signal.Signals
) -> None:
    def until_the_hum(chunk: runner.Chunk) -> list[Trial]:
        if "hum" in chunk.clips[0].name:
            signal.raise_signal(end)
        return runner.hear(chunk)

    monkeypatch.setattr(runner, "CLIPS", 1)
    monkeypatch.setattr("skill.cli.evaluate.hear", until_the_hum)
    file = clips.with_suffix(".jsonl")
    done = run(capfd, "evaluate", clips, "--jobs", 1, "--json", file)
    found = read_run(file)
    assert [trial.text for trial in found.trials][:2] == ["stop", "next"]
    assert found.about["complete"].startswith("no, 3 of 4 clips")
    if end == signal.SIGHUP:
        assert done.code == 128 + end
    else:
        explained(done, 130, f"interrupted. What was heard before is in {file}.")
        explained(run(capfd, "evaluate", clips, "--jobs", 1), 130, "Nothing is kept.")


def test_the_same_command_goes_on_where_it_was_ended(
    capfd: Capture, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, whole = clips.with_suffix(".jsonl"), clips.with_name("whole.jsonl")
    hum = clips.parent / "hum.wav"
    heard: list[str] = []
    end = "hum"

    def until_the_end(chunk: runner.Chunk) -> list[Trial]:
        heard.append(chunk.clips[0].text or "hum")
        if heard[-1] == end:
            signal.raise_signal(signal.SIGINT)
        return runner.hear(chunk)

    def again(*more: object) -> Done:
        heard.clear()
        return run(capfd, "evaluate", clips, "--jobs", 1, "--json", file, *more)

    monkeypatch.setattr(runner, "CLIPS", 1)
    monkeypatch.setattr("skill.cli.evaluate.hear", until_the_end)
    monkeypatch.setattr(crew, "alone", lambda *_: 80.0)
    assert "The same command goes on from there." in again().err
    before, end = file.read_bytes(), ""
    hum.write_bytes(hum.read_bytes() + b"mended")

    done = again()
    assert f"Going on with {file}: 3 of 4 clips were heard before." in done.err
    assert heard == ["hum"]
    run(capfd, "evaluate", clips, "--jobs", 1, "--json", whole)
    found, wanted = read_run(file), read_run(whole)
    assert (found.about, found.heard) == (wanted.about, wanted.heard)
    assert timeless(found.trials) == timeless(wanted.trials)
    assert "Going on" not in again().err, "it was whole"

    file.write_bytes(before)
    assert "; then " not in read_run(file).about["machine"]
    monkeypatch.setattr(os, "cpu_count", lambda: 99)
    again()
    assert "; then " in read_run(file).about["machine"]

    file.write_bytes(before)
    assert "is another one" in again("--also", "up", "--every", 2).err
    assert len(heard) == 2


def test_a_run_that_is_shown_again_is_not_written_over(capfd: Capture, clips: Path) -> None:
    file = clips.with_suffix(".jsonl")
    run(capfd, "evaluate", clips, "--jobs", 1, "--json", file, "--every", 4)
    before = file.read_bytes()
    explained(run(capfd, "evaluate", file, "--html", file), 8, "would destroy it")
    assert file.read_bytes() == before
    for option, value in (("--json", clips.with_name("new")), ("--every", 2), ("--kind", "x")):
        explained(run(capfd, "evaluate", file, option, value), 10, f"{option} means nothing")


def explained(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert all(word in done.err for word in words), done.err


def test_mistakes_are_explained_before_any_work(capfd: Capture, clips: Path) -> None:
    nowhere = clips.parent / "none" / "x"
    explained(run(capfd, "evaluate"), 2, "MANIFESTS")
    explained(run(capfd, "evaluate", nowhere), 3, "x cannot be read")
    explained(run(capfd, "evaluate", clips, "--condition", "loud"), 10, '"loud"', "noise:10")
    explained(run(capfd, "evaluate", clips, "--condition", "noise:3"), 10, "--noise FOLDER")
    explained(run(capfd, "evaluate", clips, "--against", "whisper"), 10, "whisper", "vosk:FOLDER")
    explained(run(capfd, "evaluate", clips, "--against", "vosk:none"), 5, "none")
    explained(run(capfd, "evaluate", clips, "--kind", "wrd"), 10, '"wrd"', "noise, talk, word")
    explained(run(capfd, "evaluate", clips, "--json", nowhere), 8, "x")
    explained(run(capfd, "evaluate", clips, "--html", nowhere), 8, "x")
    explained(run(capfd, "evaluate", clips, "--also", "zzyzx"), 3, "--also", "zzyzx")
    explained(run(capfd, "evaluate", clips, "--jobs", 0), 2, "--jobs")
