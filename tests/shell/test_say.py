"""`roller-coach say`: any text into a file or aloud, soon, and never with a traceback."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.errors import DeviceError, VoiceError
from skill.ports import Clip
from skill.speech.espeak import EspeakVoice
from skill.speech.piper import PiperSpeech
from skill.speech.reading import LONGEST, PAUSE_MS, read_aloud
from tests.support.pulse import WIRE_RATE, running_pulseaudio
from tests.support.shell import Done, run
from tests.support.tiny_piper import write_voice
from tests.support.waiting import LONG_S, wait_until

Capture = pytest.CaptureFixture[str]
TIMES = re.compile(
    r"Loaded in \d+ ms; first sound after \d+ ms; \d+\.\d s of speech made in \d+\.\d\d s, "
    r"real-time factor \d\.\d{3}\.\n"
)


class Counting:
    """A voice that notes what it is asked for."""

    identity = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def render(self, text: str, pace: int) -> Clip:
        self.asked.append(text)
        return EspeakVoice().render(text, pace)


def test_a_sentence_is_rendered_when_it_is_wanted() -> None:
    voice = Counting()
    clips = read_aloud(voice, "One. Two! Three?", 100)
    next(clips)
    assert voice.asked == ["One."]
    assert len(list(clips)) == 2


def test_sentences_follow_each_other_after_a_breath() -> None:
    one, two = read_aloud(EspeakVoice(), "Left. Right.", 100)
    assert np.array_equal(one.samples, EspeakVoice().render("Left.", 100).samples)
    pause = two.rate * PAUSE_MS // 1000
    assert not two.samples[:pause].any()
    assert np.array_equal(two.samples[pause:], EspeakVoice().render("Right.", 100).samples)


def test_what_has_nothing_to_say_is_passed_over_but_not_all_of_it() -> None:
    assert (
        len(list(read_aloud(EspeakVoice(), "*** ! Left. 日本語. \N{STOPWATCH}. Right.", 100))) == 2
    )
    for text in ("", "*** ...", "日本語。", "\N{STOPWATCH}"):
        with pytest.raises(VoiceError, match="nothing in it"):
            list(read_aloud(EspeakVoice(), text, 100))


def test_a_voice_that_fails_is_not_passed_over() -> None:
    class Broken:
        identity = "broken"

        def render(self, text: str, pace: int) -> Clip:
            raise VoiceError("It broke.", "Mend it.")

    with pytest.raises(VoiceError, match="It broke"):
        list(read_aloud(Broken(), "Left.", 100))


@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_it_writes_a_sound_file(capfd: Capture, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"said{ending}"
    done = run(capfd, "say", "Left. Right.", "--voice", "espeak", "--output", target)
    assert done == Done(0, "", "")
    samples, rate = soundfile.read(target, dtype="float32")
    wanted = np.concatenate([c.samples for c in read_aloud(EspeakVoice(), "Left. Right.", 100)])
    assert rate == 22_050
    assert np.abs(samples - wanted).max() < 1 / 32_000


def test_a_file_whose_name_is_not_utf_8(capfd: Capture, tmp_path: Path) -> None:
    target = tmp_path / os.fsdecode(b"s\xff.wav")
    assert run(capfd, "say", "Left.", "--voice", "espeak", "--output", target) == Done(0, "", "")
    assert target.stat().st_size > 1000


def test_pace_voice_and_times(capfd: Capture, tmp_path: Path) -> None:
    model = write_voice(tmp_path)
    lengths = []
    for pace in (50, 100, 200):
        target = tmp_path / f"{pace}.wav"
        args = ("--voice", model, "--pace", pace, "--output", target, "--times")
        done = run(capfd, "say", "Roll on.", *args)
        assert (done.code, done.err) == (0, "")
        assert TIMES.fullmatch(done.out)
        lengths.append(soundfile.info(target).frames)
    assert lengths[0] > 1.7 * lengths[1] > 1.7 * 1.7 * lengths[2]


def test_a_dash_reads_what_is_piped_in(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = io.TextIOWrapper(io.BytesIO(b"Left.\n\nRight \xff now.\n"))
    monkeypatch.setattr("sys.stdin", piped)
    target = tmp_path / "said.wav"
    assert run(capfd, "say", "-", "--voice", "espeak", "--output", target).code == 0
    assert soundfile.info(target).duration > 1


def test_ten_thousand_characters_without_a_full_stop(capfd: Capture, tmp_path: Path) -> None:
    model, target = write_voice(tmp_path), tmp_path / "said.wav"
    text = ("roll " * 2000).strip()
    done = run(capfd, "say", text, "--voice", model, "--output", target, "--times")
    assert (done.code, done.err) == (0, "")
    pieces = len(text) / LONGEST
    assert soundfile.info(target).duration > pieces * PAUSE_MS / 1000 + 100
    first = re.search(r"first sound after (\d+) ms", done.out)
    assert first is not None
    assert int(first[1]) < 2000


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that are no voices."""
    folder = tmp_path_factory.mktemp("bad")
    voice = write_voice(folder, "good")
    (folder / "text.onnx").write_text("hello")
    (folder / "text.onnx.json").write_bytes((folder / "good.onnx.json").read_bytes())
    (folder / "cut.onnx").write_bytes(voice.read_bytes()[:-40])
    (folder / "cut.onnx.json").write_bytes((folder / "good.onnx.json").read_bytes())
    (folder / "alone.onnx").write_bytes(voice.read_bytes())
    (folder / "folder.wav").mkdir()
    write_voice(folder, "small", symbols=20)
    (folder / "small.onnx.json").write_bytes((folder / "good.onnx.json").read_bytes())
    return folder


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("\N{SMILING FACE WITH SUNGLASSES}", {"--voice": "espeak"}, (6, "nothing in it")),
        ("日本語", {"--voice": "espeak"}, (6, "The line '日本語' has nothing in it")),
        ("", {"--voice": "espeak"}, (6, "nothing in it")),
        ("Left.", {"--voice": "bark"}, (6, '"bark" is no voice')),
        ("Left.", {"--voice": "espeak:klingon-f9"}, (6, "klingon-f9")),
        ("Left.", {"--voice": "nowhere.onnx"}, (6, "nowhere.onnx")),
        ("Left.", {"--voice": "text.onnx"}, (6, "text.onnx")),
        ("Left.", {"--voice": "cut.onnx"}, (6, "cut.onnx")),
        ("Left.", {"--voice": "alone.onnx"}, (6, "alone.onnx.json")),
        ("Left.", {"--voice": "small.onnx"}, (6, "small.onnx.json")),
        ("Left.", {"--voice": "espeak", "--output": "x.mp3"}, (8, "x.mp3")),
        ("Left.", {"--voice": "espeak", "--output": "nowhere/x.wav"}, (8, "no folder /")),
        ("Left.", {"--voice": "espeak", "--output": "cut.onnx/x.wav"}, (8, "no folder /")),
        ("Left.", {"--voice": "espeak", "--output": "folder.wav"}, (8, "Is a directory. Name")),
        ("Left.", {"--voice": "espeak", "--pace": "900"}, (2, "900")),
    ],
)
def test_a_mistake_is_one_clear_message_and_leaves_no_file(
    capfd: Capture, bad: Path, text: str, options: dict[str, str], expected: tuple[int, str]
) -> None:
    paths = {key: bad / value if "." in value else value for key, value in options.items()}
    given = {"--output": bad / "x.wav"} | paths
    done = run(capfd, "say", text, *(part for pair in given.items() for part in pair))
    assert done.code == expected[0], done.err
    assert expected[1] in done.err
    assert "Traceback" not in done.err
    assert not (bad / "x.wav").exists()


@pytest.mark.parametrize(
    "text",
    [
        "2:30",
        "1/2 turn, 10 %",
        "Roll ⏱ on",
        "naïve Привет",
        "[[ _^$ ]] go",
        "\0\ud83dgo",
        "a" * 900,
    ],
)
def test_odd_text_is_read(tmp_path: Path, text: str) -> None:
    for voice in (EspeakVoice(), PiperSpeech(write_voice(tmp_path))):
        clips = list(read_aloud(voice, text, 100))
        assert sum(clip.seconds for clip in clips) > 0.1
        assert all(np.isfinite(clip.samples).all() for clip in clips)


@pytest.mark.device
def test_it_is_heard(capfd: Capture) -> None:
    with running_pulseaudio() as pulse:
        heard = pulse.speaker()
        done = run(capfd, "say", "Left. Right.", "--voice", "espeak")
        assert done == Done(0, "", "")
        sound = np.abs(heard.until_silent().astype(np.int32))
    clips = list(read_aloud(EspeakVoice(), "Left. Right.", 100))
    loud = np.flatnonzero(sound > 1000)
    length = (loud[-1] - loud[0]) / WIRE_RATE
    assert abs(length - sum(clip.seconds for clip in clips)) < 0.4


@pytest.mark.device
def test_it_is_heard_where_whoever_starts_it_has_closed_the_standard_files() -> None:
    with running_pulseaudio() as pulse:
        heard = pulse.speaker()
        order = '"$0" -m skill say Left. --voice espeak 0<&- 1>&- 2>&-'
        done = subprocess.run(["bash", "-c", order, sys.executable], check=False)
        assert done.returncode == 0
        assert np.abs(heard.until_silent().astype(np.int32)).max() > 1000


@pytest.mark.device
def test_a_speaker_that_is_pulled_is_told() -> None:
    """It ended as if all had been heard."""
    text = "One. Two. Three. Four. Five. Six. Seven. Eight. Nine. Ten. " * 3
    order = [sys.executable, "-m", "skill", "say", text, "--voice", "espeak"]
    with running_pulseaudio() as pulse:
        heard = pulse.speaker()
        with subprocess.Popen(order, stderr=subprocess.PIPE, text=True) as process:
            wait_until(lambda: heard.samples().any(), what="the first word")
            pulse.unplug("speaker")
            _, told = process.communicate(timeout=LONG_S)
    assert process.returncode == DeviceError.exit_code
    assert "went away, and the rest was not heard. Plug it in again" in told
