"""What a recording sounds like, every 10 ms: pitch, spectral envelope, breathiness.

With WORLD (Morise et al., "WORLD: a vocoder-based high-quality speech synthesis system for
real-time applications", 2016): DIO and StoneMask for the pitch, CheapTrick for the envelope, D4C
for the aperiodicity. Written to BUILD/features/NAME.npz; what exists is not made again.

Usage: features.py AUDIO_FOLDER BUILD_FOLDER [--jobs N]
"""

import argparse
import os
from functools import cache
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyworld
from rich.progress import track
from sound import BANDS, BREATH_BANDS, FFT, HOP, RATE, Matrix, Wave, gather, read_wave

PERIOD_MS = 1000 * HOP / RATE
LOWEST_HZ, HIGHEST_HZ = 110.0, 420.0
"""Of the speaker's pitch; what is outside was an octave error wherever it was looked at."""


@cache
def maps() -> tuple[Matrix, Matrix]:
    """To the bands of the envelope and of the aperiodicity."""
    return gather(BANDS), gather(BREATH_BANDS)


def analyse(wave: Wave) -> dict[str, npt.NDArray[np.float32]]:
    """Pitch, envelope and aperiodicity of a recording.

    Returns:
        `pitch` in Hz, 0 where there is none, shape (frames,); `envelope`, natural logarithm of the
        amplitude in each band, shape (frames, BANDS); `breath`, share of the amplitude that is
        noise, 0 to 1, shape (frames, BREATH_BANDS).
    """
    rough, times = pyworld.dio(
        wave, RATE, f0_floor=LOWEST_HZ, f0_ceil=HIGHEST_HZ, frame_period=PERIOD_MS
    )
    pitch = pyworld.stonemask(wave, rough, times, RATE)
    power = pyworld.cheaptrick(wave, pitch, times, RATE, fft_size=FFT)
    noise = pyworld.d4c(wave, pitch, times, RATE, fft_size=FFT)
    to_envelope, to_breath = maps()
    return {
        "pitch": pitch.astype(np.float32),
        "envelope": (0.5 * np.log(power + 1e-16) @ to_envelope).astype(np.float32),
        "breath": (noise @ to_breath).astype(np.float32),
    }


def make(job: tuple[Path, Path]) -> None:
    """Write one recording's features; they appear under their name only when whole."""
    source, target = job
    unfinished = target.with_suffix(".part.npz")
    np.savez(unfinished, **analyse(read_wave(source)))
    unfinished.rename(target)


def main() -> None:
    """Make the missing ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audio", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    folder = options.build / "features"
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted((options.audio / "kathleen").glob("*.opus"))
    jobs = [(source, folder / f"{source.stem}.npz") for source in sources]
    missing = [job for job in jobs if not job[1].exists()]
    with Pool(options.jobs) as pool:
        for _ in track(pool.imap_unordered(make, missing), "features", len(missing)):
            pass


if __name__ == "__main__":
    main()
