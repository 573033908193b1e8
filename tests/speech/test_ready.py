"""Ready-made lines: small, exact in length, checked, and never in the way."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.app import App
from skill.audio.pcm import read_pcm
from skill.checkup.finding import Verdict
from skill.cli.doctor import _lines as doctor_lines
from skill.core.coach import Book
from skill.core.repertoire import repertoire
from skill.errors import StorageError, VoiceError
from skill.models.seal import seal
from skill.mouth import Mouth, make_mouth, make_voice
from skill.ports import Clip
from skill.settings import Settings
from skill.speech.cache import CachedVoice
from skill.speech.espeak import EspeakVoice
from skill.speech.piper import PiperSpeech
from skill.speech.ready import INDEX, ReadyLines, write_ready
from tests.support.room import RATE, Witness
from tests.support.tiny_piper import write_voice

TEXTS = ("Roll from side to side.", "Ten seconds to go.")


class Silent:
    """A voice that must not be asked."""

    def __init__(self, identity: str) -> None:
        self.identity = identity

    def render(self, text: str, pace: int) -> Clip:
        raise VoiceError(f"asked for {text}", "")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_voice(tmp_path_factory.mktemp("voice"))


@pytest.fixture(scope="module")
def voice(model: Path) -> PiperSpeech:
    return PiperSpeech(model)


@pytest.fixture
def folder(voice: PiperSpeech, tmp_path: Path) -> Path:
    made = ((text, 100, voice.render(text, 100)) for text in TEXTS)
    write_ready(tmp_path / "lines", voice.identity, made)
    return tmp_path / "lines"


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 48_000])
@pytest.mark.parametrize("frames", [1, 479, 480, 481, 12_345])
def test_a_line_keeps_its_length_to_the_sample(tmp_path: Path, rate: int, frames: int) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 220 * np.arange(frames) / rate)
    amount = write_ready(tmp_path, "x", [("A.", 100, Clip(tone.astype(np.float32), rate))])
    clip = ReadyLines(tmp_path, "x").get("A.", 100)
    assert clip is not None
    assert (len(clip.samples), clip.rate) == (frames, rate)
    assert clip.samples.dtype == np.float32
    assert (amount.lines, amount.seconds) == (1, frames / rate)


def test_a_line_sounds_nearly_the_same_small_and_in_time(folder: Path, voice: PiperSpeech) -> None:
    lines = ReadyLines(folder, voice.identity)
    for text in TEXTS:
        made, kept = voice.render(text, 100), lines.get(text, 100)
        assert kept is not None
        error = np.mean((made.samples - kept.samples) ** 2) / np.mean(made.samples**2)
        assert error < 0.1, "shifted or spoilt"
        assert np.abs(kept.samples[[0, -1]]).max() < 0.001, "clicks"
    size = sum(path.stat().st_size for path in folder.glob("*.ogg"))
    assert size < sum(2 * len(voice.render(text, 100).samples) for text in TEXTS) / 5
    assert lines.trouble is None
    assert len(lines) == 2


def test_what_is_ready_is_not_made_or_kept(
    folder: Path, voice: PiperSpeech, tmp_path: Path
) -> None:
    ready = ReadyLines(folder, voice.identity)
    keep = CachedVoice(Silent(voice.identity), tmp_path / "cache", ready=ready)
    first = keep.render(TEXTS[0], 100)
    assert np.array_equal(first.samples, keep.render(TEXTS[0], 100).samples)
    assert list((tmp_path / "cache").iterdir()) == []
    assert keep.holds(TEXTS[1], 100)
    assert not keep.holds(TEXTS[1], 90)
    with pytest.raises(VoiceError, match="Roll"):
        keep.render(TEXTS[0], 90)


@pytest.mark.parametrize("harm", ["cut", "other", "gone"])
def test_a_damaged_line_is_made_anew_and_told(
    folder: Path, voice: PiperSpeech, tmp_path: Path, harm: str
) -> None:
    index = json.loads((folder / INDEX).read_text("utf-8"))
    files = [folder / line["file"] for line in index["lines"]]
    match harm:
        case "cut":
            files[0].write_bytes(files[0].read_bytes()[:-50])
        case "other":
            files[0].write_bytes(files[1].read_bytes())
        case "gone":
            files[0].unlink()
    ready = ReadyLines(folder, voice.identity)
    assert [ready.holds(text, 100) for text in TEXTS] == [False, True]
    assert files[0].name in str(ready.trouble)
    keep = CachedVoice(voice, tmp_path / "cache", ready=ReadyLines(folder, voice.identity))
    assert keep.trouble is None
    clip = keep.render(TEXTS[0], 100)
    assert len(clip.samples) == len(voice.render(TEXTS[0], 100).samples)
    assert len(list((tmp_path / "cache").iterdir())) == 1
    assert files[0].name in str(keep.trouble)


@pytest.mark.parametrize(
    "index",
    [b"", b"[]", b"{}", b"\xff", b'{"voice": "v", "lines": [{}]}', b'{"voice": "v", "lines": 3}'],
)
def test_a_broken_index_is_told_and_nothing_is_ready(
    folder: Path, voice: PiperSpeech, index: bytes
) -> None:
    (folder / INDEX).write_bytes(index)
    lines = ReadyLines(folder, voice.identity)
    assert lines.get(TEXTS[0], 100) is None
    assert str(folder) in str(lines.trouble)


def test_lines_of_another_voice_are_not_used(folder: Path) -> None:
    lines = ReadyLines(folder, "another")
    assert lines.get(TEXTS[0], 100) is None
    assert "another voice" in str(lines.trouble)


def test_an_index_does_not_lead_out_of_its_folder(folder: Path, voice: PiperSpeech) -> None:
    index = json.loads((folder / INDEX).read_text("utf-8"))
    name = index["lines"][0]["file"]
    (folder / name).rename(folder.parent / name)
    index["lines"][0]["file"] = f"../{name}"
    (folder / INDEX).write_text(json.dumps(index), "utf-8")
    assert ReadyLines(folder, voice.identity).get(TEXTS[0], 100) is None


def test_writing_again_leaves_nothing_old(folder: Path, voice: PiperSpeech) -> None:
    write_ready(folder, voice.identity, [("Left.", 100, voice.render("Left.", 100))])
    assert len(list(folder.iterdir())) == 2
    with pytest.raises(StorageError, match="--output"):
        write_ready(folder / INDEX, voice.identity, [])


def test_writing_again_leaves_what_is_somebody_elses(folder: Path, voice: PiperSpeech) -> None:
    index = json.loads((folder / INDEX).read_text("utf-8"))
    mine = [folder / "mine.ogg", folder / "mine.flac", folder.parent / "outside.ogg"]
    for path in mine:
        path.touch()
    index["lines"] += [{"file": "mine.ogg"}, {"file": "../outside.ogg"}, {"file": ".."}]
    (folder / INDEX).write_text(json.dumps(index), "utf-8")
    write_ready(folder, voice.identity, [("Left.", 100, voice.render("Left.", 100))])
    assert all(path.is_file() for path in mine)
    assert len(list(folder.iterdir())) == 4


def test_the_built_in_voice_is_found_with_its_lines(tmp_path: Path) -> None:
    model = write_voice(tmp_path, "kathleen")
    seal(tmp_path)
    voice = PiperSpeech(model)
    write_ready(tmp_path / "lines", voice.identity, [("A.", 100, voice.render("A.", 100))])
    mouth = make_mouth(Settings(), tmp_path)
    assert mouth.trouble is None
    assert mouth.voice.identity == voice.identity
    assert mouth.ready is not None
    assert len(mouth.ready) == 1


def test_the_shipped_lines_are_those_that_the_coach_can_say(tmp_path: Path, checkout: Path) -> None:
    """Made by today's voice, each there and whole, in the order of the repertoire, and no other.

    If this fails, make them: the command is in scripts/voice/README.md, "its lines, ready made".
    """
    app = App(Settings(cache=tmp_path))
    found = doctor_lines(app)
    assert found.verdict is Verdict.FINE, found.fact
    content = app.content
    wanted = repertoire(Book(content.routine, content.phrases, content.vocabulary))
    folder = checkout / "models" / "voice-en" / "lines"
    index = json.loads((folder / INDEX).read_text("utf-8"))
    assert [(line["text"], line["pace"]) for line in index["lines"]] == list(wanted)
    assert {path.name for path in folder.iterdir()} == {
        INDEX,
        *(line["file"] for line in index["lines"]),
    }


def test_without_it_espeak_speaks_and_says_so(tmp_path: Path) -> None:
    mouth = make_mouth(Settings(), tmp_path)
    assert isinstance(mouth.voice, EspeakVoice)
    assert str(tmp_path) in str(mouth.trouble)
    assert make_mouth(Settings(voice="espeak"), tmp_path) != mouth
    assert make_mouth(Settings(voice="espeak"), tmp_path).trouble is None


@pytest.mark.parametrize("ending", ["", ".json"])
def test_a_damaged_sealed_voice_is_told_before_the_session(tmp_path: Path, ending: str) -> None:
    model = write_voice(tmp_path, "kathleen")
    seal(tmp_path)
    broken = tmp_path / f"kathleen.onnx{ending}"
    broken.write_bytes(broken.read_bytes()[:-30])
    with pytest.raises(VoiceError, match="damaged or cut short") as caught:
        make_mouth(Settings(), tmp_path)
    assert str(broken) in caught.value.problem
    with pytest.raises(VoiceError, match="kathleen"):
        make_voice(str(model))


def test_a_name_is_an_installed_voice_or_explained(tmp_path: Path) -> None:
    folder = tmp_path / "en_US-tiny"
    folder.mkdir()
    write_voice(folder, "en_US-tiny")
    assert isinstance(make_voice("en_US-tiny", tmp_path), PiperSpeech)
    for name in ("bark", "../en_US-tiny", "", "klatt:f3"):
        with pytest.raises(VoiceError, match="is no voice"):
            make_voice(name, tmp_path)


ASKED = ("start rolling", "which step", "next", "where are we", "next", "next")


def short_session(folder: Path, checkout: Path) -> Path:
    """A recording of somebody who says a few words to the coach."""
    parts = [np.zeros(6 * RATE, np.int16)]
    for phrase in ASKED:
        parts += [read_pcm(checkout / f"tests/recordings/{phrase}.flite-slt.ogg")]
        parts += [np.zeros(5 * RATE, np.int16)]
    path = folder / "short.wav"
    soundfile.write(path, np.concatenate(parts), RATE)
    return path


@pytest.mark.long
def test_a_session_on_ready_made_lines_never_loads_the_engine(
    tmp_path: Path, checkout: Path
) -> None:
    """Memory is that of ears, coach and mouth together."""
    model = write_voice(tmp_path, "kathleen")
    seal(tmp_path)
    recording = short_session(tmp_path, checkout)
    # What will be said is all that is wanted of this session; taking out an echo is half its work.
    app = App(Settings(voice=str(model), cache=tmp_path / "cache", cancel_echo=False))
    witness = Witness()
    with app.replay(recording, observers=[witness]) as session:
        session.run()
    assert len(set(witness.said)) > 10
    lines = ((text, 100, app.voice.render(text, 100)) for text in dict.fromkeys(witness.said))
    write_ready(tmp_path / "lines", app.voice.identity, lines)
    script = """
import sys
from pathlib import Path
from skill.app import App
from skill.settings import Settings

app = App(Settings(voice=sys.argv[1], cache=Path(sys.argv[2])))
with app.replay(Path(sys.argv[3])) as session:
    session.run()
assert app.troubles(session) == (), app.troubles(session)
assert list(Path(sys.argv[2]).iterdir()) == []
assert not {"onnxruntime", "piper", "requests"} & set(sys.modules)
status = Path("/proc/self/status").read_text()
app.voice.render("Another line.", 100)
assert {"onnxruntime", "piper"} <= set(sys.modules)
print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(model), str(tmp_path / "new"), str(recording)],
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) <= 120, "megabytes of ears, coach and mouth"


def test_a_mouth_without_lines_is_a_voice(tmp_path: Path) -> None:
    clip = Mouth(EspeakVoice()).cached(tmp_path).render("Left.", 100)
    assert clip.seconds > 0.1
    assert soundfile.info(next(tmp_path.iterdir())).samplerate == clip.rate
