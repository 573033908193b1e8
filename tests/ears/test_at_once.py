"""What only fits a phrase word by word is answered once its voice has ended, not half a second on.

Recordings whose words Vosk mixes with those of other phrases, and so waits for more.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skill.app import App
from skill.audio.pcm import read_pcm
from skill.core.decision import Context
from skill.core.messages import Heard
from skill.core.vocabulary import Command
from skill.ports import BLOCK, RATE, Block, Pcm
from skill.settings import Settings

RECORDINGS = Path(__file__).parent.parent / "recordings"
LIVE = Context(frozenset(Command), "trying")
LEVEL = 3000.0


@pytest.fixture(scope="module")
def app() -> App:
    return App(Settings())


def in_noise(name: str, snr: float) -> Pcm:
    sound = read_pcm(RECORDINGS / f"{name}.ogg").astype(np.float64)
    loud = np.pad(sound * LEVEL / np.sqrt(np.mean(sound**2)), (RATE, RATE * 2))
    noisy = loud + np.random.default_rng(5).normal(0, LEVEL / 10 ** (snr / 20), len(loud))
    return np.clip(noisy, -32768, 32767).astype(np.int16)


def heard(app: App, sound: Pcm, wondering: int) -> list[tuple[str, int]]:
    """The commands, and when they were acted on, ms; others are asked so long after a voice."""
    ears, found = app.ears(), []
    tuning = replace(ears.listener.tuning, wondering=wondering)
    ears.listener = replace(ears.listener, tuning=tuning)
    for at in range(0, len(sound) - BLOCK, BLOCK):
        block = Block(at, sound[at : at + BLOCK])
        now = block.end_frame * 1000 // RATE
        found += [
            (one.phrase, now) for one in ears.hear(block, now, LIVE) if isinstance(one, Heard)
        ]
    return found


@pytest.mark.parametrize(
    ("name", "snr"),
    [
        ("what can i say.espeak-Michael", 0),
        ("tell me more.espeak-Michael", 5),
        ("that was wrong.espeak-Michael", 5),
    ],
)
def test_it_is_answered_before_the_recogniser_ends_it(app: App, name: str, snr: float) -> None:
    sound = in_noise(name, snr)
    ((phrase, at),) = heard(app, sound, app.ears().listener.tuning.wondering)
    ((same, later),) = heard(app, sound, 60_000)
    assert phrase == same == name.split(".", maxsplit=1)[0]
    assert at <= later - 300
