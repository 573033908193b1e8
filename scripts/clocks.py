"""Plays noise into a null sink, hears it back, and prints how well the two clocks are told apart.

.venv/bin/python scripts/clocks.py --seconds 40

One line a second: by how much the echo comes after what `Loudspeaker.played` says, how much alike
the two are in half a second of white noise, and the drift. Here both devices have one clock, so the
delay should not change, and the drift should be nothing.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from skill.audio.loudspeaker import Loudspeaker
from skill.audio.microphone import Microphone
from skill.ports import RATE, Clip, Samples
from tests.support.pulse import running_pulseaudio

BLOCKS = 10
"""Half a second."""


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=40)
    seconds = parser.parse_args().seconds
    noise = np.random.default_rng(0).normal(0, 0.1, 22_050 * (seconds + 1))
    with running_pulseaudio() as pulse:
        echo = ["module-remap-source", "master=speaker.monitor", "source_name=echo"]
        subprocess.run(["pactl", "load-module", *echo], env=pulse.env, check=True)
        with Microphone("echo") as microphone, Loudspeaker() as speaker:
            speaker.follow(microphone.clock)
            heard: list[Samples] = []
            known: list[Samples] = []
            cost = 0.0
            for number, block in enumerate(microphone.blocks()):
                speaker.poll(block.end_frame)
                if number == BLOCKS:
                    speaker.play(Clip(noise.astype(np.float32), 22_050), 1, block.end_frame)
                start = time.perf_counter()
                known.append(speaker.played(block.start_frame, len(block.pcm)))
                cost += time.perf_counter() - start
                heard.append(np.asarray(block.pcm / 32_768, np.float32))
                if number % 20 == 0 and number > 2 * BLOCKS:
                    delay, alike = _compared(heard[-BLOCKS:], known[-BLOCKS:])
                    print(
                        f"{number / 20:4.0f} s  delay {delay:7.3f} ms  alike {alike:.2f}  "
                        f"drift {speaker.drift_ppm:6.1f} ppm"
                    )
                if number == seconds * 20:
                    break
            print(f"compute for a block: {cost / number * 1000:.2f} ms")
            print(f"holes: microphone {microphone.overruns}, speaker {speaker.underruns}")


def _compared(heard: list[Samples], known: list[Samples]) -> tuple[float, float]:
    """Delay in milliseconds, to an eighth of a frame, and the correlation coefficient there."""
    one, other = np.concatenate(heard), np.concatenate(known)
    size, finer = 1 << 14, 8
    spectrum = np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size))
    likeness = np.fft.irfft(np.pad(spectrum, (0, size * finer // 2 + 1 - len(spectrum))))
    at = int(likeness[: len(likeness) // 2].argmax())
    power = float(np.linalg.norm(one) * np.linalg.norm(other))
    return at / finer / RATE * 1000, float(likeness[at]) * finer / max(power, 1e-9)


if __name__ == "__main__":
    main()
