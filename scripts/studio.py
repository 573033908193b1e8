"""Synthetic voices in a simulated room: for what ships, since people's recordings must not.

The engines come from Debian: sudo apt install flite festival festvox-us-slt-hts
"""

import subprocess
from pathlib import Path

import numpy as np
import soundfile

from skill.audio.pcm import to_pcm
from skill.mouth import make_voice
from skill.ports import RATE, Clip, Samples

REVERBERATION_S = 0.25
"""Time in which the room's echo falls by 60 dB: a furnished living room."""
DIRECT_TO_ROOM_DB = 6.0
"""How much louder the voice itself is than its echo: a microphone about a metre away."""
LEVEL = 0.05
"""Root mean square of the voice: a person on the floor, not one at the microphone."""


def speak(engine: str, name: str, text: str, path: Path, language: str) -> Clip:
    """Say a text with a synthetic voice; espeak-ng's in its own name of a language."""
    if engine == "espeak":
        return make_voice(f"espeak:{language}+{name}").render(text, 100)
    if engine == "flite":
        subprocess.run(["flite", "-voice", name, "-t", text, "-o", str(path)], check=True)
    else:
        command = ["text2wave", "-eval", f"(voice_{name})", "-o", str(path)]
        subprocess.run(command, input=text, text=True, check=True)
    samples, rate = soundfile.read(path, dtype="float32")
    return Clip(samples, rate)


def in_room(samples: Samples, rng: np.random.Generator) -> Samples:
    """Put a dry voice into a room of exponentially decaying noise, at the level of the floor."""
    length = round(REVERBERATION_S * RATE)
    decay = np.exp(-6.9 * np.arange(length) / length)  # 60 dB is a factor of e^6.9
    echo = rng.standard_normal(length) * decay
    echo *= 10 ** (-DIRECT_TO_ROOM_DB / 20) / np.sqrt(np.square(echo).sum())
    echo[0] = 1.0
    wet = np.convolve(samples, echo)
    leveled: Samples = (wet * LEVEL / np.sqrt(np.square(wet).mean())).astype(np.float32)
    return leveled


def trimmed(samples: Samples) -> Samples:
    """Cut the silence around a voice."""
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    return samples[loud[0] : loud[-1] + 1]


def record(
    voice: str, text: str, path: Path, rng: np.random.Generator, language: str = "en-us"
) -> None:
    """Say a text with the voice ENGINE-NAME in the room, into a sound file at 16 kHz."""
    engine, _, name = voice.partition("-")
    clip = speak(engine, name, text, path.with_suffix(".dry.wav"), language)
    dry = to_pcm(clip).astype(np.float32) / np.float32(32768)
    subtype = "OPUS" if path.suffix == ".ogg" else None
    soundfile.write(path, in_room(trimmed(dry), rng), RATE, subtype=subtype)
    path.with_suffix(".dry.wav").unlink(missing_ok=True)
