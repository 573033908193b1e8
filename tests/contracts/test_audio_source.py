"""What every audio source promises, kept by recordings of all kinds and by a real microphone."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.audio.microphone import Microphone
from skill.audio.paced import Paced
from skill.audio.recording import RecordingSource
from skill.ports import AudioSource, Block, BlockKind
from tests.support.pulse import WIRE_RATE, running_pulseaudio
from tests.support.tones import int16, pitch, sine

Opened = Callable[[Path], AbstractContextManager[AudioSource]]
"""Opens a source that hears a tone of 600 Hz."""


def recording(ending: str, rate: int, channels: int, block_ms: int = 50) -> Opened:
    @contextmanager
    def opened(folder: Path) -> Iterator[AudioSource]:
        path = folder / f"tone.{ending}"
        soundfile.write(path, np.tile(sine(600, 1.23, rate)[:, None], channels), rate)
        with RecordingSource(path, block_ms=block_ms) as source:
            yield source

    return opened


@contextmanager
def microphone(_folder: Path) -> Iterator[AudioSource]:
    tone = int16(sine(600, 4, WIRE_RATE))
    with (
        running_pulseaudio() as pulse,
        Microphone() as source,
        pulse.playing_into_microphone(tone),
    ):
        yield source


@contextmanager
def paced(folder: Path) -> Iterator[AudioSource]:
    with recording("wav", 16_000, 1)(folder) as source:
        yield Paced(source)


SOURCES = [
    pytest.param(recording(ending, rate, channels), id=f"{ending}-{rate}-{channels}")
    for ending in ("wav", "flac", "ogg")
    for rate, channels in ((8_000, 1), (16_000, 2), (44_100, 2), (48_000, 1))
] + [
    pytest.param(recording("wav", 16_000, 1, block_ms=20), id="20 ms"),
    pytest.param(recording("wav", 48_000, 1, block_ms=100), id="100 ms"),
    pytest.param(paced, id="paced"),
    pytest.param(microphone, id="microphone", marks=pytest.mark.device),
]


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AudioSource]:
    with request.param(tmp_path) as opened:
        yield opened


def test_a_source_keeps_the_contract(source: AudioSource) -> None:
    blocks: list[Block] = list(itertools.islice(source.blocks(), 26))
    assert source.rate == 16_000
    assert blocks[0].start_frame == 0
    for block, following in itertools.pairwise(blocks):
        assert following.start_frame == block.end_frame
    for block in blocks:
        assert block.pcm.dtype == np.int16
        assert block.pcm.ndim == 1
        assert 0.02 <= len(block.pcm) / source.rate <= 0.1
        assert block.kind is BlockKind.HEARD or not block.pcm.any()
    kinds = [block.kind for block in blocks]
    assert kinds == sorted(kinds, key=[BlockKind.HEARD, BlockKind.ENDED].index)
    sound = np.concatenate([block.pcm for block in blocks if block.kind is BlockKind.HEARD])
    assert pitch(sound[np.abs(sound) > 0], 16_000) == pytest.approx(600, abs=30)


def test_a_second_call_goes_on_where_the_first_stopped(source: AudioSource) -> None:
    first = list(itertools.islice(source.blocks(), 3))
    second = next(iter(source.blocks()))
    assert second.start_frame == first[-1].end_frame


def test_a_paced_recording_takes_as_long_as_it_lasts(tmp_path: Path) -> None:
    with paced(tmp_path) as source:
        started = time.monotonic()
        blocks = list(itertools.islice(source.blocks(), 10))
    assert 0.5 <= time.monotonic() - started < 1.5
    assert blocks[-1].end_frame == 8_000
