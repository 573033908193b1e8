import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from piper import PiperVoice

from skill.errors import VoiceError, install_again
from skill.speech.piper import LONGEST, PiperSpeech
from tests.support.tiny_piper import FRAMES_PER_PHONEME, RATE, write_voice

LINE = "Roll from side to side, slowly."


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_voice(tmp_path_factory.mktemp("voice"))


@pytest.fixture(scope="module")
def voice(model: Path) -> PiperSpeech:
    return PiperSpeech(model)


def refusal(model: Path, config: Path | None = None, *, speaker: int = 0) -> VoiceError:
    with pytest.raises(VoiceError) as caught:
        PiperSpeech(model, config, speaker=speaker)
    assert ".." not in caught.value.problem
    return caught.value


def test_the_tiny_voice_is_one_to_piper_and_random_unless_told_otherwise(model: Path) -> None:
    plain = PiperVoice.load(model)
    one, two = (next(iter(plain.synthesize(LINE))).audio_float_array for _ in range(2))
    assert len(one) != len(two)


def test_nobody_is_told_of_the_machine(model: Path, tmp_path: Path) -> None:
    """Onnxruntime writes down what it is about to send to Microsoft, in the person's cache."""
    program = (
        "import sys, time; from pathlib import Path; from skill.speech.piper import PiperSpeech; "
        "PiperSpeech(Path(sys.argv[1])).render('Roll.', 100); time.sleep(1)"
    )
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG", "ORT"))}
    home = kept | {"HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program, str(model)], env=home, check=True)
    assert not list(tmp_path.rglob("*"))


def test_sound_follows_the_phonemes(voice: PiperSpeech) -> None:
    phonemes = len(PiperVoice.load(voice.model).phonemize("Roll.")[0])
    seconds = 2 * phonemes * FRAMES_PER_PHONEME / RATE
    clip = voice.render("Roll.", 100)
    assert clip.rate == RATE
    assert clip.seconds == pytest.approx(seconds, rel=0.15)


def test_sentences_follow_each_other_with_a_pause(voice: PiperSpeech) -> None:
    one = voice.render("Roll on.", 100)
    both = voice.render("Roll on. Roll on.", 100)
    assert both.seconds == pytest.approx(2 * one.seconds + 0.2, abs=0.002)
    middle = both.samples[len(one.samples) + 10 : len(one.samples) + RATE // 6]
    assert not middle.any()


def test_very_long_sentences_reach_the_network_in_pieces(voice: PiperSpeech) -> None:
    text = "and roll on " * 200
    assert len(text) > 7 * LONGEST
    clip = voice.render(text, 100)
    pauses = np.diff(np.flatnonzero(clip.samples)) > RATE // 6
    assert np.sum(pauses) == len(text) // LONGEST - 1
    assert clip.seconds > 150 * voice.render("and roll on", 100).seconds


def test_brackets_are_not_phonemes(voice: PiperSpeech) -> None:
    assert voice.render("[[roll on]]", 100).seconds == pytest.approx(
        voice.render("roll on", 100).seconds, rel=0.2
    )
    voice.render("roll [[", 100)
    voice.render("]] [[ roll ]]]] [[[[ on", 100)


def test_threads_get_what_they_asked_for(voice: PiperSpeech) -> None:
    def checksum(text: str) -> int:
        return zlib.crc32(voice.render(text, 100).samples.tobytes())

    texts = ["Breathe in.", "Breathe out.", LINE, "Left. Right."] * 4
    alone = [checksum(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(checksum, texts)) == alone


def test_the_network_has_one_thread(voice: PiperSpeech) -> None:
    options = voice._loaded().voice.session.get_session_options()
    assert options.intra_op_num_threads == 1
    assert options.inter_op_num_threads == 1


def test_no_thread_is_started(model: Path) -> None:
    threads = Path("/proc/self/task")
    before = len(list(threads.iterdir()))
    PiperSpeech(model).render(LINE, 100)
    assert len(list(threads.iterdir())) <= before


def test_piper_is_imported_late_and_torch_never(model: Path) -> None:
    script = """
import sys
from pathlib import Path

class Watch:
    asked = set()
    def find_spec(self, name, path=None, target=None):
        self.asked.add(name.partition(".")[0])

sys.meta_path.insert(0, Watch())
import skill.speech.piper, skill.speech.espeak, skill.speech.cache
assert not {"piper", "onnxruntime", "espeakng_loader"} & Watch.asked, Watch.asked
skill.speech.piper.PiperSpeech(Path(sys.argv[1])).render("Roll on.", 100)
assert {"piper", "onnxruntime"} <= Watch.asked
assert not {"torch", "tensorflow", "transformers", "onnx"} & Watch.asked, Watch.asked
"""
    finished = subprocess.run(
        [sys.executable, "-c", script, str(model)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_missing_piper_is_named(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "piper", None)
    assert refusal(model).remedy == install_again()


def test_identity_is_in_the_files_and_not_in_their_names(tmp_path: Path) -> None:
    model = write_voice(tmp_path)
    moved = tmp_path / "moved.onnx"
    moved.write_bytes(model.read_bytes())
    config = model.with_name(model.name + ".json")
    identity = PiperSpeech(model).identity
    assert PiperSpeech(moved, config).identity == identity
    slow = write_voice(tmp_path, "slow", inference={"length_scale": 1.5})
    assert slow.read_bytes() == model.read_bytes()
    assert PiperSpeech(slow).identity != identity
    assert PiperSpeech(slow).render(LINE, 150).seconds == pytest.approx(
        PiperSpeech(model).render(LINE, 100).seconds, rel=0.02
    )


def test_speakers(tmp_path: Path) -> None:
    model = write_voice(tmp_path, speakers=3)
    sounds = {PiperSpeech(model, speaker=n).render(LINE, 100).samples.tobytes() for n in range(3)}
    assert len(sounds) == 3
    for speaker in (-1, 3):
        error = refusal(model, speaker=speaker)
        assert str(model) in error.problem
        assert "0 to 2" in error.remedy


def test_a_phoneme_that_the_voice_lacks_is_left_out_silently(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    few = {"_": [0], "^": [1], "$": [2], " ": [3], "ɹ": [88], "l": [24]}
    model = write_voice(tmp_path, phoneme_id_map=few)
    assert PiperSpeech(model).render("Roll.", 100).seconds > 0.05
    with pytest.raises(VoiceError, match="nothing in it"):
        PiperSpeech(model).render("Heat.", 100)
    assert capfd.readouterr() == ("", "")


class TestModelFile:
    def test_missing(self, tmp_path: Path) -> None:
        error = refusal(tmp_path / "none.onnx")
        assert str(tmp_path / "none.onnx") in error.problem
        assert "No such file" in error.problem

    def test_folder(self, tmp_path: Path) -> None:
        assert str(tmp_path) in refusal(tmp_path).problem

    @pytest.mark.parametrize(
        "damage",
        [
            lambda data: b"",
            lambda data: data[:100],
            lambda data: data[: len(data) // 2],
            lambda data: data[:-10],
            lambda data: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 63\n",
            lambda data: b"<!DOCTYPE html><html>Not found</html>",
            lambda data: data.replace(b"RandomNormalLike", b"RandomMormalLike"),
        ],
        ids=["empty", "start", "half", "almost whole", "git lfs", "web page", "unknown operator"],
    )
    def test_damaged(
        self,
        tmp_path: Path,
        damage: Callable[[bytes], bytes],
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        model = write_voice(tmp_path)
        model.write_bytes(damage(model.read_bytes()))
        assert str(model) in refusal(model).problem
        assert capfd.readouterr() == ("", "")

    def test_another_network(self, tmp_path: Path) -> None:
        write_voice(tmp_path)
        model = tmp_path / "tiny.onnx"
        onnx.save(network("audio_in", TensorProto.FLOAT), str(model))
        error = refusal(model)
        assert str(model) in error.problem
        assert "audio_in" in error.problem

    def test_settings_of_a_voice_with_several_speakers(self, tmp_path: Path) -> None:
        assert "sid" in refusal(write_voice(tmp_path, num_speakers=3)).problem
        assert "sid" in refusal(write_voice(tmp_path, speakers=3, num_speakers=1)).problem

    def test_settings_of_a_voice_with_more_phonemes(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        error = refusal(write_voice(tmp_path, symbols=100))
        assert str(tmp_path / "tiny.onnx") in error.problem
        assert str(tmp_path / "tiny.onnx.json") in error.problem
        assert capfd.readouterr() == ("", "")

    def test_two_channels(self, tmp_path: Path) -> None:
        error = refusal(write_voice(tmp_path, channels=2))
        assert str(tmp_path / "tiny.onnx") in error.problem
        assert "mono" in error.problem


def network(name: str, kind: int) -> onnx.ModelProto:
    value = helper.make_tensor_value_info(name, kind, [1, "n"])
    out = helper.make_tensor_value_info("output", kind, [1, "n"])
    node = helper.make_node("Identity", [name], ["output"])
    graph = helper.make_graph([node], "x", [value], [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model


class TestSettingsFile:
    def test_missing(self, tmp_path: Path) -> None:
        model = write_voice(tmp_path)
        config = tmp_path / "tiny.onnx.json"
        config.unlink()
        error = refusal(model)
        assert str(config) in error.problem
        assert ".json" in error.remedy

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b"null", b"7", b'"text"', b"{}", b"\xff\xfe", b"[" * 100_000],
        ids=["empty", "brace", "list", "null", "number", "string", "object", "bytes", "deep"],
    )
    def test_other_content(self, tmp_path: Path, content: bytes) -> None:
        model = write_voice(tmp_path)
        config = tmp_path / "tiny.onnx.json"
        config.write_bytes(content)
        assert str(config) in refusal(model).problem

    @pytest.mark.parametrize(
        ("settings", "named"),
        [
            ({"audio": {}}, "sample_rate"),
            ({"audio": {"sample_rate": "22050"}}, "22050"),
            ({"audio": {"sample_rate": 22050.0}}, "22050"),
            ({"audio": {"sample_rate": 0}}, "sample rate 0"),
            ({"audio": None}, ""),
            ({"inference": {"length_scale": 0}}, "length scale"),
            ({"inference": {"length_scale": "1"}}, ""),
            ({"inference": {"length_scale": float("nan")}}, "length scale"),
            ({"espeak": {"voice": 7}}, "espeak voice"),
            ({"espeak": {"voice": "klingonish"}}, "klingonish"),
            ({"num_speakers": "one"}, "one"),
            ({"phoneme_type": "pinyin"}, "pinyin"),
            ({"phoneme_type": "smoke signals"}, "smoke"),
            ({"phoneme_id_map": {}}, "phoneme id map"),
            ({"phoneme_id_map": []}, ""),
            ({"phoneme_id_map": {"_": [], "^": [1], "$": [2]}}, "phoneme id map"),
            ({"phoneme_id_map": {"_": [0], "^": [1], "$": ["2"]}}, "phoneme id map"),
            ({"phoneme_id_map": {"_": [0], "^": [1], "$": [2**70]}}, "phoneme id map"),
            ({"phoneme_id_map": {"_": 0, "^": 1, "$": 2}}, ""),
            ({"vowel_clusters": 5}, ""),
        ],
        ids=str,
    )
    def test_wrong_value(self, tmp_path: Path, settings: dict[str, Any], named: str) -> None:
        model = write_voice(tmp_path, **settings)
        problem = refusal(model).problem
        assert str(tmp_path / "tiny.onnx.json") in problem
        assert named in problem

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_unreadable(self, tmp_path: Path) -> None:
        model = write_voice(tmp_path)
        (tmp_path / "tiny.onnx.json").chmod(0)
        assert "ermission" in refusal(model).problem

    def test_settings_elsewhere(self, tmp_path: Path) -> None:
        model = write_voice(tmp_path)
        config = (tmp_path / "tiny.onnx.json").rename(tmp_path / "settings.json")
        assert json.loads(config.read_text())["num_symbols"] == 256
        assert PiperSpeech(model, config).render(LINE, 100).seconds > 0.5
