"""The built-in ears on recordings whose name is what is said in them.

The voices are synthetic, in a simulated room, and none of them was used in training
(scripts/make_recordings.py). This guards against regressions; it is no measurement.
"""

from pathlib import Path

import numpy as np
import pytest

from skill.app import App
from skill.audio.chimes import chime
from skill.audio.pcm import read_pcm, to_pcm
from skill.core.decision import Context
from skill.core.messages import Heard, Tone
from skill.core.vocabulary import Command
from skill.ears import Ears
from skill.ports import Block
from skill.settings import Settings

RECORDINGS = Path(__file__).parent.parent / "recordings"
COMMANDS = sorted(RECORDINGS.glob("*.ogg"))
OTHER = sorted((RECORDINGS / "other").glob("*.ogg"))
RATE, BLOCK = 16_000, 800
ALL_LIVE = Context(frozenset(Command), "trying")
ACTED_ON = 0.7
"""Share of the recorded commands that must be acted on: a little below the 80 % that were seen.
Two of the four voices are the hardest that there are."""


@pytest.fixture(scope="module")
def app() -> App:
    return App(Settings())


@pytest.fixture(scope="module")
def ears(app: App) -> Ears:
    return app.ears()


class Listening:
    """Feeds one recording after the other to the same ears, with quiet noise between."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self._frame = 0
        self._noise = np.random.default_rng(5)

    def to(self, path: Path) -> list[Heard]:
        sound = np.pad(read_pcm(path).astype(np.float64), (RATE, RATE * 3 // 2))
        noisy = (sound + self._noise.normal(0, 8, len(sound))).astype(np.int16)
        heard = []
        for at in range(0, len(noisy) - BLOCK, BLOCK):
            block = Block(self._frame, noisy[at : at + BLOCK])
            self._frame = block.end_frame
            decisions = self._ears.hear(block, self._frame * 1000 // RATE, ALL_LIVE)
            heard += [decision for decision in decisions if isinstance(decision, Heard)]
        self._ears.recognizer.flush()
        return heard


@pytest.fixture(scope="module")
def listening(ears: Ears) -> Listening:
    return Listening(ears)


@pytest.mark.long
def test_most_commands_are_acted_on_and_stop_and_ouch_always(
    app: App, listening: Listening
) -> None:
    missed: list[str] = []
    confused: list[str] = []
    for path in COMMANDS:
        wanted = app.content.vocabulary.meanings[path.name.split(".")[0]]
        got = [heard.command for heard in listening.to(path)]
        if wanted.command in got:
            continue
        (confused if got else missed).append(f"{path.stem}: {got}")
        assert path.name.split(".")[0] not in {"stop", "ouch"}, path.stem
    acted_on = 1 - len(missed + confused) / len(COMMANDS)
    assert acted_on >= ACTED_ON, f"{acted_on:.0%}; missed {missed}; confused {confused}"


def test_other_speech_is_left_alone(listening: Listening) -> None:
    assert len(OTHER) >= 20
    acted_on = {path.stem: heard for path in OTHER if (heard := listening.to(path))}
    assert acted_on == {}


def test_chimes_are_left_alone(ears: Ears) -> None:
    quiet = np.random.default_rng(7).normal(0, 8, 3 * RATE)
    for number, tone in enumerate(Tone):
        pcm = quiet.astype(np.int16)
        sound = to_pcm(chime(tone))
        pcm[RATE : RATE + len(sound)] += sound
        for at in range(0, len(pcm) - BLOCK, BLOCK):
            block = Block(number * 3 * RATE + at, pcm[at : at + BLOCK])
            decisions = ears.hear(block, block.end_frame * 1000 // RATE, ALL_LIVE)
            assert [d for d in decisions if isinstance(d, Heard)] == [], tone
        ears.recognizer.flush()


def test_silence_and_noise_are_left_alone(ears: Ears) -> None:
    rng = np.random.default_rng(6)
    for level in (0, 3, 300, 3000):
        for _ in range(200):
            pcm = np.clip(rng.normal(0, level, BLOCK), -32768, 32767).astype(np.int16)
            assert [d for d in ears.hear(Block(0, pcm), 0, ALL_LIVE) if isinstance(d, Heard)] == []
