"""What is to be heard of a session, sample by sample: cues on the beat, pauses as they are data."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from skill.audio.session_file import SessionWriter, TeeSource, TeeSpeaker
from skill.audio.timeline import TimelineSpeaker
from skill.core.coach import Coach
from skill.core.listener import Listener
from skill.core.messages import Say
from skill.ears import Ears
from skill.ports import AudioSource, Block, BlockKind, Clip, Voice
from skill.session import Session
from skill.speech.espeak import EspeakVoice
from skill.speech.narrator import Inline, Narrator
from tests.support.book import BOOK, VOCABULARY
from tests.support.room import RATE, Blocks, CueDetector, Witness, tone
from tests.support.scripted import Cue, ScriptedRecognizer

STARTED = Cue(7_000, 7_400, "start"), Cue(16_000, 16_400, "next"), Cue(25_000, 25_400, "start")
Track = npt.NDArray[np.float64]


class Lengths:
    """A voice whose lines last as long as they have letters, and begin at once."""

    identity = "lengths"

    def render(self, text: str, pace: int) -> Clip:
        return Clip(np.full(22_050 * 80 * len(text) // 1000, 0.2, np.float32), 22_050)


class SlowWorker(Executor):
    """A worker whose work is done some blocks of a source after it was asked for."""

    rate = RATE

    def __init__(self, source: AudioSource, delay: int) -> None:
        self._source = source
        self._delay = delay
        self._open: list[tuple[int, Future[Any], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._open.append((self._delay, future, fn(*args, **kwargs)))
        return future

    def blocks(self) -> Iterator[Block]:
        for block in self._source.blocks():
            self._open = [(left - 1, future, made) for left, future, made in self._open]
            for left, future, made in self._open:
                if left == 0:
                    future.set_result(made)
            yield block


def recorded(folder: Path, voice: Voice, blocks: int = 0) -> tuple[Track, Witness]:
    """The coach's track of a session with a movement; rendering takes so many blocks."""
    witness = Witness()
    with SessionWriter(folder / "both.wav", RATE) as writer:
        worker = SlowWorker(TeeSource(Blocks((88, BlockKind.HEARD)), writer), blocks)
        speaker = TeeSpeaker(TimelineSpeaker(RATE), writer)
        narrator = Narrator(voice, speaker, tone, worker if blocks else Inline(), ahead=False)
        ears = Ears(ScriptedRecognizer(STARTED), CueDetector(STARTED), Listener(VOCABULARY))
        Session(worker, ears, narrator, Coach(BOOK), (witness,)).run()
    samples, _ = soundfile.read(folder / "both.wav")
    return samples[:, 1], witness


def onsets(track: Track, quiet_ms: int = 200) -> list[float]:
    """Milliseconds at which sound begins after at least so much silence."""
    loud = np.flatnonzero(np.abs(track) > 0.01)
    first = np.concatenate([[True], np.diff(loud) > quiet_ms * RATE // 1000])
    return [float(frame) * 1000 / RATE for frame in loud[first]]


def begun(witness: Witness) -> int:
    """When the movement began, in milliseconds."""
    return next(
        entry.at
        for entry in witness.entries
        if isinstance(entry.message, Say) and entry.message.text.startswith("movement_started")
    )


@pytest.mark.parametrize("blocks", [0, 3, 5])
@pytest.mark.parametrize("voice", [Lengths(), EspeakVoice()], ids=["lengths", "espeak"])
def test_every_cue_sounds_within_20_ms_of_its_time(
    tmp_path: Path, voice: Voice, blocks: int
) -> None:
    track, witness = recorded(tmp_path, voice, blocks)
    start = begun(witness)
    heard = [at - start for at in onsets(track, 700) if 4_000 < at - start < 58_000]
    assert heard == pytest.approx(range(5_000, 56_000, 5_000), abs=20)


def test_pauses_are_heard_as_long_as_they_are_data(tmp_path: Path) -> None:
    track, witness = recorded(tmp_path, Lengths())
    assert witness.said[:7] == [
        "hello", "not_medical", "greeting start", "intro one", "full a", "full a 2", "setup_ready",
    ]  # fmt: skip
    gaps = np.diff(np.flatnonzero(np.abs(track) > 0.01)) * 1000 / RATE
    heard = gaps[gaps > 100][:6]
    # The third is as long as the person waits. A block is 50 ms.
    assert [*heard[:2], *heard[3:]] == pytest.approx([800, 800, 800, 450, 800], abs=51)
