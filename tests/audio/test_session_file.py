"""The session's file: both voices, each at its place, whatever goes wrong."""

import itertools
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.audio.recording import RecordingSource
from skill.audio.session_file import SessionWriter, TeeSource, TeeSpeaker
from skill.audio.timeline import TimelineSpeaker
from skill.errors import StorageError
from skill.ports import Block, Clip, Pcm
from tests.support.tones import first_sound, last_sound, pitch, sine

BLOCK = 800


def quiet(number: int) -> Block:
    return Block(number * BLOCK, np.zeros(BLOCK, np.int16))


def coach_track(path: Path, plan: dict[int, Clip | None], blocks: int = 40) -> Pcm:
    """The coach's channel after clips were played (None: stopped) at these frames."""
    with SessionWriter(path) as writer:
        for number in range(blocks):
            writer.hear(quiet(number))
            for at, clip in plan.items():
                if number * BLOCK <= at < (number + 1) * BLOCK:
                    writer.play(clip, at) if clip else writer.stop(at)
    pcm, rate = soundfile.read(path, dtype="int16")
    assert (rate, len(pcm)) == (16_000, blocks * BLOCK)
    return np.asarray(pcm[:, 1])


def test_the_person_is_on_the_left_sample_for_sample(tmp_path: Path) -> None:
    pcm = np.random.default_rng(1).integers(-32768, 32768, 8_000).astype(np.int16)
    soundfile.write(tmp_path / "in.wav", pcm, 16_000)
    with (
        RecordingSource(tmp_path / "in.wav") as source,
        SessionWriter(tmp_path / "out.wav") as writer,
    ):
        blocks = list(itertools.islice(TeeSource(source, writer).blocks(), 20))
    written, _ = soundfile.read(tmp_path / "out.wav", dtype="int16")
    np.testing.assert_array_equal(written[:8_000, 0], pcm)
    assert len(written) == blocks[-1].end_frame
    assert not written[:, 1].any()


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
@pytest.mark.parametrize("at", [800, 1234])
def test_a_clip_is_at_its_frame_with_its_length_and_pitch(
    tmp_path: Path, rate: int, at: int
) -> None:
    ringing = Clip(np.sign(sine(700, 1, rate)) * np.float32(0.5), rate)
    track = coach_track(tmp_path / "a.wav", {at: ringing})
    assert first_sound(track, 4000) == pytest.approx(at, abs=2)
    assert last_sound(track, 4000) == pytest.approx(at + 16_000, abs=2)
    assert pitch(track[at : at + 16_000], 16_000) == pytest.approx(700, abs=2)


def test_a_clip_at_the_files_rate_is_copied_exactly(tmp_path: Path) -> None:
    clip = Clip(sine(700, 0.5, 16_000), 16_000)
    track = coach_track(tmp_path / "a.wav", {5000: clip})
    np.testing.assert_array_equal(track[5000:13_000], np.rint(clip.samples * 32767))
    assert not track[:5000].any()
    assert not track[13_000:].any()


def test_stop_fades_within_ten_milliseconds_and_does_not_click(tmp_path: Path) -> None:
    track = coach_track(tmp_path / "a.wav", {800: Clip(sine(200, 2, 16_000), 16_000), 9_000: None})
    assert np.abs(track[8_800:9_000]).max() > 16_000
    assert track[9_080:9_120].any()
    assert not track[9_160:].any()
    steepest = 16384 * (2 * np.pi * 200 / 16_000 + np.pi / 2 / 160)
    assert np.abs(np.diff(track.astype(int))).max() < steepest + 2


def test_a_clip_replaces_the_one_before_and_loud_overlap_does_not_wrap(tmp_path: Path) -> None:
    loud = np.ones(32_000, np.float32)
    plan: dict[int, Clip | None] = {800: Clip(loud, 16_000), 9_000: Clip(loud[:800], 16_000)}
    track = coach_track(tmp_path / "a.wav", plan)
    assert (track[800:9_800] == 32767).all()
    assert not track[9_800:].any()


def test_a_clip_stopped_before_it_begins_is_never_heard(tmp_path: Path) -> None:
    with SessionWriter(tmp_path / "a.wav") as writer:
        writer.hear(quiet(0))
        writer.play(Clip(sine(200, 2, 16_000), 16_000), at=2_000)
        writer.stop(at=900)
        for number in range(1, 10):
            writer.hear(quiet(number))
    pcm, _ = soundfile.read(tmp_path / "a.wav", dtype="int16")
    assert not pcm.any()


def test_a_speaker_with_a_file_reports_the_same_ends(tmp_path: Path) -> None:
    with SessionWriter(tmp_path / "a.wav") as writer:
        speaker = TeeSpeaker(TimelineSpeaker(), writer)
        writer.hear(quiet(0))
        speaker.play(Clip(sine(200, 0.1, 16_000), 16_000), token=5, at=800)
        assert (list(speaker.poll(2_399)), list(speaker.poll(2_400))) == ([], [5])
        speaker.play(Clip(sine(200, 0.1, 16_000), 16_000), token=6, at=2_400)
        speaker.stop(2_500)
        assert list(speaker.poll(9_000)) == []


def test_memory_does_not_grow_with_the_session(tmp_path: Path) -> None:
    clip = Clip(sine(200, 0.2, 16_000), 16_000)
    with SessionWriter(tmp_path / "a.wav") as writer:
        tracemalloc.start()
        for number in range(1_500):
            writer.hear(quiet(number))
            writer.play(clip, number * BLOCK)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 500_000


def test_a_killed_process_leaves_a_file_that_can_be_heard(tmp_path: Path) -> None:
    program = f"""
import os, signal, numpy as np
from pathlib import Path
from skill.audio.session_file import SessionWriter
from skill.ports import Block
writer = SessionWriter(Path({str(tmp_path / "a.wav")!r}))
for number in range(21):
    writer.hear(Block(number * 800, np.full(800, 7, np.int16)))
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    pcm, _ = soundfile.read(tmp_path / "a.wav", dtype="int16")
    assert len(pcm) == 16_000
    assert (pcm[:, 0] == 7).all()


def test_a_full_disk_is_reported_with_the_files_name() -> None:
    writer = SessionWriter(Path("/dev/full"))
    with pytest.raises(StorageError, match="/dev/full: No space left"):  # noqa: PT012 - buffered
        for number in range(5):
            writer.hear(quiet(number))
    writer.close()


def test_a_full_disk_at_the_very_end_is_reported_too() -> None:
    writer = SessionWriter(Path("/dev/full"))
    writer.hear(quiet(0))
    with pytest.raises(StorageError, match="/dev/full: No space left"):
        writer.close()
    writer.close()


def test_a_path_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "a.wav"):
        with pytest.raises(StorageError, match=str(path)):
            SessionWriter(path)
