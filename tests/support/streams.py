"""Other programs that play at the private PulseAudio."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from skill.ports import Pcm
from tests.support.pulse import WIRE_RATE, Pulse
from tests.support.tones import int16, sine
from tests.support.waiting import wait_until

SONG: Pcm = np.tile(int16(sine(440, 1, WIRE_RATE)), 180)
"""Longer than any test, and of whole periods."""


def volumes(pulse: Pulse) -> dict[int, float]:
    """Number of every stream -> its volume, 1.0 for 100 %."""
    order = ["pactl", "--format=json", "list", "sink-inputs"]
    done = subprocess.run(order, env=pulse.env, capture_output=True, check=True, text=True)
    return {
        stream["index"]: next(iter(stream["volume"].values()))["value"] / 65536
        for stream in json.loads(done.stdout)
    }


def set_volume(pulse: Pulse, stream: int, percent: int) -> None:
    """As a person does it in the mixer."""
    order = ["pactl", "set-sink-input-volume", str(stream), f"{percent}%"]
    subprocess.run(order, env=pulse.env, check=True)


@contextmanager
def playing_music(pulse: Pulse, song: Pcm = SONG) -> Iterator[int]:
    """Another program plays; yields the number of its stream."""
    before = set(volumes(pulse))
    with pulse.playing_into_microphone(song, role="music"):
        wait_until(lambda: set(volumes(pulse)) - before, what="the music")
        yield (set(volumes(pulse)) - before).pop()
