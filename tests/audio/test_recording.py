"""Recordings of every kind become the same blocks; broken ones say where they break."""

import itertools
import os
import struct
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.audio.recording import RecordingSource
from skill.errors import RecordingError
from skill.ports import Block, BlockKind, Pcm
from tests.support.tones import pitch, sine


def heard(source: RecordingSource) -> Pcm:
    blocks = itertools.takewhile(lambda block: block.kind is BlockKind.HEARD, source.blocks())
    return np.concatenate([block.pcm for block in blocks])


def delivered(source: RecordingSource) -> tuple[list[Block], RecordingError]:
    """Everything that comes before the error, and the error."""
    blocks: list[Block] = []
    with pytest.raises(RecordingError) as caught:
        blocks.extend(itertools.islice(source.blocks(), 100))
    assert all(block.kind is BlockKind.HEARD for block in blocks)
    return blocks, caught.value


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "three seconds.wav"
    soundfile.write(path, sine(440, 3, 16_000), 16_000)
    return path


def test_a_recording_at_the_right_rate_passes_bit_for_bit(tmp_path: Path) -> None:
    pcm = np.random.default_rng(1).integers(-32768, 32768, 16_001).astype(np.int16)
    pcm[:2] = -32768, 32767
    soundfile.write(tmp_path / "a.wav", pcm, 16_000)
    with RecordingSource(tmp_path / "a.wav") as source:
        sound = heard(source)
        assert source.loudest == 32768
    np.testing.assert_array_equal(sound[:16_001], pcm)
    assert not sound[16_001:].any()
    assert len(sound) == 21 * 800


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_pitch_level_and_place_survive_resampling(tmp_path: Path, rate: int) -> None:
    sound = np.concatenate([np.zeros(rate, np.float32), sine(1000, 1, rate)])
    soundfile.write(tmp_path / "a.flac", sound, rate)
    with RecordingSource(tmp_path / "a.flac") as source:
        pcm = heard(source)
    assert len(pcm) == 32_000
    assert pitch(pcm[17_000:31_000], 16_000) == pytest.approx(1000, abs=2)
    expected = sine(1000, 0.8, 16_000) * 32768
    np.testing.assert_allclose(pcm[17_600:30_400], expected, atol=40)


def test_resampling_in_chunks_leaves_no_seams(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", sine(300, 2, 44_100), 44_100, subtype="FLOAT")
    with RecordingSource(tmp_path / "a.wav") as source:
        pcm = heard(source)[800:-800].astype(int)
    steepest = 16384 * 2 * np.pi * 300 / 16_000
    assert np.abs(np.diff(pcm)).max() <= steepest + 2


def test_channels_are_averaged_or_chosen(tmp_path: Path) -> None:
    stereo = np.column_stack((sine(500, 1, 16_000, 0.4), sine(900, 1, 16_000, 0.2)))
    soundfile.write(tmp_path / "a.wav", stereo, 16_000, subtype="FLOAT")
    sounds = {}
    for channel in (None, 0, 1):
        with RecordingSource(tmp_path / "a.wav", channel=channel) as source:
            sounds[channel] = heard(source).astype(float)
    np.testing.assert_allclose(sounds[0], stereo[:, 0] * 32768, atol=1)
    np.testing.assert_allclose(sounds[1], stereo[:, 1] * 32768, atol=1)
    np.testing.assert_allclose(sounds[None], stereo.mean(axis=1) * 32768, atol=1)


def test_too_loud_is_clipped_and_does_not_wrap_around(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", sine(500, 1, 16_000, 2.0), 16_000, subtype="FLOAT")
    with RecordingSource(tmp_path / "a.wav") as source:
        pcm = heard(source).astype(int)
    assert (pcm.max(), pcm.min()) == (32767, -32768)
    assert np.abs(np.diff(pcm)).max() < 13_000


def test_a_silent_recording_is_no_error_but_can_be_told(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    with RecordingSource(tmp_path / "a.wav") as source:
        heard(source)
        assert source.loudest == 0


def test_the_end_goes_on_for_ever_as_silence(wav: Path) -> None:
    with RecordingSource(wav) as source:
        heard(source)
        after = list(itertools.islice(source.blocks(), 100))
    assert {block.kind for block in after} == {BlockKind.ENDED}
    assert not any(block.pcm.any() for block in after)


def test_a_long_recording_does_not_sit_in_memory(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "a.wav", "w", 44_100, 1, "PCM_16") as file:
        for _ in range(120):
            file.write(np.zeros(44_100, np.int16))
    tracemalloc.start()
    with RecordingSource(tmp_path / "a.wav") as source:
        for _ in itertools.islice(source.blocks(), 2400):
            pass
        _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_what_is_no_sound_file_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "notes.wav").write_text("not sound at all, but a few words about sound")
    soundfile.write(tmp_path / "no frames.wav", np.zeros(0), 16_000)
    soundfile.write(tmp_path / "header.flac", sine(440, 1, 16_000), 16_000)
    os.truncate(tmp_path / "header.flac", 60)
    for name, problem in {
        "missing.wav": "does not exist",
        ".": "is a folder",
        "empty.wav": "is empty",
        "notes.wav": "is not a sound file",
        "no frames.wav": "without any sound",
        "header.flac": "beginning is damaged",
    }.items():
        with pytest.raises(RecordingError, match=problem) as caught:
            RecordingSource(tmp_path / name)
        assert str(tmp_path / name) in caught.value.problem


@pytest.mark.parametrize("rate", [1, 7_999, 400_000])
def test_rates_that_cannot_be_speech_are_refused(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", np.ones(100), rate)
    with pytest.raises(RecordingError, match=f"has {rate} samples per second"):
        RecordingSource(tmp_path / "a.wav")


@pytest.mark.parametrize("channel", [-1, 1])
def test_a_channel_that_is_not_there_is_refused(wav: Path, channel: int) -> None:
    with pytest.raises(RecordingError, match=f"no channel {channel}"):
        RecordingSource(wav, channel=channel)


def test_a_wav_that_was_cut_off_is_heard_up_to_there(wav: Path) -> None:
    os.truncate(wav, 44 + 2 * 24_000)
    with RecordingSource(wav) as source:
        blocks, error = delivered(source)
    assert len(blocks) == 30
    assert "up to second 1.5" in error.problem


@pytest.mark.parametrize("ending", ["flac", "ogg"])
@pytest.mark.parametrize("harm", ["cut", "hole"])
def test_damage_is_reported_after_what_came_before_it(
    tmp_path: Path, ending: str, harm: str
) -> None:
    path = tmp_path / f"a.{ending}"
    noise = np.random.default_rng(1).normal(0, 0.1, 48_000)
    soundfile.write(path, noise + sine(440, 3, 16_000), 16_000)
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(data[:middle] + (bytes(2000) + data[middle + 2000 :]) * (harm == "hole"))
    with RecordingSource(path) as source:
        blocks, error = delivered(source)
    assert 10 <= len(blocks) < 60
    assert blocks[9].pcm.any()
    assert str(path) in error.problem
    assert "second " in error.problem


def test_a_wav_written_into_a_pipe_has_no_known_length_and_is_fine(wav: Path) -> None:
    data = bytearray(wav.read_bytes())
    data[4:8] = data[40:44] = struct.pack("<I", 0xFFFF_FFFF)
    wav.write_bytes(data)
    with RecordingSource(wav) as source:
        assert len(heard(source)) == 48_000


def test_numbers_that_are_no_sound_are_reported(tmp_path: Path) -> None:
    sound = sine(440, 2, 16_000)
    sound[20_000] = np.nan
    soundfile.write(tmp_path / "a.wav", sound, 16_000, subtype="FLOAT")
    with RecordingSource(tmp_path / "a.wav") as source:
        blocks, error = delivered(source)
    assert len(blocks) == 24
    assert "no sound" in error.problem


@settings(max_examples=60)
@given(data=st.binary(max_size=300), magic=st.sampled_from([b"", b"RIFF", b"fLaC", b"OggS"]))
def test_any_bytes_give_blocks_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, magic: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "junk.wav"
    path.write_bytes(magic + data)
    # Nothing but our own error may come out; a few random bytes are a valid file now and then.
    with suppress(RecordingError), RecordingSource(path) as source:
        list(itertools.islice(source.blocks(), 5))
