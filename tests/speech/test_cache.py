import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.errors import VoiceError
from skill.ports import Clip
from skill.speech.cache import CachedVoice
from skill.speech.espeak import EspeakVoice

LINE = "Roll from side to side."


class Counting:
    """A voice that remembers what it was asked for."""

    def __init__(self, pitch: int = 50) -> None:
        self._voice = EspeakVoice(pitch=pitch)
        self.asked: list[tuple[str, int]] = []

    @property
    def identity(self) -> str:
        return self._voice.identity

    def render(self, text: str, pace: int) -> Clip:
        self.asked.append((text, pace))
        return self._voice.render(text, pace)


@pytest.fixture
def voice() -> Counting:
    return Counting()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not" / "there yet"


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def equal(one: Clip, two: Clip) -> bool:
    return one.rate == two.rate and np.array_equal(one.samples, two.samples)


def test_a_line_is_synthesised_once_ever(voice: Counting, folder: Path) -> None:
    first = CachedVoice(voice, folder)
    clips = [first.render(LINE, 100), first.render(LINE, 100)]
    clips.append(CachedVoice(voice, folder).render(LINE, 100))
    assert voice.asked == [(LINE, 100)]
    assert equal(clips[0], clips[1])
    assert equal(clips[0], clips[2])
    assert first.trouble is None


def test_pace_text_and_voice_each_make_another_clip(voice: Counting, folder: Path) -> None:
    keep = CachedVoice(voice, folder)
    other = CachedVoice(Counting(pitch=80), folder)
    clips = [
        keep.render(LINE, 100),
        keep.render(LINE, 101),
        keep.render(LINE + " ", 100),
        other.render(LINE, 100),
    ]
    assert len(list(folder.iterdir())) == 4
    assert not equal(clips[0], clips[3])


def test_the_clip_is_the_voices_to_16_bits(voice: Counting, folder: Path) -> None:
    kept = CachedVoice(voice, folder).render(LINE, 100)
    made = voice.render(LINE, 100)
    assert kept.rate == made.rate
    assert np.abs(kept.samples - made.samples).max() <= 0.5 / 32767 + 1e-7


def test_files_are_smaller_than_plain_samples(voice: Counting, folder: Path) -> None:
    clip = CachedVoice(voice, folder).render(LINE, 100)
    assert only_file(folder).stat().st_size < 0.75 * 2 * clip.samples.size
    assert soundfile.info(only_file(folder)).samplerate == clip.rate


def test_a_handed_out_clip_cannot_be_spoilt(voice: Counting, folder: Path) -> None:
    clip = CachedVoice(voice, folder).render(LINE, 100)
    with pytest.raises(ValueError, match="read-only"):
        clip.samples[0] = 0.5


def test_what_cannot_be_said_is_not_kept(voice: Counting, folder: Path) -> None:
    with pytest.raises(VoiceError):
        CachedVoice(voice, folder).render("...", 100)
    assert list(folder.iterdir()) == []


def test_a_kept_line_is_there_at_once(voice: Counting, folder: Path) -> None:
    long = "Roll slowly, and breathe out all the way down to your hips. " * 3
    CachedVoice(voice, folder).render(long, 100)
    keep = CachedVoice(voice, folder)
    from_disk = min(_timed(CachedVoice(voice, folder), long) for _ in range(5))
    keep.render(long, 100)
    quickest = min(_timed(keep, long) for _ in range(5))
    assert len(voice.asked) == 1
    assert from_disk < 0.2
    assert quickest < 0.005


def _timed(keep: CachedVoice, text: str) -> float:
    started = time.perf_counter()
    keep.render(text, 100)
    return time.perf_counter() - started


class TestBrokenFiles:
    def broken(self, voice: Counting, folder: Path, data: bytes) -> None:
        good = CachedVoice(voice, folder).render(LINE, 100)
        path = only_file(folder)
        whole = path.read_bytes()
        path.write_bytes(data if data else whole)
        keep = CachedVoice(voice, folder)
        assert equal(keep.render(LINE, 100), good)
        assert len(voice.asked) == 2, "the broken file was played"
        assert path.read_bytes() == whole, "the broken file was not mended"
        assert keep.trouble is None

    @pytest.mark.parametrize("data", [b"\0", b"fLaC", b"RIFF" + bytes(40), b"text" * 1000])
    def test_other_content(self, voice: Counting, folder: Path, data: bytes) -> None:
        self.broken(voice, folder, data)

    @pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.9, 0.999])
    def test_truncated(self, voice: Counting, folder: Path, part: float) -> None:
        CachedVoice(voice, folder).render(LINE, 100)
        whole = only_file(folder).read_bytes()
        only_file(folder).unlink()
        voice.asked.clear()
        cut = whole[: int(part * len(whole))]
        self.broken(voice, folder, cut or b"\0")

    @pytest.mark.parametrize("part", [0.2, 0.4, 0.6, 0.8, 0.99])
    def test_flipped_bits(self, voice: Counting, folder: Path, part: float) -> None:
        CachedVoice(voice, folder).render(LINE, 100)
        data = bytearray(only_file(folder).read_bytes())
        only_file(folder).unlink()
        voice.asked.clear()
        for place in range(int(part * len(data)), int(part * len(data)) + 8):
            data[place] ^= 0xFF
        self.broken(voice, folder, bytes(data))

    def test_flipped_bits_in_the_header(self, voice: Counting, folder: Path) -> None:
        good = CachedVoice(voice, folder).render(LINE, 100)
        path = only_file(folder)
        whole = path.read_bytes()
        for place in range(18, 26):  # of STREAMINFO: rate, channels, depth, length
            for bit in range(8):
                data = bytearray(whole)
                data[place] ^= 1 << bit
                path.write_bytes(data)
                assert equal(CachedVoice(voice, folder).render(LINE, 100), good), place

    def test_another_line_under_the_name(self, voice: Counting, folder: Path) -> None:
        good = CachedVoice(voice, folder).render(LINE, 100)
        path = only_file(folder)
        with soundfile.SoundFile(path) as file:
            pcm, rate, comment = file.read(dtype="int16"), file.samplerate, file.comment
        with soundfile.SoundFile(path, "w", rate, 1, "PCM_16", format="FLAC") as file:
            file.comment = comment
            file.write(pcm[::-1])
        assert equal(CachedVoice(voice, folder).render(LINE, 100), good)

    def test_other_sound_under_the_name(self, voice: Counting, folder: Path) -> None:
        CachedVoice(voice, folder).render(LINE, 100)
        path = only_file(folder)
        soundfile.write(path, np.zeros((1000, 2)), 8000, format="FLAC")
        assert CachedVoice(voice, folder).render(LINE, 100).seconds > 0.5

    def test_a_folder_under_the_name(self, voice: Counting, folder: Path) -> None:
        CachedVoice(voice, folder).render(LINE, 100)
        path = only_file(folder)
        path.unlink()
        path.mkdir()
        keep = CachedVoice(voice, folder)
        assert keep.render(LINE, 100).seconds > 0.5
        assert keep.trouble is not None


class TestSize:
    LINES = tuple(f"Line number {number}." for number in range(12))

    def size(self, folder: Path) -> int:
        return sum(path.stat().st_size for path in folder.iterdir())

    def test_never_above_the_limit(self, voice: Counting, folder: Path) -> None:
        CachedVoice(voice, folder).render(self.LINES[0], 100)
        limit = 4 * self.size(folder)
        keep = CachedVoice(voice, folder, disk_bytes=limit)
        for line in self.LINES:
            keep.render(line, 100)
            assert self.size(folder) <= limit
        assert len(list(folder.iterdir())) >= 2

    def test_a_smaller_limit_is_kept_from_the_start(self, voice: Counting, folder: Path) -> None:
        keep = CachedVoice(voice, folder)
        for line in self.LINES:
            keep.render(line, 100)
        limit = self.size(folder) // 2
        CachedVoice(voice, folder, disk_bytes=limit)
        assert limit // 2 < self.size(folder) <= limit

    def test_what_was_used_last_stays(self, voice: Counting, folder: Path) -> None:
        keep = CachedVoice(voice, folder)
        for age, line in enumerate(self.LINES):
            keep.render(line, 100)
            newest = max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
            os.utime(newest, (1_000_000 + age, 1_000_000 + age))
        CachedVoice(voice, folder).render(self.LINES[0], 100)
        CachedVoice(voice, folder, disk_bytes=self.size(folder) // 3)
        voice.asked.clear()
        again = CachedVoice(voice, folder)
        for line in (self.LINES[0], self.LINES[-1], self.LINES[1]):
            again.render(line, 100)
        assert voice.asked == [(self.LINES[1], 100)]

    def test_leftovers_of_killed_processes_go_and_other_files_stay(
        self, voice: Counting, folder: Path
    ) -> None:
        folder.mkdir(parents=True)
        leftover = folder / f"{'0' * 64}.flac.123.456"
        leftover.write_bytes(bytes(100_000))
        os.utime(leftover, (1_000_000, 1_000_000))
        other = folder / "README"
        other.write_bytes(bytes(100_000))
        CachedVoice(voice, folder, disk_bytes=50_000).render(LINE, 100)
        assert not leftover.exists()
        assert other.exists()

    def test_memory_is_bounded_and_forgets_what_was_used_first(
        self, voice: Counting, folder: Path
    ) -> None:
        a_clip = CachedVoice(voice, folder).render(self.LINES[0], 100).samples.nbytes
        keep = CachedVoice(voice, folder, memory_bytes=5 * a_clip // 2)
        clips = [keep.render(self.LINES[number], 100) for number in (0, 1, 0, 2)]
        assert clips[2] is clips[0]
        assert keep.render(self.LINES[2], 100) is clips[3]
        assert keep.render(self.LINES[0], 100) is clips[0]
        assert keep.render(self.LINES[1], 100) is not clips[1]


class TestBadFolder:
    def test_file_in_the_way(self, voice: Counting, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        keep = CachedVoice(voice, tmp_path / "file" / "cache")
        assert keep.trouble is not None
        assert str(tmp_path / "file" / "cache") in keep.trouble
        self.speaks(keep, voice)

    def test_folder_that_takes_no_files(self, voice: Counting) -> None:
        # Even for root.
        keep = CachedVoice(voice, Path("/proc/self/task"))
        self.speaks(keep, voice)
        assert "/proc/self/task" in (keep.trouble or "")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_read_only(self, voice: Counting, folder: Path) -> None:
        CachedVoice(voice, folder).render(LINE, 100)
        folder.chmod(0o500)
        keep = CachedVoice(voice, folder)
        keep.render(LINE, 100)
        assert keep.trouble is None
        keep.render("A new line.", 100)
        assert "allow" in (keep.trouble or "")

    def test_full_disk(self, voice: Counting, folder: Path) -> None:
        keep = CachedVoice(voice, folder)
        with no_file_larger_than(2_000):
            self.speaks(keep, voice)
        first = keep.trouble
        assert "make room" in (first or "")
        assert list(folder.iterdir()) == [], "half a file was left"
        keep.render("There is room again.", 100)
        assert len(list(folder.iterdir())) == 1
        assert keep.trouble == first

    def test_folder_deleted_meanwhile(self, voice: Counting, folder: Path) -> None:
        keep = CachedVoice(voice, folder)
        folder.rmdir()
        keep.render(LINE, 100)
        assert keep.trouble is None
        assert only_file(folder).exists()

    def speaks(self, keep: CachedVoice, voice: Counting) -> None:
        assert keep.render(LINE, 100).seconds > 0.5
        assert keep.render(LINE, 100).seconds > 0.5
        assert voice.asked == [(LINE, 100)]


@contextmanager
def no_file_larger_than(most: int) -> Iterator[None]:
    """Have the system refuse longer files: what a full disk does to the one who writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_threads_share_a_voice(folder: Path) -> None:
    limit = 60_000
    keep = CachedVoice(EspeakVoice(), folder, disk_bytes=limit, memory_bytes=200_000)
    lines = [f"Line number {number % 9}." for number in range(45)]
    with ThreadPoolExecutor(4) as pool:
        clips = list(pool.map(lambda line: keep.render(line, 100), lines))
    assert all(equal(clip, clips[number % 9]) for number, clip in enumerate(clips))
    assert keep.trouble is None


def test_processes_share_a_folder(folder: Path) -> None:
    script = """
import sys, zlib
from pathlib import Path
from skill.speech.cache import CachedVoice
from skill.speech.espeak import EspeakVoice
keep = CachedVoice(EspeakVoice(), Path(sys.argv[1]), disk_bytes=60_000, memory_bytes=0)
sums = [zlib.crc32(keep.render(f"Line number {n % 9}.", 100).samples.tobytes()) for n in range(36)]
print(keep.trouble, sums)
"""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60) for process in running]
    assert said[0] == said[1]
    assert said[0][0].startswith("None [")
    assert said[0][1] == ""
