"""Makes the recorded session that ships: skill/data/sessions/demo.ogg and its labels.

No person is in it. Synthetic voices that the recogniser's model has never heard (models/README.md
lists them) say the lines of demo.yaml; each is put into a simulated room with background noise,
and a rehearsal places them around the coach's own speech.

    sudo apt install flite festival festvox-us-slt-hts
    .venv/bin/python scripts/make_demo.py
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
import yaml

from skill.app import DEMO, make_voice
from skill.audio.pcm import RATE, to_pcm
from skill.ports import Clip, Samples

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "demo"
SCRIPT = DEMO.with_suffix(".yaml")
SEED = 7
REVERBERATION_S = 0.25
"""Time in which the room's echo falls by 60 dB: a furnished living room."""
DIRECT_TO_ROOM_DB = 6.0
"""How much louder the voice itself is than its echo: a microphone about a metre away."""
LEVEL = 0.05
"""Root mean square of the voice: a person on the floor, not one at the microphone."""


def speak(engine: str, name: str, text: str, path: Path) -> Clip:
    """Say a text with a synthetic voice."""
    if engine == "espeak":
        return make_voice(f"espeak:{name}").render(text, 100)
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


def main() -> None:
    """Synthesise, rehearse, and keep the person's side."""
    BUILD.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    for line in yaml.safe_load(SCRIPT.read_text(encoding="utf-8"))["lines"]:
        engine, _, name = line["voice"].partition("-")
        path = BUILD / f"{line['say']}.{line['voice']}.wav"
        clip = speak(engine, name, line["say"], path)
        dry = to_pcm(clip).astype(np.float32) / np.float32(32768)
        soundfile.write(path, in_room(trimmed(dry), rng), RATE)
    session, labels = BUILD / "session.wav", DEMO.with_suffix(".tsv")
    subprocess.run(
        [
            *(sys.executable, "-m", "skill", "rehearse", str(SCRIPT)),
            *("--recordings", str(BUILD), "--write-audio", str(session)),
            *("--write-labels", str(labels)),
        ],
        check=True,
    )
    both, rate = soundfile.read(session, dtype="float32")
    soundfile.write(DEMO, both[:, 0], rate, format="OGG", subtype="OPUS")
    print(f"{DEMO}: {DEMO.stat().st_size / 1e6:.2f} MB, {len(both) / rate:.0f} s")


if __name__ == "__main__":
    main()
